//! Reads path, query and body of a request into the endpoint's types. What does not fit is a problem that names the
//! field.

use std::{any::TypeId, time::Duration};

use actix_web::{FromRequest as _, HttpRequest, dev::Payload, http::header, web};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use shared::error::{ErrorCode, FieldError};

use crate::error::AppError;

/// How long a body may take to arrive: whoever sends it byte by byte holds nothing of ours for long.
const BODY_WITHIN: Duration = Duration::from_secs(30);

fn malformed(detail: impl Into<String>) -> AppError {
    AppError::Detailed(ErrorCode::Malformed, detail.into())
}

/// Reads the whole body, up to `most` bytes.
pub(crate) async fn read_bytes(
    req: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> Result<web::Bytes, AppError> {
    let encoded = req
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|value| value != "identity");
    if encoded {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    let announced = req
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(ErrorCode::TooLarge.into());
    }
    let mut bytes = web::BytesMut::with_capacity(announced.unwrap_or(0).min(64 * 1024));
    let deadline = tokio::time::Instant::now() + BODY_WITHIN;
    while let Some(chunk) = tokio::time::timeout_at(deadline, payload.next())
        .await
        .map_err(|_late| AppError::from(ErrorCode::Timeout))?
    {
        let chunk = chunk.map_err(|_cut_off| malformed("The body did not arrive whole."))?;
        if bytes.len() + chunk.len() > most {
            return Err(ErrorCode::TooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// The body as JSON. An empty one is `null`.
pub(crate) fn body<T: DeserializeOwned + 'static>(req: &HttpRequest, bytes: &[u8]) -> Result<T, AppError> {
    if bytes.is_empty() {
        // An endpoint without a body takes none; one whose fields are all optional takes none as well.
        return serde_json::from_slice(b"null").or_else(|_not_nullable| read_json(b"{}"));
    }
    let json = req
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let kind = value.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        });
    if !json {
        return Err(ErrorCode::UnsupportedMediaType.into());
    }
    // The library would also fill a struct from a list, by position; nobody means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(AppError::field("", "Send a JSON object, not a list."));
    }
    read_json(bytes)
}

/// Reads JSON into a type. The error points to the field.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, AppError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        // A list where a word is wanted counts as bad syntax for the library.
        let readable = || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        match inner.classify() {
            kind if kind == serde_json::error::Category::Data || readable() => {
                AppError::Invalid(vec![FieldError {
                    pointer,
                    detail: sentence(&inner),
                }])
            }
            _ => malformed(format!("The body is not valid JSON: {inner}.")),
        }
    })?;
    reader
        .end()
        .map_err(|error| malformed(format!("There is more after the JSON body: {error}.")))?;
    Ok(value)
}

/// The message without the position, which the pointer replaces.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    // What was sent is not repeated at length: it may be a secret in the wrong field.
    text.chars().take(300).collect()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut out, segment| {
        out.push('/');
        match segment {
            Segment::Seq { index } => out.push_str(&index.to_string()),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                out.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => out.push('?'),
        }
        out
    })
}

/// The query string. Unknown parameters are refused like unknown fields.
pub(crate) fn query<T: DeserializeOwned + Default + 'static>(req: &HttpRequest) -> Result<T, AppError> {
    let text = req.query_string();
    if text.is_empty() {
        return Ok(T::default());
    }
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(text).map_err(|_bad| malformed("The query string could not be read."))?;
    if pairs
        .iter()
        .any(|(name, value)| name.contains('\0') || value.contains('\0'))
    {
        return Err(malformed("The query string holds a NUL character."));
    }
    if TypeId::of::<T>() == TypeId::of::<()>() {
        let pointer = pairs.into_iter().next().map(|(name, _)| name).unwrap_or_default();
        return Err(AppError::field(&pointer, "This address takes no such parameter."));
    }
    serde_urlencoded::from_str(text)
        .map_err(|error| AppError::field("query", error.to_string().chars().take(300).collect::<String>()))
}

/// The path parameters. One that cannot be an id names nothing that is here.
pub(crate) fn path<T: DeserializeOwned + 'static>(req: &HttpRequest) -> Result<T, AppError> {
    match web::Path::<T>::extract(req).into_inner() {
        Ok(path) => Ok(path.into_inner()),
        Err(_) => Err(ErrorCode::NotFound.into()),
    }
}
