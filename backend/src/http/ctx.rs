//! What a handler gets: proof that the caller may call, what they sent, and what they may reach.

use actix_web::{HttpMessage as _, HttpRequest, cookie, dev::Payload, http::header, web};
use chrono::{NaiveDateTime, TimeDelta};
use db::Conn;
use shared::{
    contract::{Changes, Effect, Endpoint},
    error::ErrorCode,
    ids::UserId,
    ids::WorkspaceId,
    text::SecretText,
};

use super::{answer, answer::SharedExtras, idempotency::Mark, input, origin};
use crate::{
    access::{Actor, Admit, Caller, Client, Door, caller_of},
    audit::Tx,
    config::Config,
    error::AppError,
    state::State,
    threads::{self, blocking},
    throttle::Throttle,
};

type Reach<E> = <<E as Endpoint>::Caller as Admit>::Reach;

/// Proof that the caller may call `E`, with what they sent and what they may reach.
#[derive(Debug)]
pub struct Ctx<E: Endpoint>
where
    E::Caller: Admit,
{
    /// The path parameters.
    pub path: E::Path,
    /// The query string.
    pub query: E::Query,
    /// The body.
    pub body: E::Body,
    reach: Reach<E>,
    caller: Caller,
    workspace: Option<WorkspaceId>,
    if_match: Option<String>,
    state: web::Data<State>,
    extras: SharedExtras,
    mark: Option<Mark>,
}

/// What admission finds out, before any input is read.
pub(crate) struct Admitted<E: Endpoint>
where
    E::Caller: Admit,
{
    pub(crate) reach: Reach<E>,
    pub(crate) caller: Caller,
    pub(crate) workspace: Option<WorkspaceId>,
}

/// Admits the caller of `E`, or not; counts the call.
pub(crate) async fn admit<E: Endpoint>(
    state: &web::Data<State>,
    req: &HttpRequest,
    door: Door,
) -> Result<Admitted<E>, AppError>
where
    E::Caller: Admit,
{
    let (caller, reach) = look::<E>(state, req, door).await?;
    let in_path = in_path(req, door);
    let workspace = match door {
        Door::Rest => in_path.and_then(|text| text.parse().ok()),
        Door::Wire => caller
            .identity
            .as_ref()
            .and_then(crate::access::Identity::bound_workspace),
    };
    state.meter.count(&caller, workspace, E::NAME, state.clock.now());
    Ok(Admitted {
        reach,
        caller,
        workspace,
    })
}

/// Who calls and what they may reach, if they may call.
async fn look<E: Endpoint>(
    state: &web::Data<State>,
    req: &HttpRequest,
    door: Door,
) -> Result<(Caller, Reach<E>), AppError>
where
    E::Caller: Admit,
{
    let caller = caller_of::<E::Caller>(state, req, cookie_name(&state.config)).await?;
    super::request_log::note_caller(req, &caller);
    origin::check(req, state, &caller, E::EFFECT != Effect::Reads)?;
    let reach = E::Caller::admit(state, door, &caller, in_path(req, door), E::NEEDS).await?;
    Ok((caller, reach))
}

fn in_path(req: &HttpRequest, door: Door) -> Option<&str> {
    match door {
        Door::Rest => req.match_info().get("workspace_id"),
        Door::Wire => None,
    }
}

/// Whether the caller of a REST call that takes long would still be admitted. Not counted again.
pub(super) async fn still_admitted<E: Endpoint>(
    state: &web::Data<State>,
    req: &HttpRequest,
) -> Result<(), AppError>
where
    E::Caller: Admit,
{
    look::<E>(state, req, Door::Rest).await.map(drop)
}

