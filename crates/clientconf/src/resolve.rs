//! Substitutions, resolved within the text as the client does (`ConfigParser.resolve_substitutions`). Nothing is looked up
//! outside: what the client would take from its environment stays an expression, or comes from a map that the caller gives.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use crate::copy::{Copier, too_deep};
use crate::fault::Stop;
use crate::graph::{Graph, JoinId, Parent, SubId, TreeId, Val};
use crate::join::printed;
use crate::key::Found;

/// What to do with a substitution that names no key of the text.
#[derive(Clone, Copy, Debug)]
pub enum Resolve<'a> {
    /// Keep it as an expression: the client answers it from its environment. The only choice for a server.
    Never,
    /// Look it up here, as a client with this environment would. For comparisons with the client.
    With(&'a [(String, String)]),
}

/// A substitution that only the client can answer.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    pub(crate) variable: String,
    pub(crate) optional: bool,
    pub(crate) at: usize,
}

/// The work of one text.
pub(crate) struct Resolver<'a> {
    pub(crate) graph: &'a mut Graph,
    pub(crate) root: TreeId,
    pub(crate) resolve: Resolve<'a>,
    pub(crate) needs: Vec<Need>,
}

/// What a substitution led to: whether something still waits, what does, and the value.
type Done = (bool, Vec<SubId>, Val);

