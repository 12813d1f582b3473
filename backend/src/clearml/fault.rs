//! Refusals and failures as the wire says them: an HTTP status, which clients branch on, a number below it, and a
//! sentence, which the SDK shows to its user.

use std::borrow::Cow;

use shared::error::{ErrorCode, FieldError};

use crate::error::AppError;

/// HTTP status and number below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers(pub(super) u16, pub(super) u16);

impl Numbers {
    const BOTH_IMPERSONATIONS: Self = Self(400, 5);
    const IMPERSONATION: Self = Self(400, 6);
    const BAD_ID: Self = Self(400, 10);
    const VALIDATION: Self = Self(400, 12);
    const BAD_REGEX: Self = Self(400, 21);
    const ACCESS_KEY: Self = Self(400, 75);
    const USER: Self = Self(400, 300);
    const USER_ID: Self = Self(400, 301);
    const DATA: Self = Self(400, 800);
    const AUTH_TYPE: Self = Self(401, 10);
    const NO_CREDENTIALS: Self = Self(401, 20);
    const MALFORMED_CREDENTIALS: Self = Self(401, 21);
    const WRONG_CREDENTIALS: Self = Self(401, 22);
    const BAD_TOKEN: Self = Self(401, 30);
    const FORBIDDEN: Self = Self(403, 0);
    const ROLE: Self = Self(403, 20);
    /// Clients take this status, and no other, for "this server does not have that".
    pub(super) const UNKNOWN_ENDPOINT: Self = Self(404, 0);
    const METHOD: Self = Self(405, 0);
}

/// Why a call is refused or failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// In the wire's own numbers.
    Known(Numbers, Cow<'static, str>),
    /// As everywhere in the server.
    App(AppError),
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $numbers:ident, $sentence:literal;)*) => { $(
        $(#[$doc])*
        pub(super) const fn $name() -> Self {
            Self::Known(Numbers::$numbers, Cow::Borrowed($sentence))
        }
    )* };
}

impl Fault {
    faults! {
        /// There is no such call.
        unknown_endpoint = UNKNOWN_ENDPOINT, "This server has no such endpoint.";
        /// An address that no call has, whatever it is named.
        unknown_address = UNKNOWN_ENDPOINT, "No endpoint has an address like this. The server's API address in a client's configuration ends in /api, with nothing after it.";
        /// Neither GET, POST nor PUT.
        method_not_allowed = METHOD, "Call this endpoint with GET, POST or PUT.";
        /// No `Authorization`.
        no_credentials = NO_CREDENTIALS, "No credentials were sent. Send a key pair (Basic) or a token (Bearer).";
        /// An `Authorization` of another kind.
        auth_type = AUTH_TYPE, "Only the authorization types Basic and Bearer are accepted.";
        /// An `Authorization` that cannot be read.
        malformed_credentials = MALFORMED_CREDENTIALS, "The Authorization header could not be read.";
        /// A key pair that is none, or is revoked, or has expired.
        wrong_credentials = WRONG_CREDENTIALS, "This key pair is not valid: it is wrong, revoked or has expired.";
        /// A token that is none, has expired, or whose key is gone.
        bad_token = BAD_TOKEN, "This token is not valid: it is wrong, has expired, or its key was revoked.";
        /// Another workspace than the key's was asked for.
        other_workspace = WRONG_CREDENTIALS, "This key works in one workspace, and that is not the one asked for.";
        /// Acting for somebody else.
        impersonation = IMPERSONATION, "Nobody may act for somebody else on this server.";
        /// Both ways of acting for somebody else at once.
        both_impersonations = BOTH_IMPERSONATIONS, "Send one of X-Clearml-Impersonate-As and X-Clearml-Act-As, not both.";
        /// A change of an access key that one does not have.
        unknown_access_key = ACCESS_KEY, "You have no live credential with this access key.";
        /// Revoking an access key that one does not have.
        unknown_key_of_user = USER, "You have no live credential with this access key.";
        /// No such member.
        unknown_user = USER_ID, "This workspace has no member with this id.";
        /// Changing somebody else.
        not_oneself = ROLE, "You can change your own account only.";
        /// A pattern that is none.
        bad_regex = BAD_REGEX, "This is not a regular expression that is accepted here: no look-around, no back-references.";
        /// A preference whose name has a dot.
        dotted_key = VALIDATION, "The name of a preference must not contain a dot.";
        /// Statistics cannot be switched on.
        no_statistics = VALIDATION, "This server sends no statistics.";
    }