impl<E: Endpoint> Ctx<E>
where
    E::Caller: Admit,
{
    /// A REST call: admission first, so that a stranger learns nothing from how their input is judged.
    pub(super) async fn rest(
        req: &HttpRequest,
        payload: &mut Payload,
        extras: SharedExtras,
    ) -> Result<(Self, web::Bytes), AppError> {
        let state = state_of(req)?;
        let admitted = admit::<E>(&state, req, Door::Rest).await?;
        let bytes = input::read_bytes(req, payload, E::MOST_BODY_BYTES).await?;
        let (path, query, body) = (input::path(req)?, input::query(req)?, input::body(req, &bytes)?);
        let if_match = req
            .headers()
            .get(header::IF_MATCH)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Ok((
            Self::assemble(admitted, path, query, body, if_match, state, extras),
            bytes,
        ))
    }

    /// A call on the `ClearML` wire, whose envelope has been opened already.
    pub(crate) fn wire(
        admitted: Admitted<E>,
        path: E::Path,
        query: E::Query,
        body: E::Body,
        state: web::Data<State>,
    ) -> Self {
        Self::assemble(admitted, path, query, body, None, state, SharedExtras::default())
    }

    fn assemble(
        admitted: Admitted<E>,
        path: E::Path,
        query: E::Query,
        body: E::Body,
        if_match: Option<String>,
        state: web::Data<State>,
        extras: SharedExtras,
    ) -> Self {
        let Admitted {
            reach,
            caller,
            workspace,
        } = admitted;
        Self {
            path,
            query,
            body,
            reach,
            caller,
            workspace,
            if_match,
            state,
            extras,
            mark: None,
        }
    }

    /// What the caller may reach.
    pub fn reach(&self) -> &Reach<E> {
        &self.reach
    }

    /// Runs queries that change nothing, off the thread that serves requests: what may take long, such as lists,
    /// searches and counts.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn, &Reach<E>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (state, reach) = (self.state.clone(), self.reach.clone());
        blocking(move || state.db.read(|conn| f(conn, &reach))).await
    }

    /// Runs queries that change nothing and are done in microseconds, because they find a few rows by their keys.
    /// Where that is so, going to another thread and back would cost more than they do.
    pub async fn read_brief<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn, &Reach<E>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let reach = self.reach.clone();
        let place = (E::NAME, self.workspace);
        threads::read_at(&self.state, place, move |conn| f(conn, &reach)).await
    }

    /// The time now.
    pub fn now(&self) -> NaiveDateTime {
        self.state.clock.now()
    }

    /// A new id.
    pub fn new_id(&self) -> uuid::Uuid {
        self.state.clock.new_id()
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// The instance keys, for hashing, signing and sealing.
    pub fn keys(&self) -> &secrets::keys::InstanceKeys {
        &self.state.keys
    }

    /// Asks other hosts, where that is safe.
    pub fn outbound(&self) -> &crate::outbound::Outbound {
        &self.state.outbound
    }

    /// The same, for what a query seals or opens.
    pub fn keys_for_queries(&self) -> std::sync::Arc<secrets::keys::InstanceKeys> {
        std::sync::Arc::clone(&self.state.keys)
    }

    /// Begins long work of which one at a time is enough; [`ErrorCode::Busy`] if it is under way already. It ends when
    /// the answer is dropped.
    pub fn alone(&self, what: String) -> Result<super::alone::Alone, AppError> {
        self.state.under_way.begin(what)
    }

    /// Begins work of which `most` at a time are enough for one account; [`ErrorCode::Busy`] if so many of the caller's are
    /// under way.
    pub fn one_of(&self, most: usize, what: &str) -> Result<super::alone::Alone, AppError> {
        let account = self.actor().user_id.unwrap_or(UserId::NIL);
        let mut places = (0..most).map(|place| self.alone(format!("{what} of {account}, {place}")));
        places.find(Result::is_ok).unwrap_or(Err(ErrorCode::Busy.into()))
    }

    /// Where the call comes from.
    pub fn client(&self) -> &Client {
        &self.caller.client
    }

    /// Who calls, for the journal.
    pub fn actor(&self) -> Actor {
        self.caller.actor()
    }

    /// The times of the token that calls, if one does.
    pub fn lease(&self) -> Option<crate::access::Lease> {
        match &self.caller.identity {
            Some(crate::access::Identity::Key(_, lease)) => *lease,
            _ => None,
        }
    }

    /// The key pair that calls, by itself or through a token made with it.
    pub fn key(&self) -> Option<&crate::access::KeyRecord> {
        match &self.caller.identity {
            Some(crate::access::Identity::Key(key, _)) => Some(key),
            _ => None,
        }
    }

    /// Hashes and checks passwords, a few at a time.
    pub fn passwords(&self) -> super::passwords::Passwords<'_> {
        super::passwords::Passwords::new(&self.state.hashing)
    }

    /// Counts failed attempts and holds off who makes too many.
    pub fn throttle(&self) -> Throttle {
        Throttle::new(self.state.clone())
    }

    /// A check for use inside a transaction: refuses with `412` if the caller's `If-Match` names another state than
    /// the value it is given, which must be what a read of the same address answers.
    pub fn match_check<T: serde::Serialize>(&self) -> impl Fn(&T) -> Result<(), AppError> + Send + use<E, T> {
        let if_match = self.if_match.clone();
        move |current| check_match(if_match.as_deref(), current)
    }

    /// Signs this browser in: the answer carries the cookie.
    pub fn set_session_cookie(&self, token: &SecretText) {
        let days = i64::from(self.state.config.session_max_days);
        let mut built = session_cookie(&self.state.config, token.expose().to_owned());
        built.set_max_age(cookie::time::Duration::seconds(
            TimeDelta::days(days).num_seconds(),
        ));
        self.extras.borrow_mut().cookie = Some(built);
    }

    /// Signs this browser out: the answer takes the cookie away and tells the browser to drop what it cached.
    pub fn clear_session_cookie(&self) {
        let mut built = session_cookie(&self.state.config, String::new());
        built.make_removal();
        let mut extras = self.extras.borrow_mut();
        extras.cookie = Some(built);
        extras.clear_site_data = true;
    }

    /// The `Idempotency-Key` under which effects are noted.
    pub(super) fn claimed(&mut self, mark: Option<Mark>) {
        self.mark = mark;
    }

    /// The server, for what stays open after the handler.
    pub(super) fn state(&self) -> &web::Data<State> {
        &self.state
    }

    /// Where the thing is that was made.
    pub fn located(&self, url: String) {
        self.extras.borrow_mut().location = Some(url);
    }
}

