//! How the client cuts a key into the steps of a path (`ConfigTree.parse_key`), and looks one up.

use std::rc::Rc;

use crate::fault::{FaultKind, Stop};
use crate::graph::{Graph, Key, TreeId, Val};

/// What ends a step that is not in quotes; a step in quotes that holds one of these keeps its quotes.
const SPECIAL: &str = "$}[]:=+#`^?!@*&.";

impl Key {
    pub(crate) fn text(text: &str) -> Self {
        Self {
            text: Rc::from(text),
            number: false,
        }
    }

    /// The key as it is given out, without the quotes.
    pub(crate) fn plain(&self) -> &str {
        if self.number {
            &self.text
        } else {
            self.text.trim_matches('"')
        }
    }

    /// The same, for who keeps it.
    pub(crate) fn kept(&self) -> Rc<str> {
        let plain = self.plain();
        if plain.len() == self.text.len() {
            self.text.clone()
        } else {
            Rc::from(plain)
        }
    }

    /// The steps: `a.b` are two, `"a.b"` is one. Some texts have none.
    pub(crate) fn steps(&self) -> Vec<Self> {
        // Most keys are one step.
        if self.number || !self.text.is_empty() && !self.text.contains(|c| c == '"' || SPECIAL.contains(c)) {
            return vec![self.clone()];
        }
        let mut steps = Vec::new();
        let mut rest: &str = &self.text;
        while let Some(first) = rest.chars().next() {
            let length = quoted_length(rest).or_else(|| bare_length(rest));
            let Some((step, after)) = length.and_then(|length| rest.split_at_checked(length)) else {
                rest = rest.get(first.len_utf8()..).unwrap_or("");
                continue;
            };
            let kept = if step.contains(|c| SPECIAL.contains(c)) {
                step
            } else {
                step.trim_matches('"')
            };
            steps.push(Self::text(kept));
            rest = after;
        }
        steps
    }
}

fn quoted_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('"')?;
    let end = inner.find('"').filter(|end| *end > 0)?;
    Some(end + 2)
}

fn bare_length(text: &str) -> Option<usize> {
    let length = text.find(|c| SPECIAL.contains(c)).unwrap_or(text.len());
    (length > 0).then_some(length)
}

/// What a look-up finds.
pub(crate) enum Found {
    Value(Val),
    Missing,
    /// On the way there is something that has no keys.
    NoKeys,
}

impl Graph {
    /// `tree.get(key)`.
    pub(crate) fn get(&mut self, tree: TreeId, steps: &[Key]) -> Result<Found, Stop> {
        let mut tree = tree;
        let Some((last, way)) = steps.split_last() else {
            return Err(Stop::new(
                FaultKind::Substitution,
                self.here,
                "This name has no letters. Name a key.",
            ));
        };
        for step in way {
            match self.tree(tree)?.raw(step) {
                None => return Ok(Found::Missing),
                Some(Val::Tree(next)) => tree = *next,
                Some(_) => return Ok(Found::NoKeys),
            }
        }
        let Some(value) = self.tree(tree)?.raw(last).cloned() else {
            return Ok(Found::Missing);
        };
        Ok(Found::Value(self.given(&value)?))
    }

    /// `tree.get(key, None)`.
    pub(crate) fn get_or_none(&mut self, tree: TreeId, steps: &[Key]) -> Result<Val, Stop> {
        Ok(match self.get(tree, steps)? {
            Found::Value(value) => value,
            Found::Missing | Found::NoKeys => Val::None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_cut_as_the_client_cuts_them() {
        for (key, steps) in [
            ("a.b.c", vec!["a", "b", "c"]),
            ("\"a.b\"", vec!["\"a.b\""]),
            ("a.\"b\"", vec!["a", "b"]),
            ("\"a\\\"b\"", vec!["a\\", "b"]),
            ("\"\"", vec![""]),
            ("..", vec![]),
            ("a b/c", vec!["a b/c"]),
        ] {
            let cut: Vec<String> = Key::text(key)
                .steps()
                .iter()
                .map(|step| step.text.to_string())
                .collect();
            assert_eq!(cut, steps, "{key}");
        }
    }
}
