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
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    format!("\"{:016x}\"", hasher.finish())
}

/// The entity tag that `value` has when it is the answer.
pub(super) fn etag_of_value(value: &impl Serialize) -> String {
    etag_of(&serde_json::to_vec(value).unwrap_or_default())
}

/// Whether an `If-Match` or `If-None-Match` header names `etag`.
pub(super) fn names(header: &str, etag: &str) -> bool {
    header
        .split(',')
        .map(|part| part.trim().trim_start_matches("W/"))
        .any(|part| part == "*" || part == etag)
}
