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
            return match u128::from_str_radix(digits, radix) {
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
    if !is_float(unsigned) {
        return Ok(None);
    }
    let printed = crate::scalar::float(text);
    if printed.ends_with("inf") {
        return Err("This number is too large for clients. Put it in quotes.");
    }
    Ok(Some(printed))
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
            ("1e3", "1000.0"),
            ("-1.50", "-1.5"),
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
