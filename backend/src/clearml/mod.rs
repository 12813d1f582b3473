//! The `ClearML` wire: the door for unmodified SDKs and agents. What is particular to it (addresses, envelope, error
//! numbers, how input is read) is in here and nowhere else; what the calls do is the features' own.

mod answer;
mod auth;
mod contract;
mod fault;
mod input;
mod people;
mod serve;
mod server;
mod store;
mod users;

use std::{collections::BTreeMap, rc::Rc};

use actix_web::{
    HttpRequest, HttpResponse, guard,
    http::{Method, header},
    web,
};

pub use self::serve::Call;
use self::{answer::Asked, fault::Fault};
use crate::{error::AppError, http::request_log};

/// Where calls are, with and without the version that a client speaks. The dot keeps them apart from REST.
const ADDRESSES: [&str; 2] = [
    "/api/v{version:[0-9]+[.][0-9]+}/{action:.*}",
    "/api/{action:[^/]+[.][^/]+}",
];
/// An address with a dot that belongs to REST.
const NOT_A_CALL: &str = "/api/openapi.json";

/// Every call.
#[must_use]
pub fn calls() -> Vec<Call> {
    [auth::calls(), users::calls(), server::calls()]
        .into_iter()
        .flatten()
        .collect()
}

/// Mounts every call, and what answers where there is none.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let calls: BTreeMap<&'static str, Call> = calls().into_iter().map(|call| (call.action, call)).collect();
    let calls = Rc::new(calls);
    for address in ADDRESSES {
        let calls = Rc::clone(&calls);
        let one = move |req: HttpRequest, payload: web::Payload| {
            let calls = Rc::clone(&calls);
            async move { dispatch(&calls, req, payload).await }
        };
        cfg.service(
            web::resource(address)
                .guard(guard::fn_guard(|asked| asked.head().uri.path() != NOT_A_CALL))
                .default_service(web::to(one)),
        );
    }
}

/// Whether an address belongs to this door.
pub(crate) fn is_here(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/api/").filter(|_| path != NOT_A_CALL) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match rest.split_once('/') {
        None => rest
            .split_once('.')
            .is_some_and(|(service, action)| !service.is_empty() && !action.is_empty()),
        Some((version, _)) => version
            .strip_prefix('v')
            .and_then(|version| version.split_once('.'))
            .is_some_and(|(major, minor)| digits(major) && digits(minor)),
    }
}

/// The answer to a request for this door that was refused before it reached a call. Clients take an answer without
/// the envelope for a reason to try again at once, and without end.
pub(crate) fn refused(path: &str, request_id: &str, error: &AppError) -> HttpResponse {
    Asked::at(path, request_id).refused_before(error)
}

async fn dispatch(
    calls: &BTreeMap<&'static str, Call>,
    req: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let asked = Asked::of(&req);
    let Some(call) = calls.get(asked.action()) else {
        return asked.refused(&Fault::unknown_endpoint());
    };
    if !matches!(*req.method(), Method::GET | Method::POST | Method::PUT) {
        let mut answer = asked.refused(&Fault::method_not_allowed());
        answer
            .headers_mut()
            .insert(header::ALLOW, header::HeaderValue::from_static("GET, POST, PUT"));
        return answer;
    }
    request_log::note_action(&req, call.action);
    call.answer(req, payload, asked).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_tells_a_call_from_rest() {
        for wire in [
            "/api/auth.login",
            "/api/v2.31/auth.login",
            "/api/v1.5/a/b",
            "/api/v1.auth",
        ] {
            assert!(is_here(wire), "{wire}");
        }
        for other in [
            "/",
            "/api",
            "/api/",
            "/api/openapi.json",
            "/api/v1/me",
            "/api/v1/workspaces/a.b",
            "/api/v1./x",
            "/api/auth",
            "/api/.login",
            "/api/auth.",
            "/files/a.b",
        ] {
            assert!(!is_here(other), "{other}");
        }
    }

    #[test]
    fn every_call_has_one_address_and_one_name() {
        let calls = calls();
        let unique = |texts: Vec<&str>| texts.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(
            unique(calls.iter().map(|call| call.action).collect()),
            calls.len()
        );
        assert_eq!(unique(calls.iter().map(|call| call.name).collect()), calls.len());
        assert!(calls.iter().all(|call| call.caller != "in_person"));
    }
}
