//! Answers with content that people made and the server passes on. Whatever it is, it runs nothing of this server's: it has
//! no origin, no window but a frame of the app's, and reaches nobody.

use std::{rc::Rc, sync::Arc};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};
use futures_util::{
    Stream, StreamExt as _, TryStreamExt as _,
    stream::{self, LocalBoxStream},
};
use shared::contract::{Endpoint, Foreign};

use super::{
    answer::SharedExtras,
    ctx::{Ctx, WasHead, request_id, state_of},
    download::Rest,
    mount::{Mount, Schemas, method_of},
    traffic::Traffic,
};
use crate::{access::Admit, error::AppError};

/// What a browser may do with the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// Load it into a page as a picture, film or sound, or save it; never show it in a window.
    ToBeSaved,
    /// Show it in a frame of the app, with the scripts that are in it.
    InFrameWithScripts,
    /// Show it in a frame of the app, without scripts.
    InFrame,
}

impl Shut {
    const fn policy(self) -> &'static str {
        match self {
            Self::ToBeSaved => "sandbox; default-src 'none'; frame-ancestors 'none'",
            Self::InFrameWithScripts => {
                "sandbox allow-scripts; default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; \
                 script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
            }
            Self::InFrame => {
                "sandbox; default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'none'; \
                 form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
            }
        }
    }

    const fn frames(self) -> &'static str {
        match self {
            Self::ToBeSaved => "DENY",
            Self::InFrameWithScripts | Self::InFrame => "SAMEORIGIN",
        }
    }
}

/// Content to pass on.
pub struct Content {
    media: &'static str,
    disposition: String,
    shut: Shut,
    pieces: LocalBoxStream<'static, Result<web::Bytes, AppError>>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.media, self.shut)
    }
}

impl Content {
    /// A page to be shown.
    #[must_use]
    pub fn page(media: &'static str, shut: Shut, bytes: Vec<u8>) -> Self {
        Self {
            media,
            disposition: "inline".to_owned(),
            shut,
            pieces: stream::iter([Ok(web::Bytes::from(bytes))]).boxed_local(),
        }
    }

    /// A file; `disposition` names it.
    pub fn file(
        media: &'static str,
        disposition: String,
        pieces: impl Stream<Item = Result<web::Bytes, AppError>> + 'static,
    ) -> Self {
        Self {
            media,
            disposition,
            shut: Shut::ToBeSaved,
            pieces: pieces.boxed_local(),
        }
    }
}

/// Mounts a REST endpoint that passes content of one of the types `media` on.
pub fn serve_content<E, F, Fut>(_: E, media: &'static [&'static str], handler: F) -> Mount
where
    E: Endpoint<Reply = Foreign>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut + 'static,
    Fut: Future<Output = Result<Content, AppError>> + 'static,
{
    let handler = Rc::new(handler);
    let route = move || {
        web::method(method_of::<E>()).to(move |req: HttpRequest, payload: web::Payload| {
            let handler = Rc::clone(&handler);
            async move {
                answer_one(&req, payload, handler.as_ref())
                    .await
                    .unwrap_or_else(|error| error.response(&request_id(&req)))
            }
        })
    };
    let schemas = |generator: &mut schemars::SchemaGenerator| Schemas {
        query: generator.subschema_for::<E::Query>(),
        body: generator.subschema_for::<E::Body>(),
        reply: schemars::json_schema!({ "type": "string" }),
    };
    Mount::of::<E>(media, schemas, route)
}

async fn answer_one<E, F, Fut>(
    req: &HttpRequest,
    payload: web::Payload,
    handler: &F,
) -> Result<HttpResponse, AppError>
where
    E: Endpoint<Reply = Foreign>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut,
    Fut: Future<Output = Result<Content, AppError>>,
{
    let state = state_of(req)?;
    let admitted_in = state.directory.generation();
    let (ctx, _) = Ctx::<E>::rest(req, &mut payload.into_inner(), SharedExtras::default()).await?;
    let mut content = handler(ctx).await?;
    // What fails before the first piece can still be told as a problem.
    let first = content.pieces.try_next().await?;
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(content.media)
        .insert_header((header::CONTENT_DISPOSITION, content.disposition.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(content.shut.policy()),
        ))
        .insert_header((
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static(content.shut.frames()),
        ));
    if req.extensions().contains::<WasHead>() {
        return Ok(answer.streaming(stream::empty::<Result<web::Bytes, AppError>>()));
    }
    let in_flight = req.app_data::<Arc<Traffic>>().map(Traffic::begin);
    let rest = Rest::new(content.pieces, req.clone(), admitted_in, state, in_flight);
    Ok(answer.streaming(stream::iter(first.map(Ok)).chain(rest.pieces::<E>())))
}
