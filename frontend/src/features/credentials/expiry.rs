//! When a new key is to end: which choices a workspace's limit leaves, and the moment that a choice stands for.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ui::dom::now_ms;

/// No end, where no limit forbids it; else the latest that is allowed.
pub const LATEST: &str = "latest";
/// A date of one's own.
pub const DATE: &str = "date";
const USUAL: [u32; 3] = [30, 90, 365];

/// Value and words of each choice under a limit of so many days.
pub fn choices(limit: Option<u32>) -> Vec<(String, String)> {
    let latest = limit.map_or_else(
        || "Never".to_owned(),
        |days| {
            format!(
                "In {} (the longest here)",
                if days == 1 {
                    "1 day".to_owned()
                } else {
                    format!("{days} days")
                }
            )
        },
    );
    let usual = USUAL
        .into_iter()
        .filter(|days| limit.is_none_or(|limit| *days < limit))
        .map(|days| (days.to_string(), format!("In {days} days")));
    [(LATEST.to_owned(), latest)]
        .into_iter()
        .chain(usual)
        .chain([(DATE.to_owned(), "On a date".to_owned())])
        .collect()
}

/// The moment that a choice stands for; none for the latest. The error is a sentence.
pub fn end(choice: &str, date: &str) -> Result<Option<DateTime<Utc>>, String> {
    match choice {
        LATEST => Ok(None),
        DATE => end_of_day(date)
            .filter(|end| *end > now())
            .map(Some)
            .ok_or_else(|| "Choose a day from today on.".to_owned()),
        days => Ok(days.parse().ok().map(|days| now() + TimeDelta::days(days))),
    }
}

/// The time now, by this computer's clock.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(now_ms() as i64).unwrap_or_default()
}

/// The last moment of a day, `2027-01-31`, where the reader is.
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
fn end_of_day(date: &str) -> Option<DateTime<Utc>> {
    let at = js_sys::Date::new(&format!("{date}T23:59:59").into()).get_time();
    at.is_finite()
        .then(|| DateTime::from_timestamp_millis(at as i64))
        .flatten()
}

/// Today and the last day that a limit allows, as the date field wants them.
pub fn bounds(limit: Option<u32>) -> (String, Option<String>) {
    let last = limit.map(|days| local_day(now() + TimeDelta::days(i64::from(days) - 1)));
    (local_day(now()), last)
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 milliseconds")]
fn local_day(at: DateTime<Utc>) -> String {
    let date = js_sys::Date::new(&(at.timestamp_millis() as f64).into());
    format!(
        "{:04}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(limit: Option<u32>) -> Vec<String> {
        choices(limit).into_iter().map(|(value, _)| value).collect()
    }

    #[test]
    fn p01_no_choice_exceeds_the_limit_of_the_workspace() {
        assert_eq!(values(None), [LATEST, "30", "90", "365", DATE]);
        assert_eq!(values(Some(90)), [LATEST, "30", DATE]);
        assert_eq!(values(Some(7)), [LATEST, DATE]);
    }
}