    /// A field that is not right.
    pub(super) fn field(pointer: &str, detail: &'static str) -> Self {
        Self::App(AppError::field(pointer, detail))
    }

    /// `self`, or `instead` when `self` says that something is not there.
    pub(super) fn or_if_missing(self, instead: Self) -> Self {
        match self {
            Self::App(error) if error.code() == ErrorCode::NotFound => instead,
            other => other,
        }
    }

    /// `self`, or `instead` when `self` says that the caller is not known.
    pub(super) fn or_if_unknown_caller(self, instead: Self) -> Self {
        match self {
            Self::App(error) if error.code() == ErrorCode::Unauthenticated => instead,
            other => other,
        }
    }

    /// The numbers and the sentence for the client; what is the server's fault goes into the log.
    pub(super) fn told(&self, request_id: &str) -> (Numbers, Cow<'static, str>) {
        match self {
            Self::Known(numbers, sentence) => (*numbers, sentence.clone()),
            Self::App(error) => told(error, request_id),
        }
    }
}

/// The numbers and the sentence of an error from elsewhere in the server.
pub(super) fn told(error: &AppError, request_id: &str) -> (Numbers, Cow<'static, str>) {
    let problem = error.problem(request_id);
    let sentence = problem.detail.unwrap_or(problem.title);
    let fields: String = problem.errors.iter().map(in_words).collect();
    (
        numbers_of(problem.code),
        Cow::Owned(format!("{sentence}{fields}")),
    )
}

fn in_words(error: &FieldError) -> String {
    let FieldError { pointer, detail } = error;
    format!(" {}: {detail}", pointer.trim_start_matches('/'))
}

/// Nothing above 500 but 503, and never 429: clients would repeat the call for hours, some of them without a pause.
fn numbers_of(code: ErrorCode) -> Numbers {
    match code {
        ErrorCode::Unauthenticated | ErrorCode::SignInFailed => Numbers::NO_CREDENTIALS,
        ErrorCode::Forbidden | ErrorCode::InPersonOnly => Numbers::ROLE,
        ErrorCode::NotFound => Numbers::BAD_ID,
        ErrorCode::TooManyAttempts => Numbers::FORBIDDEN,
        ErrorCode::MethodNotAllowed => Numbers::METHOD,
        other => numbers_of_status(other.status()),
    }
}

fn numbers_of_status(status: u16) -> Numbers {
    match status {
        403 => Numbers::FORBIDDEN,
        409 | 410 | 412 => Numbers::DATA,
        413 => Numbers(413, 0),
        // Clients wait and try again, for as long as it takes.
        503 => Numbers(503, 0),
        // 507 among them: a full disk does not become empty by trying again.
        500.. => Numbers(500, 0),
        _ => Numbers::VALIDATION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_makes_clients_retry_at_once_or_for_hours() {
        for code in ErrorCode::ALL {
            let Numbers(status, _) = numbers_of(*code);
            assert!(
                (400..=500).contains(&status) || status == 503,
                "{code:?} {status}"
            );
            assert!(!matches!(status, 404 | 408 | 429), "{code:?} {status}");
        }
    }

    #[test]
    fn whatever_status_rest_has_the_wire_says_none_above_500_but_busy() {
        for status in 400..=599 {
            let Numbers(told, _) = numbers_of_status(status);
            let wanted = match status {
                503 => 503..=503,
                500.. => 500..=500,
                _ => 400..=413,
            };
            assert!(wanted.contains(&told), "{status} {told}");
            assert!(!matches!(told, 404 | 408), "{status} {told}");
        }
    }

    #[test]
    fn a_full_disk_is_a_failure_and_a_busy_server_is_one_to_wait_for() {
        assert_eq!(numbers_of(ErrorCode::StorageFull), Numbers(500, 0));
        assert_eq!(numbers_of(ErrorCode::Busy), Numbers(503, 0));
    }

    #[test]
    fn the_servers_own_failures_keep_their_sentences() {
        for code in ErrorCode::ALL.iter().filter(|code| code.status() >= 500) {
            let (_, sentence) = told(&AppError::from(*code), "id");
            assert_eq!(sentence, code.title());
        }
    }

    #[test]
    fn a_wrong_field_is_named_in_the_sentence() {
        let (numbers, sentence) = Fault::field("/page", "Send 0 or more.").told("id");
        assert_eq!(numbers, Numbers(400, 12));
        assert_eq!(
            sentence,
            "Something in the request is not right. page: Send 0 or more."
        );
    }
}
