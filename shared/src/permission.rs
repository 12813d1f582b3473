//! What a member may do in a workspace, and which role allows it.

use serde::{Deserialize, Serialize};

/// Something that a member may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the workspace itself.
    WorkspaceRead,
    /// Rename the workspace and set its policies.
    WorkspaceManage,
    /// See who is a member.
    MembersRead,
    /// Invite people, and change or remove members.
    MembersManage,
    /// Make, label, rotate and revoke one's own credentials.
    CredentialsUse,
    /// See and revoke everybody's credentials.
    CredentialsManage,
    /// See usage.
    UsageRead,
    /// See who did what in the workspace.
    AuditRead,
    /// Keep a configuration vault of one's own, and see which ones apply to oneself.
    VaultsUse,
    /// Write vaults for groups, and see the effective configuration of everybody.
    VaultsManage,
}

impl Permission {
    /// Every permission, in the order of the table that people see.
    pub const ALL: [Self; 10] = [
        Self::WorkspaceRead,
        Self::WorkspaceManage,
        Self::MembersRead,
        Self::MembersManage,
        Self::CredentialsUse,
        Self::CredentialsManage,
        Self::UsageRead,
        Self::AuditRead,
        Self::VaultsUse,
        Self::VaultsManage,
    ];

    /// The permission in words, as a continuation of "may".
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::WorkspaceRead => "see the workspace",
            Self::WorkspaceManage => "rename the workspace and set its policies",
            Self::MembersRead => "see who is a member",
            Self::MembersManage => "invite people and manage members",
            Self::CredentialsUse => "make, rotate and revoke their own credentials",
            Self::CredentialsManage => "see and revoke everybody's credentials",
            Self::UsageRead => "see usage",
            Self::AuditRead => "see who did what",
            Self::VaultsUse => "keep a configuration vault of their own",
            Self::VaultsManage => "write configuration vaults for groups",
        }
    }
}

/// A member's role in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Manages the workspace.
    Admin,
    /// Works in it.
    User,
}

impl Role {
    /// Every role, the most powerful first.
    pub const ALL: [Self; 2] = [Self::Admin, Self::User];

    /// Whether a member with this role may do `permission`.
    #[must_use]
    pub const fn grants(self, permission: Permission) -> bool {
        match self {
            Self::Admin => true,
            Self::User => matches!(
                permission,
                Permission::WorkspaceRead
                    | Permission::MembersRead
                    | Permission::CredentialsUse
                    | Permission::UsageRead
                    | Permission::VaultsUse
            ),
        }
    }

    /// The role as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
        }
    }
}
