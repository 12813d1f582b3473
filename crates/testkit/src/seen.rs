//! Makes answers comparable: what differs from run to run is checked for its shape and replaced by a word. The same
//! id gets the same number everywhere in one value, so a snapshot still shows what belongs together.

use chrono::{DateTime, Utc};
use secrets::key_pair::{AccessKey, SecretKey};
use serde_json::Value;

use crate::START;

/// Replaces ids, times, keys, tokens and request ids in `value`. One of a wrong shape fails the test.
///
/// A time becomes its distance from [`START`]: `[start]` or `[start + 86400 s]`.
#[must_use]
pub fn checked(mut value: Value) -> Value {
    walk(&mut value, "", &mut Vec::new());
    value
}

fn walk(value: &mut Value, name: &str, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(field, name, ids);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(item, name, ids);
            }
        }
        Value::String(text) => {
            if let Some(word) = word(name, text, ids) {
                *text = word;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What stands in a snapshot instead of the field `name` with the value `text`.
fn word(name: &str, text: &str, ids: &mut Vec<String>) -> Option<String> {
    Some(match name {
        "request_id" => {
            assert!(!text.is_empty(), "request_id is empty");
            "[request id]".to_owned()
        }
        "access_key" | "rotated_from" | "rotated_to" => {
            assert!(AccessKey::parse(text).is_ok(), "{name} is no access key: {text}");
            numbered("access key", text, ids)
        }
        "secret_key" => {
            assert!(SecretKey::parse(text).is_ok(), "{name} is no secret key");
            "[secret key]".to_owned()
        }
        "token" => {
            assert_eq!(text.split('.').count(), 3, "{name} is no JWT");
            "[token]".to_owned()
        }
        "next_cursor" => {
            assert!(!text.is_empty(), "{name} is empty");
            "[cursor]".to_owned()
        }
        _ if name == "id" || name.ends_with("_id") => {
            let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            assert!(
                text.len() == 32 && text.bytes().all(hex),
                "{name} is no id: {text}"
            );
            numbered("id", text, ids)
        }
        _ if name.ends_with("_at") => time(name, text),
        _ => return None,
    })
}

fn numbered(kind: &str, text: &str, seen: &mut Vec<String>) -> String {
    let place = seen.iter().position(|known| known == text).unwrap_or_else(|| {
        seen.push(text.to_owned());
        seen.len() - 1
    });
    format!("[{kind} {}]", place + 1)
}

fn time(name: &str, text: &str) -> String {
    let parsed = DateTime::parse_from_rfc3339(text);
    assert!(
        parsed.is_ok() && text.ends_with('Z'),
        "{name} is no RFC 3339 time in UTC: {text}"
    );
    let since = parsed.unwrap_or_default().with_timezone(&Utc).naive_utc() - START;
    match (since.num_seconds(), since.subsec_nanos()) {
        (0, 0) => "[start]".to_owned(),
        (seconds, 0) if seconds > 0 => format!("[start + {seconds} s]"),
        (seconds, 0) => format!("[start - {} s]", -seconds),
        _ => "[time]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_id_has_the_same_number_and_times_are_counted_from_the_start() {
        let one = "0190a0b0c0d07000800000000000abcd";
        let two = "0190a0b0c0d07000800000000000abce";
        let seen = checked(json!({
            "id": one, "user_id": two, "owner_id": one, "name": "ann", "total": 3,
            "created_at": START.and_utc(), "items": [{"expires_at": null}],
        }));
        let expected = json!({
            "id": "[id 1]", "user_id": "[id 2]", "owner_id": "[id 1]", "name": "ann", "total": 3,
            "created_at": "[start]", "items": [{"expires_at": null}],
        });
        // Objects are walked in the order of their names: `id` before `owner_id` before `user_id`.
        assert_eq!(seen, expected);
    }

    #[test]
    #[should_panic(expected = "is no id")]
    fn an_id_of_another_shape_fails_the_test() {
        let _ = checked(json!({ "id": "0190A0B0C0D07000800000000000ABCD" }));
    }

    #[test]
    #[should_panic(expected = "is no RFC 3339 time")]
    fn a_time_without_its_zone_fails_the_test() {
        let _ = checked(json!({ "created_at": "2026-03-02 10:00:00" }));
    }
}
