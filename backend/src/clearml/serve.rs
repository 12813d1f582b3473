//! Turns endpoints of the wire's contract into calls: the twin of [`crate::http::serve`] for this door. A handler
//! gets a [`Ctx`] and never sees the envelope.

use std::{pin::Pin, rc::Rc};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderName},
    },
    web,
};
use base64::Engine as _;
use shared::{
    contract::{CallerKind as _, Effect, Endpoint},
    permission::Permission,
};

use super::{answer::Asked, fault::Fault, input};
use crate::{
    access::{Admit, Caller, Door},
    http::{Ctx, admit, state_of},
};

type Answering = Pin<Box<dyn Future<Output = HttpResponse>>>;

/// Marks a request that came as HEAD, which is GET from there on. REST tells methods apart by its routes; on the wire
/// GET may change something, and HEAD must not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WasHead;

/// An endpoint of the wire with its handler.
pub struct Call {
    /// Service and action, as they stand in the address.
    pub action: &'static str,
    /// [`Endpoint::NAME`], under which it is counted.
    pub name: &'static str,
    /// [`Endpoint::ABOUT`].
    pub about: &'static str,
    /// [`Endpoint::EFFECT`].
    pub effect: Effect,
    /// The kind of caller: `public`, `signed_in` or `member`.
    pub caller: &'static str,
    /// [`Endpoint::NEEDS`].
    pub needs: Option<Permission>,
    /// The longest body that it takes.
    pub most_bytes: usize,
    answer: Box<dyn Fn(HttpRequest, web::Payload, Asked, usize) -> Answering>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.action, self.name)
    }
}

impl Call {
    pub(super) fn answer(&self, req: HttpRequest, payload: web::Payload, asked: Asked) -> Answering {
        (self.answer)(req, payload, asked, self.most_bytes)
    }

    /// Whether the request's method is one for this call.
    pub(super) fn takes(&self, req: &HttpRequest) -> bool {
        match *req.method() {
            Method::GET => self.effect == Effect::Reads || !req.extensions().contains::<WasHead>(),
            Method::POST | Method::PUT => true,
            _ => false,
        }
    }

    /// The methods for this call, as they stand in `Allow`.
    pub(super) const fn allowed(&self) -> &'static str {
        match self.effect {
            Effect::Reads => "GET, HEAD, POST, PUT",
            Effect::Changes | Effect::Creates => "GET, POST, PUT",
        }
    }
}

/// Makes a call of an endpoint whose path is service and action.
pub(super) fn serve<E, F, Fut>(_: E, handler: F) -> Call
where
    E: Endpoint<Path = (), Query = ()>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut + 'static,
    Fut: Future<Output = Result<E::Reply, Fault>> + 'static,
{
    let handler = Rc::new(handler);
    Call {
        action: E::PATH,
        name: E::NAME,
        about: E::ABOUT,
        effect: E::EFFECT,
        caller: E::Caller::NAME,
        needs: E::NEEDS,
        most_bytes: input::USUAL_BYTES,
        answer: Box::new(move |req, payload, asked, most| {
            let handler = Rc::clone(&handler);
            Box::pin(async move {
                match answer_one(&req, payload, most, handler.as_ref()).await {
                    Ok(reply) => asked.answered(&reply),
                    Err(fault) => asked.refused(&fault),
                }
            })
        }),
    }
}

async fn answer_one<E, F, Fut>(
    req: &HttpRequest,
    payload: web::Payload,
    most: usize,
    handler: &F,
) -> Result<E::Reply, Fault>
where
    E: Endpoint<Path = (), Query = ()>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut,
    Fut: Future<Output = Result<E::Reply, Fault>>,
{
    let state = state_of(req)?;
    let presented = Presented::by(req)?;
    // Without this check the core would look for a browser's cookie, which this door must not take: it has no
    // protection against other sites.
    if E::Caller::LOOKS_AT_PROOF {
        presented.may_be_a_proof()?;
    }
    let admitted = admit::<E>(&state, req, Door::Wire)
        .await
        .map_err(|error| Fault::from(error).or_if_unknown_caller(presented.refused(req)))?;
    stands_for_oneself(req, &admitted.caller)?;
    let body = input::read::<E::Body>(req, &mut payload.into_inner(), most).await?;
    handler(Ctx::wire(admitted, (), (), body, state)).await
}

