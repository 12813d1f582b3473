//! What the client's parser builds while it reads: trees, lists, values that wait for a substitution. They point at each other
//! and are changed in place, and what comes out depends on that, so they are kept as Python keeps them: one object, one number.

use std::collections::HashMap;
use std::rc::Rc;

use crate::fault::{MAX_BYTES, Stop};
use crate::scalar::Period;

/// How much work a text may make, besides one for each of its letters: objects made or looked at, and text made (64 bytes
/// count as one).
const MOST_WORK: usize = 120_000;
/// From this many keys on a tree has an index.
const INDEXED_FROM: usize = 12;

/// A key. Numbers that stand alone on a line are numbers to the client, and another key than their text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) text: Rc<str>,
    pub(crate) number: bool,
}

macro_rules! numbered {
    ($($name:ident)*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $name(pub(crate) usize);
    )*};
}
numbered!(TreeId ListId JoinId SubId);

/// A value: either it, or the number of the object.
#[derive(Clone, Debug)]
pub(crate) enum Val {
    /// Python's `None`.
    None,
    /// The client's object for `null` in a text, which is given out as `None`.
    Null,
    Bool(bool),
    Int(Rc<str>),
    Float(Rc<str>),
    Text(Rc<str>),
    Unquoted(Rc<str>),
    /// Its text, and how many spaces follow it.
    Quoted(Rc<str>, usize),
    /// Text that holds expressions which the client answers from its environment.
    OnClient(Rc<str>),
    Period(Rc<Period>),
    Include,
    Tree(TreeId),
    List(ListId),
    Join(JoinId),
    Sub(SubId),
}

impl Val {
    /// Whether others can stand in it.
    pub(crate) fn holds(&self) -> bool {
        matches!(self, Self::Join(_) | Self::Tree(_) | Self::List(_))
    }
}

/// Keys in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    /// Nothing where a key went away, so that the others keep their places.
    slots: Vec<Option<(Key, Val)>>,
    index: HashMap<Key, usize>,
    gone: usize,
    pub(crate) root: bool,
    /// Counts keys that came or went, as Python does to notice a change while it walks.
    pub(crate) changes: usize,
}

impl Tree {
    pub(crate) fn new(root: bool) -> Self {
        Self {
            root,
            ..Self::default()
        }
    }

    /// The keys that are there, in their order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &(Key, Val)> {
        self.slots.iter().flatten()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.len() == self.gone
    }

    /// The values that are there, with the numbers by which `replace` knows them.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &Val)> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(at, slot)| Some((at, &slot.as_ref()?.1)))
    }

    pub(crate) fn replace(&mut self, at: usize, value: Val) {
        if let Some(Some((_, old))) = self.slots.get_mut(at) {
            *old = value;
        }
    }

    fn find(&self, key: &Key) -> Option<usize> {
        if self.slots.len() < INDEXED_FROM {
            let is_it = |slot: &Option<(Key, Val)>| matches!(slot, Some((known, _)) if known == key);
            return self.slots.iter().position(is_it);
        }
        self.index.get(key).copied()
    }

    pub(crate) fn raw(&self, key: &Key) -> Option<&Val> {
        self.slots.get(self.find(key)?)?.as_ref().map(|(_, value)| value)
    }

    pub(crate) fn set(&mut self, key: &Key, value: Val) {
        if let Some(Some((_, old))) = self.find(key).and_then(|at| self.slots.get_mut(at)) {
            *old = value;
            return;
        }
        self.slots.push(Some((key.clone(), value)));
        self.changes += 1;
        if self.slots.len() == INDEXED_FROM {
            self.reindex();
        } else if self.slots.len() > INDEXED_FROM {
            self.index.insert(key.clone(), self.slots.len() - 1);
        }
    }

    pub(crate) fn remove(&mut self, key: &Key) -> bool {
        let Some(slot) = self.find(key).and_then(|at| self.slots.get_mut(at)) else {
            return false;
        };
        *slot = None;
        self.index.remove(key);
        self.gone += 1;
        self.changes += 1;
        // Keys that come and go must not make it longer and longer.
        if self.gone > self.slots.len() / 2 {
            self.slots.retain(Option::is_some);
            self.gone = 0;
            self.reindex();
        }
        true
    }

    fn reindex(&mut self) {
        self.index.clear();
        for (at, (key, _)) in self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(at, slot)| Some((at, slot.as_ref()?)))
        {
            self.index.insert(key.clone(), at);
        }
    }
}

/// Where a value that waits will be put.
#[derive(Clone, Debug)]
pub(crate) enum Parent {
    None,
    Tree(TreeId, Key),
    List(ListId, usize),
}

/// Several values that stand beside each other (`ConfigValues`).
#[derive(Clone, Debug)]
pub(crate) struct Join {
    pub(crate) tokens: Vec<Val>,
    pub(crate) parent: Parent,
    /// What stood at the key before.
    pub(crate) overridden: Val,
    pub(crate) at: usize,
}

/// `${variable}`.
#[derive(Clone, Debug)]
pub(crate) struct Sub {
    pub(crate) variable: Key,
    pub(crate) optional: bool,
    pub(crate) spaces: usize,
    pub(crate) index: usize,
    pub(crate) parent: Option<JoinId>,
    pub(crate) at: usize,
}

/// Prints the source of a float.
pub(crate) type Float = fn(&str) -> String;

