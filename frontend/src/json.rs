//! JSON as text, for what the app sends and shows. `serde_json` writes it too, and brings 12 KB of tables for numbers with
//! fractions along, which the browser has already.

use serde_json::Value;

use crate::ui::number::plain;

/// A value as JSON.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(is_so) => out.push_str(if *is_so { "true" } else { "false" }),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => out.push_str(&whole.to_string()),
            (None, Some(whole)) => out.push_str(&whole.to_string()),
            (None, None) => out.push_str(&plain(number.as_f64().unwrap_or_default())),
        },
        Value::String(text) => quoted(text, out),
        Value::Array(items) => {
            let mut before = '[';
            for item in items {
                out.push(before);
                before = ',';
                write(item, out);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Object(fields) => {
            let mut before = '{';
            for (name, value) in fields {
                out.push(before);
                before = ',';
                quoted(name, out);
                out.push(':');
                write(value, out);
            }
            out.push_str(if fields.is_empty() { "{}" } else { "}" });
        }
    }
}

fn quoted(text: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\0'..='\x1f' => {
                let code = usize::try_from(u32::from(c)).unwrap_or_default();
                let digit = |at: usize| DIGITS.get(at).copied().map_or('0', char::from);
                out.push_str("\\u00");
                out.extend([digit(code / 16), digit(code % 16)]);
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        let every: String = (0..0x300).filter_map(char::from_u32).collect();
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!([[], {}, [1, -2, u64::MAX, i64::MIN]]),
            json!({ "a\"b": [true, false, null], "c": { "d": "e\\f\r\n\t" } }),
            json!(every),
            json!("\u{2028} \u{1f600}"),
        ] {
            let read: Value = serde_json::from_str(&text(&value)).unwrap();
            assert_eq!(read, value);
        }
    }
}
