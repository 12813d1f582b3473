//! Streams of server-sent events. One tells one value of the caller's account: at once, and whenever it has changed. While
//! nothing happens it holds neither a thread nor a database connection.

use std::{convert::Infallible, future::ready, sync::Arc, time::Duration};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::header,
    web::{self, Bytes},
};
use db::Conn;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use shared::{
    contract::{Endpoint, EventStream, InPerson},
    error::ErrorCode,
};
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::{
    answer::SharedExtras,
    ctx::{Ctx, WasHead, cookie_name, request_id, state_of},
    mount::{Mount, Schemas, method_of},
    traffic::{OpenStream, Traffic},
};
use crate::{
    access::{OpenSession, OwnAccount},
    error::AppError,
    notices::{Heard, Watch},
};

/// How often a stream looks whether its session still is alive and the server stays up.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A comment is sent when there was nothing else for so long, so that proxies see life and dead clients are noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long browsers wait before they connect again.
const RETRY_MILLISECONDS: u32 = 3000;

/// What such an endpoint answers.
pub(crate) const EVENTS: &[&str] = &["text/event-stream"];

/// What a stream tells: one value of an account.
type Look<T> = fn(&mut Conn, &OwnAccount) -> Result<T, AppError>;

/// Mounts an endpoint that streams: each event is called `event` and holds what `look` found, when that has changed.
pub(crate) fn serve_events<E, T>(_: E, event: &'static str, look: Look<T>) -> Mount
where
    E: Endpoint<Caller = InPerson, Reply = EventStream>,
    T: Serialize + PartialEq + Send + 'static,
{
    let route = move || {
        web::method(method_of::<E>()).to(move |req: HttpRequest, payload: web::Payload| async move {
            open::<E, T>(&req, payload, event, look)
                .await
                .unwrap_or_else(|error| error.response(&request_id(&req)))
        })
    };
    let schemas = |generator: &mut schemars::SchemaGenerator| Schemas {
        query: generator.subschema_for::<E::Query>(),
        body: generator.subschema_for::<E::Body>(),
        reply: schemars::json_schema!({ "type": "string" }),
    };
    Mount::of::<E>(EVENTS, schemas, route)
}

async fn open<E, T>(
    req: &HttpRequest,
    payload: web::Payload,
    event: &'static str,
    look: Look<T>,
) -> Result<HttpResponse, AppError>
where
    E: Endpoint<Caller = InPerson, Reply = EventStream>,
    T: Serialize + PartialEq + Send + 'static,
{
    let (ctx, _) = Ctx::<E>::rest(req, &mut payload.into_inner(), SharedExtras::default()).await?;
    let state = state_of(req)?;
    let traffic = req
        .app_data::<Arc<Traffic>>()
        .ok_or_else(|| AppError::bug("the app counts no traffic"))?;
    let session = OpenSession::of(&state, req, cookie_name(&state.config)).ok_or(ErrorCode::InPersonOnly)?;
    let watch = state.notices.watch(ctx.reach().user_id().into());
    // After the watch began: what is told meanwhile is not missed.
    let told = ctx.read_brief(look).await?;
    let first = format!("retry: {RETRY_MILLISECONDS}\n{}", written(event, &told)?);
    let mut turns = tokio::time::interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stream = Stream {
        ctx,
        event,
        look,
        told,
        watch,
        session,
        turns,
        last_sent: Instant::now(),
        counted: traffic.begin_stream(),
    };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"));
    if req.extensions().contains::<WasHead>() {
        return Ok(answer.streaming(stream::empty::<Result<Bytes, Infallible>>()));
    }
    let rest = stream::unfold(stream, Stream::next);
    Ok(answer.streaming(stream::once(ready(Ok::<_, Infallible>(Bytes::from(first)))).chain(rest)))
}

/// One open stream.
struct Stream<E: Endpoint<Caller = InPerson>, T> {
    ctx: Ctx<E>,
    event: &'static str,
    look: Look<T>,
    /// What was told last.
    told: T,
    watch: Watch,
    session: OpenSession,
    turns: Interval,
    last_sent: Instant,
    counted: OpenStream,
}

impl<E, T> Stream<E, T>
where
    E: Endpoint<Caller = InPerson, Reply = EventStream>,
    T: Serialize + PartialEq + Send + 'static,
{
    /// Waits for the next thing to send; nothing ends the stream.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            let woken = tokio::select! {
                heard = self.watch.hears() => match heard {
                    Heard::Something => true,
                    Heard::GiveWay => return None,
                },
                _ = self.turns.tick() => false,
            };
            if self.counted.must_end() || !self.session.lives(self.ctx.state()).await {
                return None;
            }
            let text = if woken {
                self.news().await?
            } else {
                (self.last_sent.elapsed() >= HEARTBEAT).then(|| ":\n\n".to_owned())
            };
            if let Some(text) = text {
                self.last_sent = Instant::now();
                return Some((Ok(Bytes::from(text)), self));
            }
        }
    }

    /// The event to send, if the value has changed; nothing at all when it cannot be seen: the browser asks again.
    async fn news(&mut self) -> Option<Option<String>> {
        let now = match self.ctx.read_brief(self.look).await {
            Ok(now) => now,
            Err(error) => {
                tracing::warn!(error = %error, "a stream ends: its value cannot be read");
                return None;
            }
        };
        if now == self.told {
            return Some(None);
        }
        let text = written(self.event, &now).ok()?;
        self.told = now;
        Some(Some(text))
    }
}

/// One event. JSON has no line breaks, so the data is one line.
fn written(event: &str, value: &impl Serialize) -> Result<String, AppError> {
    let json = serde_json::to_string(value).map_err(|error| AppError::Internal(error.into()))?;
    Ok(format!("event: {event}\ndata: {json}\n\n"))
}
