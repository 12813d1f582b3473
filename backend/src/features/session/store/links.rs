//! One-time links: made, tried and used up in the same way whatever they are for. What a link opens is left to those
//! who use it up.

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::one_time_links};
use diesel::{dsl, prelude::*};
use secrets::keys::InstanceKeys;
use shared::{error::ErrorCode, ids::UserId, text::SecretText};

use super::NewToken;
use crate::{access::Anonymous, error::AppError};

/// What a link is for. A token of one kind is none of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// Choosing a password.
    Password,
    /// Setting the server up.
    SetUp,
}

impl LinkKind {
    /// The word that is stored, and the domain of the keyed hash.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password-link",
            Self::SetUp => "setup-link",
        }
    }

    /// A token for a new link.
    #[must_use]
    pub fn new_token(self, keys: &InstanceKeys) -> NewToken {
        NewToken::of(keys, self.as_str())
    }

    /// The hash under which a link is stored; none if the token cannot be one.
    #[must_use]
    pub fn hash(self, keys: &InstanceKeys, token: &SecretText) -> Option<String> {
        let text = token.expose();
        let keyed = || keys.keyed_hash().hash(self.as_str(), text.as_bytes());
        secrets::token_text::is_opaque_shape(text).then(keyed)
    }
}

/// Stores a link; `None` is nobody's.
pub fn insert(
    conn: &mut Conn,
    kind: LinkKind,
    user: Option<UserId>,
    token_hash: &str,
    now: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(one_time_links::table)
        .values((
            one_time_links::token_hash.eq(token_hash),
            one_time_links::kind.eq(kind.as_str()),
            one_time_links::user_id.eq(user.map(columns::UserId)),
            one_time_links::created_at.eq(now),
            one_time_links::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

type ByHash = dsl::Filter<one_time_links::table, dsl::Eq<one_time_links::token_hash, String>>;
type OfKind = dsl::Filter<ByHash, dsl::Eq<one_time_links::kind, &'static str>>;
type Unused = dsl::Filter<OfKind, dsl::IsNull<one_time_links::used_at>>;

/// The link, if it works.
pub fn usable(
    anonymous: &Anonymous,
    kind: LinkKind,
    token_hash: String,
    now: NaiveDateTime,
) -> dsl::Filter<Unused, dsl::Gt<one_time_links::expires_at, NaiveDateTime>> {
    anonymous
        .link(token_hash)
        .filter(one_time_links::kind.eq(kind.as_str()))
        .filter(one_time_links::used_at.is_null())
        .filter(one_time_links::expires_at.gt(now))
}

/// Uses a link up; only one caller can.
pub fn consume(
    conn: &mut Conn,
    anonymous: &Anonymous,
    kind: LinkKind,
    token_hash: String,
    now: NaiveDateTime,
) -> Result<(), AppError> {
    let changed = diesel::update(usable(anonymous, kind, token_hash, now))
        .set(one_time_links::used_at.eq(now))
        .execute(conn)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(ErrorCode::LinkUnusable.into())
    }
}
