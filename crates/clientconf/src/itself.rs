//! A key of the root that names itself means what it was before (`ConfigParser._fixup_self_references`).

use std::rc::Rc;

use crate::fault::Stop;
use crate::graph::{Key, SubId, Val};
use crate::key::Found;
use crate::resolve::{Resolve, Resolver, look_up};

impl Resolver<'_> {
    /// `_fixup_self_references`: a key of the root that names itself means what it was before.
    pub(crate) fn self_references(&mut self) -> Result<(), Stop> {
        let keys: Vec<Key> = self
            .graph
            .tree(self.root)?
            .entries()
            .map(|(key, _)| key.clone())
            .collect();
        let changes = self.graph.tree(self.root)?.changes;
        for key in keys {
            if self.graph.tree(self.root)?.changes != changes {
                let message = "Clients fail on a substitution that removes its own key. Move it to the end, or write it out.";
                return Err(Stop::substitution(self.graph.here, message));
            }
            let history = self.graph.history(&key).to_vec();
            let Some((first, later)) = history.split_first() else {
                continue;
            };
            let mut previous = first.clone();
            for current in later {
                let mut current = current.clone();
                for sub in self.waiting_in(&current, 0)? {
                    if let Some(rest) = self.names_itself(sub, &key)? {
                        current = self.value_before(sub, &previous, &rest)?;
                    }
                }
                previous = current;
            }
            if later.is_empty() {
                for sub in self.waiting_in(&previous, 0)? {
                    if self.names_itself(sub, &key)?.is_some() {
                        self.without_before(sub, &key)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The steps below the key, if the substitution names it and what it names is not there in the end.
    fn names_itself(&mut self, id: SubId, key: &Key) -> Result<Option<Vec<Key>>, Stop> {
        let sub = self.graph.sub(id)?.clone();
        self.graph.here = sub.at;
        let steps = sub.variable.steps();
        if steps.len() > 1 && !matches!(self.graph.get_or_none(self.root, &steps)?, Val::None) {
            return Ok(None);
        }
        match steps.split_first() {
            None => Err(Stop::substitution(
                sub.at,
                "This substitution has no name. Write ${name}.",
            )),
            Some((first, rest)) => Ok((first == key).then(|| rest.to_vec())),
        }
    }

    fn value_before(&mut self, sub: SubId, previous: &Val, rest: &[Key]) -> Result<Val, Stop> {
        let value = match previous {
            Val::Join(_) => return Err(self.circle(sub)),
            other if rest.is_empty() => other.clone(),
            // The client looks the rest up as a new text, with the quotes that were taken off gone.
            Val::Tree(tree) => {
                let name: Vec<&str> = rest.iter().map(|step| &*step.text).collect();
                match self.graph.get(*tree, &Key::text(&name.join(".")).steps())? {
                    Found::Value(value) => value,
                    Found::Missing | Found::NoKeys => return Err(self.circle(sub)),
                }
            }
            _ => return Err(self.circle(sub)),
        };
        Ok(self.substitute(sub, value, true)?.2)
    }

    fn without_before(&mut self, id: SubId, key: &Key) -> Result<(), Stop> {
        let optional = self.graph.sub(id)?.optional;
        if optional {
            self.substitute(id, Val::None, true)?;
        }
        let answer = match self.resolve {
            Resolve::With(environment) => {
                look_up(environment, &key.text).map(|value| Val::Text(Rc::from(value)))
            }
            Resolve::Never if optional => None,
            Resolve::Never => {
                self.need(id)?;
                Some(Val::OnClient(Rc::from(format!(
                    "${{{}}}",
                    self.graph.sub(id)?.variable.text
                ))))
            }
        };
        match answer {
            Some(value) => self.substitute(id, value, true)?,
            None if optional => self.substitute(id, Val::None, true)?,
            None => return Ok(()),
        };
        Ok(())
    }
}
