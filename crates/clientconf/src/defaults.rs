//! What clients have before any file or vault says otherwise: the keys and values that the `clearml` 2.1.12 package brings along
//! (`sdk`, `api` and `logging`) and, below `agent`, those of `clearml-agent` 3.0.3. A client puts them under the file on its
//! machine, and vaults over both. Folders among them are those inside of the containers that an agent starts.

use std::sync::LazyLock;

use crate::merge::{Effective, Entry};
use crate::parse::parse;
use crate::resolve::Resolve;
use crate::value::{Map, Value};

/// Whose defaults they are.
pub const CLIENTS: &str = "clearml 2.1.12, clearml-agent 3.0.3";

/// One key a line, sorted: its steps with slashes between, and its value in JSON.
const DEFAULTS: &str = include_str!("defaults.txt");

static TREE: LazyLock<Map> = LazyLock::new(|| {
    let entries = DEFAULTS.lines().filter_map(entry).collect();
    Effective {
        entries,
        is_whole: true,
    }
    .tree()
});

/// All of them, as a layer below all others.
pub fn tree() -> &'static Map {
    &TREE
}

fn entry(line: &str) -> Option<Entry> {
    let (path, json) = line.split_once(' ')?;
    Some(Entry {
        path: path.split('/').map(str::to_owned).collect(),
        value: value(json)?,
        origin: 0,
        overrides: Vec::new(),
    })
}

/// The value as clients read it, whose reader knows it only after a key.
fn value(json: &str) -> Option<Value> {
    let parsed = parse(&format!("value = {json}\n"), Resolve::Never).ok()?;
    parsed.tree.get("value").cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{Kind, Known, look_up};

    #[test]
    fn n03_each_default_stands_once_and_is_read_as_it_is_written() {
        let paths: Vec<&str> = DEFAULTS
            .lines()
            .filter_map(|line| Some(line.split_once(' ')?.0))
            .collect();
        assert!(paths.windows(2).all(|two| two[0] < two[1]));
        assert!(paths.len() > 140, "{}", paths.len());
        for line in DEFAULTS.lines() {
            let (path, json) = line.split_once(' ').unwrap();
            let steps: Vec<&str> = path.split('/').collect();
            assert_eq!(
                tree().at(&steps).map(Value::to_json).as_deref(),
                Some(json),
                "{path}"
            );
        }
    }

    #[test]
    fn the_keys_of_the_defaults_are_known_and_of_the_known_kind() {
        for line in DEFAULTS.lines().filter(|line| !line.starts_with("logging/")) {
            let entry = entry(line).unwrap();
            let steps: Vec<&str> = entry.path.iter().map(String::as_str).collect();
            let fits = match (look_up(&steps), &entry.value) {
                (Known::Leaf(Kind::Any | Kind::Block), _) | (_, Value::Null) => true,
                (Known::Leaf(Kind::Switch), value) => matches!(value, Value::Bool(_)),
                (Known::Leaf(Kind::Number), value) => matches!(value, Value::Int(_) | Value::Float(_)),
                (Known::Leaf(Kind::Text), value) => matches!(value, Value::Text(_) | Value::Float(_)),
                (Known::Leaf(Kind::List), value) => matches!(value, Value::List(_)),
                (Known::Above, value) => matches!(value, Value::Map(_) | Value::List(_)),
                (Known::Unknown { .. }, _) => false,
            };
            assert!(fits, "{line}: {:?}", look_up(&steps));
        }
    }
}
