//! The commands beside `serve`: each is one thing an operator does on the machine itself.

pub mod audit;
pub mod key;
pub mod keys;
pub mod user;

use shared::error::FieldError;

use crate::error::AppError;

/// What went wrong, in the words in which a client would be told, for an operator at a terminal.
#[must_use]
pub fn told(error: AppError) -> anyhow::Error {
    match error {
        AppError::Internal(error) => error,
        AppError::Detailed(_, detail) => anyhow::anyhow!(detail),
        AppError::Invalid(fields) => anyhow::anyhow!(sentence(&fields)),
        other => anyhow::anyhow!(other.code().title()),
    }
}

fn sentence(fields: &[FieldError]) -> String {
    let parts = fields
        .iter()
        .map(|field| format!("{}: {}", field.pointer.trim_start_matches('/'), field.detail));
    parts.collect::<Vec<_>>().join(" ")
}
