//! Entries of cloud storage access in the database.

use chrono::NaiveDateTime;
use db::{
    Conn, columns, one,
    schema::{preferences, storage_entries},
};
use diesel::prelude::*;
use shared::{
    ids::StorageEntryId,
    storage::{StorageEntry, entry::Shape},
};

use crate::access::{OwnAccount, Scope};

/// An entry with its secrets sealed.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = storage_entries, check_for_backend(db::MultiBackend))]
pub struct EntryRow {
    /// Which.
    pub id: columns::StorageEntryId,
    /// Whose.
    pub user_id: columns::UserId,
    /// Whose protocol.
    pub provider: columns::StorageProvider,
    /// Bucket or container.
    pub bucket: String,
    /// Access key.
    pub access_key: String,
    /// Sealed for [`secret_place`].
    pub sealed_secret: String,
    /// Sealed for [`token_place`].
    pub sealed_token: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Host.
    pub host: Option<String>,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When it was last changed.
    pub updated_at: NaiveDateTime,
}

/// What the secret of an entry is sealed for.
#[must_use]
pub fn secret_place(id: StorageEntryId) -> String {
    format!("storage/{id}/secret")
}

/// The same for its token.
#[must_use]
pub fn token_place(id: StorageEntryId) -> String {
    format!("storage/{id}/token")
}

impl EntryRow {
    /// The entry without its secrets.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape {
            provider: self.provider.into(),
            bucket: self.bucket.clone(),
            key: self.access_key.clone(),
            region: self.region.clone(),
            host: self.host.clone(),
        }
    }
}

impl From<EntryRow> for StorageEntry {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.id.into(),
            provider: row.provider.into(),
            bucket: row.bucket,
            key: row.access_key,
            has_token: row.sealed_token.is_some(),
            region: row.region,
            host: row.host,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// The account's entries, the oldest first.
pub fn all(conn: &mut Conn, own: &OwnAccount) -> QueryResult<Vec<EntryRow>> {
    own.storage_entries()
        .order((storage_entries::created_at, storage_entries::id))
        .select(EntryRow::as_select())
        .load(conn)
}

/// One of them.
pub fn by_id(conn: &mut Conn, own: &OwnAccount, id: StorageEntryId) -> QueryResult<EntryRow> {
    own.storage_entries()
        .filter(storage_entries::id.eq(columns::StorageEntryId(id)))
        .select(EntryRow::as_select())
        .first(conn)
}

/// The same, which nobody else changes until the transaction ends.
pub fn locked(conn: &mut Conn, own: &OwnAccount, id: StorageEntryId) -> QueryResult<EntryRow> {
    let row = own
        .storage_entries()
        .filter(storage_entries::id.eq(columns::StorageEntryId(id)));
    let held = diesel::update(row)
        .set(storage_entries::bucket.eq(storage_entries::bucket))
        .execute(conn)?;
    one(held)?;
    by_id(conn, own, id)
}

/// How many there are.
pub fn count(conn: &mut Conn, own: &OwnAccount) -> QueryResult<i64> {
    own.storage_entries().count().get_result(conn)
}

/// Stores a new one, which must be the account's own.
pub fn insert(conn: &mut Conn, row: &EntryRow) -> QueryResult<()> {
    diesel::insert_into(storage_entries::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// Stores one as it is now.
pub fn update(conn: &mut Conn, own: &OwnAccount, row: &EntryRow) -> QueryResult<()> {
    let changed = diesel::update(own.storage_entries().filter(storage_entries::id.eq(row.id)))
        .set((
            storage_entries::provider.eq(row.provider),
            storage_entries::bucket.eq(&row.bucket),
            storage_entries::access_key.eq(&row.access_key),
            storage_entries::sealed_secret.eq(&row.sealed_secret),
            storage_entries::sealed_token.eq(row.sealed_token.as_deref()),
            storage_entries::region.eq(row.region.as_deref()),
            storage_entries::host.eq(row.host.as_deref()),
            storage_entries::updated_at.eq(row.updated_at),
        ))
        .execute(conn)?;
    one(changed)
}

/// Removes one.
pub fn remove(conn: &mut Conn, own: &OwnAccount, id: StorageEntryId) -> QueryResult<()> {
    let row = own
        .storage_entries()
        .filter(storage_entries::id.eq(columns::StorageEntryId(id)));
    one(diesel::delete(row).execute(conn)?)
}

/// The entries of the member who calls, the oldest first.
pub fn of_member(conn: &mut Conn, scope: &Scope) -> QueryResult<Vec<EntryRow>> {
    scope
        .own_storage_entries()
        .order((storage_entries::created_at, storage_entries::id))
        .select(EntryRow::as_select())
        .load(conn)
}

/// The member's preferences as they are stored, if they ever chose any.
pub fn preferences(conn: &mut Conn, scope: &Scope) -> QueryResult<Option<String>> {
    scope
        .own_preferences()
        .select(preferences::content)
        .first(conn)
        .optional()
}