/// What the `Authorization` header claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presented {
    Nothing,
    Basic,
    Bearer,
    Other,
}

impl Presented {
    fn by(req: &HttpRequest) -> Result<Self, Fault> {
        let mut given = req.headers().get_all(header::AUTHORIZATION);
        let Some(first) = given.next() else {
            return Ok(Self::Nothing);
        };
        let (None, Ok(text)) = (given.next(), first.to_str()) else {
            return Err(Fault::malformed_credentials());
        };
        let scheme = text.trim().split(' ').next().unwrap_or_default();
        Ok(match scheme {
            basic if basic.eq_ignore_ascii_case("basic") => Self::Basic,
            bearer if bearer.eq_ignore_ascii_case("bearer") => Self::Bearer,
            _ => Self::Other,
        })
    }

    fn may_be_a_proof(self) -> Result<(), Fault> {
        match self {
            Self::Basic | Self::Bearer => Ok(()),
            Self::Nothing => Err(Fault::no_credentials()),
            Self::Other => Err(Fault::auth_type()),
        }
    }

    /// Why a proof of this kind was not believed.
    fn refused(self, req: &HttpRequest) -> Fault {
        match self {
            Self::Bearer => Fault::bad_token(),
            Self::Basic if is_readable_basic(req) => Fault::wrong_credentials(),
            Self::Basic => Fault::malformed_credentials(),
            Self::Nothing | Self::Other => Fault::no_credentials(),
        }
    }
}

fn is_readable_basic(req: &HttpRequest) -> bool {
    let text = header_text(req, &header::AUTHORIZATION).unwrap_or_default();
    let encoded = text.trim().split_once(' ').map_or("", |(_, rest)| rest.trim());
    base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .is_ok_and(|decoded| decoded.contains(&b':'))
}

static IMPERSONATED: [HeaderName; 2] = [
    HeaderName::from_static("x-clearml-impersonate-as"),
    HeaderName::from_static("x-trains-impersonate-as"),
];
static ACTED_AS: [HeaderName; 2] = [
    HeaderName::from_static("x-clearml-act-as"),
    HeaderName::from_static("x-trains-act-as"),
];
static TENANT: [HeaderName; 2] = [
    HeaderName::from_static("x-clearml-tenant"),
    HeaderName::from_static("x-trains-tenant"),
];

/// Headers may ask for another user or workspace than the key's. Nobody may have that; asking for one's own is fine.
fn stands_for_oneself(req: &HttpRequest, caller: &Caller) -> Result<(), Fault> {
    let Some(identity) = &caller.identity else {
        return Ok(());
    };
    let asked = |names: &'static [HeaderName; 2]| names.iter().find_map(|name| header_text(req, name));
    let (impersonated, acted_as, tenant) = (asked(&IMPERSONATED), asked(&ACTED_AS), asked(&TENANT));
    if impersonated.is_none() && acted_as.is_none() && tenant.is_none() {
        return Ok(());
    }
    if impersonated.is_some() && acted_as.is_some() {
        return Err(Fault::both_impersonations());
    }
    let own = identity.user_id().to_string();
    if impersonated.or(acted_as).is_some_and(|user| user != own) {
        tracing::warn!(user.id = own, "acting for somebody else was refused");
        return Err(Fault::impersonation());
    }
    let bound = identity.bound_workspace().map(|id| id.to_string());
    match tenant {
        Some(tenant) if Some(tenant) != bound.as_deref() => Err(Fault::other_workspace()),
        _ => Ok(()),
    }
}

/// A header's text; one that is no text is like no user and no workspace.
fn header_text<'a>(req: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    let value = req.headers().get(name)?;
    Some(value.to_str().unwrap_or("unreadable").trim())
}