impl Resolver<'_> {
    /// Resolves everything in the tree, in place.
    pub(crate) fn run(&mut self) -> Result<(), Stop> {
        if self.graph.is_plain() {
            return Ok(());
        }
        self.self_references()?;
        let mut waiting = Waiting::default();
        waiting.extend(self.waiting_in(&Val::Tree(self.root), 0)?);
        if waiting.first().is_some() {
            let mut before = Vec::new();
            let mut unresolved = true;
            while waiting.first().is_some() && !waiting.same(&before) {
                unresolved = false;
                before = waiting.all();
                for sub in &before {
                    let (waits, more, result) = self.one(*sub)?;
                    unresolved = waits;
                    self.graph.spend(1 + more.len() / 4)?;
                    waiting.extend(more);
                    if !matches!(result, Val::Join(_)) && !waiting.remove(*sub) {
                        return Err(self.circle(*sub));
                    }
                }
            }
            self.fix_up(&Val::Tree(self.root))?;
            if let (true, Some(sub)) = (unresolved, waiting.first()) {
                return Err(self.circle(sub));
            }
        }
        self.fix_up(&Val::Tree(self.root))?;
        Ok(())
    }

    pub(crate) fn circle(&self, sub: SubId) -> Stop {
        let at = self.graph.sub(sub).map_or(self.graph.here, |sub| sub.at);
        Stop::substitution(at, "This substitution leads back to itself. Write its value out.")
    }

    fn one(&mut self, id: SubId) -> Result<Done, Stop> {
        let sub = self.graph.sub(id)?.clone();
        self.graph.here = sub.at;
        let (known, mut value) = self.variable(id)?;
        if let (Val::Join(found), Some(parent)) = (&value, sub.parent) {
            let mut link = Val::Join(*found);
            while let Val::Join(older) = link {
                self.graph.spend(1)?;
                let overridden = self.graph.join(older)?.overridden.clone();
                if older == parent && self.graph.truth(&overridden)? {
                    value = overridden;
                    break;
                }
                link = overridden;
            }
        }
        self.substitute(id, value, known)
    }

    /// `_resolve_variable`: whether it is known, and its value.
    fn variable(&mut self, id: SubId) -> Result<(bool, Val), Stop> {
        let sub = self.graph.sub(id)?.clone();
        match self.graph.get(self.root, &sub.variable.steps())? {
            Found::Value(value) => Ok((true, value)),
            Found::NoKeys => {
                let message =
                    "This substitution looks for a key inside of a value that has none. Correct the name.";
                Err(Stop::substitution(sub.at, message))
            }
            Found::Missing => match self.resolve {
                Resolve::With(environment) => match look_up(environment, &sub.variable.text) {
                    Some(value) => Ok((true, Val::Text(Rc::from(value)))),
                    None if sub.optional => Ok((false, Val::None)),
                    None => Err(Stop::substitution(
                        sub.at,
                        "This substitution names no key of this text and no variable.",
                    )),
                },
                Resolve::Never => self.on_client(id),
            },
        }
    }

    fn on_client(&mut self, id: SubId) -> Result<(bool, Val), Stop> {
        let sub = self.graph.sub(id)?.clone();
        self.need(id)?;
        let tokens = match sub.parent {
            Some(parent) => &*self.graph.join(parent)?.tokens,
            None => &[],
        };
        // Text does not fit there; the client has the value without it, unless its environment spoils the text.
        if sub.optional
            && tokens
                .iter()
                .any(|token| matches!(token, Val::Tree(_) | Val::List(_)))
        {
            return Ok((false, Val::None));
        }
        let mark = if sub.optional { "?" } else { "" };
        Ok((
            true,
            Val::OnClient(Rc::from(format!("${{{mark}{}}}", sub.variable.text))),
        ))
    }

    pub(crate) fn need(&mut self, id: SubId) -> Result<(), Stop> {
        let sub = self.graph.sub(id)?;
        self.needs.push(Need {
            variable: sub.variable.text.to_string(),
            optional: sub.optional,
            at: sub.at,
        });
        Ok(())
    }

    /// `_do_substitute`: puts the value where the substitution stands, and what comes of it where that belongs.
    pub(crate) fn substitute(&mut self, id: SubId, value: Val, known: bool) -> Result<Done, Stop> {
        let value = if let Val::Join(join) = value {
            self.graph.transform(join)?
        } else {
            value
        };
        if let Val::Join(_) = value {
            return Ok((true, Vec::new(), value));
        }
        let sub = self.graph.sub(id)?.clone();
        let Some(parent) = sub.parent else {
            return Err(self.circle(id));
        };
        let last = sub.index + 1 == self.graph.join(parent)?.tokens.len();
        let value = match value {
            Val::None | Val::Tree(_) | Val::List(_) => value,
            other if last => other,
            other => {
                let text = Rc::from(format!(
                    "{}{}",
                    printed(self.graph, &other, sub.at)?,
                    " ".repeat(sub.spaces)
                ));
                if matches!(other, Val::OnClient(_)) {
                    Val::OnClient(text)
                } else {
                    Val::Text(text)
                }
            }
        };
        let value = Copier::default().copy(self.graph, &value, 0)?;
        let join = self.graph.join_mut(parent)?;
        match join.tokens.get_mut(sub.index) {
            Some(token) => *token = value,
            None => return Err(self.circle(id)),
        }
        let mut result = self.graph.transform(parent)?;
        if matches!(result, Val::None) && !known {
            result = self.graph.join(parent)?.overridden.clone();
        }
        self.place(id, parent, &result)?;
        let more = self.waiting_in(&result, 0)?;
        Ok((!more.is_empty(), more, result))
    }

    fn place(&mut self, id: SubId, join: JoinId, result: &Val) -> Result<(), Stop> {
        let nothing = matches!(result, Val::None);
        match self.graph.join(join)?.parent.clone() {
            Parent::None => Err(self.circle(id)),
            Parent::Tree(tree, key) => {
                let tree = self.graph.tree_mut(tree)?;
                if !nothing || !tree.remove(&key) {
                    tree.set(&key, result.clone());
                }
                Ok(())
            }
            Parent::List(list, index) => {
                if nothing {
                    let length = self.graph.list(list)?.len();
                    self.graph.spend(1 + length / 16)?;
                }
                let number = index.to_string();
                let has = nothing
                    && self
                        .graph
                        .list(list)?
                        .iter()
                        .any(|value| equals(self.graph, value, index, &number));
                let list = self.graph.list_mut(list)?;
                // Python looks whether the list has an element that equals the index, not whether it has an index.
                if has {
                    if index >= list.len() {
                        return Err(self.circle(id));
                    }
                    list.remove(index);
                    return Ok(());
                }
                match list.get_mut(index) {
                    Some(value) => *value = result.clone(),
                    None => return Err(self.circle(id)),
                }
                Ok(())
            }
        }
    }

    /// `_find_substitutions`.
    pub(crate) fn waiting_in(&mut self, value: &Val, depth: usize) -> Result<Vec<SubId>, Stop> {
        let mut found = Vec::new();
        self.collect(value, depth, &mut found)?;
        Ok(found)
    }

    fn collect(&mut self, value: &Val, depth: usize, found: &mut Vec<SubId>) -> Result<(), Stop> {
        too_deep(self.graph, depth)?;
        let children: Vec<Val> = match value {
            Val::Join(id) => {
                found.extend(self.graph.waiting(*id)?);
                return Ok(());
            }
            Val::Tree(tree) => self
                .graph
                .tree(*tree)?
                .entries()
                .map(|(_, value)| value)
                .filter(|value| value.holds())
                .cloned()
                .collect(),
            Val::List(list) => self
                .graph
                .list(*list)?
                .iter()
                .filter(|value| value.holds())
                .cloned()
                .collect(),
            _ => return Ok(()),
        };
        self.graph.spend(children.len() + 1)?;
        for child in &children {
            self.collect(child, depth + 1, found)?;
        }
        Ok(())
    }

    /// `_final_fixup`: what no longer waits becomes its value.
    fn fix_up(&mut self, value: &Val) -> Result<Val, Stop> {
        match value {
            Val::Join(id) => self.graph.transform(*id),
            Val::List(list) => {
                let old = self.graph.list(*list)?.clone();
                if !old.iter().any(Val::holds) {
                    return Ok(value.clone());
                }
                let new: Vec<Val> = old
                    .iter()
                    .map(|value| self.fix_up(value))
                    .collect::<Result<_, Stop>>()?;
                Ok(Val::List(self.graph.add_list(new)?))
            }
            Val::Tree(tree) => {
                let inner = self.graph.tree(*tree)?.numbered();
                let inner: Vec<(usize, Val)> = inner
                    .filter(|(_, value)| value.holds())
                    .map(|(at, value)| (at, value.clone()))
                    .collect();
                self.graph.spend(1 + inner.len())?;
                for (at, value) in inner {
                    let value = self.fix_up(&value)?;
                    self.graph.tree_mut(*tree)?.replace(at, value);
                }
                Ok(value.clone())
            }
            _ => Ok(value.clone()),
        }
    }
}

