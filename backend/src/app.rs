//! Puts the server together: every mount, what stands before them, and what answers where nothing is mounted.

use std::{
    collections::BTreeMap,
    future::ready,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use actix_web::{
    App, Error, HttpMessage as _, HttpRequest, HttpResponse, Resource, ResponseError,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header},
    middleware::{Next, from_fn},
    web,
};
use futures_util::FutureExt as _;
use shared::error::ErrorCode;

use crate::{
    clearml, docs_page,
    error::AppError,
    features,
    http::{
        Mount, RequestId, headers::SecurityHeaders, health, hosts::Hosts, request_id, request_log,
        traffic::Traffic,
    },
    openapi,
    spa::Spa,
    state::State,
};

/// What is answered below this is the API's.
const API: &str = "/api";
/// Below this is REST, and below the second, most of it. Each is compared once with the address of a request, instead
/// of once for every endpoint.
const REST: &str = "/api/v1";
const IN_WORKSPACE: &str = "/workspaces/{workspace_id}";
/// The most bytes in all headers of a request. The longest that we read is a token of about one kilobyte.
const MOST_HEADER_BYTES: usize = 32 * 1024;

/// What stands at the door of one server: the app to hand out, the names it answers to, the headers it sends.
#[derive(Debug)]
pub struct Front {
    spa: Spa,
    hosts: Hosts,
    headers: SecurityHeaders,
    traffic: Traffic,
    started: Instant,
}

impl Front {
    /// The door of `state`'s server, handing out `spa`.
    #[must_use]
    pub fn new(state: &State, spa: Spa) -> Self {
        Self {
            headers: SecurityHeaders::new(state.config(), &spa.inline_script_hashes()),
            hosts: Hosts::of(state.config()),
            traffic: Traffic::default(),
            started: Instant::now(),
            spa,
        }
    }

    /// What is going on at the door.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

/// The whole server as one service: the same for the network and for tests.
pub fn assemble(
    state: web::Data<State>,
    front: web::Data<Front>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(state)
        .app_data(front)
        .configure(configure)
        .wrap(from_fn(stand_before))
}

/// Mounts everything.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Mount>> = BTreeMap::new();
    for mount in features::mounts() {
        by_path.entry(mount.path).or_default().push(mount);
    }
    let (mut rest, mut in_workspace) = (web::scope(REST), web::scope(IN_WORKSPACE));
    for (path, mounts) in by_path {
        match path.strip_prefix(REST) {
            None => _ = cfg.service(resource(path, mounts)),
            Some(path) => match path.strip_prefix(IN_WORKSPACE) {
                None => rest = rest.service(resource(path, mounts)),
                Some(path) => in_workspace = in_workspace.service(resource(path, mounts)),
            },
        }
    }
    cfg.service(rest.service(in_workspace));
    get(cfg, "/healthz", web::get().to(health::alive));
    get(cfg, "/readyz", web::get().to(health::ready));
    get(cfg, "/metrics", web::get().to(metrics));
    get(cfg, openapi::PATH, web::get().to(openapi::answer));
    get(cfg, docs_page::PATH, web::get().to(docs_page::answer));
    get(cfg, docs_page::STYLE_PATH, web::get().to(docs_page::style));
    clearml::configure(cfg);
    cfg.default_service(web::to(elsewhere));
}

/// What is mounted at one address, and what answers there to other methods.
fn resource(path: &str, mounts: Vec<Mount>) -> Resource {
    let allowed = allowed(mounts.iter().map(|mount| mount.method.as_str()));
    let resource = web::resource(path).default_service(web::to(move |req: HttpRequest| {
        ready(method_not_allowed(&req, &allowed))
    }));
    mounts
        .into_iter()
        .fold(resource, |resource, mount| resource.route(mount.into_route()))
}

fn get(cfg: &mut web::ServiceConfig, path: &str, route: actix_web::Route) {
    let others = web::to(|req: HttpRequest| ready(method_not_allowed(&req, "GET, HEAD")));
    cfg.service(web::resource(path).route(route).default_service(others));
}

/// The `Allow` header for a path with these methods. What can be read can be asked about with HEAD.
fn allowed(methods: impl Iterator<Item = &'static str>) -> String {
    let methods: Vec<&str> = methods
        .flat_map(|method| match method {
            "GET" => vec!["GET", "HEAD"],
            other => vec![other],
        })
        .collect();
    methods.join(", ")
}

fn method_not_allowed(req: &HttpRequest, allowed: &str) -> HttpResponse {
    let mut refused = AppError::from(ErrorCode::MethodNotAllowed).response(&request_id(req));
    if let Ok(allowed) = header::HeaderValue::from_str(allowed) {
        refused.headers_mut().insert(header::ALLOW, allowed);
    }
    refused
}

