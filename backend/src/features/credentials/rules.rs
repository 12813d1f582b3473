//! Decisions about credentials: who may do what to whose, how long a key may live, and what a successor gets.
//! Pure: time and rows come in as values.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use shared::{error::ErrorCode, permission::Permission};

use crate::{access::Scope, error::AppError};

/// Live credentials that one member may have in one workspace.
pub const MOST_LIVE: i64 = 100;
/// The longest overlap of a key with its successor.
pub const LONGEST_OVERLAP_SECONDS: u64 = 90 * 24 * 60 * 60;
/// Days for which a key that ended by itself is still listed.
const LISTED_DAYS: i64 = 30;
/// Days before its end in which a key needs attention.
const SOON_DAYS: i64 = 14;
/// No end is further away than this.
const FURTHEST_DAYS: i64 = 36_525;

/// What is being done to a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Looking at it.
    See,
    /// Changing its label or its end.
    Change,
    /// Making it end now.
    Revoke,
    /// Making a successor, whose secret the caller gets.
    Rotate,
}

/// Whether the caller may do `deed` to a credential of `owner`. What one may not see is not there.
pub fn check(scope: &Scope, owner: db::columns::UserId, deed: Deed) -> Result<(), ErrorCode> {
    verdict(
        owner == scope.user_id(),
        scope.may(Permission::CredentialsManage),
        deed,
    )
}

fn verdict(own: bool, manages: bool, deed: Deed) -> Result<(), ErrorCode> {
    match (own, manages, deed) {
        (true, ..) | (false, true, Deed::See | Deed::Change | Deed::Revoke) => Ok(()),
        // A successor's secret would let its maker act as somebody else.
        (false, true, Deed::Rotate) => Err(ErrorCode::Forbidden),
        (false, false, _) => Err(ErrorCode::NotFound),
    }
}

/// A key that ended before this time is not shown any more.
pub fn listed_since(now: NaiveDateTime) -> NaiveDateTime {
    now - TimeDelta::days(LISTED_DAYS)
}

/// A key that ends by itself before this time ends soon.
pub fn soon(now: NaiveDateTime) -> NaiveDateTime {
    now + TimeDelta::days(SOON_DAYS)
}

/// What bounds the life of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The workspace's limit in days, counted from when the key is made.
    pub most_days: Option<i64>,
    /// When the key ends that makes or changes this one, if a key does and it ends: nothing made with it may outlive it.
    pub maker_ends_at: Option<NaiveDateTime>,
}

impl Bounds {
    /// The latest end of a key made at `made`.
    fn latest(self, made: NaiveDateTime) -> Option<NaiveDateTime> {
        let by_days = self
            .most_days
            .and_then(|days| made.checked_add_signed(TimeDelta::try_days(days)?));
        earlier(by_days, self.maker_ends_at)
    }

    /// Refuses an end that is later than the bounds allow, and says which bound it is.
    fn check(self, made: NaiveDateTime, end: Option<NaiveDateTime>) -> Result<(), AppError> {
        let exceeds =
            |bound: Option<NaiveDateTime>| bound.is_some_and(|bound| end.is_none_or(|end| end > bound));
        if exceeds(self.maker_ends_at) {
            let detail = "A key cannot give a longer life than it has itself. Choose an earlier end.";
            return Err(AppError::field(POINTER, detail));
        }
        match self.most_days {
            Some(days)
                if exceeds(
                    Self {
                        maker_ends_at: None,
                        ..self
                    }
                    .latest(made),
                ) =>
            {
                Err(AppError::field(
                    POINTER,
                    format!("Keys of this workspace live at most {days} days. Choose an earlier end."),
                ))
            }
            _ => Ok(()),
        }
    }
}

const POINTER: &str = "/expires_at";

/// The end of a new key: the wanted one if the bounds allow it; where none is wanted, the latest that they allow.
pub fn end_of_new(
    now: NaiveDateTime,
    wanted: Option<DateTime<Utc>>,
    bounds: Bounds,
) -> Result<Option<NaiveDateTime>, AppError> {
    let Some(wanted) = wanted else {
        return Ok(bounds.latest(now));
    };
    let end = future(now, wanted)?;
    bounds.check(now, Some(end))?;
    Ok(Some(end))
}

