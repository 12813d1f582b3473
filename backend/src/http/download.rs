//! Answers that are a file to save. What is in it is read and written in pieces, off the thread that serves requests: no
//! more than one piece is in memory, and between two pieces no database connection is held.

use std::{rc::Rc, sync::Arc};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::header::{self, DispositionParam, DispositionType},
    web,
};
use db::Conn;
use futures_util::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, LocalBoxStream},
};
use shared::contract::{Download, Endpoint};

use super::{
    answer::SharedExtras,
    ctx::{Ctx, WasHead, request_id, state_of, still_admitted},
    mount::{Mount, Schemas, method_of},
    traffic::{InFlight, Traffic},
};
use crate::{access::Admit, error::AppError, state::State};

/// The longest name of a file, without its ending.
const LONGEST_STEM: usize = 100;

type Content = LocalBoxStream<'static, Result<web::Bytes, AppError>>;

/// A file to answer with. [`Ctx::attach`] makes it.
pub struct Attachment {
    name: String,
    media: &'static str,
    content: Content,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.media)
    }
}

/// One piece of a file, and the place where the next begins; none after the last.
#[derive(Debug)]
pub struct Piece<P> {
    /// What to send.
    pub bytes: Vec<u8>,
    /// Where to go on.
    pub next: Option<P>,
}

/// A file's name in letters that mean nothing to any system: `stem.ending`.
#[must_use]
pub fn file_name(stem: &str, ending: &'static str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let stem: String = stem
        .chars()
        .take(LONGEST_STEM)
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    format!("{stem}.{ending}")
}

impl<E: Endpoint<Reply = Download>> Ctx<E>
where
    E::Caller: Admit,
{
    /// A file called `name` whose pieces `produce` makes one after the other, the first from the place `first`. Each
    /// piece gets a connection of its own; it must be bounded, whatever there is to tell.
    pub fn attach<P: Send + 'static>(
        self,
        name: String,
        media: &'static str,
        first: P,
        produce: impl Fn(&mut Conn, &<E::Caller as Admit>::Reach, P) -> Result<Piece<P>, AppError>
        + Send
        + Sync
        + 'static,
    ) -> Attachment {
        let produce = Arc::new(produce);
        let content = stream::try_unfold((self, Some(first)), move |(ctx, place)| {
            let produce = Arc::clone(&produce);
            async move {
                let Some(place) = place else {
                    return Ok(None);
                };
                let piece = ctx.read(move |conn, reach| produce(conn, reach, place)).await?;
                Ok(Some((web::Bytes::from(piece.bytes), (ctx, piece.next))))
            }
        });
        Attachment {
            name,
            media,
            content: content.boxed_local(),
        }
    }
}

/// Mounts a REST endpoint that answers with a file of one of the types `media`.
pub fn serve_download<E, F, Fut>(_: E, media: &'static [&'static str], handler: F) -> Mount
where
    E: Endpoint<Reply = Download>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut + 'static,
    Fut: Future<Output = Result<Attachment, AppError>> + 'static,
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
    let mut mount = Mount::of::<E>(media, schemas, route);
    mount.is_file = true;
    mount
}

async fn answer_one<E, F, Fut>(
    req: &HttpRequest,
    payload: web::Payload,
    handler: &F,
) -> Result<HttpResponse, AppError>
where
    E: Endpoint<Reply = Download>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut,
    Fut: Future<Output = Result<Attachment, AppError>>,
{
    let state = state_of(req)?;
    let admitted_in = state.directory.generation();
    let (ctx, _) = Ctx::<E>::rest(req, &mut payload.into_inner(), SharedExtras::default()).await?;
    let mut file = handler(ctx).await?;
    // What fails before the first piece can still be told as a problem.
    let first = file.content.try_next().await?;
    let wants_content = !req.extensions().contains::<WasHead>();
    let in_flight = req.app_data::<Arc<Traffic>>().map(Traffic::begin);
    let rest = Rest::new(file.content, req.clone(), admitted_in, state, in_flight);
    let disposition = header::ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(file.name)],
    };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(file.media)
        .insert_header(disposition)
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if !wants_content {
        return Ok(answer.streaming(stream::empty::<Result<web::Bytes, AppError>>()));
    }
    Ok(answer.streaming(stream::iter(first.map(Ok)).chain(rest.pieces::<E>())))
}

/// What of a file has not been sent yet. A stop of the server waits for it like for a request.
pub(super) struct Rest {
    content: Content,
    request: HttpRequest,
    admitted_in: u64,
    state: web::Data<State>,
    _in_flight: Option<InFlight>,
}

impl Rest {
    /// What comes after the first piece, for a caller who was admitted in this generation of what is remembered.
    pub(super) fn new(
        content: Content,
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
    pub(super) fn pieces<E: Endpoint>(self) -> impl stream::Stream<Item = Result<web::Bytes, AppError>>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_holds_no_letter_that_means_anything() {
        assert_eq!(file_name("audit-2026-03-02", "csv"), "audit-2026-03-02.csv");
        for bad in [
            "../../etc/passwd",
            "a\"; filename=x.exe",
            "a\r\nset-cookie: x",
            "é",
            "a/b\\c:d",
            "\u{202e}vsc",
        ] {
            let name = file_name(bad, "csv");
            let stem = name.strip_suffix(".csv").unwrap();
            assert!(
                stem.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')),
                "{name}"
            );
        }
        assert_eq!(file_name(&"x".repeat(500), "json").len(), 105);
    }
}
