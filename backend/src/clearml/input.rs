//! What a call brings: a JSON object in the body, whatever the method and content type, and the query string, merged
//! into one object. A field that stands in both is taken from the body.

use std::{collections::BTreeMap, fmt};

use actix_web::{HttpRequest, dev::Payload};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _, SeqAccess, Visitor},
};
use serde_json::{Map, Value};
use shared::error::ErrorCode;

use crate::{
    error::AppError,
    http::{read_bytes, read_json},
};

/// The longest body of a call that says nothing else: many times what any call of today needs. Calls that take
/// batches of events will say 16 MiB, because clients cut those at a little less; nothing else may be as long.
pub(super) const USUAL_BYTES: usize = 64 * 1024;
/// The longest query string. Clients put a flag or two into it.
const MOST_QUERY_BYTES: usize = 16 * 1024;
/// The most texts in a list.
const MOST_TEXTS: usize = 1_000;

fn malformed(detail: &'static str) -> AppError {
    AppError::Detailed(ErrorCode::Malformed, detail.to_owned())
}

/// Reads body and query string as one `T`.
pub(super) async fn read<T: DeserializeOwned>(
    req: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> Result<T, AppError> {
    if req.query_string().len() > MOST_QUERY_BYTES {
        return Err(ErrorCode::TooLarge.into());
    }
    let bytes = read_bytes(req, payload, most).await?;
    merged(req.query_string(), &bytes).map_err(without_values)
}

fn merged<T: DeserializeOwned>(query: &str, body: &[u8]) -> Result<T, AppError> {
    let body = match body.trim_ascii() {
        b"" | b"null" => b"{}",
        body if body.starts_with(b"{") => body,
        _ => return Err(malformed("The body must be one JSON object.")),
    };
    if query.is_empty() {
        return read_json(body);
    }
    let mut fields = query_fields(query)?;
    let body: Map<String, Value> = read_json(body)?;
    fields.extend(body);
    let bytes = serde_json::to_vec(&fields).map_err(|error| AppError::Internal(error.into()))?;
    read_json(&bytes)
}

fn query_fields(query: &str) -> Result<Map<String, Value>, AppError> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|_not_urlencoded| malformed("The query string could not be read."))?;
    let mut by_name: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, text) in pairs {
        by_name.entry(name).or_default().push(coerced(text));
    }
    let one_or_list = |mut values: Vec<Value>| match values.len() {
        1 => values.pop().unwrap_or_default(),
        _ => Value::Array(values),
    };
    Ok(by_name
        .into_iter()
        .map(|(name, values)| (name, one_or_list(values)))
        .collect())
}

/// Texts of a query string as what they look like: a whole number, true, false.
fn coerced(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(number) if digits => Value::from(number),
        _ => Value::String(text),
    }
}

/// Says what was expected, and not what was sent: it may be a secret in the wrong field.
fn without_values(error: AppError) -> AppError {
    let AppError::Invalid(mut errors) = error else {
        return error;
    };
    for error in &mut errors {
        if let Some((_, expected)) = error.detail.split_once(", expected ") {
            error.detail = format!("expected {expected}");
        }
    }
    AppError::Invalid(errors)
}

/// One text or a list of at most [`MOST_TEXTS`]; null and nothing are the empty list.
#[derive(Debug, Clone, Default, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Several(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Several {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Texts).map(Self)
    }
}

/// Reads texts one by one, so that a list that is too long is never held.
struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(vec![text.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            if texts.len() == MOST_TEXTS {
                return Err(A::Error::custom(format_args!("Send at most {MOST_TEXTS}.")));
            }
            texts.push(text);
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(query: &str, body: &str) -> Result<Value, AppError> {
        merged(query, body.as_bytes())
    }

    #[test]
    fn a_query_string_becomes_fields_of_the_type_they_look_like() {
        let got = read(
            "enabled=true&types=config&types=config&n=30&big=99999999999999999999&s=-1&e=",
            "",
        )
        .unwrap();
        assert_eq!(
            got,
            json!({"enabled": true, "types": ["config", "config"], "n": 30, "big": "99999999999999999999", "s": "-1", "e": ""})
        );
    }

    #[test]
    fn the_body_wins_over_the_query_string() {
        assert_eq!(read("a=1&b=2", r#"{"b": 3}"#).unwrap(), json!({"a": 1, "b": 3}));
    }

    #[test]
    fn no_body_and_null_are_an_empty_object_and_anything_else_is_refused() {
        for empty in ["", " \n", "null", "{}"] {
            assert_eq!(read("", empty).unwrap(), json!({}), "{empty}");
        }
        for wrong in ["[]", "1", "\"a\"", "{", "{}{}", "a=b", "{\"a\":1}\n{\"b\":2}"] {
            assert!(read("", wrong).is_err(), "{wrong}");
            assert!(read("a=1", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_text_and_a_list_of_texts_are_both_several() {
        let several = |json: &str| serde_json::from_str::<Several>(json).map(|several| several.0);
        assert_eq!(several("null").unwrap(), Vec::<String>::new());
        assert_eq!(several(r#""a""#).unwrap(), ["a"]);
        assert_eq!(several(r#"["a", "b"]"#).unwrap(), ["a", "b"]);
        for wrong in ["1", "[1]", "{}", "[null]"] {
            assert!(several(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_has_an_end() {
        let several = |texts: usize| serde_json::from_value::<Several>(json!(vec!["a"; texts]));
        assert_eq!(several(MOST_TEXTS).unwrap().0.len(), MOST_TEXTS);
        let error = several(MOST_TEXTS + 1).unwrap_err().to_string();
        assert_eq!(error, "Send at most 1000.");
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        #[derive(Debug, Deserialize)]
        struct Wanted {
            #[expect(dead_code, reason = "only its type matters")]
            page: Option<u32>,
        }
        let error = merged::<Wanted>("", br#"{"page": "clrs_secret"}"#)
            .map_err(without_values)
            .unwrap_err();
        let AppError::Invalid(errors) = error else {
            panic!("{error}");
        };
        assert_eq!(errors[0].pointer, "/page");
        assert_eq!(errors[0].detail, "expected u32");
    }
}
