//! One's own vaults in the file of one's own data: every save with its content.

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    schema::{vault_versions, vaults},
};
use diesel::prelude::*;
use secrets::keys::InstanceKeys;
use serde_json::{Value, json};

use super::super::content;
use crate::{access::OwnAccount, error::AppError};

/// Saves in one part: each may have a mebibyte.
const PART: usize = 4;

/// Some of the saves, each as it stands in the file, and the place behind them if there is more.
#[derive(Debug)]
pub struct Saves {
    /// The saves.
    pub items: Vec<Value>,
    /// Where to go on.
    pub next: Option<(String, i64)>,
}

#[derive(Queryable)]
struct Row {
    vault: columns::VaultId,
    workspace: String,
    is_active: bool,
    newest: i64,
    version: i64,
    format: columns::VaultFormat,
    sealed: String,
    restored_from: Option<i64>,
    saved_at: NaiveDateTime,
}

/// The saves behind a place, by vault and number, up to the moment of the export. One that cannot be opened has no content.
pub fn saves(
    conn: &mut Conn,
    own: &OwnAccount,
    keys: &InstanceKeys,
    until: NaiveDateTime,
    after: Option<(String, i64)>,
) -> Result<Saves, AppError> {
    let (vault, version) = after.unwrap_or_default();
    let further = vault_versions::vault_id
        .eq(vault.clone())
        .and(vault_versions::version.gt(version));
    let rows: Vec<Row> = own
        .vaults()
        .inner_join(vault_versions::table)
        .filter(vault_versions::vault_id.gt(vault).or(further))
        .filter(vault_versions::saved_at.le(until))
        .order((vault_versions::vault_id, vault_versions::version))
        .limit(i64::try_from(PART).unwrap_or(i64::MAX))
        .select((
            vaults::id,
            vaults::workspace_id,
            vaults::is_active,
            vaults::version,
            vault_versions::version,
            vault_versions::format,
            vault_versions::sealed_content,
            vault_versions::restored_from,
            vault_versions::saved_at,
        ))
        .load(conn)?;
    let next = rows
        .last()
        .filter(|_| rows.len() >= PART)
        .map(|last| (last.vault.0.to_string(), last.version));
    let item = |row: Row| {
        let opened = content::open(keys, row.vault.into(), row.version, &row.sealed).ok();
        json!({
            "vault_id": row.vault.0,
            "version": row.version,
            "workspace_id": row.workspace,
            "is_active": row.is_active && row.version == row.newest,
            "format": row.format.0.as_str(),
            "restored_from": row.restored_from,
            "saved_at": row.saved_at.and_utc(),
            "content": opened.as_ref().map(secrets::secret::Secret::expose),
        })
    };
    Ok(Saves {
        items: rows.into_iter().map(item).collect(),
        next,
    })
}
