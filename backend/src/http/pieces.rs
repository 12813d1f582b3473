//! Answers that are sent piece by piece: files to save, and content that people made.

use std::{rc::Rc, sync::Arc};

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, http::header, web};
use futures_util::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, LocalBoxStream},
};
use shared::contract::Endpoint;

use super::{
    answer::SharedExtras,
    ctx::{Ctx, WasHead, request_id, state_of, still_admitted},
    mount::{Mount, Schemas, method_of},
    traffic::{InFlight, Traffic},
};
use crate::{access::Admit, error::AppError, state::State};

/// The pieces of an answer, one after the other.
pub(super) type Pieces = LocalBoxStream<'static, Result<web::Bytes, AppError>>;

/// What a handler answers that is sent in pieces.
pub(super) trait InPieces {
    /// The answer with the headers that say what it is; nobody keeps it.
    fn begun(&self) -> HttpResponseBuilder;

    /// What is in it.
    fn pieces(self) -> Pieces;
}

/// Mounts a REST endpoint that answers in pieces with something of one of the types `media`.
pub(super) fn serve_pieces<E, F, Fut, A>(media: &'static [&'static str], handler: F) -> Mount
where
    E: Endpoint,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut + 'static,
    Fut: Future<Output = Result<A, AppError>> + 'static,
    A: InPieces + 'static,
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

async fn answer_one<E, F, Fut, A>(
    req: &HttpRequest,
    payload: web::Payload,
    handler: &F,
) -> Result<HttpResponse, AppError>
where
    E: Endpoint,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut,
    Fut: Future<Output = Result<A, AppError>>,
    A: InPieces,
{
    let state = state_of(req)?;
    let admitted_in = state.directory.generation();
    let (ctx, _) = Ctx::<E>::rest(req, &mut payload.into_inner(), SharedExtras::default()).await?;
    let made = handler(ctx).await?;
    let mut answer = made.begun();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    let mut pieces = made.pieces();
    // What fails before the first piece can still be told as a problem.
    let first = pieces.try_next().await?;
    if req.extensions().contains::<WasHead>() {
        return Ok(answer.streaming(stream::empty::<Result<web::Bytes, AppError>>()));
    }
    let in_flight = req.app_data::<Arc<Traffic>>().map(Traffic::begin);
    let rest = Rest::new(pieces, req.clone(), admitted_in, state, in_flight);
    Ok(answer.streaming(stream::iter(first.map(Ok)).chain(rest.pieces::<E>())))
}

/// What of an answer has not been sent yet. A stop of the server waits for it like for a request.
struct Rest {
    content: Pieces,
    request: HttpRequest,
    admitted_in: u64,
    state: web::Data<State>,
    _in_flight: Option<InFlight>,
}

impl Rest {
    /// What comes after the first piece, for a caller who was admitted in this generation of what is remembered.
    fn new(
        content: Pieces,
        request: HttpRequest,
        admitted_in: u64,
        state: web::Data<State>,
        in_flight: Option<InFlight>,
    ) -> Self {
        Self {
            content,
            request,
            admitted_in,
            state,
            _in_flight: in_flight,
        }
    }

    /// The pieces to come. After a failure the connection is cut, by which the client sees that the file is not whole.
    fn pieces<E: Endpoint>(self) -> impl stream::Stream<Item = Result<web::Bytes, AppError>>
    where
        E::Caller: Admit,
    {
        stream::unfold(Some(self), |rest| async {
            let mut rest = rest?;
            match rest.next::<E>().await {
                Ok(None) => None,
                Ok(Some(bytes)) => Some((Ok(bytes), Some(rest))),
                Err(error) => {
                    let request_id = request_id(&rest.request);
                    // Writes the cause to the log if it is the server's fault.
                    let code = error.problem(&request_id).code.as_str();
                    tracing::warn!(request_id, code, "a download was cut off");
                    Some((Err(error), None))
                }
            }
        })
    }

    /// The next piece, for a caller who may still have it: whoever is shut out meanwhile gets no more.
    async fn next<E: Endpoint>(&mut self) -> Result<Option<web::Bytes>, AppError>
    where
        E::Caller: Admit,
    {
        let now = self.state.directory.generation();
        if now != self.admitted_in {
            still_admitted::<E>(&self.state, &self.request).await?;
            self.admitted_in = now;
        }
        self.content.try_next().await
    }
}
