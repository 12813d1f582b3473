//! Numbers and durations as Python reads and prints them, because a value that stands beside text becomes the text that
//! Python prints for it.

use crate::fault::Stop;
use crate::text::digit;

/// More digits than this and Python's `int()` refuses; the client's parser then takes the float.
const LONGEST_INT: usize = 4300;

/// A number as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// In decimal, without a plus or leading zeros.
    Int(String),
    /// ASCII, not yet brought into Python's form.
    Float(String),
}

/// Tells integers from floats, with digits of any script.
pub(crate) fn number(source: &[char]) -> Number {
    let ascii: String = source.iter().map(|c| digit(*c).unwrap_or(*c)).collect();
    let (minus, unsigned) = match ascii.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", ascii.strip_prefix('+').unwrap_or(&ascii)),
    };
    if unsigned.len() > LONGEST_INT || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Number::Float(ascii);
    }
    match unsigned.trim_start_matches('0') {
        "" => Number::Int("0".to_owned()),
        digits => Number::Int(format!("{minus}{digits}")),
    }
}

/// What Python's `repr` prints for the float: the shortest digits that read back as the same.
pub(crate) fn float(source: &str) -> String {
    let Ok(value) = source.parse::<f64>() else {
        return source.to_owned();
    };
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (minus, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{minus}{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    if exponent < 0 {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("{minus}0.{}{digits}", "0".repeat(zeros));
    }
    let whole = usize::try_from(exponent + 1).unwrap_or(1);
    match digits.split_at_checked(whole) {
        Some((before, "")) => format!("{minus}{before}.0"),
        Some((before, after)) => format!("{minus}{before}.{after}"),
        None => format!("{minus}{digits}{}.0", "0".repeat(whole - digits.len())),
    }
}

/// Whether Python takes the float, as it is printed, for false.
pub(crate) fn is_zero(printed: &str) -> bool {
    let mantissa = printed.split(['e', 'E']).next().unwrap_or("");
    mantissa.chars().all(|c| matches!(c, '0' | '.' | '-' | '+'))
}

/// A unit of time that the client's parser knows, by what `dateutil` or `timedelta` make of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Weeks,
    Days,
    Months,
    Years,
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => Unit::Nanoseconds,
        "us" | "micro" | "micros" | "microsecond" | "microseconds" => Unit::Microseconds,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => Unit::Milliseconds,
        "s" | "second" | "seconds" => Unit::Seconds,
        "m" | "minute" | "minutes" => Unit::Minutes,
        "h" | "hour" | "hours" => Unit::Hours,
        "w" | "week" | "weeks" => Unit::Weeks,
        "d" | "day" | "days" => Unit::Days,
        "mo" | "month" | "months" => Unit::Months,
        "y" | "year" | "years" => Unit::Years,
        _ => return None,
    })
}

/// Whether the word is a unit of time.
pub(crate) fn is_unit(word: &str) -> bool {
    unit(word).is_some()
}

/// A duration as Python prints the object that the client's parser makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) printed: String,
    pub(crate) zero: bool,
}

/// Makes the duration, or refuses what Python refuses or what has more than 18 digits.
pub(crate) fn period(digits: &[char], word: &str, at: usize) -> Result<Period, Stop> {
    let too_long = || {
        Stop::limit(
            at,
            "This duration is too long for clients. Write a smaller number, or put it in quotes.",
        )
    };
    let ascii: String = digits.iter().filter_map(|c| digit(*c)).collect();
    let significant = ascii.trim_start_matches('0');
    if significant.len() > 18 {
        return Err(too_long());
    }
    let value: u64 = significant.parse().unwrap_or(0);
    let unit =
        unit(word).ok_or_else(|| Stop::syntax(at, "This is no unit of time. Put the value in quotes."))?;
    if unit == Unit::Milliseconds {
        let printed = timedelta(value).ok_or_else(too_long)?;
        return Ok(Period {
            printed,
            zero: value == 0,
        });
    }
    let printed = relativedelta(value, unit);
    Ok(Period {
        zero: printed == "relativedelta()",
        printed,
    })
}

