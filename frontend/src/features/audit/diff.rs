//! What an entry changed, field by field, out of what was before and what is afterwards.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{features::audit::words::capitalised, json};

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name, in words.
    pub field: String,
    /// Its value before, if it had one.
    pub before: Option<String>,
    /// Its value afterwards, if it has one.
    pub after: Option<String>,
}

/// The fields that differ. Where there is only a before or only an after, all of them.
pub fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    for (value, fields) in [(before, &mut old), (after, &mut new)] {
        if let Some(value) = value {
            flatten(value, "", fields);
        }
    }
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let change = |name: &String| Change {
        field: capitalised(name),
        before: old.get(name).cloned(),
        after: new.get(name).cloned(),
    };
    names
        .into_iter()
        .map(change)
        .filter(|change| change.before != change.after)
        .collect()
}

/// Every value that is not itself made of others, under its name and those of what it is in.
fn flatten(value: &Value, name: &str, into: &mut BTreeMap<String, String>) {
    let text = match value {
        Value::Null => return,
        Value::Object(fields) => {
            for (key, value) in fields {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}, {key}")
                };
                flatten(value, &name, into);
            }
            return;
        }
        Value::Array(items) => {
            let words: Vec<_> = items.iter().map(plain).collect();
            if words.is_empty() {
                "none".to_owned()
            } else {
                words.join(", ")
            }
        }
        other => plain(other),
    };
    let name = if name.is_empty() { "value" } else { name };
    into.insert(name.to_owned(), text);
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        other => json::text(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Option<Value>, after: Option<Value>) -> Vec<(String, String, String)> {
        let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        changes(before.as_ref(), after.as_ref())
            .into_iter()
            .map(|change| (change.field, dash(change.before), dash(change.after)))
            .collect()
    }

    fn row(field: &str, before: &str, after: &str) -> (String, String, String) {
        (field.to_owned(), before.to_owned(), after.to_owned())
    }

    #[test]
    fn n12_only_what_differs_is_told() {
        let before = json!({ "name": "Vision", "max_members": 3, "open": true, "label": "" });
        let after = json!({ "name": "Vision lab", "max_members": null, "open": true, "label": "x" });
        assert_eq!(
            told(Some(before), Some(after)),
            [
                row("Label", "(empty)", "x"),
                row("Max members", "3", "-"),
                row("Name", "Vision", "Vision lab"),
            ]
        );
    }

    #[test]
    fn with_one_side_alone_all_its_fields_are_told() {
        let made = json!({ "role": "admin", "by": { "link": true }, "keys": ["A", "B"], "none": [] });
        assert_eq!(
            told(None, Some(made)),
            [
                row("By, link", "-", "yes"),
                row("Keys", "-", "A, B"),
                row("None", "-", "none"),
                row("Role", "-", "admin"),
            ]
        );
        assert_eq!(told(Some(json!("x")), None), [row("Value", "x", "-")]);
        assert_eq!(told(None, None), []);
    }
}
