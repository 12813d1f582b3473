//! What a client has in the end: its layers merged as it merges them (`ConfigTree.merge_configs`), with the layer that each value
//! comes from. Later layers win; two blocks of keys are merged, anything else is replaced as a whole, lists too.

use std::collections::HashMap;

use crate::secret::masked;
use crate::value::{Map, Value};

/// One text of several, in the order in which a client puts them over each other: defaults, the file, vaults.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// What a client has of the text.
    pub tree: &'a Map,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The steps to it.
    pub path: Vec<String>,
    /// The value: not a block, unless it is an empty one.
    pub value: Value,
    /// The layer that it comes from, from 0.
    pub origin: usize,
    /// The layers whose values it replaced, from 0, the earliest first.
    pub overrides: Vec<usize>,
}

/// An entry as it may be shown and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownEntry {
    /// The steps to the value.
    pub path: Vec<String>,
    /// The value as JSON, with what is secret in it masked.
    pub value: String,
    /// Whether something in it is masked.
    pub masked: bool,
    /// Whether the client replaces `${...}` in it.
    pub on_client: bool,
    /// The layer that it comes from, from 0.
    pub origin: usize,
    /// The layers whose values it replaced, from 0, the earliest first.
    pub overrides: Vec<usize>,
}

impl Entry {
    /// For the screen.
    pub fn shown(&self) -> ShownEntry {
        let steps: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let value = masked(&steps, &self.value);
        ShownEntry {
            path: self.path.clone(),
            masked: value != self.value,
            value: value.to_json(),
            on_client: waits(&self.value),
            origin: self.origin,
            overrides: self.overrides.clone(),
        }
    }
}

fn waits(value: &Value) -> bool {
    match value {
        Value::OnClient(_) => true,
        Value::List(values) => values.iter().any(waits),
        Value::Map(map) => map.entries().iter().any(|(_, value)| waits(value)),
        _ => false,
    }
}

/// The result of merging.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effective {
    /// Each value, in the order in which the client has them.
    pub entries: Vec<Entry>,
    /// Whether that is every value: paths of more than 8 MiB together are not written out.
    pub is_whole: bool,
}

impl Effective {
    /// The values as one tree, as the client has them.
    pub fn tree(&self) -> Map {
        let mut node = Block::default();
        for entry in &self.entries {
            let steps: Vec<&str> = entry.path.iter().map(String::as_str).collect();
            put(&mut node, &steps, &entry.value);
        }
        node.plain()
    }
}

