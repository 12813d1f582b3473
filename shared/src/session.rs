//! Signing in and out, tokens for clients, and a way back in when the password is forgotten.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    endpoint,
    ids::{SessionId, WorkspaceId},
    page::Page,
    text::{Email, Password, SecretText},
};

endpoint!(
    /// Signs in with e-mail and password and sets the session cookie.
    SignIn = changes Post "/api/v1/session", public, path (), query (), body NewSession => Session);
endpoint!(
    /// Who is signed in.
    GetSession = reads Get "/api/v1/session", signed_in, path (), query (), body () => Session);
endpoint!(
    /// Signs out of this browser.
    SignOut = changes Delete "/api/v1/session", in_person, path (), query (), body () => ());
endpoint!(
    /// Exchanges a key pair (HTTP Basic) or a token that is still valid for a new token.
    CreateToken = changes Post "/api/v1/session/token", signed_in, path (), query (), body Option<NewToken> => Token);
endpoint!(
    /// Asks for a link to choose a new password. Answers the same whether or not there is such an account.
    RequestPasswordReset = changes Post "/api/v1/session/password-reset", public, path (), query (),
    body PasswordResetRequest => PasswordResetRequested);
endpoint!(
    /// Chooses a new password with the token of the link. Ends every session of the account.
    CompletePasswordReset = changes Post "/api/v1/session/password-reset/complete", public, path (), query (),
    body PasswordReset => ());
endpoint!(
    /// The browsers in which one is signed in, the newest use first.
    ListSessions = reads Get "/api/v1/me/sessions", in_person, path (), query (), body () => Page<BrowserSession>);
endpoint!(
    /// Signs one of one's browsers out.
    RevokeSession = changes Delete "/api/v1/me/sessions/{session_id}", in_person, path OneSession, query (), body () => ());
endpoint!(
    /// Signs out every browser but this one.
    RevokeOtherSessions = changes Delete "/api/v1/me/sessions", in_person, path (), query (), body () => Revoked);

/// E-mail and password.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// The account's address.
    pub email: Email,
    /// Its password.
    pub password: Password,
    /// A password to replace it with; needed when the answer was `new_password_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_password: Option<Password>,
}

/// Who is signed in, and where they begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// The account.
    pub account: Account,
    /// The workspace to open when the address names none. For a key or token: the workspace it belongs to.
    pub workspace_id: WorkspaceId,
}

/// How long a new token is to live.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Seconds from now, 60 to 31,536,000; 30 days unless said.
    #[serde(default)]
    pub expires_in_seconds: Option<u64>,
}

/// A token for the `Authorization: Bearer` header.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Token {
    /// The token.
    pub token: SecretText,
    /// When it ends by itself. Revoking its key ends it at once.
    pub expires_at: DateTime<Utc>,
}

/// The account whose password is forgotten.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordResetRequest {
    /// Its address.
    pub email: Email,
}

/// What happens next; tells nothing about the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordResetRequested {
    /// Whether this server can send mail. If not, its operator runs `clearance user reset-password`.
    pub by_mail: bool,
}

/// A new password, with the right to choose it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The token of the link.
    pub token: SecretText,
    /// The new password.
    pub password: Password,
}

/// One browser in which one is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BrowserSession {
    /// Its id in this list.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// The network address it was last used from.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// Path of one session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneSession {
    /// Which.
    pub session_id: SessionId,
}

/// How many were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Revoked {
    /// The number.
    pub revoked: u64,
}
