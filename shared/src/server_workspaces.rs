//! Every workspace of this server, for its operators.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    endpoint,
    ids::{UserId, WorkspaceId},
    page::{Page, PageQuery},
    text::{Name, sent},
};

endpoint!(
    /// The workspaces of the server. Sorts by `name`, `created_at`, `members`.
    ListServerWorkspaces = reads Get "/api/v1/server/workspaces", operator, path (), query PageQuery,
    body () => Page<ServerWorkspace>);
endpoint!(
    /// One workspace.
    GetServerWorkspace = reads Get "/api/v1/server/workspaces/{server_workspace_id}", operator, path OneServerWorkspace,
    query (), body () => ServerWorkspace);
endpoint!(
    /// Sets how many members a workspace may have.
    ChangeServerWorkspace = changes Patch "/api/v1/server/workspaces/{server_workspace_id}", operator,
    path OneServerWorkspace, query (), body ServerWorkspaceChange => ServerWorkspace);

/// Path of one workspace, as an operator addresses it: without being a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneServerWorkspace {
    /// Which.
    pub server_workspace_id: WorkspaceId,
}

/// A workspace as an operator sees it: nothing of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerWorkspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name.
    pub name: Name,
    /// Who owns it.
    pub owner_id: UserId,
    /// The owner's name.
    pub owner_name: Name,
    /// Whether it is the owner's personal workspace.
    pub personal: bool,
    /// How many members it has.
    pub members: u64,
    /// How many it may have; none means no limit.
    pub max_members: Option<u32>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What an operator may change of a workspace.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerWorkspaceChange {
    /// How many members it may have (1 to 1,000,000); `null` takes the limit away.
    #[serde(default, deserialize_with = "sent", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<u32>"))]
    pub max_members: Option<Option<u32>>,
}
