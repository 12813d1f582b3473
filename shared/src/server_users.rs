//! Everybody who has an account on this server, for its operators.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    endpoint,
    error::ErrorCode,
    ids::{UserId, WorkspaceId},
    page::Page,
    text::{Email, Name, SecretText},
};

endpoint!(
    /// The accounts of the server. Sorts by `name`, `created_at`, `last_sign_in_at`; `q` searches names and addresses.
    ListServerUsers = reads Get "/api/v1/server/users", operator, path (), query ServerUsersQuery,
    body () => Page<ServerUser>);
endpoint!(
    /// One account.
    GetServerUser = reads Get "/api/v1/server/users/{user_id}", operator, path OneServerUser, query (), body () => ServerUser);
endpoint!(
    /// Disables or enables an account, asks for a new password, or makes it an operator's. Disabling ends its sessions and
    /// stops its keys at once.
    ChangeServerUser = changes Patch "/api/v1/server/users/{user_id}", operator, path OneServerUser, query (),
    body ServerUserChange => ServerUser);
endpoint!(
    /// Makes a link with which the person chooses a new password, for a server without mail. Earlier links end.
    CreatePasswordLink = changes Post "/api/v1/server/users/{user_id}/password-link", operator, path OneServerUser,
    query (), body () => PasswordLink);
endpoint!(
    /// What happens when the account is deleted.
    PreviewUserDeletion = reads Get "/api/v1/server/users/{user_id}/deletion", operator, path OneServerUser, query (),
    body () => UserDeletionPreview);
endpoint!(
    /// Deletes an account for good: name and address are replaced by a pseudonym, keys, sessions and memberships end, what
    /// the person logged stays. Workspaces that they own go to the member named in the preview; the personal one too, if
    /// others work in it, else it stays without members.
    DeleteServerUser = changes Delete "/api/v1/server/users/{user_id}", operator, path OneServerUser, query (), body () => ());

/// Path of one account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneServerUser {
    /// Whose.
    pub user_id: UserId,
}

/// A state in which an account can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Can sign in.
    Active,
    /// Cannot sign in, and its keys do not work, until it is enabled.
    Disabled,
    /// Is gone; a pseudonym stands for it.
    Deleted,
}

/// Which accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerUsersQuery {
    /// Items a page: 1 to 200, 50 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Only accounts whose name or address contains this text, whatever its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The field to sort by, with `-` in front for the other direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Only accounts in this state; without it all but the deleted ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UserState>,
}

/// An account as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerUser {
    /// Its id.
    pub id: UserId,
    /// The person's name.
    pub name: Name,
    /// The address they sign in with.
    pub email: Email,
    /// Its state.
    pub state: UserState,
    /// Whether they operate this server.
    pub is_operator: bool,
    /// Whether they must choose a new password when they next sign in.
    pub must_change_password: bool,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When they last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// When one of their keys was last used.
    pub last_key_use_at: Option<DateTime<Utc>>,
    /// How many workspaces they are a member of.
    pub workspaces: u64,
    /// How many keys of theirs work.
    pub keys: u64,
    /// In how many browsers they are signed in.
    pub sessions: u64,
}

/// What may change of an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerUserChange {
    /// Whether it is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Whether a new password must be chosen at the next sign-in. Asking for it signs every browser out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_change_password: Option<bool>,
    /// Whether they operate this server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_operator: Option<bool>,
}

/// A link to choose a new password: the only time that it is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordLink {
    /// The link to send.
    pub link: SecretText,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// What happens when an account is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserDeletionPreview {
    /// Whose.
    pub user_id: UserId,
    /// What will stand instead of the name.
    pub pseudonym: Name,
    /// Keys that end.
    pub keys: u64,
    /// Browsers that are signed out.
    pub sessions: u64,
    /// Memberships that end.
    pub workspaces: u64,
    /// Workspaces that get a new owner.
    pub handed_over: Vec<HandedOver>,
    /// Why it cannot be deleted now, if it cannot.
    pub refused: Option<ErrorCode>,
}

/// A workspace that gets a new owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HandedOver {
    /// Which.
    pub workspace_id: WorkspaceId,
    /// Its name.
    pub workspace_name: Name,
    /// The new owner: its longest-standing other administrator, else its longest-standing other member, those who can sign
    /// in before those who cannot; nobody if there is none, and then the workspace is deleted.
    pub to: Option<Name>,
}
