//! What came back.

use std::{future::poll_fn, marker::PhantomData, pin::Pin};

use actix_web::{
    body::{BoxBody, MessageBody as _},
    cookie::Cookie,
    http::header::{HeaderMap, SET_COOKIE},
    web::Bytes,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::error::Problem;

use crate::seen;

/// An answer, with the reply type `R` if it is a good one.
#[derive(Debug)]
pub struct Answer<R> {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
    reply: PhantomData<fn() -> R>,
}

/// An answer whose body is taken piece by piece, as the server makes it.
pub struct Pieces {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    pub(crate) body: BoxBody,
}

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pieces")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Pieces {
    /// The next piece; a failure is what a client sees as a connection that was cut. None after the last.
    pub async fn next(&mut self) -> Option<Result<Bytes, String>> {
        let piece = poll_fn(|context| Pin::new(&mut self.body).poll_next(context)).await?;
        Some(piece.map_err(|failure| failure.to_string()))
    }
}

impl<R> Answer<R> {
    pub(crate) fn new(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            status,
            headers,
            body,
            reply: PhantomData,
        }
    }

    /// The body as text, unreadable bytes replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` when it is empty.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| self.fail(&format!("is not JSON: {error}")))
    }

    /// One header, if it was sent and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The cookie that was set or taken away.
    #[must_use]
    pub fn cookie(&self) -> Option<Cookie<'static>> {
        let text = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        Cookie::parse(text.to_owned()).ok()
    }

    /// The problem document; anything else fails the test.
    #[must_use]
    pub fn problem(&self) -> Problem {
        if self.header("content-type") != Some("application/problem+json") {
            self.fail::<()>("is no problem document");
        }
        let problem: Problem =
            serde_json::from_slice(&self.body).unwrap_or_else(|error| self.fail(&error.to_string()));
        assert_eq!(
            problem.status, self.status,
            "a problem states the status it is sent with"
        );
        problem
    }

    /// The problem's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problem().code.as_str()
    }

    /// Status and body for a snapshot; see [`seen`].
    #[must_use]
    pub fn seen(&self) -> Value {
        json!({ "status": self.status, "body": seen::checked(self.json()) })
    }

    /// The answer, if its status is `status`; else the test fails and shows it.
    #[expect(clippy::return_self_not_must_use, reason = "it is a check by itself")]
    pub fn with_status(self, status: u16) -> Self {
        if self.status != status {
            self.fail::<()>(&format!("has not the status {status}"));
        }
        self
    }

    #[track_caller]
    fn fail<T>(&self, why: &str) -> T {
        panic!("the answer {why}: {} {}", self.status, self.text())
    }
}

impl<R: DeserializeOwned> Answer<R> {
    /// The reply; anything but a success fails the test and shows the answer.
    pub fn reply(&self) -> R {
        if !(200..300).contains(&self.status) {
            self.fail::<()>("is no success");
        }
        let bytes: &[u8] = if self.body.is_empty() { b"null" } else { &self.body };
        serde_json::from_slice(bytes).unwrap_or_else(|error| self.fail(&error.to_string()))
    }
}