impl<E: Changes> Ctx<E>
where
    E::Caller: Admit,
{
    /// Runs queries in one transaction with a journal; undone if anything fails or nothing was journalled.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx<'_>, &Reach<E>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (state, reach) = (self.state.clone(), self.reach.clone());
        let (actor, workspace, mark) = (self.caller.actor(), self.workspace, self.mark.clone());
        blocking(move || {
            Tx::run(&state, &actor, workspace, |tx| {
                let value = f(tx, &reach)?;
                if let Some(mark) = &mark {
                    mark.done(tx.conn)?;
                }
                Ok(value)
            })
        })
        .await
    }
}

fn check_match(if_match: Option<&str>, current: &impl serde::Serialize) -> Result<(), AppError> {
    match if_match {
        Some(wanted) if !answer::names_edition(wanted, &answer::etag_of_value(current)) => {
            Err(ErrorCode::ChangedMeanwhile.into())
        }
        _ => Ok(()),
    }
}

/// The server behind a request.
pub(crate) fn state_of(req: &HttpRequest) -> Result<web::Data<State>, AppError> {
    req.app_data::<web::Data<State>>()
        .cloned()
        .ok_or_else(|| AppError::bug("the app has no state"))
}

/// The request's id, for its answer and the log.
pub(crate) fn request_id(req: &HttpRequest) -> String {
    req.extensions()
        .get::<RequestId>()
        .map(|id| id.0.simple().to_string())
        .unwrap_or_default()
}

/// Names one request in its answer and in the log.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub uuid::Uuid);

/// Marks a request that came as HEAD, which is GET from there on; the connection leaves the body of its answer out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WasHead;

/// Whether cookies can be protected: over HTTPS, and on this machine, where browsers trust plain HTTP.
fn protected(config: &Config) -> bool {
    !config.allow_insecure_http || config.public_url().starts_with("https://")
}

/// The session cookie's name. `__Host-` makes browsers refuse one that a neighbouring host or plain HTTP set.
#[must_use]
pub fn cookie_name(config: &Config) -> &'static str {
    if protected(config) {
        "__Host-session"
    } else {
        "session"
    }
}

fn session_cookie(config: &Config, value: String) -> cookie::Cookie<'static> {
    cookie::Cookie::build(cookie_name(config), value)
        .path("/")
        .http_only(true)
        .secure(protected(config))
        .same_site(cookie::SameSite::Strict)
        .finish()
}
