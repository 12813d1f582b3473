//! One line for each request: what was asked of which address, by whom, how it ended and how long it took. Addresses
//! are logged as templates; values in them, query strings, bodies and headers never are.

use std::time::Duration;

use actix_web::{HttpMessage as _, HttpRequest, http::Method, http::StatusCode};
use shared::ids::UserId;

use crate::access::{Caller, Identity};

/// Who turned out to call.
#[derive(Debug, Clone, Copy)]
struct CalledBy(UserId);

/// Notes who calls, for the line to come.
pub(crate) fn note_caller(req: &HttpRequest, caller: &Caller) {
    if let Some(user) = caller.identity.as_ref().map(Identity::user_id) {
        req.extensions_mut().insert(CalledBy(user));
    }
}

/// What a call of a door with one address for all of them turned out to be.
#[derive(Debug, Clone, Copy)]
struct Action(&'static str);

/// Notes which call it is, where the address's template does not say it.
pub(crate) fn note_action(req: &HttpRequest, action: &'static str) {
    req.extensions_mut().insert(Action(action));
}

/// Writes the line.
pub(crate) fn write(
    req: &HttpRequest,
    method: &Method,
    request_id: &str,
    status: StatusCode,
    took: Duration,
) {
    if !tracing::enabled!(target: "clearance::request", tracing::Level::INFO) {
        return;
    }
    let path = req.match_pattern();
    let action = req.extensions().get::<Action>().map(|action| action.0);
    let user = req.extensions().get::<CalledBy>().map(|by| by.0.to_string());
    tracing::info!(
        target: "clearance::request",
        method = method.as_str(),
        path = action.or(path.as_deref()).unwrap_or("-"),
        status = status.as_u16(),
        duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        request_id,
        user,
        "answered"
    );
}