/// Merges the layers, the first lowest.
pub fn merge(layers: &[Layer<'_>]) -> Effective {
    let mut root = Block::default();
    for (origin, layer) in layers.iter().enumerate() {
        root.add(layer.tree, origin, &[]);
    }
    let mut listing = Listing {
        entries: Vec::new(),
        room: Some(MOST_BYTES_OF_PATHS),
    };
    root.list(&mut Vec::new(), &mut listing);
    Effective {
        entries: listing.entries,
        is_whole: listing.room.is_some(),
    }
}

/// Bytes of all paths of a result: each value has its whole path, and what is deep repeats a long one many times.
const MOST_BYTES_OF_PATHS: usize = 8 * 1024 * 1024;

/// The values as far as there is room for their paths; no room any more when one did not fit.
#[derive(Debug)]
struct Listing {
    entries: Vec<Entry>,
    room: Option<usize>,
}

impl Listing {
    fn add(&mut self, entry: Entry) {
        let length: usize = entry.path.iter().map(|step| step.len() + 8).sum();
        self.room = self.room.and_then(|room| room.checked_sub(length));
        if self.room.is_some() {
            self.entries.push(entry);
        }
    }
}

#[derive(Debug)]
enum Node {
    Leaf {
        value: Value,
        origin: usize,
        overrides: Vec<usize>,
    },
    Block(Block),
}

#[derive(Debug, Default)]
struct Block {
    entries: Vec<(String, Node)>,
    index: HashMap<String, usize>,
    /// What an empty block comes from, and what it replaced.
    origin: usize,
    overrides: Vec<usize>,
}

impl Block {
    fn get(&mut self, key: &str) -> Option<&mut Node> {
        let at = *self.index.get(key)?;
        self.entries.get_mut(at).map(|(_, node)| node)
    }

    fn set(&mut self, key: &str, node: Node) {
        if let Some(old) = self.get(key) {
            *old = node;
            return;
        }
        self.push(key, node);
    }

    fn push(&mut self, key: &str, node: Node) {
        self.index.insert(key.to_owned(), self.entries.len());
        self.entries.push((key.to_owned(), node));
    }

    /// Puts the keys over what is here; `replaced` are the layers whose value gave way to this block.
    fn add(&mut self, map: &Map, origin: usize, replaced: &[usize]) {
        for (key, value) in map.entries() {
            let mut old = self.get(key);
            if let (Some(Node::Block(block)), Value::Map(map)) = (&mut old, value) {
                block.add(map, origin, &[]);
                continue;
            }
            let overrides = match &mut old {
                Some(old) => old.take_origins(replaced),
                None => replaced.to_vec(),
            };
            let node = match value {
                Value::Map(map) => {
                    let mut block = Self {
                        origin,
                        overrides: overrides.clone(),
                        ..Self::default()
                    };
                    block.add(map, origin, &overrides);
                    Node::Block(block)
                }
                value => Node::Leaf {
                    value: value.clone(),
                    origin,
                    overrides,
                },
            };
            match self.get(key) {
                Some(old) => *old = node,
                None => self.push(key, node),
            }
        }
    }

    fn list(self, path: &mut Vec<String>, out: &mut Listing) {
        if self.entries.is_empty() && !path.is_empty() {
            let value = Value::Map(Map::default());
            out.add(Entry {
                path: path.clone(),
                value,
                origin: self.origin,
                overrides: self.overrides,
            });
            return;
        }
        for (key, node) in self.entries {
            if out.room.is_none() {
                return;
            }
            path.push(key);
            match node {
                Node::Block(block) => block.list(path, out),
                Node::Leaf {
                    value,
                    origin,
                    overrides,
                } => out.add(Entry {
                    path: path.clone(),
                    value,
                    origin,
                    overrides,
                }),
            }
            path.pop();
        }
    }

    fn plain(self) -> Map {
        let entries = self.entries.into_iter().map(|(key, node)| match node {
            Node::Leaf { value, .. } => (key, value),
            Node::Block(block) => (key, Value::Map(block.plain())),
        });
        Map::new(entries.collect())
    }
}

impl Node {
    /// The layers of a value that gives way, which needs its own no more, and those that gave way with it; in order, each once.
    fn take_origins(&mut self, replaced: &[usize]) -> Vec<usize> {
        let mut all = Vec::new();
        match self {
            // The usual one. What it replaced is in order already, and older than itself.
            Self::Leaf {
                origin, overrides, ..
            } if replaced.is_empty() => {
                all = std::mem::take(overrides);
                if all.last() != Some(origin) {
                    all.push(*origin);
                }
                return all;
            }
            node => node.origins(&mut all),
        }
        all.extend(replaced);
        all.sort_unstable();
        all.dedup();
        all
    }

    fn origins(&self, out: &mut Vec<usize>) {
        match self {
            Self::Leaf {
                origin, overrides, ..
            } => {
                out.push(*origin);
                out.extend(overrides);
            }
            Self::Block(block) if block.entries.is_empty() => {
                out.push(block.origin);
                out.extend(&block.overrides);
            }
            Self::Block(block) => block.entries.iter().for_each(|(_, node)| node.origins(out)),
        }
    }
}

fn put(block: &mut Block, steps: &[&str], value: &Value) {
    let Some((first, rest)) = steps.split_first() else {
        return;
    };
    if rest.is_empty() {
        let node = match value {
            Value::Map(_) => Node::Block(Block::default()),
            value => Node::Leaf {
                value: value.clone(),
                origin: 0,
                overrides: Vec::new(),
            },
        };
        block.set(first, node);
        return;
    }
    if !matches!(block.get(first), Some(Node::Block(_))) {
        block.set(first, Node::Block(Block::default()));
    }
    if let Some(Node::Block(below)) = block.get(first) {
        put(below, rest, value);
    }
}