/// All objects of one text.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    trees: Vec<Tree>,
    lists: Vec<Vec<Val>>,
    joins: Vec<Join>,
    subs: Vec<Sub>,
    /// What stood at each key of the root, in order.
    history: Vec<(Key, Vec<Val>)>,
    history_index: HashMap<Key, usize>,
    work: usize,
    most_work: usize,
    float: Option<Float>,
    /// Where the text is being read, for what has no place of its own.
    pub(crate) here: usize,
}

macro_rules! objects {
    ($id:ident, $object:ty, $field:ident, $read:ident, $change:ident, $add:ident) => {
        impl Graph {
            pub(crate) fn $read(&self, id: $id) -> Result<&$object, Stop> {
                self.$field.get(id.0).ok_or_else(|| self.lost())
            }

            pub(crate) fn $change(&mut self, id: $id) -> Result<&mut $object, Stop> {
                let here = self.here;
                self.$field.get_mut(id.0).ok_or_else(|| lost_at(here))
            }

            pub(crate) fn $add(&mut self, object: $object) -> Result<$id, Stop> {
                self.spend(1)?;
                self.$field.push(object);
                Ok($id(self.$field.len() - 1))
            }
        }
    };
}
objects!(TreeId, Tree, trees, tree, tree_mut, add_tree);
objects!(ListId, Vec<Val>, lists, list, list_mut, add_list);
objects!(JoinId, Join, joins, join, join_mut, add_join);
objects!(SubId, Sub, subs, sub, sub_mut, add_sub);

fn lost_at(here: usize) -> Stop {
    Stop::limit(
        here,
        "This text cannot be followed. Write it with fewer substitutions.",
    )
}

impl Graph {
    /// For a text of this many letters. With another `float` than that of `scalar` only what comes of it is wrong, not whether
    /// something does.
    pub(crate) fn new(letters: usize, float: Float) -> Self {
        Self {
            // Tabs are several signs, but no more work.
            most_work: MOST_WORK + letters.min(MAX_BYTES),
            float: Some(float),
            ..Self::default()
        }
    }

    /// How Python prints the float.
    pub(crate) fn float(&self, source: &str) -> String {
        self.float
            .map_or_else(|| source.to_owned(), |float| float(source))
    }

    /// What stood at a key of the root, in order.
    pub(crate) fn history(&self, key: &Key) -> &[Val] {
        self.history_index
            .get(key)
            .and_then(|at| self.history.get(*at))
            .map_or(&[], |(_, values)| values)
    }

    pub(crate) fn remember(&mut self, key: &Key, value: Val) {
        let known = self
            .history_index
            .get(key)
            .and_then(|at| self.history.get_mut(*at));
        if let Some((_, values)) = known {
            values.push(value);
            return;
        }
        self.history_index.insert(key.clone(), self.history.len());
        self.history.push((key.clone(), vec![value]));
    }

    /// Whether nothing in the text waited for anything.
    pub(crate) fn is_plain(&self) -> bool {
        self.joins.is_empty()
    }

    /// From here on nothing new is made of the text.
    pub(crate) fn done(&mut self) {
        self.most_work = usize::MAX;
    }

    fn lost(&self) -> Stop {
        lost_at(self.here)
    }

    /// Counts work, and stops where a text makes too much of it.
    pub(crate) fn spend(&mut self, amount: usize) -> Result<(), Stop> {
        self.work += amount;
        if self.work <= self.most_work {
            return Ok(());
        }
        let message = "This text grows too large: it repeats or substitutes too much. Write it out, or make it shorter.";
        Err(Stop::limit(self.here, message))
    }

    /// What `tree[key]` gives in Python: `null` as `None`, and of a list a new one.
    pub(crate) fn given(&mut self, value: &Val) -> Result<Val, Stop> {
        match value {
            Val::Null => Ok(Val::None),
            Val::List(id) => {
                let copy: Vec<Val> = self
                    .list(*id)?
                    .iter()
                    .map(|v| {
                        if matches!(v, Val::Null) {
                            Val::None
                        } else {
                            v.clone()
                        }
                    })
                    .collect();
                self.spend(copy.len())?;
                Ok(Val::List(self.add_list(copy)?))
            }
            other => Ok(other.clone()),
        }
    }

    /// The items of a tree as Python gives them out.
    pub(crate) fn items(&mut self, id: TreeId) -> Result<Vec<(Key, Val)>, Stop> {
        let raw: Vec<(Key, Val)> = self.tree(id)?.entries().cloned().collect();
        self.spend(raw.len())?;
        raw.into_iter()
            .map(|(key, value)| Ok((key, self.given(&value)?)))
            .collect()
    }

    /// What Python's `bool()` says.
    pub(crate) fn truth(&self, value: &Val) -> Result<bool, Stop> {
        Ok(match value {
            Val::None => false,
            Val::Bool(value) => *value,
            Val::Int(digits) => &**digits != "0",
            Val::Float(source) => !crate::scalar::is_zero(&self.float(source)),
            Val::Text(text) | Val::Unquoted(text) | Val::OnClient(text) => !text.is_empty(),
            Val::Period(period) => !period.zero,
            Val::Tree(id) => !self.tree(*id)?.is_empty(),
            Val::List(id) => !self.list(*id)?.is_empty(),
            Val::Null | Val::Quoted(..) | Val::Include | Val::Join(_) | Val::Sub(_) => true,
        })
    }
}
