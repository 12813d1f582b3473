//! `Idempotency-Key`: a POST that is sent again with the same key within 24 hours has one effect and gets the first
//! answer. The kept answer is sealed, since it may hold a new secret.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use chrono::{NaiveDateTime, TimeDelta};
use db::{Conn, schema::idempotency};
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use shared::{
    contract::{Endpoint, Method},
    error::ErrorCode,
};

use super::ctx::Ctx;
use crate::{
    access::Admit,
    audit::hex,
    error::{AppError, OrConflict as _},
    state::State,
    threads::blocking,
};

/// How long an answer is kept.
const KEPT_HOURS: i64 = 24;
/// The longest key.
const MOST_CHARS: usize = 255;
/// How long a request may be under way before a repetition carries it out instead.
const UNDER_WAY_SECONDS: i64 = 60;
/// In place of a status: the effect is there, the answer not yet.
const DONE: i64 = 0;

/// A key in the hands of one caller: a key pair, or a person.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    caller: String,
    key: String,
}

/// What the answer to a caller's request with a key is sealed for.
pub(crate) fn context(caller: &str, key: &str) -> String {
    format!("idempotency/{caller}/{key}")
}

impl Mark {
    /// What its kept answer is sealed for.
    fn context(&self) -> String {
        context(&self.caller, &self.key)
    }

    /// Notes in the transaction of the effect that there is one.
    pub(super) fn done(&self, conn: &mut Conn) -> QueryResult<()> {
        let row = idempotency::table.find((&self.caller, &self.key));
        diesel::update(row)
            .set(idempotency::status.eq(DONE))
            .execute(conn)?;
        Ok(())
    }
}

/// The right to execute a request, or the answer that it had.
pub(super) enum Claim {
    /// No key was sent, or there is nothing to repeat.
    Free,
    /// The first with its key.
    First { state: web::Data<State>, mark: Mark },
    /// A repetition.
    Repeated {
        status: StatusCode,
        location: Option<String>,
        body: Vec<u8>,
    },
}

#[derive(Queryable)]
struct Kept {
    request_hash: String,
    status: Option<i64>,
    location: Option<String>,
    sealed_body: Option<String>,
    created_at: NaiveDateTime,
}

/// Takes the key of a POST by a known caller. Other methods repeat harmlessly, and anonymous callers own no keys.
pub(super) async fn claim<E: Endpoint>(
    req: &HttpRequest,
    ctx: &Ctx<E>,
    body: &[u8],
) -> Result<Claim, AppError>
where
    E::Caller: Admit,
{
    let Some(key) = req
        .headers()
        .get("idempotency-key")
        .filter(|_| E::METHOD == Method::Post)
    else {
        return Ok(Claim::Free);
    };
    let actor = ctx.actor();
    let caller = match (actor.credential, actor.user_id) {
        (Some(key), _) => format!("key:{key}"),
        (None, Some(user)) => format!("user:{user}"),
        (None, None) => return Ok(Claim::Free),
    };
    let key = key
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|key| (1..=MOST_CHARS).contains(&key.len()));
    let key =
        key.ok_or_else(|| AppError::field("Idempotency-Key", "Send 1 to 255 visible ASCII characters."))?;
    let (state, mark) = (
        super::ctx::state_of(req)?,
        Mark {
            caller,
            key: key.to_owned(),
        },
    );
    let request_hash = request_hash(req, body);
    blocking(move || {
        let now = state.clock.now();
        let found = state.db.write(|conn| {
            forget_old(conn, now)?;
            match kept(conn, &mark)? {
                Some(kept) if kept.request_hash != request_hash => Err(ErrorCode::KeyReused.into()),
                Some(kept) if given_up(&kept, now) => take_over(conn, &mark, &kept, now).map(|()| None),
                Some(kept) => Ok(Some(kept)),
                None => insert(conn, &mark, &request_hash, now).map(|()| None),
            }
        })?;
        match found {
            None => Ok(Claim::First { state, mark }),
            Some(kept) => repeat(&state, &mark, kept),
        }
    })
    .await
}

impl Claim {
    /// The mark to put where the effect is.
    pub(super) fn mark(&self) -> Option<Mark> {
        match self {
            Self::First { mark, .. } => Some(mark.clone()),
            _ => None,
        }
    }

    /// The answer that the first request had.
    pub(super) fn answered(&self) -> Option<HttpResponse> {
        let Self::Repeated {
            status,
            location,
            body,
        } = self
        else {
            return None;
        };
        let mut built = HttpResponse::build(*status);
        built.insert_header(("idempotent-replayed", "true"));
        if let Some(location) = location {
            built.insert_header((header::LOCATION, location.as_str()));
        }
        if *status == StatusCode::NO_CONTENT {
            return Some(built.finish());
        }
        Some(built.content_type("application/json").body(body.clone()))
    }

