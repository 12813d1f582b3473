//! What a bearer token says. Authority is never in it: it names a key pair, and what that pair may do is looked up
//! on every call. The other claims are what `ClearML` clients read.

use chrono::{NaiveDateTime, TimeDelta};
use secrets::keys::InstanceKeys;
use serde::{Deserialize, Serialize};
use shared::{
    ids::{UserId, WorkspaceId},
    text::SecretText,
};

use super::directory::KeyRecord;
use crate::error::AppError;

/// Version of the `ClearML` API that clients may speak. From 2.31 on their links go to `/tasks/`.
pub const API_VERSION: &str = "2.31";
/// Version that clients compare for features; dotted integers.
pub const SERVER_VERSION: &str = "2.0.0";
/// Any word but `basic` makes clients ask for vaults; `advanced` would promise what is not there.
const FEATURE_SET: &str = "clearance";

/// How long a token lives unless its maker says otherwise.
pub const USUAL_LIFE: TimeDelta = TimeDelta::days(30);

/// The times of the token that a call was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// How long it was made for.
    pub life: TimeDelta,
    /// When it ends.
    pub ends_at: NaiveDateTime,
}

impl Lease {
    /// The end that also binds what is made with the token: only of one that was made shorter than usual. Clients do
    /// everything with a token of the usual life, which stands for their key.
    #[must_use]
    pub fn binding_end(self) -> Option<NaiveDateTime> {
        (self.life < USUAL_LIFE).then_some(self.ends_at)
    }
}

/// The claims of a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// When it was made, seconds since 1970.
    pub iat: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
    /// The access key it was made with.
    pub key: String,
    /// Whose it is and where it works.
    pub identity: ClaimedIdentity,
    /// The workspace again, where clients look for it.
    pub tenant: WorkspaceId,
    /// [`API_VERSION`].
    pub api_version: String,
    /// [`SERVER_VERSION`].
    pub server_version: String,
    /// Which optional parts clients may use.
    pub feature_set: String,
}

/// Whose a token is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClaimedIdentity {
    /// The user.
    pub user: UserId,
    /// The workspace, in the clients' word for it.
    pub company: WorkspaceId,
    /// The role, for display only.
    pub role: String,
}

impl Claims {
    /// The times that it says.
    #[must_use]
    pub fn lease(&self) -> Lease {
        let end = chrono::DateTime::from_timestamp(self.exp, 0).unwrap_or_default();
        Lease {
            life: TimeDelta::seconds(self.exp.saturating_sub(self.iat).clamp(0, 400 * 86_400)),
            ends_at: end.naive_utc(),
        }
    }

    /// The claims of a token made at `iat` that lives until `exp`.
    #[must_use]
    pub fn new(key: &str, user: UserId, workspace: WorkspaceId, role: &str, iat: i64, exp: i64) -> Self {
        Self {
            iat,
            exp,
            key: key.to_owned(),
            identity: ClaimedIdentity {
                user,
                company: workspace,
                role: role.to_owned(),
            },
            tenant: workspace,
            api_version: API_VERSION.to_owned(),
            server_version: SERVER_VERSION.to_owned(),
            feature_set: FEATURE_SET.to_owned(),
        }
    }
}

/// Makes a token with a key pair, or with a token of it, and says when it ends: after `lifetime`, but never later than
/// the key itself, and made with a token it lives no longer than that one was made for.
pub fn mint(
    keys: &InstanceKeys,
    key: &KeyRecord,
    lease: Option<Lease>,
    now: NaiveDateTime,
    lifetime: TimeDelta,
) -> Result<(SecretText, NaiveDateTime), AppError> {
    let lifetime = lease.map_or(lifetime, |lease| lease.life.min(lifetime));
    let wanted = now.checked_add_signed(lifetime).unwrap_or(now);
    let end = key.expires_at.map_or(wanted, |end| end.min(wanted));
    let (iat, exp) = (now.and_utc().timestamp(), end.and_utc().timestamp());
    let claims = Claims::new(
        &key.access_key,
        key.user_id,
        key.workspace_id,
        key.role.as_str(),
        iat,
        exp,
    );
    let token = secrets::bearer::sign(keys, &claims).map_err(|fault| AppError::Internal(fault.into()))?;
    // What the token says is whole seconds.
    let end = chrono::DateTime::from_timestamp(exp, 0).map_or(end, |end| end.naive_utc());
    Ok((SecretText::new(token), end))
}
