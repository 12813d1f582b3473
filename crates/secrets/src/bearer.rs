//! Bearer tokens: JWTs signed with HS256 under the instance's keys, and nothing else that calls itself a JWT.
//! What the claims mean, and whether a session is still alive, is left to the caller.

use std::{borrow::Cow, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use thiserror::Error;

use crate::keys::InstanceKeys;

/// Longer tokens are refused before anything of them is read.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// No token lives longer than a year and a day; a later end is a forgery or a mistake.
pub const MAX_LIFETIME_SECONDS: i64 = 366 * 24 * 60 * 60;
/// How far the clocks of two servers may differ for "not before".
pub const CLOCK_LEEWAY_SECONDS: i64 = 60;

/// Why a token was refused. For logs and tests: the caller on the wire hears only that it is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BearerFault {
    /// More than [`MAX_TOKEN_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// Not three parts, not base64, not JSON, an unknown header field or a claim that occurs twice.
    #[error("the token is malformed")]
    Malformed,
    /// Another algorithm than HS256, including none.
    #[error("the token is not signed with HS256")]
    WrongAlgorithm,
    /// A key this instance does not have.
    #[error("the token names a key of another instance")]
    UnknownKey,
    /// A key of this instance whose time is over.
    #[error("the key that signed the token is out of use")]
    RetiredKey,
    /// Changed, or signed by somebody else.
    #[error("the signature does not match")]
    BadSignature,
    /// Without an end.
    #[error("the token has no expiry")]
    NoExpiry,
    /// Ended.
    #[error("the token has expired")]
    Expired,
    /// Ends later than any token of ours does.
    #[error("the token would live too long")]
    ExpiresTooLate,
    /// Begins later than now.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The claims to be signed are not a JSON object.
    #[error("the claims cannot be written as JSON")]
    Unwritable,
}

/// Signs claims with the current key. They need an `exp` in seconds, or `verify` will refuse the token.
pub fn sign<T: Serialize>(keys: &InstanceKeys, claims: &T) -> Result<String, BearerFault> {
    let key = keys.current_signing();
    let claims = serde_json::to_vec(claims).ok().ok_or(BearerFault::Unwritable)?;
    if !claims.starts_with(b"{") {
        return Err(BearerFault::Unwritable);
    }
    // The claims grow by a third, the signature has 43 characters, and there is a dot.
    let mut token = String::with_capacity(key.header.len() + claims.len() * 4 / 3 + 48);
    token.push_str(&key.header);
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = crypto::sign(token.as_bytes(), &key.encoding, Algorithm::HS256);
    token.push('.');
    token.push_str(&signature.ok().ok_or(BearerFault::Unwritable)?);
    if token.len() > MAX_TOKEN_BYTES {
        Err(BearerFault::TooLong)
    } else {
        Ok(token)
    }
}

/// Checks a token at the time `now` (seconds) and gives back its claims.
///
/// The header must be, byte for byte, one that `sign` writes: so no field of a foreign header (`alg`, `jku`,
/// `x5u`, `crit`, ...) can have an effect. It is looked into only to name the reason for refusing it.
pub fn verify<T: DeserializeOwned>(keys: &InstanceKeys, token: &str, now: i64) -> Result<T, BearerFault> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(BearerFault::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(BearerFault::Malformed)?;
    let (key, payload) = keys
        .all_signing()
        .find_map(|key| {
            message
                .strip_prefix(key.header.as_str())
                .map(|payload| (key, payload))
        })
        .ok_or_else(|| why_not_ours(keys, message))?;
    if key.until.is_some_and(|until| until <= now) {
        return Err(BearerFault::RetiredKey);
    }
    match crypto::verify(signature, message.as_bytes(), &key.decoding, Algorithm::HS256) {
        Ok(true) => {}
        Ok(false) => return Err(BearerFault::BadSignature),
        Err(_not_base64) => return Err(BearerFault::Malformed),
    }
    let claims = URL_SAFE_NO_PAD
        .decode(payload)
        .ok()
        .ok_or(BearerFault::Malformed)?;
    let times: Times = serde_json::from_slice(&claims)
        .ok()
        .ok_or(BearerFault::Malformed)?;
    check_times(&times, now)?;
    serde_json::from_slice(&claims).ok().ok_or(BearerFault::Malformed)
}

