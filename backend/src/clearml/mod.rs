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

use actix_web::{HttpRequest, HttpResponse, guard, http::header, web};

pub use self::serve::Call;
use self::{answer::Asked, fault::Fault};
use crate::{
    docs_page,
    error::AppError,
    http::{request_id, request_log},
    openapi,
};

/// Where calls are, with and without the version that a client speaks. The dot keeps them apart from REST.
const ADDRESSES: [&str; 2] = [
    "/api/v{version:[0-9]+[.][0-9]+}/{action:.*}",
    "/api/{action:[^/]+[.][^/]+}",
];
/// Every other address below that of the API, for [`is_here`] to tell.
const ANY_ADDRESS: &str = "/api/{action:.*}";
/// First parts of addresses that belong to REST, with all that is below them.
const REST: [&str; 2] = ["v1", "docs"];
/// Single addresses that belong to REST.
const REST_FILES: [&str; 2] = [openapi::PATH, docs_page::STYLE_PATH];

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
                .guard(guard::fn_guard(|asked| is_here(asked.head().uri.path())))
                .default_service(web::to(one)),
        );
    }
    cfg.service(
        web::resource(ANY_ADDRESS)
            .guard(guard::fn_guard(|asked| is_here(asked.head().uri.path())))
            .default_service(web::to(nowhere)),
    );
}

/// Whether an address belongs to this door: all below the API's that is not REST's. A client whose configuration
/// has a wrong address would try again without end if it were answered there without the envelope.
pub(crate) fn is_here(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/api/") else {
        return false;
    };
    let first = rest.split('/').next().unwrap_or_default();
    !REST.contains(&first) && !REST_FILES.contains(&path)
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
    if !call.takes(&req) {
        let mut answer = asked.refused(&Fault::method_not_allowed());
        answer
            .headers_mut()
            .insert(header::ALLOW, header::HeaderValue::from_static(call.allowed()));
        return answer;
    }
    request_log::note_action(&req, call.action);
    call.answer(req, payload, asked).await
}

async fn nowhere(req: HttpRequest) -> HttpResponse {
    Asked::at(req.path(), &request_id(&req)).refused(&Fault::unknown_address())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_rest_below_the_api_is_the_wire() {
        for wire in [
            "/api/",
            "/api/auth.login",
            "/api/v2.31/auth.login",
            "/api/v1.5/a/b",
            "/api/v1.auth",
            "/api//auth.login",
            "/api/v2/auth.login",
            "/api/v1x/me",
            "/api//v1/me",
            "/api/openapi.json/",
            "/api/auth",
            "/api/.login",
        ] {
            assert!(is_here(wire), "{wire}");
        }
        for other in [
            "/",
            "/api",
            "/apis/auth.login",
            "/api/openapi.json",
            "/api/docs",
            "/api/docs.css",
            "/api/docs/auth.login",
            "/api/v1",
            "/api/v1/",
            "/api/v1/me",
            "/api/v1/workspaces/a.b",
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

    #[test]
    fn no_call_of_today_takes_more_than_a_few_texts() {
        assert!(calls().iter().all(|call| call.most_bytes == 64 * 1024));
    }
}
