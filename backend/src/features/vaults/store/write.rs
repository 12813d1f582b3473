//! Queries that change vaults. Those of administrators are changed under the workspace's lock, personal ones in their owner's turn.

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    schema::{vault_versions, vaults},
};
use diesel::{dsl, prelude::*};
use shared::error::ErrorCode;

use crate::{
    access::Scope,
    error::{AppError, OrConflict as _},
};

/// A vault to be stored.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = vaults)]
pub struct NewRow {
    /// Its id.
    pub id: columns::VaultId,
    /// Where it is.
    pub workspace_id: columns::WorkspaceId,
    /// Whose personal one it is.
    pub owner_id: Option<columns::UserId>,
    /// The group that it is for.
    pub group_id: Option<columns::GroupId>,
    /// What it is called.
    pub name: String,
    /// The name in lower case.
    pub name_key: String,
    /// What it is for.
    pub target: columns::VaultTarget,
    /// Whether it applies.
    pub is_active: bool,
    /// Whether it applies after the personal one.
    pub is_enforced: bool,
    /// Its place in the order.
    pub position: i64,
    /// The number of its first save.
    pub version: i64,
    /// When it is made.
    pub created_at: NaiveDateTime,
    /// The same.
    pub updated_at: NaiveDateTime,
    /// Who makes it.
    pub updated_by: columns::UserId,
}

/// Stores a vault. Its first save must follow.
pub fn insert(conn: &mut Conn, row: &NewRow) -> Result<(), AppError> {
    let stored = diesel::insert_into(vaults::table)
        .values(row)
        .execute(conn)
        .or_conflict(ErrorCode::VaultNameTaken)?;
    Ok(db::one(stored)?)
}

/// A save to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = vault_versions)]
pub struct NewVersion {
    /// Of which vault.
    pub vault_id: columns::VaultId,
    /// Its number.
    pub version: i64,
    /// How it is written.
    pub format: columns::VaultFormat,
    /// What is saved, sealed for its place.
    pub sealed_content: String,
    /// Lines.
    pub line_count: i64,
    /// Bytes.
    pub byte_count: i64,
    /// Storage entries.
    pub entry_count: Option<i64>,
    /// The save whose content it takes over.
    pub restored_from: Option<i64>,
    /// When.
    pub saved_at: NaiveDateTime,
    /// Who.
    pub saved_by: columns::UserId,
}

/// Stores a save, and removes those that are older than the newest `most`, and the oldest beyond `most_bytes`.
pub fn insert_version(
    conn: &mut Conn,
    scope: &Scope,
    row: &NewVersion,
    most: i64,
    most_bytes: i64,
) -> QueryResult<()> {
    diesel::insert_into(vault_versions::table)
        .values(row)
        .execute(conn)
        .and_then(db::one)?;
    let all: Vec<(i64, i64)> = scope
        .versions_of(row.vault_id)
        .order(vault_versions::version.desc())
        .select((vault_versions::version, vault_versions::byte_count))
        .load(conn)?;
    let mut bytes = 0;
    let old = all.into_iter().skip(1).filter_map(|(version, length)| {
        bytes += length;
        (version <= row.version - most || bytes > most_bytes).then_some(version)
    });
    for version in old {
        let row = scope
            .versions_of(row.vault_id)
            .filter(vault_versions::version.eq(version));
        diesel::delete(row).execute(conn)?;
    }
    Ok(())
}

/// What of a vault can change, beside its place.
#[derive(Debug, Clone, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = vaults)]
pub struct Changed {
    /// The group that it is for; personal ones have none, and keep none.
    pub group_id: Option<columns::GroupId>,
    /// What it is called.
    pub name: String,
    /// The name in lower case.
    pub name_key: String,
    /// Whether it applies.
    pub is_active: bool,
    /// Whether it applies after the personal one.
    pub is_enforced: bool,
    /// The number of the newest save.
    pub version: i64,
    /// When it changes.
    pub updated_at: NaiveDateTime,
    /// Who changes it.
    pub updated_by: columns::UserId,
}

/// Changes a vault.
pub fn update(
    conn: &mut Conn,
    scope: &Scope,
    vault: columns::VaultId,
    changed: &Changed,
) -> Result<(), AppError> {
    let row = scope.vaults().filter(vaults::id.eq(vault));
    let rows = diesel::update(row)
        .set(changed)
        .execute(conn)
        .or_conflict(ErrorCode::VaultNameTaken)?;
    Ok(db::one(rows)?)
}

/// Deletes a vault with all its saves.
pub fn delete(conn: &mut Conn, scope: &Scope, vault: columns::VaultId) -> QueryResult<()> {
    diesel::delete(scope.vaults().filter(vaults::id.eq(vault)))
        .execute(conn)
        .and_then(db::one)
}

/// The place behind the last in the order.
pub fn end_of_order(conn: &mut Conn, scope: &Scope) -> QueryResult<i64> {
    let last: Option<i64> = scope
        .vaults()
        .filter(vaults::group_id.is_not_null())
        .select(dsl::max(vaults::position))
        .first(conn)?;
    Ok(last.unwrap_or(0) + 1)
}

/// How many stand before a place: the number by which people call it, from 0.
pub fn before(conn: &mut Conn, scope: &Scope, position: i64) -> QueryResult<i64> {
    scope
        .vaults()
        .filter(vaults::group_id.is_not_null())
        .filter(vaults::position.lt(position))
        .count()
        .get_result(conn)
}

/// The vault behind a place.
pub fn next(conn: &mut Conn, scope: &Scope, position: i64) -> QueryResult<Option<columns::VaultId>> {
    scope
        .vaults()
        .filter(vaults::group_id.is_not_null())
        .filter(vaults::position.gt(position))
        .order((vaults::position, vaults::id))
        .select(vaults::id)
        .first(conn)
        .optional()
}

/// Makes room at a place: whoever stands there or behind it moves on by one.
pub fn make_room(conn: &mut Conn, scope: &Scope, position: i64) -> QueryResult<()> {
    let behind = scope
        .vaults()
        .filter(vaults::group_id.is_not_null())
        .filter(vaults::position.ge(position));
    diesel::update(behind)
        .set(vaults::position.eq(vaults::position + 1))
        .execute(conn)?;
    Ok(())
}

/// Puts a vault at a place.
pub fn put(conn: &mut Conn, scope: &Scope, vault: columns::VaultId, position: i64) -> QueryResult<()> {
    diesel::update(scope.vaults().filter(vaults::id.eq(vault)))
        .set(vaults::position.eq(position))
        .execute(conn)
        .and_then(db::one)
}
