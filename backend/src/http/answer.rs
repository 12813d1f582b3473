//! What goes back beside the JSON: location, entity tag, cookie.

use std::{
    cell::RefCell,
    hash::{DefaultHasher, Hasher as _},
    rc::Rc,
};

use actix_web::cookie::Cookie;
use serde::Serialize;

/// What a handler adds to its answer.
#[derive(Debug, Default)]
pub(super) struct Extras {
    pub(super) location: Option<String>,
    pub(super) cookie: Option<Cookie<'static>>,
    pub(super) clear_site_data: bool,
}

/// Shared between a context and the answer to it.
pub(super) type SharedExtras = Rc<RefCell<Extras>>;

/// The entity tag of a JSON body: changes whenever the body does.
#[must_use]
pub fn etag_of(body: &[u8]) -> String {
    format!("\"{:016x}\"", hash(body))
}

/// Fields that the server observes: they change without anybody's edit, so they are no reason to refuse one.
const OBSERVED: [&str; 7] = [
    "\"keys_needing_attention\"",
    "\"last_seen_at\"",
    "\"last_sign_in_at\"",
    "\"last_used_at\"",
    "\"last_used_from\"",
    "\"members\"",
    "\"counted_at\"",
];

/// The entity tag of a resource, in two halves: what people edit, and everything. `If-None-Match` compares both,
/// `If-Match` the first.
pub(super) fn etag_of_json(json: &[u8]) -> String {
    let whole = hash(json);
    let observes =
        std::str::from_utf8(json).is_ok_and(|text| OBSERVED.iter().any(|name| text.contains(name)));
    let edition = match serde_json::from_slice(json) {
        Ok(serde_json::Value::Object(mut fields)) if observes => {
            fields.retain(|name, _| !OBSERVED.iter().any(|observed| observed.trim_matches('"') == name));
            hash(&serde_json::to_vec(&fields).unwrap_or_default())
        }
        _ => whole,
    };
    format!("\"{edition:016x}-{whole:016x}\"")
}

/// The entity tag that `value` has when it is the answer.
pub(super) fn etag_of_value(value: &impl Serialize) -> String {
    etag_of_json(&serde_json::to_vec(value).unwrap_or_default())
}

/// Whether an `If-None-Match` header names `etag`.
pub(super) fn names(header: &str, etag: &str) -> bool {
    tags(header).any(|tag| tag == "*" || tag == etag)
}

/// Whether an `If-Match` header names the edition that `etag` is of.
pub(super) fn names_edition(header: &str, etag: &str) -> bool {
    let edition = |tag: &str| tag.trim_matches('"').split('-').next().map(str::to_owned);
    tags(header).any(|tag| tag == "*" || edition(tag) == edition(etag))
}

fn tags(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').map(|part| part.trim().trim_start_matches("W/"))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_observes_changes_the_tag_but_not_the_edition() {
        let before = etag_of_json(br#"{"label":"a","last_used_at":null}"#);
        let used = etag_of_json(br#"{"label":"a","last_used_at":"2026-01-01T00:00:00Z"}"#);
        let edited = etag_of_json(br#"{"label":"b","last_used_at":null}"#);
        assert!(!names(&before, &used));
        assert!(names_edition(&before, &used));
        assert!(!names_edition(&before, &edited));
        assert!(names_edition("*", &edited) && names_edition(&format!("W/{before}, {edited}"), &edited));
    }
}
