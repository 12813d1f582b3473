//! One endpoint, mounted: its route, and what the API description, the sweep and the docs need to know of it.

use std::rc::Rc;

use actix_web::{
    HttpRequest, HttpResponse, Route,
    http::{Method as HttpMethod, StatusCode, header},
    web,
};
use shared::{
    contract::{CallerKind as _, Effect, Endpoint, Method},
    permission::Permission,
};

use super::{
    answer::{self, SharedExtras},
    ctx::{Ctx, request_id},
    idempotency,
};
use crate::{access::Admit, error::AppError};

/// An endpoint with its handler.
pub struct Mount {
    /// [`Endpoint::NAME`].
    pub name: &'static str,
    /// [`Endpoint::ABOUT`].
    pub about: &'static str,
    /// [`Endpoint::METHOD`].
    pub method: Method,
    /// [`Endpoint::PATH`].
    pub path: &'static str,
    /// [`Endpoint::EFFECT`].
    pub effect: Effect,
    /// The kind of caller: `public`, `signed_in`, `in_person`, `operator`, `member` or `member_in_person`.
    pub caller: &'static str,
    /// [`Endpoint::NEEDS`].
    pub needs: Option<Permission>,
    /// [`Endpoint::MOST_BODY_BYTES`].
    pub most_bytes: usize,
    /// The media types that a good answer can have.
    pub media: &'static [&'static str],
    /// Whether it answers with a file to save.
    pub is_file: bool,
    /// Schemas of query, body and reply.
    pub schemas: fn(&mut schemars::SchemaGenerator) -> Schemas,
    route: Box<dyn FnOnce() -> Route>,
}

/// What endpoints answer that do not answer with a file.
pub(super) const JSON: &[&str] = &["application/json"];

impl std::fmt::Debug for Mount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.method.as_str(), self.path, self.name)
    }
}

/// Schemas of what an endpoint takes and answers.
#[derive(Debug)]
pub struct Schemas {
    /// The query string.
    pub query: schemars::Schema,
    /// The body.
    pub body: schemars::Schema,
    /// The answer.
    pub reply: schemars::Schema,
}

/// Mounts a REST endpoint.
pub fn serve<E, F, Fut>(_: E, handler: F) -> Mount
where
    E: Endpoint,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut + 'static,
    Fut: Future<Output = Result<E::Reply, AppError>> + 'static,
{
    let handler = Rc::new(handler);
    let route = move || {
        web::method(method_of::<E>()).to(move |req: HttpRequest, payload: web::Payload| {
            let handler = Rc::clone(&handler);
            async move {
                let id = (E::EFFECT != Effect::Reads).then(|| request_id(&req));
                let answer = async move {
                    answer_one(&req, payload, handler.as_ref())
                        .await
                        .unwrap_or_else(|error| error.response(&request_id(&req)))
                };
                let Some(id) = id else {
                    return answer.await;
                };
                // A change that has begun is finished, and its answer kept, also when the client hangs up meanwhile.
                actix_web::rt::spawn(answer)
                    .await
                    .unwrap_or_else(|_panic| AppError::bug("a handler panicked").response(&id))
            }
        })
    };
    Mount::of::<E>(
        JSON,
        |generator| Schemas {
            query: generator.subschema_for::<E::Query>(),
            body: generator.subschema_for::<E::Body>(),
            reply: generator.subschema_for::<E::Reply>(),
        },
        route,
    )
}

/// The method of `E`, as the router wants it.
pub(super) fn method_of<E: Endpoint>() -> HttpMethod {
    HttpMethod::from_bytes(E::METHOD.as_str().as_bytes()).unwrap_or(HttpMethod::GET)
}

impl Mount {
    /// What `E` says about itself, with how it is answered.
    pub(super) fn of<E: Endpoint>(
        media: &'static [&'static str],
        schemas: fn(&mut schemars::SchemaGenerator) -> Schemas,
        route: impl FnOnce() -> Route + 'static,
    ) -> Self {
        Self {
            name: E::NAME,
            about: E::ABOUT,
            method: E::METHOD,
            path: E::PATH,
            effect: E::EFFECT,
            caller: E::Caller::NAME,
            needs: E::NEEDS,
            most_bytes: E::MOST_BODY_BYTES,
            media,
            is_file: false,
            schemas,
            route: Box::new(route),
        }
    }

    /// Whether it answers with JSON, which has an entity tag, and not with a file.
    #[must_use]
    pub fn answers_json(&self) -> bool {
        !self.is_file && self.media == JSON
    }

    /// The route, to put into the app.
    #[must_use]
    pub fn into_route(self) -> Route {
        (self.route)()
    }
}

async fn answer_one<E, F, Fut>(
    req: &HttpRequest,
    payload: web::Payload,
    handler: &F,
) -> Result<HttpResponse, AppError>
where
    E: Endpoint,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut,
    Fut: Future<Output = Result<E::Reply, AppError>>,
{
    let extras = SharedExtras::default();
    let (mut ctx, body) = Ctx::<E>::rest(req, &mut payload.into_inner(), Rc::clone(&extras)).await?;
    let claim = idempotency::claim::<E>(req, &ctx, &body).await?;
    if let Some(answer) = claim.answered() {
        return Ok(answer);
    }
    ctx.claimed(claim.mark());
    let reply = match handler(ctx).await {
        Ok(reply) => reply,
        Err(error) => {
            claim.release().await;
            return Err(error);
        }
    };
    let json = serde_json::to_vec(&reply).map_err(|error| AppError::Internal(error.into()))?;
    let extras = extras.take();
    if E::EFFECT == Effect::Creates && extras.location.is_none() {
        return Err(AppError::bug("an endpoint that creates did not say where"));
    }
    let status = status_of::<E>(&json);
    claim.keep(status, extras.location.as_deref(), &json).await;
    Ok(response::<E>(req, status, extras, json))
}

fn status_of<E: Endpoint>(json: &[u8]) -> StatusCode {
    match E::EFFECT {
        Effect::Creates => StatusCode::CREATED,
        _ if json == b"null" => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    }
}

fn response<E: Endpoint>(
    req: &HttpRequest,
    status: StatusCode,
    extras: answer::Extras,
    json: Vec<u8>,
) -> HttpResponse {
    let mut built = HttpResponse::build(status);
    if let Some(location) = extras.location {
        built.insert_header((header::LOCATION, location));
    }
    if let Some(cookie) = extras.cookie {
        built.cookie(cookie);
    }
    if extras.clear_site_data {
        built.insert_header(("clear-site-data", "\"cache\", \"storage\""));
    }
    if status == StatusCode::NO_CONTENT {
        return built.finish();
    }
    if matches!(E::METHOD, Method::Get | Method::Patch) {
        let etag = answer::etag_of_json(&json);
        let known = req
            .headers()
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        if E::METHOD == Method::Get && known.is_some_and(|known| answer::names(known, &etag)) {
            return built
                .status(StatusCode::NOT_MODIFIED)
                .insert_header((header::ETAG, etag))
                .finish();
        }
        built.insert_header((header::ETAG, etag));
    }
    built.content_type("application/json").body(json)
}
