//! When an invitation is open, and to whom.

use chrono::{NaiveDateTime, TimeDelta};
use shared::{error::ErrorCode, text::SecretText};

/// How long a link works.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// What decides whether an invitation can be used.
#[derive(Debug, Clone)]
pub struct Standing {
    /// When its link ends by itself.
    pub expires_at: NaiveDateTime,
    /// Whether it was used.
    pub used: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Whether whoever sent it may still invite: an invitation is worth no more than its sender.
    pub sender_may_invite: bool,
    /// Whom it is for, by [`shared::text::Email::key`].
    pub email_key: Option<String>,
}

/// Whether the link still works. A used, revoked and expired one are alike to its holder.
pub fn open(standing: &Standing, now: NaiveDateTime) -> Result<(), ErrorCode> {
    let works =
        !standing.used && !standing.revoked && standing.sender_may_invite && now < standing.expires_at;
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

/// Subject and text of the mail with an invitation's link.
#[must_use]
pub fn letter(workspace: &str, link: &SecretText) -> (&'static str, String) {
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
            used: false,
            revoked: false,
            sender_may_invite: true,
            email_key: Some("ann@example.com".to_owned()),
        }
    }

    #[test]
    fn an_invitation_is_open_until_it_is_used_revoked_or_late_or_its_sender_loses_the_right() {
        let now = "2026-01-07T23:59:59".parse().unwrap();
        let later = "2026-01-08T00:00:00".parse().unwrap();
        assert_eq!(open(&standing(), now), Ok(()));
        let closed = Err(ErrorCode::LinkUnusable);
        assert_eq!(open(&standing(), later), closed);
        assert_eq!(
            open(
                &Standing {
                    used: true,
                    ..standing()
                },
                now
            ),
            closed
        );
        assert_eq!(
            open(
                &Standing {
                    revoked: true,
                    ..standing()
                },
                now
            ),
            closed
        );
        assert_eq!(
            open(
                &Standing {
                    sender_may_invite: false,
                    ..standing()
                },
                now
            ),
            closed
        );
    }

    #[test]
    fn an_invitation_with_an_address_is_for_that_address_only() {
        assert_eq!(meant_for(&standing(), "ann@example.com"), Ok(()));
        assert_eq!(
            meant_for(&standing(), "bob@example.com"),
            Err(ErrorCode::WrongInvitee)
        );
        assert_eq!(
            meant_for(
                &Standing {
                    email_key: None,
                    ..standing()
                },
                "bob@example.com"
            ),
            Ok(())
        );
    }
}
