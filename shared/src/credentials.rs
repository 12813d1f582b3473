//! App credentials: key pairs with which SDK, agent and scripts log in. A pair belongs to one member and works in
//! one workspace. The secret is shown once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    endpoint,
    ids::{UserId, WorkspaceId},
    page::Page,
    server::Addresses,
    text::{Label, Name, SecretText, sent},
    workspaces::InWorkspace,
};

endpoint!(
    /// One's own credentials in a workspace, the newest first; with `everybody=true`, for its Admins, all of them.
    ListCredentials = reads Get "/api/v1/workspaces/{workspace_id}/credentials", needs CredentialsUse,
    path InWorkspace, query CredentialFilter, body () => Page<Credential>);
endpoint!(
    /// Makes a key pair. The secret is in this answer and nowhere else.
    CreateCredential = creates Post "/api/v1/workspaces/{workspace_id}/credentials", needs CredentialsUse,
    path InWorkspace, query (), body NewCredential => CreatedCredential);
endpoint!(
    /// One credential, without its secret.
    GetCredential = reads Get "/api/v1/workspaces/{workspace_id}/credentials/{access_key}", needs CredentialsUse,
    path OneCredential, query (), body () => Credential);
endpoint!(
    /// Changes a credential's label or expiry.
    ChangeCredential = changes Patch "/api/v1/workspaces/{workspace_id}/credentials/{access_key}", needs CredentialsUse,
    path OneCredential, query (), body CredentialChange => Credential);
endpoint!(
    /// Makes a successor with the same label; the old key goes on working for the overlap, then ends by itself.
    RotateCredential = creates Post "/api/v1/workspaces/{workspace_id}/credentials/{access_key}/rotate", needs CredentialsUse,
    path OneCredential, query (), body Rotation => CreatedCredential);
endpoint!(
    /// Revokes a credential and every token made with it, from the next call on.
    RevokeCredential = changes Delete "/api/v1/workspaces/{workspace_id}/credentials/{access_key}", needs CredentialsUse,
    path OneCredential, query (), body () => ());
endpoint!(
    /// "I found this key": revokes the pair if it is a real one. Answers the same if it is not.
    ReportFoundKey = changes Post "/api/v1/found-keys", public, path (), query (), body FoundKey => ());

/// Path of one credential.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneCredential {
    /// The workspace it works in.
    pub workspace_id: WorkspaceId,
    /// Its access key.
    pub access_key: String,
}

/// Whose credentials to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CredentialFilter {
    /// Everybody's, for Admins of the workspace.
    #[serde(default)]
    pub everybody: bool,
}

/// A key pair without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Credential {
    /// The public half.
    pub access_key: String,
    /// What its owner calls it.
    pub label: Label,
    /// Whose it is.
    pub user_id: UserId,
    /// Their name.
    pub user_name: Name,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used; at most a few seconds behind.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Where from: the worker's name if the client said it, else its network address.
    pub last_used_from: Option<String>,
    /// The key it succeeds.
    pub rotated_from: Option<String>,
    /// The key that succeeds it.
    pub rotated_to: Option<String>,
    /// When its successor was made.
    pub rotated_at: Option<DateTime<Utc>>,
}

/// What a new credential is to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NewCredential {
    /// What to call it.
    pub label: Label,
    /// When it ends by itself. Must be within the workspace's limit if there is one.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key pair with its secret: the only time that it is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedCredential {
    /// The public half.
    pub access_key: String,
    /// The secret half.
    pub secret_key: SecretText,
    /// What its owner calls it.
    pub label: Label,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// The addresses that go with it in a client's configuration.
    pub addresses: Addresses,
}

/// What may change in a credential.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CredentialChange {
    /// A new label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// A new end; `null` for none.
    #[serde(default, deserialize_with = "sent", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<DateTime<Utc>>"))]
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

/// How a key hands over to its successor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// How long the old key still works, in seconds: 0 to 7,776,000 (90 days).
    pub overlap_seconds: u64,
}

/// A pair that somebody found where it should not be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FoundKey {
    /// The public half.
    pub access_key: String,
    /// The secret half, as proof that it was found.
    pub secret_key: SecretText,
}
