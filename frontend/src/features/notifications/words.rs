//! What happened, in a sentence.

use shared::{
    notifications::{Notification, NotificationKind},
    permission::Role,
};

use crate::{text, ui::icon::Symbol};

/// The sentence of a notification.
pub fn sentence(told: &Notification) -> String {
    let place = told
        .workspace_name
        .as_ref()
        .map_or_else(|| "a workspace".to_owned(), |name| format!("“{name}”"));
    let role = told.role.map(text::role);
    let who = told.actor.as_ref().map(ToString::to_string);
    match (told.kind, who) {
        (NotificationKind::Invited, who) => {
            let start = match who {
                Some(who) => format!("{who} invites you to {place}"),
                None => format!("You are invited to {place}"),
            };
            match role {
                Some(role) => format!("{start} as {role}."),
                None => format!("{start}."),
            }
        }
        (NotificationKind::InvitationAccepted, who) => {
            let who = who.unwrap_or_else(|| "Somebody whom you invited".to_owned());
            format!("{who} accepted your invitation and joined {place}.")
        }
        (NotificationKind::InvitationDeclined, who) => {
            let who = who.unwrap_or_else(|| "Somebody whom you invited".to_owned());
            format!("{who} declined your invitation to {place}.")
        }
        (NotificationKind::Removed, Some(who)) => {
            format!("{who} removed you from {place}. Your keys there have stopped working.")
        }
        (NotificationKind::Removed, None) => {
            format!("You were removed from {place}. Your keys there have stopped working.")
        }
        (NotificationKind::RoleChanged, who) => {
            let role = role.unwrap_or("a member with another role");
            match who {
                Some(who) => format!("{who} made you {role} in {place}."),
                None => format!("You are now {role} in {place}."),
            }
        }
        (NotificationKind::OwnershipReceived, Some(who)) => {
            format!("{who} handed {place} over to you: you own it now.")
        }
        (NotificationKind::OwnershipReceived, None) => format!("You own {place} now."),
    }
}

/// A picture of what happened.
pub const fn picture(told: &Notification) -> Symbol {
    match told.kind {
        NotificationKind::Invited => Symbol::Mail,
        NotificationKind::InvitationAccepted => Symbol::Check,
        NotificationKind::InvitationDeclined => Symbol::Cross,
        NotificationKind::Removed => Symbol::LogOut,
        NotificationKind::RoleChanged => match told.role {
            Some(Role::Admin) => Symbol::Shield,
            _ => Symbol::User,
        },
        NotificationKind::OwnershipReceived => Symbol::Workspace,
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{NotificationId, WorkspaceId};

    use super::*;

    fn told(kind: NotificationKind, actor: Option<&str>) -> Notification {
        Notification {
            id: NotificationId::NIL,
            kind,
            created_at: chrono::DateTime::UNIX_EPOCH,
            read: false,
            actor: actor.map(|name| name.parse().unwrap()),
            workspace_id: Some(WorkspaceId::NIL),
            workspace_name: Some("Vision lab".parse().unwrap()),
            role: Some(Role::Admin),
            open_invitation: None,
        }
    }

    #[test]
    fn r050_an_invitation_says_who_invites_where_and_as_what() {
        let invited = told(NotificationKind::Invited, Some("Ann Lee"));
        assert_eq!(
            sentence(&invited),
            "Ann Lee invites you to “Vision lab” as Admin."
        );
    }

    #[test]
    fn every_kind_has_a_sentence_of_its_own_with_and_without_a_name() {
        use NotificationKind::{
            InvitationAccepted, InvitationDeclined, Invited, OwnershipReceived, Removed, RoleChanged,
        };
        let mut seen = Vec::new();
        for kind in [
            Invited,
            InvitationAccepted,
            InvitationDeclined,
            Removed,
            RoleChanged,
            OwnershipReceived,
        ] {
            for actor in [Some("Ann Lee"), None] {
                let words = sentence(&told(kind, actor));
                assert!(words.contains("“Vision lab”") && words.ends_with('.'), "{words}");
                assert_eq!(words.contains("Ann Lee"), actor.is_some(), "{words}");
                assert!(!seen.contains(&words), "{words}");
                seen.push(words);
            }
        }
    }
}
