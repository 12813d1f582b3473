//! What preferences may hold, and how a change is merged into them. Nothing here knows where they are stored.

use serde_json::{Map, Value};
use shared::error::FieldError;

/// The most bytes that preferences take as JSON.
pub const MOST_BYTES: usize = 64 * 1024;
/// The longest key, in characters.
const LONGEST_KEY: usize = 255;
/// How deep preferences may nest, the object itself included.
const DEEPEST: usize = 32;

/// Preferences after a change: each key that was sent replaces the one before, and `null` takes it away.
pub fn merged(
    mut current: Map<String, Value>,
    change: Map<String, Value>,
) -> Result<Map<String, Value>, FieldError> {
    bounded(&change)?;
    for (key, value) in change {
        check(&key, &value)?;
        match value {
            Value::Null => current.remove(&key),
            value => current.insert(key, value),
        };
    }
    bounded(&current)?;
    Ok(current)
}

fn bounded(content: &Map<String, Value>) -> Result<(), FieldError> {
    let bytes = serde_json::to_vec(content).map_or(usize::MAX, |json| json.len());
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let kib = MOST_BYTES / 1024;
    Err(fault("", format!("Preferences hold at most {kib} KiB together.")))
}

fn check(key: &str, value: &Value) -> Result<(), FieldError> {
    if !keys_fit(key, value) {
        let detail = format!("A key has at most {LONGEST_KEY} characters.");
        return Err(fault(&pointer(key), detail));
    }
    if depth(value) + 1 > DEEPEST {
        let detail = format!("Preferences nest at most {DEEPEST} levels deep.");
        return Err(fault(&pointer(key), detail));
    }
    Ok(())
}

fn keys_fit(key: &str, value: &Value) -> bool {
    key.chars().count() <= LONGEST_KEY
        && match value {
            Value::Object(fields) => fields.iter().all(|(key, value)| keys_fit(key, value)),
            Value::Array(items) => items.iter().all(|item| keys_fit("", item)),
            _ => true,
        }
}

/// The parser bounds the depth of what comes in, so this ends.
fn depth(value: &Value) -> usize {
    match value {
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A JSON pointer to a key, which is cut if it is long.
fn pointer(key: &str) -> String {
    let shown: String = key.chars().take(LONGEST_KEY).collect();
    format!("/{}", shown.replace('~', "~0").replace('/', "~1"))
}

fn fault(pointer: &str, detail: String) -> FieldError {
    FieldError {
        pointer: pointer.to_owned(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn a_change_merges_at_the_top_level_and_null_takes_away() {
        let current = map(json!({"a": 1, "b": {"x": 1}, "c": true}));
        let change = map(json!({"a": null, "b": {"y": null}, "d": "new", "never": null}));
        let merged = merged(current, change).unwrap();
        assert_eq!(
            Value::Object(merged),
            json!({"b": {"y": null}, "c": true, "d": "new"})
        );
    }

    #[test]
    fn size_depth_and_keys_are_bounded() {
        let change = |value: Value| merged(Map::new(), map(value));
        assert!(change(json!({"a": "x".repeat(MOST_BYTES - 8)})).is_ok());
        assert_eq!(
            change(json!({"a": "x".repeat(MOST_BYTES - 7)}))
                .unwrap_err()
                .pointer,
            ""
        );
        let long = "é".repeat(256);
        assert!(change(json!({ long.clone(): 1 })).is_err());
        assert!(change(json!({ "é".repeat(255): 1 })).is_ok());
        assert_eq!(
            change(json!({"a/b~": [{ long: 1 }]})).unwrap_err().pointer,
            "/a~1b~0"
        );
        let nested = |levels: usize| (1..levels).fold(json!(1), |inner, _| json!([inner]));
        assert!(change(json!({ "a": nested(DEEPEST) })).is_ok());
        assert!(change(json!({ "a": nested(DEEPEST + 1) })).is_err());
    }

    #[test]
    fn a_full_document_can_be_made_smaller() {
        let full = map(json!({"a": "x".repeat(MOST_BYTES - 20), "b": 1}));
        assert!(merged(full.clone(), map(json!({"c": "x".repeat(40)}))).is_err());
        assert!(merged(full, map(json!({"a": null, "c": "x".repeat(40)}))).is_ok());
    }
}
