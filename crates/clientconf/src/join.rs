//! How values come together as in the client: into a tree (`ConfigTree.put`, `merge_configs`) and beside each other
//! (`ConfigValues.transform`). Each function follows the one of the client step by step, with its surprises.

use std::rc::Rc;

use crate::fault::{FaultKind, Stop};
use crate::graph::{Graph, Join, JoinId, Key, Parent, SubId, Tree, TreeId, Val};

#[derive(PartialEq, Eq)]
enum Shape {
    Tree,
    List,
    Text,
}

fn shape(value: &Val) -> Shape {
    match value {
        Val::Tree(_) => Shape::Tree,
        Val::List(_) => Shape::List,
        _ => Shape::Text,
    }
}

impl Graph {
    /// `ConfigTree.put`.
    pub(crate) fn put(&mut self, tree: TreeId, steps: &[Key], value: Val, append: bool) -> Result<(), Stop> {
        let Some((last, way)) = steps.split_last() else {
            return Err(Stop::syntax(
                self.here,
                "This key has no letters. Give it a name.",
            ));
        };
        let mut tree = tree;
        for step in way {
            tree = if let Some(Val::Tree(next)) = self.tree(tree)?.raw(step) {
                *next
            } else {
                let next = self.add_tree(Tree::default())?;
                self.put_in_place(tree, step, Val::Tree(next))?;
                next
            };
        }
        if last.text.is_empty() {
            return Err(Stop::syntax(
                self.here,
                "Clients cannot read an empty key. Give it a name.",
            ));
        }
        let present = self.tree(tree)?.raw(last).cloned();
        match (present, &value) {
            (Some(Val::Tree(old)), Val::Tree(new)) => self.put_tree_on_tree(tree, last, old, *new),
            (present, _) if append => self.append(tree, last, present.unwrap_or(Val::None), value),
            (present, _) => {
                if let Val::Join(id) = value {
                    let overridden = self.given(&present.unwrap_or(Val::None))?;
                    self.take_place(id, tree, last, overridden)?;
                }
                self.put_in_place(tree, last, value)
            }
        }
    }

    fn put_tree_on_tree(&mut self, tree: TreeId, key: &Key, old: TreeId, new: TreeId) -> Result<(), Stop> {
        if !self.tree(tree)?.root {
            return self.merge(old, new, false);
        }
        let merged = self.add_tree(Tree::default())?;
        self.merge(merged, old, true)?;
        self.merge(merged, new, true)?;
        self.put_in_place(tree, key, Val::Tree(merged))
    }

    fn append(&mut self, tree: TreeId, key: &Key, present: Val, value: Val) -> Result<(), Stop> {
        match (present, value) {
            (Val::Join(id), value) => {
                self.join_mut(id)?.tokens.push(value);
                self.recompute(id)
            }
            (present @ Val::Tree(_), Val::Join(id)) => {
                self.join_mut(id)?.tokens.insert(0, present.clone());
                self.recompute(id)?;
                self.take_place(id, tree, key, present)?;
                self.put_in_place(tree, key, Val::Join(id))
            }
            (present @ Val::List(_), Val::Join(id)) => {
                let present = self.given(&present)?;
                self.take_place(id, tree, key, present)?;
                self.put_in_place(tree, key, Val::Join(id))
            }
            (Val::None | Val::Null, value) => self.put_in_place(tree, key, value),
            _ => Err(self.mismatch(
                "This key has a value above, so clients cannot put keys below it. Remove one of the two.",
            )),
        }
    }

    fn mismatch(&self, message: &str) -> Stop {
        Stop::new(FaultKind::Mismatch, self.here, message)
    }

    fn take_place(&mut self, id: JoinId, tree: TreeId, key: &Key, overridden: Val) -> Result<(), Stop> {
        let join = self.join_mut(id)?;
        join.parent = Parent::Tree(tree, key.clone());
        join.overridden = overridden;
        Ok(())
    }

    /// Sets, and remembers what the root held.
    fn put_in_place(&mut self, tree: TreeId, key: &Key, value: Val) -> Result<(), Stop> {
        self.spend(1)?;
        if self.tree(tree)?.root {
            self.remember(key, value.clone());
        }
        self.tree_mut(tree)?.set(key, value);
        Ok(())
    }

