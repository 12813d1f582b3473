//! Python's `copy.deepcopy`, with which the client puts a value where a substitution names it. What still waits knows where it
//! belongs, so a copy takes everything along that can be reached, each thing once.

use std::collections::BTreeMap;

use crate::fault::{FaultKind, Stop};
use crate::graph::{Graph, JoinId, ListId, Parent, SubId, Tree, TreeId, Val};

/// Deeper than this and Python gives up on what substitutions have nested.
pub(crate) const DEEPEST: usize = 150;

/// Stops where Python would run out of its stack.
pub(crate) fn too_deep(graph: &Graph, depth: usize) -> Result<(), Stop> {
    if depth <= DEEPEST {
        return Ok(());
    }
    Err(Stop::new(
        FaultKind::Limit,
        graph.here,
        "Substitutions nest too deep here for clients. Write some of them out.",
    ))
}

/// Python's `copy.deepcopy`: a copy of everything that can be reached, each thing once.
#[derive(Default)]
pub(crate) struct Copier {
    trees: BTreeMap<usize, usize>,
    lists: BTreeMap<usize, usize>,
    joins: BTreeMap<usize, usize>,
    subs: BTreeMap<usize, usize>,
}

impl Copier {
    pub(crate) fn copy(&mut self, graph: &mut Graph, value: &Val, depth: usize) -> Result<Val, Stop> {
        too_deep(graph, depth)?;
        Ok(match value {
            Val::Tree(id) => Val::Tree(self.tree(graph, *id, depth)?),
            Val::List(id) => Val::List(self.list(graph, *id, depth)?),
            Val::Join(id) => Val::Join(self.join(graph, *id, depth)?),
            Val::Sub(id) => Val::Sub(self.sub(graph, *id, depth)?),
            other => other.clone(),
        })
    }

    fn tree(&mut self, graph: &mut Graph, id: TreeId, depth: usize) -> Result<TreeId, Stop> {
        if let Some(copy) = self.trees.get(&id.0) {
            return Ok(TreeId(*copy));
        }
        let root = graph.tree(id)?.root;
        let copy = graph.add_tree(Tree::new(root))?;
        self.trees.insert(id.0, copy.0);
        for (key, value) in graph.items(id)? {
            let value = self.copy(graph, &value, depth + 1)?;
            graph.tree_mut(copy)?.set(&key, value);
        }
        Ok(copy)
    }

    fn list(&mut self, graph: &mut Graph, id: ListId, depth: usize) -> Result<ListId, Stop> {
        if let Some(copy) = self.lists.get(&id.0) {
            return Ok(ListId(*copy));
        }
        let copy = graph.add_list(Vec::new())?;
        self.lists.insert(id.0, copy.0);
        let values = graph.list(id)?.clone();
        graph.spend(values.len())?;
        for value in &values {
            let value = self.copy(graph, value, depth + 1)?;
            graph.list_mut(copy)?.push(value);
        }
        Ok(copy)
    }

    fn join(&mut self, graph: &mut Graph, id: JoinId, depth: usize) -> Result<JoinId, Stop> {
        if let Some(copy) = self.joins.get(&id.0) {
            return Ok(JoinId(*copy));
        }
        let old = graph.join(id)?.clone();
        let copy = graph.add_join(old.clone())?;
        self.joins.insert(id.0, copy.0);
        let mut tokens = Vec::with_capacity(old.tokens.len());
        for token in &old.tokens {
            tokens.push(self.copy(graph, token, depth + 1)?);
        }
        let parent = match old.parent {
            Parent::None => Parent::None,
            Parent::Tree(tree, key) => Parent::Tree(self.tree(graph, tree, depth + 1)?, key),
            Parent::List(list, index) => Parent::List(self.list(graph, list, depth + 1)?, index),
        };
        let overridden = self.copy(graph, &old.overridden, depth + 1)?;
        let join = graph.join_mut(copy)?;
        join.tokens = tokens;
        join.parent = parent;
        join.overridden = overridden;
        Ok(copy)
    }

    fn sub(&mut self, graph: &mut Graph, id: SubId, depth: usize) -> Result<SubId, Stop> {
        if let Some(copy) = self.subs.get(&id.0) {
            return Ok(SubId(*copy));
        }
        let old = graph.sub(id)?.clone();
        let copy = graph.add_sub(old.clone())?;
        self.subs.insert(id.0, copy.0);
        if let Some(parent) = old.parent {
            graph.sub_mut(copy)?.parent = Some(self.join(graph, parent, depth + 1)?);
        }
        Ok(copy)
    }
}
