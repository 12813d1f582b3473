//! Where a browser's request was made. A change made with the session cookie must come from the app: its own origin,
//! with a header that no form and no other site can send.

use actix_web::HttpRequest;
use shared::error::ErrorCode;

use crate::{
    access::{Caller, Identity},
    error::AppError,
    state::State,
};

/// The header that the app sends with every call.
const CLIENT_HEADER: &str = "x-clearance-client";

/// Refuses a change that another site could have made a browser send. Keys and tokens are not sent by browsers on
/// their own, so they pass.
pub(crate) fn check(
    req: &HttpRequest,
    state: &State,
    caller: &Caller,
    changes: bool,
) -> Result<(), AppError> {
    if !changes || matches!(caller.identity, Some(Identity::Key(..))) {
        return Ok(());
    }
    let with_cookie = matches!(caller.identity, Some(Identity::Session(_)));
    if with_cookie && !req.headers().contains_key(CLIENT_HEADER) {
        let detail =
            "Send the header X-Clearance-Client with every change made with a session cookie.".to_owned();
        return Err(AppError::Detailed(ErrorCode::NotFromApp, detail));
    }
    if same_origin(req, state) {
        Ok(())
    } else {
        Err(ErrorCode::NotFromApp.into())
    }
}

/// By Fetch Metadata, by `Origin` where a browser has none, and true for clients that send neither: no browser.
fn same_origin(req: &HttpRequest, state: &State) -> bool {
    let header = |name: &str| {
        req.headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("unreadable"))
    };
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, None) => true,
        (None, Some(origin)) => {
            let own = url::Url::parse(&state.config.public_url())
                .ok()
                .map(|url| url.origin().ascii_serialization());
            let host = header("host").unwrap_or_default();
            own.as_deref() == Some(origin) || origin.split_once("://").is_some_and(|(_, rest)| rest == host)
        }
    }
}