    /// `ConfigTree.merge_configs(a, b)`; `a` never is the root.
    pub(crate) fn merge(&mut self, a: TreeId, b: TreeId, copy: bool) -> Result<(), Stop> {
        for (key, value) in self.items(b)? {
            let present = self.tree(a)?.raw(&key).cloned();
            if let (Some(Val::Tree(old)), Val::Tree(new)) = (&present, &value) {
                let mut old = *old;
                if copy {
                    old = self.shallow_copy(old)?;
                    self.tree_mut(a)?.set(&key, Val::Tree(old));
                }
                self.merge(old, *new, copy)?;
                continue;
            }
            if let Val::Join(id) = value {
                self.join_mut(id)?.parent = Parent::Tree(a, key.clone());
                if let Some(present) = present {
                    self.join_mut(id)?.overridden = self.given(&present)?;
                }
            }
            self.tree_mut(a)?.set(&key, value);
        }
        Ok(())
    }

    fn shallow_copy(&mut self, tree: TreeId) -> Result<TreeId, Stop> {
        let copy = self.add_tree(Tree::default())?;
        for (key, value) in self.items(tree)? {
            self.tree_mut(copy)?.set(&key, value);
        }
        Ok(copy)
    }

    /// Values beside each other, as a text has them: the value they make, or what waits for substitutions.
    pub(crate) fn beside(&mut self, mut tokens: Vec<Val>, at: usize) -> Result<Val, Stop> {
        if tokens.iter().any(|token| matches!(token, Val::Sub(_))) {
            let join = Join {
                tokens,
                parent: Parent::None,
                overridden: Val::None,
                at,
            };
            let id = self.add_join(join)?;
            self.recompute(id)?;
            return Ok(Val::Join(id));
        }
        tidy(&mut tokens);
        self.settle(tokens, &Val::None, at)
    }

    /// `ConfigValues.recompute`.
    pub(crate) fn recompute(&mut self, id: JoinId) -> Result<(), Stop> {
        let join = self.join_mut(id)?;
        tidy(&mut join.tokens);
        let tokens = join.tokens.clone();
        for (index, token) in tokens.iter().enumerate() {
            if let Val::Sub(sub) = token {
                let sub = self.sub_mut(*sub)?;
                sub.parent = Some(id);
                sub.index = index;
            }
        }
        Ok(())
    }

