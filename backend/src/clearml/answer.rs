//! The envelope of every answer on the wire. Clients retry without end when a field of `meta` is missing or has
//! another type, so all of them are always there.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header};
use serde::Serialize;

use super::fault::{self, Fault, Numbers};
use crate::{access::API_VERSION, error::AppError, http::request_id};

/// The longest name of a call.
const MOST_NAME_CHARS: usize = 100;

/// What a request asks for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    request_id: String,
    action: String,
    version: Option<f64>,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    meta: Meta<'a>,
    data: T,
}

#[derive(Serialize)]
struct Meta<'a> {
    id: &'a str,
    trx: &'a str,
    endpoint: EndpointMeta<'a>,
    result_code: u16,
    result_subcode: u16,
    result_msg: &'a str,
    /// Always null: clients take a text or null, and what happened inside is for the log.
    error_stack: (),
    error_data: Nothing,
}

#[derive(Serialize)]
struct EndpointMeta<'a> {
    name: &'a str,
    requested_version: Option<f64>,
    actual_version: Option<f64>,
}

/// An object without fields.
#[derive(Serialize)]
struct Nothing {}

impl Asked {
    /// Reads the address.
    pub(super) fn of(req: &HttpRequest) -> Self {
        let part = |name| req.match_info().get(name).unwrap_or_default();
        Self::new(&request_id(req), part("action"), part("version"))
    }

    /// Reads an address that no route has taken apart.
    pub(super) fn at(path: &str, request_id: &str) -> Self {
        let rest = path.strip_prefix("/api/").unwrap_or(path);
        let (version, action) = rest.split_once('/').unwrap_or(("", rest));
        Self::new(request_id, action, version.trim_start_matches('v'))
    }

    fn new(request_id: &str, action: &str, version: &str) -> Self {
        Self {
            request_id: request_id.to_owned(),
            action: if is_name(action) {
                action.to_owned()
            } else {
                String::new()
            },
            version: version.parse().ok().filter(|version: &f64| version.is_finite()),
        }
    }

    /// Service and action; empty where the address names none.
    pub(super) fn action(&self) -> &str {
        &self.action
    }

    /// The answer when all went well.
    pub(super) fn answered(&self, data: &impl Serialize) -> HttpResponse {
        self.respond(Numbers(200, 0), "OK", data)
    }

    /// The answer when it did not.
    pub(super) fn refused(&self, fault: &Fault) -> HttpResponse {
        let (numbers, message) = fault.told(&self.request_id);
        self.respond(numbers, &message, &Nothing {})
    }

    /// The answer when the server refused before a call was found.
    pub(super) fn refused_before(&self, error: &AppError) -> HttpResponse {
        let (numbers, message) = fault::told(error, &self.request_id);
        self.respond(numbers, &message, &Nothing {})
    }

    fn respond(&self, numbers: Numbers, message: &str, data: &impl Serialize) -> HttpResponse {
        let Numbers(code, subcode) = numbers;
        let known = numbers != Numbers::UNKNOWN_ENDPOINT;
        let envelope = Envelope {
            meta: Meta {
                id: &self.request_id,
                trx: &self.request_id,
                endpoint: EndpointMeta {
                    name: &self.action,
                    requested_version: self.version,
                    actual_version: API_VERSION.parse().ok().filter(|_| known),
                },
                result_code: code,
                result_subcode: subcode,
                result_msg: message,
                error_stack: (),
                error_data: Nothing {},
            },
            data,
        };
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = HttpResponse::build(status);
        // Some of these answers are secrets, and many are read with GET.
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        answer.json(envelope)
    }
}

/// Whether a part of an address can name a call. Nothing else of an address is said back.
fn is_name(text: &str) -> bool {
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    text.len() <= MOST_NAME_CHARS
        && text
            .split_once('.')
            .is_some_and(|(service, action)| word(service) && word(action))
}
