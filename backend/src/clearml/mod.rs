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

async fn dispatch(
    calls: &BTreeMap<&'static str, Call>,
    req: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let asked = Asked::of(&req);
    let Some(call) = calls.get(asked.action()) else {
        return asked.refused(Fault::unknown_endpoint());
    };
    if !matches!(*req.method(), Method::GET | Method::POST | Method::PUT) {
        let mut answer = asked.refused(Fault::method_not_allowed());
        answer
            .headers_mut()
            .insert(header::ALLOW, header::HeaderValue::from_static("GET, POST, PUT"));
        return answer;
    }
    call.answer(req, payload, asked).await
}
