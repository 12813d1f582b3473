//! Groups of members: what vaults and access rules are for.

use serde::{Deserialize, Serialize};

use crate::{endpoint, ids::GroupId, page::Page, text::Name, workspaces::InWorkspace};

endpoint!(
    /// The groups of a workspace, the four that each workspace has first, then by name.
    ListGroups = reads Get "/api/v1/workspaces/{workspace_id}/groups", needs MembersRead,
    path InWorkspace, query (), body () => Page<Group>);

/// Several members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Group {
    /// Which.
    pub id: GroupId,
    /// What kind it is.
    pub kind: GroupKind,
    /// Its name.
    pub name: Name,
    /// How many are in it.
    pub members: u64,
}

/// How a group gets its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Everybody in the workspace.
    Users,
    /// The administrators.
    Admins,
    /// Who may create, rename and delete queues.
    QueueAdmins,
    /// The service accounts.
    ServiceAccounts,
    /// Made by an administrator, who says who is in it.
    Custom,
}

impl GroupKind {
    /// Every kind, in the order of lists.
    pub const ALL: [Self; 5] = [
        Self::Users,
        Self::Admins,
        Self::QueueAdmins,
        Self::ServiceAccounts,
        Self::Custom,
    ];

    /// The kind as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Admins => "admins",
            Self::QueueAdmins => "queue_admins",
            Self::ServiceAccounts => "service_accounts",
            Self::Custom => "custom",
        }
    }
}
