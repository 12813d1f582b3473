//! What is in a vault while it is stored: sealed, each save for its own place.

use secrets::{keys::InstanceKeys, seal, secret::Secret};
use shared::{error::ErrorCode, ids::VaultId, text::SecretText, vaults::VaultTarget};

use super::{
    storage,
    store::{Sealed, VaultRow},
};
use crate::error::AppError;

/// What the content of one save is sealed for.
#[must_use]
pub(crate) fn place(vault: VaultId, version: i64) -> String {
    format!("vault/{vault}/{version}")
}

/// Seals a content for its place.
pub fn seal(keys: &InstanceKeys, vault: VaultId, version: i64, text: &str) -> Result<String, AppError> {
    seal::seal(keys, &place(vault, version), text.as_bytes())
        .map_err(|fault| AppError::Internal(fault.into()))
}

/// Opens it again. What cannot be opened is told in the log, and by an error of its own.
pub fn open(keys: &InstanceKeys, vault: VaultId, version: i64, sealed: &str) -> Result<Secret, ErrorCode> {
    seal::open_text(keys, &place(vault, version), sealed).map_err(|fault| {
        tracing::error!(%vault, version, error = %fault, "the content of a vault cannot be opened");
        ErrorCode::ContentUnreadable
    })
}

/// A content as it is shown: secrets of storage entries are left out.
pub fn shown(keys: &InstanceKeys, row: &VaultRow, sealed: &Sealed) -> Result<SecretText, AppError> {
    let text = open(keys, row.id.into(), sealed.version, &sealed.sealed_content)?;
    match row.target.into() {
        VaultTarget::Config => Ok(SecretText::new(text.expose().to_owned())),
        VaultTarget::Storage => storage::redacted(text.expose()).map(SecretText::new),
    }
}
