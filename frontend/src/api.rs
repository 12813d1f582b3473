//! The only way to the server: `call::<Endpoint>(path, query, body)` with the types of the contract. When the session
//! has ended, the call waits for the sign-in dialog over the page and is then sent again, so that nothing is lost.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use leptos::prelude::window;
use serde::de::DeserializeOwned;
use shared::{
    contract::{CallerKind, Endpoint, Method, query_string, url},
    error::{ErrorCode, Problem},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestCredentials, RequestInit, Response};

use crate::{
    answer::{self, Mismatch},
    json, sign_in_gate, text,
    ui::load::Explain,
};

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The server was not reached.
    Offline,
    /// The session has ended, and nobody signed in again.
    SignedOut,
    /// The server refused, and says why.
    Problem(Box<Problem>),
    /// The answer makes no sense to this version of the app.
    Unreadable,
}

impl ApiError {
    /// The server's code, to match on.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// What is wrong with which field, for `FieldErrors::set`.
    pub fn fields(&self) -> Vec<(String, String)> {
        match self {
            Self::Problem(problem) => problem
                .errors
                .iter()
                .map(|error| (error.pointer.clone(), error.detail.clone()))
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Explain for ApiError {
    fn sentence(&self) -> String {
        match self {
            Self::Offline => text::OFFLINE.to_owned(),
            Self::SignedOut => text::SIGNED_OUT.to_owned(),
            Self::Unreadable => text::UNREADABLE.to_owned(),
            Self::Problem(problem) => {
                let sentence = problem.detail.as_ref().unwrap_or(&problem.title);
                match problem.code {
                    ErrorCode::Internal => format!("{sentence} (Request {})", problem.request_id),
                    _ => sentence.clone(),
                }
            }
        }
    }
}

/// Calls the server and brings its answer. What does not depend on the endpoint is compiled once.
pub fn call<E: Endpoint>(path: E::Path, query: E::Query, body: E::Body) -> Call<E::Reply> {
    let mut address = url::<E>(&path);
    address.push_str(&query_string(&query));
    let body = match E::METHOD {
        Method::Get => None,
        _ => serde_json::to_value(&body).ok().filter(|body| !body.is_null()),
    };
    let request = Request {
        method: E::METHOD,
        address,
        body: body.as_ref().map(json::text),
        is_public: <E::Caller as CallerKind>::NAME == "public",
        if_match: None,
    };
    Call {
        sent: Sent {
            request: Some(request),
            answer: None,
        },
        read: |answer| answer::read(answer.value),
    }
}

/// The entity tag of what was brought, as far as the server gives one: what to change goes back with it.
pub type Tag = Option<String>;

/// A call, on its way from when it is first awaited.
pub struct Call<T> {
    sent: Sent,
    read: fn(Answer) -> Result<T, Mismatch>,
}

impl<T: DeserializeOwned> Call<T> {
    /// Brings the tag of the answer along.
    pub fn tagged(self) -> Call<(T, Tag)> {
        Call {
            sent: self.sent,
            read: |answer| Ok((answer::read(answer.value)?, answer.tag)),
        }
    }

    /// Changes nothing but what has this tag: otherwise it is refused with `changed_meanwhile`.
    #[must_use]
    pub fn if_match(mut self, tag: Tag) -> Self {
        if let Some(request) = &mut self.sent.request {
            request.if_match = tag;
        }
        self
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, ApiError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let read = self.read;
        let answer = self.sent.poll(context);
        answer.map(|answer| read(answer?).map_err(ApiError::from))
    }
}

impl From<Mismatch> for ApiError {
    fn from(_mismatch: Mismatch) -> Self {
        Self::Unreadable
    }
}

type Awaited = Pin<Box<dyn Future<Output = Result<Answer, ApiError>>>>;

/// The part of a call that does not depend on what it brings.
struct Sent {
    request: Option<Request>,
    answer: Option<Awaited>,
}

impl Sent {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, ApiError>> {
        if let Some(request) = self.request.take() {
            self.answer = Some(Box::pin(send(request)));
        }
        match &mut self.answer {
            Some(answer) => answer.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

/// What came back.
struct Answer {
    value: JsValue,
    tag: Tag,
}

/// What is sent.
struct Request {
    method: Method,
    address: String,
    body: Option<String>,
    is_public: bool,
    if_match: Tag,
}

/// Sends until it is answered by something else than "sign in first".
async fn send(request: Request) -> Result<Answer, ApiError> {
    loop {
        let (ok, text, tag) = fetch(&request).await.map_err(|_unreachable| ApiError::Offline)?;
        let value = answer::parsed(&text)?;
        if ok {
            return Ok(Answer { value, tag });
        }
        let problem: Problem = answer::read(value)?;
        if problem.code != ErrorCode::Unauthenticated || request.is_public {
            return Err(ApiError::Problem(Box::new(problem)));
        }
        if !sign_in_gate::wait().await {
            return Err(ApiError::SignedOut);
        }
    }
}

/// One request: whether it went well, and the body of the answer with its tag.
async fn fetch(request: &Request) -> Result<(bool, String, Tag), JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    headers.set("X-Clearance-Client", "app")?;
    if request.method != Method::Get {
        headers.set("Content-Type", "application/json")?;
    }
    if let Some(tag) = &request.if_match {
        headers.set("If-Match", tag)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::SameOrigin);
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body));
    }
    let response = JsFuture::from(window().fetch_with_str_and_init(&request.address, &init)).await?;
    let response: Response = response.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    let tag = response.headers().get("ETag")?;
    Ok((response.ok(), text.as_string().unwrap_or_default(), tag))
}

#[cfg(test)]
mod tests {
    use shared::error::FieldError;

    use super::*;

    fn problem(code: ErrorCode) -> Problem {
        Problem::of(code, "0190".to_owned())
    }

    #[test]
    fn every_error_is_a_sentence() {
        let all = [ApiError::Offline, ApiError::SignedOut, ApiError::Unreadable];
        let refused = ErrorCode::ALL
            .iter()
            .map(|code| ApiError::Problem(Box::new(problem(*code))));
        for error in all.into_iter().chain(refused) {
            assert!(error.sentence().ends_with(['.', ')']), "{error:?}");
        }
    }

    #[test]
    fn a_fault_of_the_server_names_the_request_and_a_refusal_does_not() {
        assert!(
            ApiError::Problem(Box::new(problem(ErrorCode::Internal)))
                .sentence()
                .contains("0190")
        );
        assert!(
            !ApiError::Problem(Box::new(problem(ErrorCode::Forbidden)))
                .sentence()
                .contains("0190")
        );
    }

    #[test]
    fn what_is_particular_comes_before_what_is_general() {
        let mut refused = problem(ErrorCode::Invalid);
        refused.detail = Some("The name is taken.".to_owned());
        refused.errors = vec![FieldError {
            pointer: "/name".to_owned(),
            detail: "Taken.".to_owned(),
        }];
        let error = ApiError::Problem(Box::new(refused));
        assert_eq!(error.sentence(), "The name is taken.");
        assert_eq!(error.fields(), [("/name".to_owned(), "Taken.".to_owned())]);
        assert_eq!(error.code(), Some(ErrorCode::Invalid));
    }
}
