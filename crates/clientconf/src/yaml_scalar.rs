//! What a plain word of YAML 1.2 means (its core schema), as JSON.

/// The JSON of the word, `None` if it is text, or why it cannot be said to clients.
pub(crate) fn plain(text: &str) -> Result<Option<String>, &'static str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Some("null".to_owned())),
        "true" | "True" | "TRUE" => return Ok(Some("true".to_owned())),
        "false" | "False" | "FALSE" => return Ok(Some("false".to_owned())),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err("Clients have no word for this number. Write another, or put it in quotes.");
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        let digits = text.strip_prefix(prefix).unwrap_or("");
        if !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix)) {
            return match u64::from_str_radix(digits, radix) {
                Ok(number) => Ok(Some(number.to_string())),
                Err(_too_large) => Err("This number is too large. Put it in quotes."),
            };
        }
    }
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if all_digits(unsigned) {
        if unsigned.len() > 4000 {
            return Err("This number is too long for clients. Put it in quotes.");
        }
        let digits = unsigned.trim_start_matches('0');
        let minus = if text.starts_with('-') && !digits.is_empty() {
            "-"
        } else {
            ""
        };
        return Ok(Some(format!(
            "{minus}{}",
            if digits.is_empty() { "0" } else { digits }
        )));
    }
    if is_float(unsigned) {
        float(text, unsigned).map(Some)
    } else {
        Ok(None)
    }
}

/// A float as JSON has it.
fn float(text: &str, unsigned: &str) -> Result<String, &'static str> {
    // As text: reading and printing floats would be a tenth of an app that only checks.
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, ""));
    let too_large = exponent
        .trim_start_matches(['-', '+'])
        .parse()
        .map_or(!exponent.is_empty(), |e: u32| e > 200);
    if too_large || mantissa.len() > 100 {
        return Err("This number is too large or too long for clients. Put it in quotes.");
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let or_zero = |digits: &str| {
        if digits.is_empty() {
            "0".to_owned()
        } else {
            digits.to_owned()
        }
    };
    let sign = if text.starts_with('-') { "-" } else { "" };
    let e = if exponent.is_empty() { "" } else { "e" };
    Ok(format!(
        "{sign}{}.{}{e}{exponent}",
        or_zero(whole.trim_start_matches('0')),
        or_zero(fraction)
    ))
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(unsigned: &str) -> bool {
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => all_digits(fraction),
        Some((whole, "")) => all_digits(whole),
        Some((whole, fraction)) => all_digits(whole) && all_digits(fraction),
        None => all_digits(mantissa),
    };
    mantissa_fits && exponent.is_none_or(all_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_the_core_schema_says() {
        for (word, json) in [
            ("~", "null"),
            ("True", "true"),
            ("007", "7"),
            ("-0", "0"),
            ("+12", "12"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("5.", "5.0"),
            (".5", "0.5"),
            ("1e3", "1.0e3"),
            ("-1.50", "-1.50"),
            ("+007.5E+3", "7.5e+3"),
        ] {
            assert_eq!(plain(word), Ok(Some(json.to_owned())), "{word}");
        }
        for word in [
            "yes",
            "1.2.3",
            "1_000",
            "2024-01-01",
            "0x",
            "-",
            ".",
            "e5",
            "12:30",
        ] {
            assert_eq!(plain(word), Ok(None), "{word}");
        }
        assert!(plain("-.inf").is_err() && plain(".nan").is_err() && plain("1e999").is_err());
    }
}
