//! What goes back beside the JSON: location, entity tag, cookie.

use std::{
    cell::RefCell,
    fmt,
    hash::{DefaultHasher, Hasher as _},
    rc::Rc,
};

use actix_web::cookie::Cookie;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

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
const OBSERVED: [&str; 13] = [
    "activity",
    "keys",
    "keys_needing_attention",
    "last_key_use_at",
    "last_seen_at",
    "last_sign_in_at",
    "last_used_at",
    "last_used_from",
    "members",
    "open_invitation",
    "sessions",
    "workspaces",
    "counted_at",
];

/// The entity tag of a resource, in two halves: what people edit, and everything. `If-None-Match` compares both,
/// `If-Match` the first.
pub(super) fn etag_of_json(json: &[u8]) -> String {
    let whole = hash(json);
    let edition = match serde_json::from_slice(json) {
        Ok(Edited(edited)) => edited,
        Err(_no_object) => whole,
    };
    format!("\"{edition:016x}-{whole:016x}\"")
}

/// The hash of what people edit in a JSON object: names and values as they stand there, without what is observed.
struct Edited(u64);

impl<'de> Deserialize<'de> for Edited {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Edited;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Edited, A::Error> {
        let mut hasher = DefaultHasher::new();
        while let Some((name, value)) = fields.next_entry::<&RawValue, &RawValue>()? {
            let (name, value) = (name.get(), value.get());
            if OBSERVED.contains(&name.trim_matches('"')) {
                continue;
            }
            for part in [name, value] {
                hasher.write_usize(part.len());
                hasher.write(part.as_bytes());
            }
        }
        Ok(Edited(hasher.finish()))
    }
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