/// The new end of a key made at `made` that ended at `old` until now. An earlier end is always allowed; a key that has
/// ended stays so.
pub fn changed_end(
    now: NaiveDateTime,
    made: NaiveDateTime,
    old: Option<NaiveDateTime>,
    wanted: Option<DateTime<Utc>>,
    bounds: Bounds,
) -> Result<Option<NaiveDateTime>, AppError> {
    if !is_live(now, old) {
        let detail = "This key has ended and stays so. Make a new one.";
        return Err(AppError::field(POINTER, detail));
    }
    let end = wanted.map(|wanted| future(now, wanted)).transpose()?;
    let no_later = match (end, old) {
        (Some(end), Some(old)) => end <= old,
        (Some(_), None) => true,
        (None, old) => old.is_none(),
    };
    if !no_later {
        bounds.check(made, end)?;
    }
    Ok(end)
}

/// The end of a successor: it lives as long as its predecessor was to live, within the bounds.
pub fn end_of_successor(
    now: NaiveDateTime,
    made: NaiveDateTime,
    old: Option<NaiveDateTime>,
    bounds: Bounds,
) -> Option<NaiveDateTime> {
    let same_life = old.and_then(|old| now.checked_add_signed(old - made));
    earlier(same_life, bounds.latest(now))
}

/// When the predecessor ends: after the overlap, or earlier by itself.
pub fn end_after_overlap(
    now: NaiveDateTime,
    old: Option<NaiveDateTime>,
    overlap_seconds: u64,
) -> Result<NaiveDateTime, AppError> {
    let overlap = i64::try_from(overlap_seconds)
        .ok()
        .filter(|_| overlap_seconds <= LONGEST_OVERLAP_SECONDS)
        .and_then(TimeDelta::try_seconds);
    let Some(overlap) = overlap else {
        let detail = format!("Choose 0 to {LONGEST_OVERLAP_SECONDS} seconds.");
        return Err(AppError::field("/overlap_seconds", detail));
    };
    let end = now + overlap;
    Ok(old.map_or(end, |old| old.min(end)))
}

/// Whether a key that ends at `end` still works.
pub fn is_live(now: NaiveDateTime, end: Option<NaiveDateTime>) -> bool {
    end.is_none_or(|end| now < end)
}

