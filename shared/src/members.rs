//! Who is in a workspace: the list, roles, and removal with a look ahead at what it stops.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    endpoint,
    error::ErrorCode,
    ids::{UserId, WorkspaceId},
    page::{Page, PageQuery},
    permission::Role,
    text::{Email, Name},
    workspaces::InWorkspace,
};

endpoint!(
    /// The members of a workspace. Sorts by `name`, `added_at`; `q` searches names and addresses. A search counts up to
    /// 1,000: a `total` of 1,001 says that there are more.
    ListMembers = reads Get "/api/v1/workspaces/{workspace_id}/members", needs MembersRead,
    path InWorkspace, query PageQuery, body () => Page<WorkspaceMember>);
endpoint!(
    /// One member.
    GetMember = reads Get "/api/v1/workspaces/{workspace_id}/members/{user_id}", needs MembersRead,
    path OneMember, query (), body () => WorkspaceMember);
endpoint!(
    /// Gives a member another role. The last administrator keeps theirs.
    ChangeMember = changes Patch "/api/v1/workspaces/{workspace_id}/members/{user_id}", needs MembersManage,
    path OneMember, query (), body MemberChange => WorkspaceMember);
endpoint!(
    /// What stops when this member goes, and what would be left without an owner. Administrators may ask about anybody,
    /// everybody about themselves.
    PreviewRemoval = reads Get "/api/v1/workspaces/{workspace_id}/members/{user_id}/removal", needs MembersRead,
    path OneMember, query (), body () => RemovalPreview);
endpoint!(
    /// Removes a member: membership and keys there end at once. What they logged stays.
    RemoveMember = changes Delete "/api/v1/workspaces/{workspace_id}/members/{user_id}", needs MembersManage,
    path OneMember, query Removal, body () => ());

/// How far a search counts. A larger `total` says that more match, not how many.
pub const SEARCH_COUNTS_TO: u64 = 1000;

/// Path of one member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneMember {
    /// Of which workspace.
    pub workspace_id: WorkspaceId,
    /// Who.
    pub user_id: UserId,
}

/// Someone in a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceMember {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: Name,
    /// Their address.
    pub email: Email,
    /// Their role.
    pub role: Role,
    /// Whether they own the workspace.
    pub is_owner: bool,
    /// Since when.
    pub added_at: DateTime<Utc>,
    /// What they do here; for administrators, and about oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<MemberActivity>,
}

/// When somebody was last here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberActivity {
    /// When they last signed in to the app.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// When one of their keys of this workspace was last used.
    pub last_key_use_at: Option<DateTime<Utc>>,
    /// Their keys of this workspace that work.
    pub keys: u64,
}

/// What may change of a member.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// Another role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// How a member is removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The member who takes over what the removed one owns here, such as open invitations; without one those end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over_to: Option<UserId>,
}

/// What stops when a member goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RemovalPreview {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: Name,
    /// Their keys that work here, the last used first; at most 20.
    pub keys: Vec<EndingKey>,
    /// How many keys there are in all.
    pub key_count: u64,
    /// Browsers in which they are signed in and lose sight of this workspace.
    pub sessions: u64,
    /// Open invitations that they sent: they end, unless they are handed over.
    pub open_invitations: u64,
    /// Whether they have a configuration vault here: it is deleted, with all that was saved in it.
    pub has_vault: bool,
    /// Whether they own the workspace, which must be handed over first.
    pub is_owner: bool,
    /// Why they cannot go now, if they cannot.
    pub refused: Option<ErrorCode>,
}

/// A key that ends with its owner's membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndingKey {
    /// Its public half.
    pub access_key: String,
    /// Its label.
    pub label: String,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Where: worker or network address.
    pub last_used_from: Option<String>,
}
