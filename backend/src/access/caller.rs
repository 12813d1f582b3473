//! What a request says about who sends it, and who that is. Three ways to prove it, one verdict for all of them: key
//! pair, token, browser session. A request with `Authorization` ignores the cookie.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, atomic::Ordering},
};

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderName},
    web,
};
use base64::Engine as _;
use chrono::{NaiveDateTime, TimeDelta};
use secrets::key_pair::{AccessKey, SecretKey};
use shared::{
    error::ErrorCode,
    ids::{UserId, WorkspaceId},
};

use super::{
    directory::{self, KeyRecord, SessionRecord},
    token::{Claims, Lease},
};
use crate::{error::AppError, state::State, threads::read_row};

/// Domain of the keyed hash of session cookies.
pub(crate) const SESSION_HASH: &str = "session";
/// Domain of the keyed hash of secret keys.
pub(crate) const SECRET_KEY_HASH: &str = "secret-key";

/// Names that would otherwise be read anew from text for each request.
static FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
static WORKER: [HeaderName; 2] = [
    HeaderName::from_static("x-clearml-worker"),
    HeaderName::from_static("x-trains-worker"),
];

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Client {
    /// Network address of the client: behind a trusted proxy the one it reports.
    pub address: IpAddr,
    /// What the client calls itself, at most 255 characters.
    pub user_agent: String,
    /// The worker's name if the client said one, at most 255 characters.
    pub worker: Option<String>,
}

impl Client {
    /// Reads the request's origin.
    #[must_use]
    pub fn of(req: &HttpRequest, state: &State) -> Self {
        let text = |name: &HeaderName| {
            let value = req.headers().get(name)?.to_str().ok()?.trim();
            // A header that is text is ASCII, so a byte is a character.
            (!value.is_empty()).then(|| value.get(..255).unwrap_or(value).to_owned())
        };
        Self {
            address: address(req, &state.config.trusted_proxies),
            user_agent: text(&header::USER_AGENT).unwrap_or_default(),
            worker: WORKER.iter().find_map(text),
        }
    }
}

/// The nearest address that is not a trusted proxy. Only a trusted proxy's word counts, so the list is read from its
/// end, and no further than the first entry that cannot be read: what stands before it may be the client's own text.
fn address(req: &HttpRequest, trusted: &[IpAddr]) -> IpAddr {
    let trusted = |address: &IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == *address);
    let mut nearest = req
        .peer_addr()
        .map_or(IpAddr::from([127, 0, 0, 1]), |socket| socket.ip().to_canonical());
    let lines: Vec<&str> = req
        .headers()
        .get_all(&FORWARDED)
        .map(|value| value.to_str().unwrap_or("unreadable"))
        .collect();
    for part in lines.iter().flat_map(|line| line.split(',')).rev() {
        if !trusted(&nearest) {
            break;
        }
        match forwarded(part) {
            Some(address) => nearest = address,
            None => break,
        }
    }
    nearest
}

/// One entry of `X-Forwarded-For`: an address, some proxies add the port.
fn forwarded(part: &str) -> Option<IpAddr> {
    let part = part.trim();
    let bare = part
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(part);
    let address = bare
        .parse()
        .ok()
        .or_else(|| part.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// What a request carries as proof, not yet believed.
#[derive(Debug)]
pub enum Proof {
    /// Nothing.
    None,
    /// A key pair in the clear.
    KeyPair(AccessKey, SecretKey),
    /// A bearer token.
    Bearer(String),
    /// A session cookie.
    Cookie(String),
    /// Something that cannot be a proof of any kind.
    Unreadable,
}

impl Proof {
    /// Reads the `Authorization` header, else the cookie.
    pub fn of(req: &HttpRequest, cookie_name: &str) -> Result<Self, AppError> {
        let mut given = req.headers().get_all(header::AUTHORIZATION);
        let Some(first) = given.next() else {
            return Ok(req
                .cookie(cookie_name)
                .map_or(Self::None, |cookie| Self::Cookie(cookie.value().to_owned())));
        };
        if given.next().is_some() {
            let detail = "Send one Authorization header, not several.".to_owned();
            return Err(AppError::Detailed(ErrorCode::Malformed, detail));
        }
        let Ok(text) = first.to_str() else {
            return Ok(Self::Unreadable);
        };
        let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text, ""));
        let is = |name: &str| scheme.eq_ignore_ascii_case(name);
        Ok(match rest.trim() {
            token if is("bearer") => Self::Bearer(token.to_owned()),
            pair if is("basic") => basic(pair).unwrap_or(Self::Unreadable),
            _ => Self::Unreadable,
        })
    }
}

fn basic(encoded: &str) -> Option<Proof> {
    if encoded.len() > 1024 {
        return None;
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (access, secret) = text.split_once(':')?;
    Some(Proof::KeyPair(
        AccessKey::parse(access).ok()?,
        SecretKey::parse(secret).ok()?,
    ))
}

/// Who is calling, proven.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A key pair, or a token made with it and the times of that token.
    Key(Arc<KeyRecord>, Option<Lease>),
    /// A person in a browser.
    Session(Arc<SessionRecord>),
}