/// The earlier of two ends; none is never.
pub fn earlier(a: Option<NaiveDateTime>, b: Option<NaiveDateTime>) -> Option<NaiveDateTime> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// A time to come, cut to what both databases keep.
fn future(now: NaiveDateTime, wanted: DateTime<Utc>) -> Result<NaiveDateTime, AppError> {
    let cut = DateTime::from_timestamp_micros(wanted.timestamp_micros())
        .unwrap_or(wanted)
        .naive_utc();
    if cut <= now {
        return Err(AppError::field(POINTER, "Choose a time in the future."));
    }
    if cut > now + TimeDelta::days(FURTHEST_DAYS) {
        let detail = "Choose a time within 100 years, or none.";
        return Err(AppError::field(POINTER, detail));
    }
    Ok(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn day(day: u32) -> NaiveDateTime {
        at(&format!("2026-12-{day:02}T12:00:00"))
    }

    fn bounds(most_days: Option<i64>, maker_ends_at: Option<NaiveDateTime>) -> Bounds {
        Bounds {
            most_days,
            maker_ends_at,
        }
    }

    fn detail(result: Result<impl std::fmt::Debug, AppError>) -> String {
        match result.unwrap_err() {
            AppError::Invalid(errors) => errors[0].detail.clone(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_one_may_not_see_is_not_there_and_nobody_gets_the_secret_of_another() {
        for deed in [Deed::See, Deed::Change, Deed::Revoke, Deed::Rotate] {
            assert_eq!(verdict(true, false, deed), Ok(()));
            assert_eq!(verdict(true, true, deed), Ok(()));
            assert_eq!(verdict(false, false, deed), Err(ErrorCode::NotFound));
        }
        for deed in [Deed::See, Deed::Change, Deed::Revoke] {
            assert_eq!(verdict(false, true, deed), Ok(()));
        }
        assert_eq!(verdict(false, true, Deed::Rotate), Err(ErrorCode::Forbidden));
    }

    #[test]
    fn p01_a_new_key_without_an_end_gets_the_latest_that_is_allowed() {
        let end = |bounds| end_of_new(day(1), None, bounds).unwrap();
        assert_eq!(end(bounds(None, None)), None);
        assert_eq!(end(bounds(Some(5), None)), Some(day(6)));
        assert_eq!(end(bounds(None, Some(day(3)))), Some(day(3)));
        assert_eq!(end(bounds(Some(5), Some(day(3)))), Some(day(3)));
        assert_eq!(end(bounds(Some(1), Some(day(3)))), Some(day(2)));
    }

    #[test]
    fn p01_the_end_of_a_new_key_lies_between_now_and_the_limit() {
        let end = |wanted: NaiveDateTime, bounds| end_of_new(day(1), Some(wanted.and_utc()), bounds);
        assert_eq!(end(day(6), bounds(Some(5), Some(day(6)))).unwrap(), Some(day(6)));
        assert!(detail(end(day(7), bounds(Some(5), None))).contains("at most 5 days"));
        assert!(detail(end(day(4), bounds(Some(5), Some(day(3))))).contains("longer life"));
        assert!(detail(end(day(1), bounds(None, None))).contains("in the future"));
        assert!(detail(end(at("2226-12-01T00:00:00"), bounds(None, None))).contains("100 years"));
        assert!(
            detail(end_of_new(
                day(1),
                Some(DateTime::<Utc>::MAX_UTC),
                Bounds::default()
            ))
            .contains("100")
        );
        assert!(
            detail(end_of_new(
                day(1),
                Some(DateTime::<Utc>::MIN_UTC),
                Bounds::default()
            ))
            .contains("future")
        );
    }

    #[test]
    fn an_end_is_kept_to_the_microsecond() {
        let wanted = at("2026-12-05T00:00:00.123456789");
        let end = end_of_new(day(1), Some(wanted.and_utc()), Bounds::default()).unwrap();
        assert_eq!(end, Some(at("2026-12-05T00:00:00.123456")));
    }

    #[test]
    fn an_earlier_end_is_always_allowed_and_a_later_one_within_the_bounds() {
        let change = |old: Option<u32>, wanted: Option<u32>, bounds| {
            changed_end(
                day(5),
                day(1),
                old.map(day),
                wanted.map(|end| day(end).and_utc()),
                bounds,
            )
        };
        let limited = bounds(Some(10), None);
        assert_eq!(change(Some(20), Some(15), limited).unwrap(), Some(day(15)));
        assert_eq!(change(None, Some(15), limited).unwrap(), Some(day(15)));
        assert_eq!(change(None, None, limited).unwrap(), None);
        assert_eq!(change(Some(7), Some(11), limited).unwrap(), Some(day(11)));
        assert!(detail(change(Some(7), Some(12), limited)).contains("at most 10 days"));
        assert!(detail(change(Some(7), None, limited)).contains("at most 10 days"));
        assert_eq!(change(Some(7), None, Bounds::default()).unwrap(), None);
        let by_key = bounds(None, Some(day(8)));
        assert_eq!(change(Some(7), Some(8), by_key).unwrap(), Some(day(8)));
        assert!(detail(change(Some(7), Some(9), by_key)).contains("longer life"));
        assert!(detail(change(Some(7), None, by_key)).contains("longer life"));
    }

    #[test]
    fn a_key_that_has_ended_stays_so() {
        let change = |end| changed_end(day(5), day(1), Some(day(5)), end, Bounds::default());
        assert!(detail(change(None)).contains("has ended"));
        assert!(detail(change(Some(day(9).and_utc()))).contains("has ended"));
    }

    #[test]
    fn n06_a_successor_lives_as_long_as_its_predecessor_was_to_live() {
        let end = |old: Option<u32>, bounds| end_of_successor(day(10), day(1), old.map(day), bounds);
        assert_eq!(end(None, Bounds::default()), None);
        assert_eq!(end(Some(12), Bounds::default()), Some(day(21)));
        assert_eq!(end(Some(12), bounds(Some(3), None)), Some(day(13)));
        assert_eq!(end(None, bounds(Some(3), None)), Some(day(13)));
        assert_eq!(end(Some(12), bounds(None, Some(day(12)))), Some(day(12)));
    }

    #[test]
    fn n06_a_predecessor_ends_after_the_overlap_or_earlier_by_itself() {
        let end = |old: Option<u32>, seconds| end_after_overlap(day(1), old.map(day), seconds);
        assert_eq!(end(None, 0).unwrap(), day(1));
        assert_eq!(end(None, 86_400).unwrap(), day(2));
        assert_eq!(end(Some(2), 5 * 86_400).unwrap(), day(2));
        assert!(end(None, LONGEST_OVERLAP_SECONDS).is_ok());
        for too_long in [LONGEST_OVERLAP_SECONDS + 1, u64::MAX] {
            assert!(detail(end(None, too_long)).contains("0 to 7776000"));
        }
    }
}