    /// Keeps the answer for repetitions. If that fails, a repetition is told to wait rather than executed again.
    pub(super) async fn keep(self, status: StatusCode, location: Option<&str>, body: &[u8]) {
        let Self::First { state, mark } = self else {
            return;
        };
        let (location, body) = (location.map(str::to_owned), body.to_vec());
        let kept = blocking(move || {
            let sealed = secrets::seal::seal(&state.keys, &mark.context(), &body)
                .map_err(|e| AppError::Internal(e.into()))?;
            state.db.write(|conn| {
                diesel::update(idempotency::table.find((&mark.caller, &mark.key)))
                    .set((
                        idempotency::status.eq(i64::from(status.as_u16())),
                        idempotency::location.eq(location),
                        idempotency::sealed_body.eq(sealed),
                    ))
                    .execute(conn)
                    .map_err(AppError::from)
            })
        });
        if let Err(error) = kept.await {
            tracing::error!(error = %error, "an answer could not be kept for its Idempotency-Key");
        }
    }

    /// Gives the key back after a refusal without an effect: the request may be sent again.
    pub(super) async fn release(self) {
        let Self::First { state, mark } = self else {
            return;
        };
        let released = blocking(move || {
            state.db.write(|conn| {
                let row = idempotency::table.find((&mark.caller, &mark.key));
                diesel::delete(row.filter(idempotency::status.is_null()))
                    .execute(conn)
                    .map_err(AppError::from)
            })
        });
        if let Err(error) = released.await {
            tracing::error!(error = %error, "an Idempotency-Key could not be given back");
        }
    }
}

fn request_hash(req: &HttpRequest, body: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(req.path());
    hasher.update([0]);
    hasher.update(req.query_string());
    hasher.update([0]);
    hasher.update(body);
    hex(&hasher.finalize())
}

fn kept(conn: &mut Conn, mark: &Mark) -> Result<Option<Kept>, AppError> {
    let row = idempotency::table
        .find((&mark.caller, &mark.key))
        .select((
            idempotency::request_hash,
            idempotency::status,
            idempotency::location,
            idempotency::sealed_body,
            idempotency::created_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row)
}

fn insert(conn: &mut Conn, mark: &Mark, hash: &str, now: NaiveDateTime) -> Result<(), AppError> {
    let row = (
        idempotency::caller.eq(&mark.caller),
        idempotency::idempotency_key.eq(&mark.key),
        idempotency::request_hash.eq(hash),
        idempotency::created_at.eq(now),
    );
    diesel::insert_into(idempotency::table)
        .values(row)
        .execute(conn)
        .or_conflict(ErrorCode::StillRunning)?;
    Ok(())
}

/// Whether the first request died before it had an effect.
fn given_up(kept: &Kept, now: NaiveDateTime) -> bool {
    kept.status.is_none() && now - kept.created_at > TimeDelta::seconds(UNDER_WAY_SECONDS)
}

/// Takes the place of a request that died; of several repetitions one can.
fn take_over(conn: &mut Conn, mark: &Mark, kept: &Kept, now: NaiveDateTime) -> Result<(), AppError> {
    let row = idempotency::table
        .find((&mark.caller, &mark.key))
        .filter(idempotency::status.is_null())
        .filter(idempotency::created_at.eq(kept.created_at));
    match diesel::update(row)
        .set(idempotency::created_at.eq(now))
        .execute(conn)?
    {
        0 => Err(ErrorCode::StillRunning.into()),
        _ => Ok(()),
    }
}

/// Forgets answers that were kept long enough.
pub(crate) fn forget_old(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<usize> {
    let old = idempotency::created_at.lt(now - TimeDelta::hours(KEPT_HOURS));
    diesel::delete(idempotency::table.filter(old)).execute(conn)
}

fn repeat(state: &State, mark: &Mark, kept: Kept) -> Result<Claim, AppError> {
    let (status, sealed) = match (kept.status, kept.sealed_body) {
        (None, _) => return Err(ErrorCode::StillRunning.into()),
        (Some(_), None) if state.clock.now() - kept.created_at <= TimeDelta::seconds(UNDER_WAY_SECONDS) => {
            return Err(ErrorCode::StillRunning.into());
        }
        (Some(_), None) => return Err(ErrorCode::AnswerLost.into()),
        (Some(status), Some(sealed)) => (status, sealed),
    };
    let status = u16::try_from(status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| AppError::bug("a kept status is no status"))?;
    let body = secrets::seal::open(&state.keys, &mark.context(), &sealed)
        .map_err(|error| AppError::Internal(error.into()))?;
    Ok(Claim::Repeated {
        status,
        location: kept.location,
        body: body.expose().to_vec(),
    })
}
