//! The server's one error type and the only mapping of errors to HTTP.

use actix_web::{HttpResponse, http::StatusCode};
use db::DbError;
use shared::error::{ErrorCode, FieldError, Problem};

/// Why a call is refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Something a client can act on.
    #[error("{}", .0.as_str())]
    Known(ErrorCode),
    /// The same, with what is particular to this case.
    #[error("{code}: {1}", code = .0.as_str())]
    Detailed(ErrorCode, String),
    /// Too many attempts: try again after so many seconds.
    #[error("too many attempts, retry after {0} s")]
    RetryAfter(u64),
    /// Fields that are not right.
    #[error("invalid fields: {0:?}")]
    Invalid(Vec<FieldError>),
    /// Anything else: logged with its chain, answered with nothing but the request id.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

impl AppError {
    /// One field that is not right. `pointer` is a JSON pointer into the body, or a parameter's name.
    #[must_use]
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            pointer: pointer.to_owned(),
            detail: detail.into(),
        }])
    }

    /// Something that cannot happen unless the server itself is wrong.
    #[must_use]
    pub fn bug(what: &'static str) -> Self {
        Self::Internal(anyhow::anyhow!(what))
    }

    /// The code that the client gets.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Known(code) | Self::Detailed(code, _) => *code,
            Self::RetryAfter(_) => ErrorCode::TooManyAttempts,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// The problem document for this error, and the log line if it is the server's fault.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        let mut problem = Problem::of(self.code(), request_id.to_owned());
        match self {
            Self::Known(_) => {}
            Self::Detailed(_, detail) => problem.detail = Some(detail.clone()),
            Self::RetryAfter(seconds) => {
                let unit = if *seconds == 1 { "second" } else { "seconds" };
                problem.detail = Some(format!("Too many attempts. Try again in {seconds} {unit}."));
            }
            Self::Invalid(errors) => problem.errors.clone_from(errors),
            Self::Internal(error) => {
                tracing::error!(request_id, error = format!("{error:#}"), "request failed");
            }
        }
        problem
    }

    /// The answer as a problem document.
    #[must_use]
    pub fn response(&self, request_id: &str) -> HttpResponse {
        let problem = self.problem(request_id);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = HttpResponse::build(status);
        answer.content_type("application/problem+json");
        match self {
            Self::RetryAfter(seconds) => answer.insert_header(("retry-after", seconds.to_string())),
            Self::Known(ErrorCode::Busy) => answer.insert_header(("retry-after", "2")),
            _ => &mut answer,
        };
        if status == StatusCode::UNAUTHORIZED {
            // No Basic challenge: a browser would open its own password window over the app.
            answer.insert_header(("www-authenticate", "Bearer"));
        }
        answer.body(serde_json::to_string(&problem).unwrap_or_default())
    }
}

impl From<ErrorCode> for AppError {
    fn from(code: ErrorCode) -> Self {
        Self::Known(code)
    }
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::Known(ErrorCode::NotFound),
            // Neither database has a kind for it; these are the words of SQLite and of PostgreSQL.
            diesel::result::Error::DatabaseError(_, told)
                if ["disk is full", "No space left", "could not extend file"]
                    .iter()
                    .any(|words| told.message().contains(words)) =>
            {
                tracing::error!("the database has no room left");
                Self::Known(ErrorCode::StorageFull)
            }
            // PostgreSQL ends one of two that wait for each other: all it did is undone, and it can be done again.
            diesel::result::Error::DatabaseError(_, told) if told.message().contains("deadlock detected") => {
                tracing::warn!("two changes waited for each other; one was undone");
                Self::Known(ErrorCode::Busy)
            }
            other => Self::Internal(other.into()),
        }
    }
}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Query(query) => query.into(),
            DbError::Busy(_) => {
                tracing::warn!(error = %error, "no database connection");
                Self::Known(ErrorCode::Busy)
            }
            other => Self::Internal(other.into()),
        }
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// Names the conflict at the call that can cause it: constraints have no names on `SQLite`.
pub trait OrConflict<T> {
    /// A unique violation becomes `code`.
    fn or_conflict(self, code: ErrorCode) -> Result<T, AppError>;
}

impl<T> OrConflict<T> for diesel::QueryResult<T> {
    fn or_conflict(self, code: ErrorCode) -> Result<T, AppError> {
        use diesel::result::{DatabaseErrorKind, Error};
        match self {
            Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(code.into()),
            other => other.map_err(AppError::from),
        }
    }
}
