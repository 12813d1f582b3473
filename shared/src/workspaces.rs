//! Workspaces and who is in them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    endpoint,
    ids::{UserId, WorkspaceId},
    page::Page,
    permission::Role,
    text::{Name, sent},
};

endpoint!(
    /// The workspaces that one is a member of, the personal one first. A key or token sees its own only.
    ListWorkspaces = reads Get "/api/v1/workspaces", signed_in, path (), query (), body () => Page<Workspace>);
endpoint!(
    /// One workspace.
    GetWorkspace = reads Get "/api/v1/workspaces/{workspace_id}", needs WorkspaceRead,
    path InWorkspace, query (), body () => Workspace);
endpoint!(
    /// Renames a workspace, or sets the longest life of its keys.
    ChangeWorkspace = changes Patch "/api/v1/workspaces/{workspace_id}", needs WorkspaceManage,
    path InWorkspace, query (), body WorkspaceChange => Workspace);
endpoint!(
    /// Makes a workspace, which one owns and administers.
    CreateWorkspace = creates Post "/api/v1/workspaces", in_person, path (), query (), body NewWorkspace => Workspace);
endpoint!(
    /// Deletes a workspace that has no other members, with its keys and invitations. Only its owner may.
    DeleteWorkspace = changes Delete "/api/v1/workspaces/{workspace_id}", in_person needs WorkspaceManage,
    path InWorkspace, query (), body () => ());
endpoint!(
    /// Hands the workspace over to another member, who becomes its owner and an administrator. Only its owner may.
    TransferOwnership = changes Post "/api/v1/workspaces/{workspace_id}/owner", in_person needs WorkspaceManage,
    path InWorkspace, query (), body NewOwner => Workspace);
endpoint!(
    /// Leaves the workspace: membership and keys there end at once. What one logged stays.
    LeaveWorkspace = changes Post "/api/v1/workspaces/{workspace_id}/leave", in_person needs WorkspaceRead,
    path InWorkspace, query (), body Leaving => ());

/// Path of one workspace, and of what lies in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InWorkspace {
    /// Which workspace.
    pub workspace_id: WorkspaceId,
}

/// A workspace as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name.
    pub name: Name,
    /// Whether it is the caller's personal workspace.
    pub personal: bool,
    /// Who owns it.
    pub owner_id: UserId,
    /// The caller's role in it.
    pub role: Role,
    /// How many members it has.
    pub members: u64,
    /// How many it may have; none means no limit.
    pub max_members: Option<u32>,
    /// The longest life of a key made here, in days; none means no limit.
    pub max_credential_days: Option<u32>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// How many of the caller's keys here need attention: they expire within 14 days and have no successor, or have one
    /// but are still used.
    pub keys_needing_attention: u64,
}

/// What may change in a workspace.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WorkspaceChange {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The longest life of a key made from now on, in days (1 to 3650); `null` takes the limit away.
    #[serde(default, deserialize_with = "sent", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<u32>"))]
    pub max_credential_days: Option<Option<u32>>,
}

/// A new workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewWorkspace {
    /// Its name.
    pub name: Name,
}

/// Who is to own the workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    /// One of its members.
    pub user_id: UserId,
}

/// How one leaves.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// The member who takes over what one owns here: the workspace itself, open invitations. The owner must name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over_to: Option<UserId>,
}
