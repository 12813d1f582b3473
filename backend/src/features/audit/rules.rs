//! Which entries somebody wants to see, read from a query string.

use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};
use serde::Serialize;
use shared::{
    audit::{AuditExport, AuditQuery},
    error::FieldError,
    ids::UserId,
};

/// The longest action or subject that is looked for.
const LONGEST: usize = 255;

/// Which actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Action {
    /// `noun.verb`.
    Exactly(String),
    /// All of a noun.
    AllOf(String),
}

/// Which entries. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// What was done.
    pub action: Option<Action>,
    /// Who did it.
    pub actor_id: Option<UserId>,
    /// To what it was done.
    pub subject_id: Option<String>,
    /// Not before.
    pub since: Option<NaiveDateTime>,
    /// Before.
    pub until: Option<NaiveDateTime>,
}

impl Wanted {
    /// What the query of a list asks for.
    pub fn listed(query: &AuditQuery) -> Result<Self, FieldError> {
        Self::read(
            query.action.as_deref(),
            query.actor_id,
            query.subject_id.as_deref(),
            query.since,
            query.until,
        )
    }

    /// What the query of a file asks for.
    pub fn exported(query: &AuditExport) -> Result<Self, FieldError> {
        Self::read(
            query.action.as_deref(),
            query.actor_id,
            query.subject_id.as_deref(),
            query.since,
            query.until,
        )
    }

    fn read(
        action: Option<&str>,
        actor_id: Option<UserId>,
        subject_id: Option<&str>,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
    ) -> Result<Self, FieldError> {
        if subject_id.is_some_and(|id| id.chars().count() > LONGEST) {
            let detail = format!("An id has at most {LONGEST} characters.");
            return Err(fault("subject_id", detail));
        }
        for (name, time) in [("since", since), ("until", until)] {
            if time.is_some_and(|time| !(1..=9999).contains(&time.year())) {
                return Err(fault(name, "Give a year from 1 to 9999.".to_owned()));
            }
        }
        Ok(Self {
            action: action.map(action_of).transpose()?,
            actor_id,
            subject_id: subject_id.map(str::to_owned),
            since: since.map(to_the_microsecond),
            until: until.map(to_the_microsecond),
        })
    }
}

/// Entries have whole microseconds; a time between two of them means the later one, for `since` and for `until`.
fn to_the_microsecond(time: DateTime<Utc>) -> NaiveDateTime {
    let micros = time.timestamp_micros();
    let up = i64::from(!time.timestamp_subsec_nanos().is_multiple_of(1000));
    DateTime::from_timestamp_micros(micros.saturating_add(up))
        .unwrap_or(time)
        .naive_utc()
}

/// Entries from before this are old enough to be removed: the beginning of the day, in UTC, that is `days` back. The
/// entries of a day go together, so a chain has one removal a day.
#[must_use]
pub fn cutoff(now: NaiveDateTime, days: u32) -> NaiveDateTime {
    let day = now.date().checked_sub_days(chrono::Days::new(days.into()));
    day.unwrap_or(chrono::NaiveDate::MIN)
        .and_time(chrono::NaiveTime::MIN)
}

fn action_of(text: &str) -> Result<Action, FieldError> {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let known = text.len() <= LONGEST;
    match text.split_once('.') {
        Some((noun, verb)) if known && word(noun) && word(verb) => Ok(Action::Exactly(text.to_owned())),
        None if known && word(text) => Ok(Action::AllOf(text.to_owned())),
        _ => Err(fault(
            "action",
            "Name an action, like account.rename, or its noun alone, like account.".to_owned(),
        )),
    }
}

fn fault(pointer: &str, detail: String) -> FieldError {
    FieldError {
        pointer: pointer.to_owned(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_a_noun_or_a_noun_with_a_verb() {
        assert_eq!(
            action_of("account.rename"),
            Ok(Action::Exactly("account.rename".to_owned()))
        );
        assert_eq!(action_of("session"), Ok(Action::AllOf("session".to_owned())));
        for bad in [
            "",
            ".",
            "account.",
            ".rename",
            "a.b.c",
            "Account",
            "a%",
            "a' OR 1=1",
        ] {
            assert_eq!(action_of(bad).unwrap_err().pointer, "action", "{bad}");
        }
    }

    #[test]
    fn a_time_between_two_microseconds_means_the_later() {
        let read = |text: &str| {
            let time: DateTime<Utc> = text.parse().unwrap();
            to_the_microsecond(time).to_string()
        };
        assert_eq!(read("2026-03-02T10:00:00Z"), "2026-03-02 10:00:00");
        assert_eq!(read("2026-03-02T10:00:00.000001Z"), "2026-03-02 10:00:00.000001");
        assert_eq!(
            read("2026-03-02T10:00:00.000001001Z"),
            "2026-03-02 10:00:00.000002"
        );
    }

    #[test]
    fn an_entry_is_kept_for_whole_days() {
        let now = "2026-03-31T23:59:59".parse().unwrap();
        assert_eq!(cutoff(now, 30).to_string(), "2026-03-01 00:00:00");
        let now = "2026-04-01T00:00:00".parse().unwrap();
        assert_eq!(cutoff(now, 30).to_string(), "2026-03-02 00:00:00");
        assert!(cutoff(now, u32::MAX) < now);
    }

    #[test]
    fn a_subject_is_bounded() {
        let wanted = |length: usize| {
            Wanted::listed(&AuditQuery {
                subject_id: Some("é".repeat(length)),
                ..AuditQuery::default()
            })
        };
        assert!(wanted(255).is_ok());
        assert_eq!(wanted(256).unwrap_err().pointer, "subject_id");
    }
}
