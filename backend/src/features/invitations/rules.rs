//! When an invitation is open, to whom, and whether there is room for one more.

use std::collections::HashSet;

use chrono::{NaiveDateTime, TimeDelta};
use shared::{
    error::ErrorCode,
    setup::Hosting,
    text::{Email, SecretText},
};

use crate::error::AppError;

/// How long a link works.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);
/// How often one address is mailed about one workspace.
pub const MAILED_ABOUT_ONE: (i64, TimeDelta) = (1, TimeDelta::minutes(10));
/// How often one address is mailed by one sender, whatever the workspaces: those can be made and deleted again.
pub const MAILED_BY_ONE: (i64, TimeDelta) = (3, TimeDelta::hours(1));
/// How many are mailed by one sender.
pub const MAILED_IN_ALL: (i64, TimeDelta) = (200, TimeDelta::hours(12));
/// How long one that has expired is listed, to be sent again.
pub const LISTED: TimeDelta = TimeDelta::days(30);
/// The most invitations of one workspace that may wait for an answer.
const MOST_PENDING: i64 = 1000;
/// The most addresses in one call.
const MOST_AT_ONCE: usize = 50;

/// What decides whether an invitation can be used.
#[derive(Debug, Clone)]
pub struct Standing {
    /// When its link ends by itself.
    pub expires_at: NaiveDateTime,
    /// Whether it was used or declined.
    pub answered: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Whether whoever sent it may still invite: an invitation is worth no more than its sender.
    pub sender_may_invite: bool,
    /// Whom it is for, by [`shared::text::Email::key`].
    pub email_key: Option<String>,
    /// How full the workspace is.
    pub seats: Seats,
}

/// How many may be in a workspace, and how many are.
#[derive(Debug, Clone, Copy)]
pub struct Seats {
    /// Its members.
    pub members: i64,
    /// How many there may be; none means no limit.
    pub most: Option<i64>,
}

/// What decides whether a workspace has room for one more invitation. The one that is replaced does not count.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Its members.
    pub seats: Seats,
    /// Invitations with which somebody could join now.
    pub open: i64,
    /// Invitations that are listed: these, and those that can be sent again.
    pub pending: i64,
}

/// Whether the link still works. A used, declined, revoked and expired one are alike to its holder.
pub fn open(standing: &Standing, now: NaiveDateTime) -> Result<(), ErrorCode> {
    let works =
        !standing.answered && !standing.revoked && standing.sender_may_invite && now < standing.expires_at;
    if works {
        Ok(())
    } else {
        Err(ErrorCode::LinkUnusable)
    }
}

/// Whether the one who holds it is the one it was sent to.
pub fn meant_for(standing: &Standing, email_key: &str) -> Result<(), ErrorCode> {
    match &standing.email_key {
        Some(invited) if invited != email_key => Err(ErrorCode::WrongInvitee),
        _ => Ok(()),
    }
}

/// Whether one more can join.
pub fn has_seat(seats: Seats) -> Result<(), ErrorCode> {
    match seats.most {
        Some(most) if seats.members >= most => Err(ErrorCode::SeatsTaken),
        _ => Ok(()),
    }
}

/// Whether one more can be invited: everybody who is invited already must find a seat.
pub fn has_room(room: Room) -> Result<(), ErrorCode> {
    has_seat(Seats {
        members: room.seats.members + room.open,
        ..room.seats
    })?;
    if room.pending >= MOST_PENDING {
        return Err(ErrorCode::TooManyInvitations);
    }
    Ok(())
}

/// Whether an account that is made through an invitation to its address is believed to have that address. On a server for
/// one's own team whoever may invite vouches for it. On one for several teams everybody has a workspace to invite to, and could
/// so take the address of somebody from another team: there the operator vouches.
pub fn vouched_for(standing: &Standing, hosting: Hosting, sender_is_operator: bool) -> bool {
    standing.email_key.is_some() && (hosting == Hosting::OwnTeam || sender_is_operator)
}

/// Refuses a list of addresses that is empty, too long, or names one twice.
pub fn check_addresses(emails: &[Email]) -> Result<(), AppError> {
    if emails.is_empty() || emails.len() > MOST_AT_ONCE {
        let detail = format!("Name 1 to {MOST_AT_ONCE} addresses.");
        return Err(AppError::field("/emails", detail));
    }
    let mut seen = HashSet::new();
    match emails.iter().position(|email| !seen.insert(email.key())) {
        Some(twice) => Err(AppError::field(
            &format!("/emails/{twice}"),
            "This address is named already.",
        )),
        None => Ok(()),
    }
}