    /// `ConfigValues.get_substitutions`: of it and of what it overrides, the oldest first.
    pub(crate) fn waiting(&mut self, id: JoinId) -> Result<Vec<SubId>, Stop> {
        let mut found = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            let length = self.join(id)?.tokens.len();
            self.spend(1 + length / 8)?;
            let join = self.join(id)?;
            found.extend(
                join.tokens
                    .iter()
                    .rev()
                    .filter_map(|t| if let Val::Sub(sub) = t { Some(*sub) } else { None }),
            );
            next = if let Val::Join(older) = join.overridden {
                Some(older)
            } else {
                None
            };
        }
        found.reverse();
        Ok(found)
    }

    /// `ConfigValues.transform`: the value, or itself while it waits.
    pub(crate) fn transform(&mut self, id: JoinId) -> Result<Val, Stop> {
        if !self.waiting(id)?.is_empty() {
            return Ok(Val::Join(id));
        }
        let Join {
            tokens,
            overridden,
            at,
            ..
        } = self.join(id)?.clone();
        self.settle(tokens, &overridden, at)
    }

    fn settle(&mut self, mut tokens: Vec<Val>, overridden: &Val, at: usize) -> Result<Val, Stop> {
        tokens.retain(|token| !matches!(token, Val::None));
        self.spend(tokens.len())?;
        let Some(first) = tokens.first() else {
            return Ok(Val::None);
        };
        let wanted = shape(first);
        if tokens.iter().any(|token| shape(token) != wanted) {
            let message = "Clients cannot join a text, a list and a block of keys with each other. Put them on keys of their own.";
            return Err(Stop::new(FaultKind::Mismatch, at, message));
        }
        match wanted {
            Shape::Tree => self.settle_trees(&tokens, overridden),
            Shape::List => self.settle_lists(&tokens),
            Shape::Text => self.settle_text(&tokens, at),
        }
    }

    fn settle_trees(&mut self, tokens: &[Val], overridden: &Val) -> Result<Val, Stop> {
        let mut below = Vec::new();
        let mut node = overridden.clone();
        while self.truth(&node)? {
            match node {
                Val::Join(id) => {
                    let Val::Tree(tree) = self.transform(id)? else {
                        break;
                    };
                    below.push(tree);
                    node = self.join(id)?.overridden.clone();
                }
                Val::Tree(tree) => {
                    below.push(tree);
                    break;
                }
                _ => break,
            }
        }
        let result = self.add_tree(Tree::default())?;
        for tree in below.into_iter().rev() {
            self.merge(result, tree, true)?;
        }
        for token in tokens {
            if let Val::Tree(tree) = token {
                self.merge(result, *tree, true)?;
            }
        }
        Ok(Val::Tree(result))
    }

    fn settle_lists(&mut self, tokens: &[Val]) -> Result<Val, Stop> {
        let result = self.add_list(Vec::new())?;
        let mut all = Vec::new();
        for token in tokens {
            if let Val::List(list) = token {
                all.extend(self.list(*list)?.iter().cloned());
            }
        }
        self.spend(all.len())?;
        for (index, value) in all.iter().enumerate() {
            if let Val::Join(id) = value {
                self.join_mut(*id)?.parent = Parent::List(result, index);
            }
        }
        *self.list_mut(result)? = all;
        Ok(Val::List(result))
    }

    fn settle_text(&mut self, tokens: &[Val], at: usize) -> Result<Val, Stop> {
        if let [only] = tokens {
            return Ok(if let Val::Quoted(text, _) = only {
                Val::Text(text.clone())
            } else {
                only.clone()
            });
        }
        let mut text = String::new();
        let mut on_client = false;
        for (index, token) in tokens.iter().enumerate() {
            text.push_str(&printed(self, token, at)?);
            on_client |= matches!(token, Val::OnClient(_));
            if let (Val::Quoted(_, spaces), true) = (token, index + 1 < tokens.len()) {
                text.extend(std::iter::repeat_n(' ', *spaces));
            }
        }
        self.spend(text.len() / 64)?;
        let text = Rc::from(text);
        Ok(if on_client {
            Val::OnClient(text)
        } else {
            Val::Text(text)
        })
    }
}

/// An empty value is the empty text, and the last text without quotes ends where its letters end.
fn tidy(tokens: &mut Vec<Val>) {
    if tokens.is_empty() {
        tokens.push(Val::Text(Rc::from("")));
    }
    if let Some(last) = tokens.last_mut()
        && let Val::Unquoted(text) = last
    {
        *last = Val::Text(Rc::from(text.trim_end_matches([' ', '\t'])));
    }
}

/// What Python's `str()` makes of a value that stands beside text.
pub(crate) fn printed(graph: &Graph, value: &Val, at: usize) -> Result<Rc<str>, Stop> {
    Ok(match value {
        Val::None => Rc::from(""),
        Val::Bool(true) => Rc::from("True"),
        Val::Bool(false) => Rc::from("False"),
        Val::Int(digits) => digits.clone(),
        Val::Float(source) => Rc::from(graph.float(source)),
        Val::Text(text) | Val::Unquoted(text) | Val::Quoted(text, _) | Val::OnClient(text) => text.clone(),
        Val::Period(period) => Rc::from(period.printed.as_str()),
        Val::Null => return Err(nothing_sensible(at, "null beside text")),
        Val::Include => return Err(nothing_sensible(at, "an include beside text")),
        Val::Tree(_) | Val::List(_) | Val::Join(_) | Val::Sub(_) => return Err(nothing_sensible(at, "this")),
    })
}

fn nothing_sensible(at: usize, what: &str) -> Stop {
    let message = format!("Clients make nothing sensible of {what}. Put the text in quotes.");
    Stop::new(FaultKind::Unsayable, at, message)
}
