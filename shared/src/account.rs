//! One's own account: name, password, preferences.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    contract::Download,
    endpoint,
    ids::UserId,
    text::{Email, Name, Password},
};

endpoint!(
    /// One's own account.
    GetMe = reads Get "/api/v1/me", signed_in, path (), query (), body () => Account);
endpoint!(
    /// Changes one's own account: the fields sent.
    ChangeMe = changes Patch "/api/v1/me", signed_in, path (), query (), body AccountChange => Account);
endpoint!(
    /// Changes one's password. Signs out every other browser.
    ChangePassword = changes Post "/api/v1/me/password", in_person, path (), query (), body PasswordChange => ());
endpoint!(
    /// One's preferences: a JSON object.
    GetPreferences = reads Get "/api/v1/me/preferences", signed_in, path (), query (), body () => Preferences);
endpoint!(
    /// Merges top-level keys into one's preferences; `null` takes a key away.
    ChangePreferences = changes Patch "/api/v1/me/preferences", signed_in, path (), query (), body Preferences => Preferences);

endpoint!(
    /// Everything that the server holds about one's own account, as a JSON file.
    ExportMe = reads Get "/api/v1/me/export", in_person, path (), query (), body () => Download);

/// Someone who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// The person's name.
    pub name: Name,
    /// The address they sign in with.
    pub email: Email,
    /// Whether they operate this server.
    pub is_operator: bool,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When they last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

/// What may change in an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
}

/// The old password, as proof, and the new one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    pub current: Password,
    /// The password from now on.
    pub new: Password,
}

/// A JSON object of settings that follow the account; at most 64 KiB.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Preferences(pub serde_json::Map<String, serde_json::Value>);