/// The client's list of what still waits, in which one may stand more than once and the first of them is taken out.
#[derive(Default)]
struct Waiting {
    /// Nothing where one was taken out.
    order: Vec<Option<SubId>>,
    places: BTreeMap<SubId, VecDeque<usize>>,
    /// Before this nothing waits.
    start: usize,
}

impl Waiting {
    fn extend(&mut self, subs: Vec<SubId>) {
        for sub in subs {
            self.places.entry(sub).or_default().push_back(self.order.len());
            self.order.push(Some(sub));
        }
    }

    fn all(&mut self) -> Vec<SubId> {
        let all: Vec<SubId> = self.order.iter().flatten().copied().collect();
        // Without the gaps.
        *self = Self::default();
        self.extend(all.clone());
        all
    }

    fn first(&self) -> Option<SubId> {
        self.order.iter().skip(self.start).find_map(|sub| *sub)
    }

    fn remove(&mut self, sub: SubId) -> bool {
        let Some(places) = self.places.get_mut(&sub) else {
            return false;
        };
        let place = places.pop_front();
        if places.is_empty() {
            self.places.remove(&sub);
        }
        if let Some(slot) = place.and_then(|at| self.order.get_mut(at)) {
            *slot = None;
        }
        while self.order.get(self.start) == Some(&None) {
            self.start += 1;
        }
        true
    }

    /// Whether both hold the same, however often.
    fn same(&self, others: &[SubId]) -> bool {
        let others: BTreeSet<SubId> = others.iter().copied().collect();
        self.places.keys().eq(others.iter())
    }
}

/// The value of a variable.
pub(crate) fn look_up<'e>(environment: &'e [(String, String)], name: &str) -> Option<&'e str> {
    environment
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// Python's `value == index`; `number` is the index in decimal.
fn equals(graph: &Graph, value: &Val, index: usize, number: &str) -> bool {
    match value {
        Val::Bool(value) => usize::from(*value) == index,
        Val::Int(digits) => **digits == *number,
        Val::Float(source) => graph
            .float(source)
            .strip_suffix(".0")
            .is_some_and(|whole| whole == number),
        _ => false,
    }
}
