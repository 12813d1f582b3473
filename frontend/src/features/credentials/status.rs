//! What is to be known about a key at a glance: active, soon over, replaced but still used. Pure: the time is given.

use chrono::{DateTime, TimeDelta, Utc};
use shared::credentials::Credential;

use crate::ui::badge::Tone;

/// How long before its end a key needs attention.
const SOON: TimeDelta = TimeDelta::days(14);

/// The badges of a key.
pub fn badges(credential: &Credential, now: DateTime<Utc>) -> Vec<(Tone, &'static str)> {
    if has_ended(credential, now) {
        return vec![(Tone::Danger, "Expired")];
    }
    if credential.rotated_to.is_some() {
        let still_used = is_used_beside_successor(credential).then_some((Tone::Warning, "Still used"));
        return [(Tone::Neutral, "Replaced")]
            .into_iter()
            .chain(still_used)
            .collect();
    }
    let mut badges = match credential.expires_at {
        Some(end) if end - now <= SOON => vec![(Tone::Warning, "Expires soon")],
        _ => vec![(Tone::Good, "Active")],
    };
    if credential.rotated_from.is_some() {
        badges.push((Tone::Neutral, "Successor"));
    }
    badges
}

/// Whether the key does not work any more.
pub fn has_ended(credential: &Credential, now: DateTime<Utc>) -> bool {
    credential.expires_at.is_some_and(|end| end <= now)
}

/// Whether somebody used the key after its successor was made.
pub fn is_used_beside_successor(credential: &Credential) -> bool {
    match (credential.last_used_at, credential.rotated_at) {
        (Some(used), Some(rotated)) => used > rotated,
        _ => false,
    }
}

/// What people call a key: its label, or the end of its access key.
pub fn called(credential: &Credential) -> String {
    match credential.label.as_str() {
        "" => format!("…{}", ending(&credential.access_key)),
        label => label.to_owned(),
    }
}

/// What has to be typed before the key is revoked.
pub fn to_type(credential: &Credential) -> String {
    match credential.label.as_str() {
        "" => ending(&credential.access_key),
        label => label.to_owned(),
    }
}

/// The end of an access key, by which people tell keys apart.
pub fn ending(access_key: &str) -> String {
    let skip = access_key.chars().count().saturating_sub(4);
    access_key.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    use shared::ids::UserId;

    use super::*;

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn key() -> Credential {
        Credential {
            access_key: "CLRABCDEFGH".to_owned(),
            label: "laptop".parse().unwrap(),
            user_id: UserId::NIL,
            user_name: "Ann".parse().unwrap(),
            created_at: day(0),
            expires_at: None,
            last_used_at: None,
            last_used_from: None,
            rotated_from: None,
            rotated_to: None,
            rotated_at: None,
        }
    }

    fn words(credential: &Credential) -> Vec<&'static str> {
        badges(credential, day(100))
            .into_iter()
            .map(|(_, words)| words)
            .collect()
    }

    #[test]
    fn p01_a_key_warns_before_its_end() {
        assert_eq!(words(&key()), ["Active"]);
        for (end, said) in [
            (200, "Active"),
            (115, "Active"),
            (114, "Expires soon"),
            (100, "Expired"),
            (50, "Expired"),
        ] {
            let credential = Credential {
                expires_at: Some(day(end)),
                ..key()
            };
            assert_eq!(words(&credential), [said], "{end}");
        }
    }

    #[test]
    fn n06_a_replaced_key_says_whether_it_is_still_used() {
        let replaced = Credential {
            rotated_to: Some("CLRNEW".to_owned()),
            rotated_at: Some(day(90)),
            expires_at: Some(day(107)),
            ..key()
        };
        assert_eq!(words(&replaced), ["Replaced"]);
        let used = |at| Credential {
            last_used_at: Some(day(at)),
            ..replaced.clone()
        };
        assert_eq!(words(&used(89)), ["Replaced"]);
        assert_eq!(words(&used(95)), ["Replaced", "Still used"]);
        let successor = Credential {
            rotated_from: Some("CLROLD".to_owned()),
            ..key()
        };
        assert_eq!(words(&successor), ["Active", "Successor"]);
    }

    #[test]
    fn a_key_without_a_label_is_called_by_the_end_of_its_access_key() {
        assert_eq!(
            (called(&key()), to_type(&key())),
            ("laptop".to_owned(), "laptop".to_owned())
        );
        let bare = Credential {
            label: "".parse().unwrap(),
            ..key()
        };
        assert_eq!(
            (called(&bare), to_type(&bare)),
            ("…EFGH".to_owned(), "EFGH".to_owned())
        );
    }
}
