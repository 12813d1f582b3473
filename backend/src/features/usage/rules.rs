//! Which days a month has.

use chrono::{Datelike as _, NaiveDate};

/// The first day of the month that `day` is in.
pub fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r154_a_month_begins_on_its_first() {
        for (day, first) in [
            ("2026-11-21", "2026-11-01"),
            ("2026-12-01", "2026-12-01"),
            ("2028-02-29", "2028-02-01"),
        ] {
            let (day, first): (NaiveDate, NaiveDate) = (day.parse().unwrap(), first.parse().unwrap());
            assert_eq!(first_of_month(day), first);
        }
    }
}