/// `str(timedelta(milliseconds=...))`.
fn timedelta(milliseconds: u64) -> Option<String> {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let days = seconds / 86_400;
    if days > 999_999_999 {
        return None;
    }
    let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let days = match days {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        _ => format!("{days} days, "),
    };
    let fraction = if rest == 0 {
        String::new()
    } else {
        format!(".{:06}", rest * 1000)
    };
    Some(format!("{days}{hours}:{minutes:02}:{seconds:02}{fraction}"))
}

/// `repr(relativedelta(...))`, which carries seconds into minutes and so on, but not days into months.
fn relativedelta(value: u64, unit: Unit) -> String {
    let [
        mut years,
        mut months,
        mut days,
        mut hours,
        mut minutes,
        mut seconds,
        mut micros,
    ] = [0_u64; 7];
    match unit {
        Unit::Nanoseconds => micros = value / 1000,
        Unit::Microseconds => micros = value,
        Unit::Seconds | Unit::Milliseconds => seconds = value,
        Unit::Minutes => minutes = value,
        Unit::Hours => hours = value,
        Unit::Weeks => days = value * 7,
        Unit::Days => days = value,
        Unit::Months => months = value,
        Unit::Years => years = value,
    }
    seconds += micros / 1_000_000;
    minutes += seconds / 60;
    hours += minutes / 60;
    days += hours / 24;
    years += months / 12;
    let parts = [
        ("years", years),
        ("months", months % 12),
        ("days", days),
        ("hours", hours % 24),
        ("minutes", minutes % 60),
        ("seconds", seconds % 60),
        ("microseconds", micros % 1_000_000),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(_, value)| *value > 0)
        .map(|(name, value)| format!("{name}=+{}", six_digits(*value)))
        .collect();
    format!("relativedelta({})", shown.join(", "))
}

/// Python's `{:g}` of a whole number: six significant digits.
fn six_digits(value: u64) -> String {
    let digits = value.to_string();
    if digits.len() <= 6 {
        return digits;
    }
    let mut exponent = digits.len() - 6;
    let scale = 10_u64.pow(u32::try_from(exponent).unwrap_or(0));
    let (mut head, rest) = (value / scale, value % scale);
    if rest * 2 > scale || (rest * 2 == scale && head % 2 == 1) {
        head += 1;
    }
    if head == 1_000_000 {
        head = 100_000;
        exponent += 1;
    }
    let head = head.to_string();
    let (first, fraction) = head.split_at_checked(1).unwrap_or((&head, ""));
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{first}{dot}{fraction}e+{:02}", exponent + 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn floats_print_as_in_python() {
        for (source, printed) in [
            ("1.50", "1.5"),
            ("1e5", "100000.0"),
            ("1e16", "1e+16"),
            ("123456789012345680", "1.2345678901234568e+17"),
            (".5", "0.5"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1e400", "inf"),
            ("-0.0", "-0.0"),
            ("5e-324", "5e-324"),
            ("12.25", "12.25"),
        ] {
            assert_eq!(float(source), printed, "{source}");
        }
    }

    #[test]
    fn numbers_lose_what_python_does_not_keep() {
        assert_eq!(number(&chars("+007")), Number::Int("7".into()));
        assert_eq!(number(&chars("-0")), Number::Int("0".into()));
        assert_eq!(number(&chars("٣")), Number::Int("3".into()));
        assert_eq!(number(&chars(&"1".repeat(4301))), Number::Float("1".repeat(4301)));
    }

    #[test]
    fn durations_print_as_python_prints_them() -> Result<(), Stop> {
        for (value, unit, printed) in [
            ("90", "m", "relativedelta(hours=+1, minutes=+30)"),
            ("5000", "ms", "0:00:05"),
            ("0", "s", "relativedelta()"),
            ("1234567", "days", "relativedelta(days=+1.23457e+06)"),
            ("90061001", "ms", "1 day, 1:01:01.001000"),
        ] {
            assert_eq!(period(&chars(value), unit, 0)?.printed, printed);
        }
        Ok(())
    }
}
