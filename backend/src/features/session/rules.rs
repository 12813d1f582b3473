//! Decisions about sessions: how long they and tokens live, and what a password link says.

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use shared::text::SecretText;

/// How long a token lives unless said otherwise.
const TOKEN_SECONDS: u64 = 30 * 24 * 60 * 60;
/// The shortest and the longest life of a token.
const TOKEN_BOUNDS: std::ops::RangeInclusive<u64> = 60..=365 * 24 * 60 * 60;

/// How long a link that was mailed works.
pub const MAILED_LINK: TimeDelta = TimeDelta::hours(1);
/// How long a link works that the operator hands over.
pub const HANDED_LINK: TimeDelta = TimeDelta::hours(24);

/// The life of a token, from what was asked for; the error is a sentence.
pub fn token_life(seconds: Option<u64>) -> Result<TimeDelta, String> {
    let seconds = seconds.unwrap_or(TOKEN_SECONDS);
    let life = TOKEN_BOUNDS
        .contains(&seconds)
        .then(|| i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds))
        .flatten();
    life.ok_or_else(|| {
        format!(
            "A token lives {} to {} seconds.",
            TOKEN_BOUNDS.start(),
            TOKEN_BOUNDS.end()
        )
    })
}

/// Sessions that were last used before this have ended.
#[must_use]
pub fn idle_since(now: NaiveDateTime, idle_days: u32) -> NaiveDateTime {
    now.checked_sub_signed(TimeDelta::days(i64::from(idle_days)))
        .unwrap_or(DateTime::UNIX_EPOCH.naive_utc())
}

/// A link for choosing a password. The token stands after the `#`, where neither logs nor other sites see it.
#[must_use]
pub fn password_link(public_url: &str, token: &SecretText) -> SecretText {
    SecretText::new(format!("{public_url}/reset-password#token={}", token.expose()))
}

/// Subject and text of the mail with a password link.
#[must_use]
pub fn password_mail(name: &str, link: &SecretText) -> (&'static str, String) {
    let text = format!(
        "Hello {name},\n\n\
         somebody, probably you, asked for a new password for your Clearance account.\n\
         Choose one here; the link works once, within an hour:\n\n\
         {}\n\n\
         If it was not you, do nothing: your password stays as it is.\n",
        link.expose()
    );
    ("Choose a new password for Clearance", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_a_minute_to_a_year_and_30_days_unless_said() {
        assert_eq!(token_life(None), Ok(TimeDelta::days(30)));
        assert_eq!(token_life(Some(60)), Ok(TimeDelta::seconds(60)));
        assert_eq!(token_life(Some(31_536_000)), Ok(TimeDelta::days(365)));
        for wrong in [0, 59, 31_536_001, u64::MAX] {
            assert!(token_life(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_number_of_days_overflows() {
        let now = DateTime::UNIX_EPOCH.naive_utc();
        assert!(idle_since(now, u32::MAX) <= now);
        assert_eq!(now - idle_since(now, 7), TimeDelta::days(7));
    }

    #[test]
    fn the_mail_holds_the_link_on_a_line_of_its_own() {
        let link = password_link("https://c.example", &SecretText::new("abc".to_owned()));
        let (_, text) = password_mail("Ann", &link);
        assert!(
            text.lines()
                .any(|line| line == "https://c.example/reset-password#token=abc")
        );
    }
}
