//! What an account is told: invitations that wait for an answer, and changes that others made about it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    contract::EventStream,
    endpoint,
    ids::{InvitationId, NotificationId, WorkspaceId},
    page::Page,
    permission::Role,
    text::Name,
};

endpoint!(
    /// What one was told, the newest first.
    ListNotifications = reads Get "/api/v1/me/notifications", in_person, path (), query NotificationsQuery,
    body () => Page<Notification>);
endpoint!(
    /// How many are unread.
    CountNotifications = reads Get "/api/v1/me/notifications/count", in_person, path (), query (), body () => Unread);
endpoint!(
    /// A stream of server-sent events: `unread` with [`Unread`] as its data, at once and whenever it changes. Ends with the
    /// browser session.
    WatchNotifications = reads Get "/api/v1/me/notifications/events", in_person, path (), query (), body () => EventStream);
endpoint!(
    /// One notification.
    GetNotification = reads Get "/api/v1/me/notifications/{notification_id}", in_person, path OneNotification, query (),
    body () => Notification);
endpoint!(
    /// Marks one as read or unread.
    ChangeNotification = changes Patch "/api/v1/me/notifications/{notification_id}", in_person, path OneNotification,
    query (), body NotificationChange => Notification);
endpoint!(
    /// Marks all as read.
    ReadAllNotifications = changes Post "/api/v1/me/notifications/read", in_person, path (), query (), body () => Unread);

/// Path of one notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneNotification {
    /// Which.
    pub notification_id: NotificationId,
}

/// Which notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotificationsQuery {
    /// Items a page: 1 to 200, 50 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// `true`: only what is unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<bool>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// One is invited to a workspace, and can join or decline.
    Invited,
    /// Somebody whom one invited has joined.
    InvitationAccepted,
    /// Somebody whom one invited has declined.
    InvitationDeclined,
    /// One was removed from a workspace.
    Removed,
    /// One has another role in a workspace.
    RoleChanged,
    /// One owns a workspace from now on.
    OwnershipReceived,
}

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Invited,
        Self::InvitationAccepted,
        Self::InvitationDeclined,
        Self::Removed,
        Self::RoleChanged,
        Self::OwnershipReceived,
    ];

    /// The kind as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::InvitationAccepted => "invitation_accepted",
            Self::InvitationDeclined => "invitation_declined",
            Self::Removed => "removed",
            Self::RoleChanged => "role_changed",
            Self::OwnershipReceived => "ownership_received",
        }
    }
}

/// Something that one is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Whether it was read.
    pub read: bool,
    /// Who did it, by the name they had then; nobody if the server did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Name>,
    /// The workspace it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_id: Option<WorkspaceId>,
    /// The workspace's name then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_name: Option<Name>,
    /// The new role, for `role_changed` and `invited`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The invitation, while it can still be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_invitation: Option<InvitationId>,
}

/// What may change of a notification.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotificationChange {
    /// Whether it counts as read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
}

/// How many notifications are unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unread {
    /// The number.
    pub unread: u64,
}