/// Addresses at which nothing is mounted: the API's are not there, all others are the app's.
async fn elsewhere(req: HttpRequest, front: web::Data<Front>) -> HttpResponse {
    let first = req.path().trim_start_matches('/').split('/').next();
    match first {
        Some("api" | "files") => AppError::from(ErrorCode::NotFound).response(&request_id(&req)),
        _ => front.spa.answer(&req),
    }
}

async fn metrics(req: HttpRequest, state: web::Data<State>, front: web::Data<Front>) -> HttpResponse {
    if !health::is_from_here(&req) {
        return AppError::from(ErrorCode::NotFound).response(&request_id(&req));
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(health::metrics(&front.traffic, &state, front.started))
}

/// Stands before everything: names the request, refuses what is not for us, and makes sure that there is an answer,
/// with every header that belongs on it, and a line in the log.
async fn stand_before(
    mut req: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (Some(state), Some(front)) = (
        req.app_data::<web::Data<State>>().cloned(),
        req.app_data::<web::Data<Front>>().cloned(),
    ) else {
        return Err(AppError::bug("the app has no state").into_fallen(None));
    };
    let started = Instant::now();
    let _in_flight = front.traffic.begin();
    let id = state.clock().new_id();
    req.extensions_mut().insert(RequestId(id));
    let mut written = uuid::Uuid::encode_buffer();
    let id: &str = id.simple().encode_lower(&mut written);
    let method = req.method().clone();
    if method == Method::HEAD {
        // The connection leaves the body out; everything else is as for GET.
        req.extensions_mut().insert(clearml::WasHead);
        req.head_mut().method = Method::GET;
    }
    let path = req.path().to_owned();
    let answer = match check(&front, &req) {
        Err(error) => Ok(req.into_response(refused(&path, id, &error))),
        // Nothing in memory outlives a panic half changed: locks are taken over, transactions are undone.
        Ok(()) => match AssertUnwindSafe(next.call(req)).catch_unwind().await {
            Ok(answer) => answer,
            Err(_panic) => Err(AppError::bug("a handler panicked").into_fallen(Some((&front, &path, id)))),
        },
    };
    let took = started.elapsed();
    match answer {
        Ok(mut answer) => {
            finish(&front, &mut answer, id);
            let status = answer.status();
            front.traffic.answered(status);
            request_log::write(answer.request(), &method, id, status, took);
            Ok(answer)
        }
        Err(error) => {
            front.traffic.answered(error.as_response_error().status_code());
            tracing::error!(
                request_id = id,
                duration_us = micros(took),
                "no answer but a failure"
            );
            Err(error)
        }
    }
}

/// A refusal in the words of the door that was knocked at.
fn refused(path: &str, id: &str, error: &AppError) -> HttpResponse {
    if clearml::is_here(path) {
        clearml::refused(path, id, error)
    } else {
        error.response(id)
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

fn check(front: &Front, req: &ServiceRequest) -> Result<(), AppError> {
    let bytes: usize = req
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if bytes > MOST_HEADER_BYTES {
        return Err(ErrorCode::HeadersTooLarge.into());
    }
    front.hosts.check(req)
}

fn finish(front: &Front, answer: &mut ServiceResponse<BoxBody>, id: &str) {
    let below_api = answer.request().path().starts_with(API);
    let status = answer.status();
    let head = answer.response_mut().head_mut();
    front.headers.put_on(head.headers_mut(), below_api, status);
    if let Ok(id) = header::HeaderValue::from_str(id) {
        head.headers_mut()
            .insert(header::HeaderName::from_static("x-request-id"), id);
    }
    if front.traffic.is_draining() {
        head.set_connection_type(actix_web::http::ConnectionType::Close);
    }
}

/// An error where there is no request any more to answer to: it carries its answer's headers itself.
#[derive(Debug)]
struct Fallen {
    error: AppError,
    path: String,
    id: String,
    headers: header::HeaderMap,
}

impl AppError {
    fn into_fallen(self, front: Option<(&Front, &str, &str)>) -> Error {
        let mut headers = header::HeaderMap::new();
        if let Some((front, _, id)) = front {
            front
                .headers
                .put_on(&mut headers, true, StatusCode::INTERNAL_SERVER_ERROR);
            if let Ok(id) = header::HeaderValue::from_str(id) {
                headers.insert(header::HeaderName::from_static("x-request-id"), id);
            }
        }
        Fallen {
            error: self,
            path: front.map(|(_, path, _)| path.to_owned()).unwrap_or_default(),
            id: front.map(|(.., id)| id.to_owned()).unwrap_or_default(),
            headers,
        }
        .into()
    }
}

impl std::fmt::Display for Fallen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.error, f)
    }
}

impl ResponseError for Fallen {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = refused(&self.path, &self.id, &self.error);
        for (name, value) in &self.headers {
            answer.headers_mut().insert(name.clone(), value.clone());
        }
        answer
    }
}