impl Identity {
    /// Whose it is.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        match self {
            Self::Key(key, _) => key.user_id,
            Self::Session(session) => session.user_id,
        }
    }

    /// The one workspace that a key works in; a person chooses by the address.
    #[must_use]
    pub fn bound_workspace(&self) -> Option<WorkspaceId> {
        match self {
            Self::Key(key, _) => Some(key.workspace_id),
            Self::Session(_) => None,
        }
    }
}

/// A request's client and identity.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Where it comes from.
    pub client: Client,
    /// Who it is, if anybody.
    pub identity: Option<Identity>,
}

/// Believes a proof or not. `Ok(None)` means that there was none; a wrong one is [`ErrorCode::Unauthenticated`].
pub(super) async fn identify(state: &web::Data<State>, proof: Proof) -> Result<Option<Identity>, AppError> {
    let now = state.clock.now();
    let wrong = || AppError::from(ErrorCode::Unauthenticated);
    match proof {
        Proof::None => Ok(None),
        Proof::Unreadable => Err(wrong()),
        Proof::KeyPair(access, secret) => {
            let key = live_key(state, access.as_str(), now).await?.ok_or_else(wrong)?;
            let genuine =
                state
                    .keys
                    .keyed_hash()
                    .verify(SECRET_KEY_HASH, secret.expose().as_bytes(), &key.secret_hash);
            if genuine {
                Ok(Some(Identity::Key(key, None)))
            } else {
                Err(wrong())
            }
        }
        Proof::Bearer(token) => {
            let claims: Claims = secrets::bearer::verify(&state.keys, &token, now.and_utc().timestamp())
                .map_err(|_why| wrong())?;
            let key = live_key(state, &claims.key, now).await?.ok_or_else(wrong)?;
            let same = key.user_id == claims.identity.user && key.workspace_id == claims.tenant;
            if same {
                Ok(Some(Identity::Key(key, Some(claims.lease()))))
            } else {
                Err(wrong())
            }
        }
        Proof::Cookie(value) => {
            let session = live_session(state, &value, now).await?.ok_or_else(wrong)?;
            Ok(Some(Identity::Session(session)))
        }
    }
}

async fn live_key(
    state: &web::Data<State>,
    access_key: &str,
    now: NaiveDateTime,
) -> Result<Option<Arc<KeyRecord>>, AppError> {
    let mut found = state.directory.key(access_key);
    if found.is_none() {
        let generation = state.directory.generation();
        let wanted = access_key.to_owned();
        let loaded = read_row(state, move |conn| Ok(directory::load_key(conn, &wanted)?))
            .await?
            .map(Arc::new);
        if let Some(key) = &loaded {
            state.directory.keep_key(generation, key);
        }
        found = loaded;
    }
    Ok(found.filter(|key| key.expires_at.is_none_or(|end| now < end)))
}

async fn live_session(
    state: &web::Data<State>,
    cookie: &str,
    now: NaiveDateTime,
) -> Result<Option<Arc<SessionRecord>>, AppError> {
    if !secrets::token_text::is_opaque_shape(cookie) {
        return Ok(None);
    }
    let hash = state.keys.keyed_hash().hash(SESSION_HASH, cookie.as_bytes());
    let idle = TimeDelta::days(i64::from(state.config.session_idle_days))
        .num_microseconds()
        .unwrap_or(i64::MAX);
    let now_micros = now.and_utc().timestamp_micros();
    let alive = |session: &SessionRecord| {
        now < session.expires_at && now_micros - session.last_seen.load(Ordering::Relaxed) < idle
    };
    let mut found = state.directory.session(&hash).filter(|session| alive(session));
    if found.is_none() {
        let generation = state.directory.generation();
        let wanted = hash.clone();
        let loaded = read_row(state, move |conn| Ok(directory::load_session(conn, &wanted)?)).await?;
        let loaded = loaded.map(Arc::new).filter(|session| alive(session));
        if let Some(session) = &loaded {
            state.directory.keep_session(generation, &hash, session);
        }
        found = loaded;
    }
    if let Some(session) = &found {
        session.last_seen.store(now_micros, Ordering::Relaxed);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let mut request = TestRequest::default().peer_addr(SocketAddr::new(peer.parse().unwrap(), 1));
        for line in forwarded {
            request = request.append_header(("x-forwarded-for", *line));
        }
        let trusted = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        address(&request.to_http_request(), &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_where_a_client_is() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9", "198.51.100.7, 10.0.0.2"]),
            "198.51.100.7"
        );
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
    }

    #[test]
    fn what_stands_before_an_unreadable_entry_is_not_believed() {
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, nonsense, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }
}
