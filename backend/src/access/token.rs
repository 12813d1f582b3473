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

/// Makes a token with a key pair, and says when it ends: after `lifetime`, but never later than the key itself.
pub fn mint(
    keys: &InstanceKeys,
    key: &KeyRecord,
    now: NaiveDateTime,
    lifetime: TimeDelta,
) -> Result<(SecretText, NaiveDateTime), AppError> {
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
