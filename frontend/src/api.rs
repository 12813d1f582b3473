//! The only way to the server: `call::<Endpoint>(path, query, body)` with the types of the contract. When the session
//! has ended, the call waits for the sign-in dialog over the page and is then sent again, so that nothing is lost.

use leptos::prelude::window;
use shared::{
    contract::{CallerKind, Endpoint, Method, query_string, url},
    error::{ErrorCode, Problem},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestCredentials, RequestInit, Response};

use crate::{sign_in_gate, text, ui::load::Explain};

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

/// Calls the server and brings its answer.
pub async fn call<E: Endpoint>(path: E::Path, query: E::Query, body: E::Body) -> Result<E::Reply, ApiError> {
    let address = format!("{}{}", url::<E>(&path), query_string(&query));
    let body = match E::METHOD {
        Method::Get => None,
        _ => serde_json::to_string(&body).ok().filter(|json| json != "null"),
    };
    let is_public = <E::Caller as CallerKind>::NAME == "public";
    let answer = send(E::METHOD, &address, body.as_deref(), is_public).await?;
    serde_json::from_str(&answer).map_err(|_mismatch| ApiError::Unreadable)
}

/// Sends until it is answered by something else than "sign in first".
async fn send(
    method: Method,
    address: &str,
    body: Option<&str>,
    is_public: bool,
) -> Result<String, ApiError> {
    loop {
        let (ok, answer) = fetch(method, address, body)
            .await
            .map_err(|_unreachable| ApiError::Offline)?;
        if ok {
            return Ok(if answer.is_empty() {
                "null".to_owned()
            } else {
                answer
            });
        }
        let problem: Problem = serde_json::from_str(&answer).map_err(|_foreign| ApiError::Unreadable)?;
        if problem.code != ErrorCode::Unauthenticated || is_public {
            return Err(ApiError::Problem(Box::new(problem)));
        }
        if !sign_in_gate::wait().await {
            return Err(ApiError::SignedOut);
        }
    }
}

/// One request: whether it went well, and the body of the answer.
async fn fetch(method: Method, address: &str, body: Option<&str>) -> Result<(bool, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    headers.set("X-Clearance-Client", "app")?;
    if method != Method::Get {
        headers.set("Content-Type", "application/json")?;
    }
    let init = RequestInit::new();
    init.set_method(method.as_str());
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::SameOrigin);
    if let Some(body) = body {
        init.set_body(&JsValue::from(body));
    }
    let response = JsFuture::from(window().fetch_with_str_and_init(address, &init)).await?;
    let response: Response = response.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.ok(), text.as_string().unwrap_or_default()))
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