/// Subject and text of the mail with an invitation's link.
#[must_use]
pub fn letter(workspace: &str, link: &SecretText) -> (&'static str, String) {
    // Mail programs make links of what looks like one, and the name is anybody's choice.
    let workspace = if workspace.contains("://") || workspace.to_lowercase().contains("www.") {
        "of somebody who knows your address"
    } else {
        workspace
    };
    let text = format!(
        "Hello,\n\n\
         you are invited to the workspace {workspace} on Clearance.\n\
         Join here; the link works once, within {} days:\n\n\
         {}\n",
        LIFETIME.num_days(),
        link.expose()
    );
    ("You are invited to a workspace on Clearance", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        Standing {
            expires_at: "2026-01-08T00:00:00".parse().unwrap(),
            answered: false,
            revoked: false,
            sender_may_invite: true,
            email_key: Some("ann@example.com".to_owned()),
            seats: seats(1, None),
        }
    }

    fn seats(members: i64, most: Option<i64>) -> Seats {
        Seats { members, most }
    }

    #[test]
    fn an_invitation_is_open_until_it_is_answered_revoked_or_late_or_its_sender_loses_the_right() {
        let now = "2026-01-07T23:59:59".parse().unwrap();
        let later = "2026-01-08T00:00:00".parse().unwrap();
        assert_eq!(open(&standing(), now), Ok(()));
        let closed = Err(ErrorCode::LinkUnusable);
        assert_eq!(open(&standing(), later), closed);
        let ended: [fn(&mut Standing); 3] = [
            |standing| standing.answered = true,
            |standing| standing.revoked = true,
            |standing| standing.sender_may_invite = false,
        ];
        for end in ended {
            let mut standing = standing();
            end(&mut standing);
            assert_eq!(open(&standing, now), closed, "{standing:?}");
        }
    }

    #[test]
    fn an_invitation_with_an_address_is_for_that_address_only() {
        assert_eq!(meant_for(&standing(), "ann@example.com"), Ok(()));
        assert_eq!(
            meant_for(&standing(), "bob@example.com"),
            Err(ErrorCode::WrongInvitee)
        );
        let for_anybody = Standing {
            email_key: None,
            ..standing()
        };
        assert_eq!(meant_for(&for_anybody, "bob@example.com"), Ok(()));
    }

    #[test]
    fn seats_are_for_members_and_for_those_who_are_invited() {
        let room = |members, open, most| Room {
            seats: seats(members, most),
            open,
            pending: open,
        };
        assert_eq!(has_room(room(900, 90, None)), Ok(()));
        assert_eq!(has_room(room(1, 1, Some(3))), Ok(()));
        assert_eq!(has_room(room(1, 2, Some(3))), Err(ErrorCode::SeatsTaken));
        assert_eq!(has_room(room(4, 0, Some(3))), Err(ErrorCode::SeatsTaken));
        assert_eq!(has_room(room(1, 1000, None)), Err(ErrorCode::TooManyInvitations));
        assert_eq!(has_seat(seats(2, Some(3))), Ok(()));
        assert_eq!(has_seat(seats(3, Some(3))), Err(ErrorCode::SeatsTaken));
    }

    #[test]
    fn among_several_teams_only_the_operator_vouches_for_an_address() {
        let open = Standing {
            email_key: None,
            ..standing()
        };
        assert!(vouched_for(&standing(), Hosting::OwnTeam, false));
        assert!(vouched_for(&standing(), Hosting::SeveralTeams, true));
        assert!(!vouched_for(&standing(), Hosting::SeveralTeams, false));
        assert!(!vouched_for(&open, Hosting::OwnTeam, true));
    }

    #[test]
    fn each_address_is_named_once_whatever_its_spelling() {
        let check = |emails: &[&str]| {
            let emails: Vec<Email> = emails.iter().map(|email| email.parse().unwrap()).collect();
            match check_addresses(&emails) {
                Ok(()) => None,
                Err(AppError::Invalid(errors)) => Some(errors[0].pointer.clone()),
                Err(other) => panic!("{other:?}"),
            }
        };
        assert_eq!(check(&["a@example.com", "a+b@example.com"]), None);
        assert_eq!(check(&[]).as_deref(), Some("/emails"));
        let twice = check(&["a@example.com", "b@example.com", "A@Example.COM"]);
        assert_eq!(twice.as_deref(), Some("/emails/2"));
        let many: Vec<String> = (0..51).map(|n| format!("p{n}@example.com")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(check(&many).as_deref(), Some("/emails"));
        assert_eq!(check(&many[..50]), None);
    }
}