fn check_times(times: &Times, now: i64) -> Result<(), BearerFault> {
    let expires = times.exp.ok_or(BearerFault::NoExpiry)?;
    if expires <= now {
        return Err(BearerFault::Expired);
    }
    if expires.saturating_sub(now) > MAX_LIFETIME_SECONDS {
        return Err(BearerFault::ExpiresTooLate);
    }
    if times
        .nbf
        .is_some_and(|begins| begins > now.saturating_add(CLOCK_LEEWAY_SECONDS))
    {
        return Err(BearerFault::NotYetValid);
    }
    Ok(())
}

fn why_not_ours(keys: &InstanceKeys, message: &str) -> BearerFault {
    let Some((header, payload)) = message.split_once('.') else {
        return BearerFault::Malformed;
    };
    if payload.contains('.') {
        return BearerFault::Malformed;
    }
    let header = URL_SAFE_NO_PAD.decode(header).ok();
    let Some(header) = header.and_then(|bytes| serde_json::from_slice::<ForeignHeader>(&bytes).ok()) else {
        return BearerFault::Malformed;
    };
    if header.alg != "HS256" {
        return BearerFault::WrongAlgorithm;
    }
    if header
        .kid
        .is_none_or(|kid| keys.all_signing().all(|key| key.id != kid))
    {
        return BearerFault::UnknownKey;
    }
    BearerFault::Malformed
}

#[derive(Deserialize)]
struct ForeignHeader {
    alg: String,
    kid: Option<String>,
}

/// The times of a token; reading them also refuses a claim that occurs twice, at any depth.
#[derive(Default)]
struct Times {
    exp: Option<i64>,
    nbf: Option<i64>,
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TimesVisitor)
    }
}

struct TimesVisitor;

impl<'de> Visitor<'de> for TimesVisitor {
    type Value = Times;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Times, A::Error> {
        let mut times = Times::default();
        let mut seen = Vec::new();
        while let Some(name) = next_new_name(&mut map, &mut seen)? {
            match name {
                "exp" => times.exp = Some(map.next_value()?),
                "nbf" => times.nbf = Some(map.next_value()?),
                _ => {
                    map.next_value::<WithoutRepeats>()?;
                }
            }
        }
        Ok(times)
    }
}

/// The next name of an object, or an error when it stood there before.
fn next_new_name<'de, 'seen, A: MapAccess<'de>>(
    map: &mut A,
    seen: &'seen mut Vec<Cow<'de, str>>,
) -> Result<Option<&'seen str>, A::Error> {
    let Some(Name(name)) = map.next_key()? else {
        return Ok(None);
    };
    if seen.contains(&name) {
        return Err(de::Error::custom("a claim occurs twice"));
    }
    seen.push(name);
    Ok(seen.last().map(Cow::as_ref))
}

/// A name as it stands in the text, copied only when it is written with escapes.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Any JSON value in which no object has the same name twice.
struct WithoutRepeats;

impl<'de> Deserialize<'de> for WithoutRepeats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WithoutRepeatsVisitor)
    }
}

struct WithoutRepeatsVisitor;

impl<'de> Visitor<'de> for WithoutRepeatsVisitor {
    type Value = WithoutRepeats;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<WithoutRepeats, E> {
        Ok(WithoutRepeats)
    }

    fn visit_bool<E>(self, _: bool) -> Result<WithoutRepeats, E> {
        Ok(WithoutRepeats)
    }

    fn visit_i64<E>(self, _: i64) -> Result<WithoutRepeats, E> {
        Ok(WithoutRepeats)
    }

    fn visit_u64<E>(self, _: u64) -> Result<WithoutRepeats, E> {
        Ok(WithoutRepeats)
    }

    fn visit_f64<E>(self, _: f64) -> Result<WithoutRepeats, E> {
        Ok(WithoutRepeats)
    }

    fn visit_str<E>(self, _: &str) -> Result<WithoutRepeats, E> {
        Ok(WithoutRepeats)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<WithoutRepeats, A::Error> {
        while list.next_element::<WithoutRepeats>()?.is_some() {}
        Ok(WithoutRepeats)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WithoutRepeats, A::Error> {
        let mut seen = Vec::new();
        while next_new_name(&mut map, &mut seen)?.is_some() {
            map.next_value::<WithoutRepeats>()?;
        }
        Ok(WithoutRepeats)
    }
}

/// The part of a signing key that `sign` puts in front of each token.
pub(crate) fn encoded_header(id: &str) -> String {
    let mut header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"HS256","kid":"{id}","typ":"JWT"}}"#));
    header.push('.');
    header
}

#[cfg(test)]
mod tests;
