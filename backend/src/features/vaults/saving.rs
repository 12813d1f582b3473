//! A content on its way into a vault: looked at before any lock is taken, so that a long text holds nobody up.

use secrets::keys::InstanceKeys;
use shared::{
    text::SecretText,
    vaults::{NewVault, VaultFormat, VaultTarget},
};

use super::{
    content, rules, storage,
    store::{
        VaultRow,
        write::{self, NewVersion},
    },
    text,
};
use crate::{access::Scope, audit::Tx, error::AppError, threads::blocking};

/// A content that can be saved.
#[derive(Debug)]
pub enum Draft {
    /// A text that clients can read, in this format.
    Config(VaultFormat, SecretText),
    /// Storage entries, perhaps without their secrets: those that are there are put in when it is saved.
    Storage(SecretText),
}

/// A content as it is stored.
#[derive(Debug)]
pub struct Whole {
    /// How it is written.
    pub format: VaultFormat,
    /// What is sealed.
    pub text: SecretText,
    /// How large it is to those who see it.
    pub size: text::Size,
    /// How many storage entries it has.
    pub entries: Option<i64>,
}

/// Looks at the first content of a vault.
pub async fn new(wanted: &NewVault) -> Result<Draft, AppError> {
    let draft = match wanted.target {
        VaultTarget::Config => checked(Some(wanted.content.clone()), Some(wanted.format)).await?,
        VaultTarget::Storage => Some(entries(wanted.content.clone(), Some(wanted.format))?),
    };
    draft.ok_or_else(|| AppError::bug("a new vault has a content"))
}

/// Looks at a new content of a vault that is there.
pub async fn of(
    row: &VaultRow,
    new: SecretText,
    format: Option<VaultFormat>,
) -> Result<Option<Draft>, AppError> {
    match row.target.into() {
        VaultTarget::Config => checked(Some(new), format.or(Some(row.format.into()))).await,
        VaultTarget::Storage => entries(new, format).map(Some),
    }
}

/// Looks at a configuration, if one was sent.
pub async fn checked(
    new: Option<SecretText>,
    format: Option<VaultFormat>,
) -> Result<Option<Draft>, AppError> {
    let Some(new) = new else {
        return Ok(None);
    };
    let format = format.unwrap_or_default();
    blocking(move || {
        rules::check_length(new.expose())?;
        text::check(format, new.expose())?;
        Ok(Some(Draft::Config(format, new)))
    })
    .await
}

fn entries(new: SecretText, format: Option<VaultFormat>) -> Result<Draft, AppError> {
    if format == Some(VaultFormat::Yaml) {
        return Err(AppError::field("/format", "Storage entries are written as JSON."));
    }
    rules::check_length(new.expose())?;
    Ok(Draft::Storage(new))
}

/// The whole content of a draft; `before` is what the vault holds, as it is stored.
pub fn whole(draft: Draft, before: Option<&str>) -> Result<Whole, AppError> {
    match draft {
        Draft::Config(format, content) => Ok(Whole {
            format,
            size: text::size(content.expose()),
            text: content,
            entries: None,
        }),
        Draft::Storage(content) => {
            let merged = storage::merged(content.expose(), before)?;
            Ok(Whole {
                format: VaultFormat::Json,
                size: text::size(&merged.shown),
                text: SecretText::new(merged.text),
                entries: i64::try_from(merged.entries).ok(),
            })
        }
    }
}

/// Stores a content as a save of a vault.
pub fn store(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &InstanceKeys,
    vault: db::columns::VaultId,
    version: i64,
    whole: &Whole,
    restored_from: Option<i64>,
) -> Result<(), AppError> {
    let row = NewVersion {
        vault_id: vault,
        version,
        format: whole.format.into(),
        sealed_content: content::seal(keys, vault.into(), version, whole.text.expose())?,
        line_count: whole.size.lines,
        byte_count: whole.size.bytes,
        entry_count: whole.entries,
        restored_from,
        saved_at: tx.now(),
        saved_by: scope.user_id(),
    };
    Ok(write::insert_version(
        tx.conn,
        scope,
        &row,
        rules::MOST_VERSIONS,
        rules::MOST_BYTES_IN_VERSIONS,
    )?)
}
