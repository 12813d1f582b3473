//! Vaults in the database: as rows, and as the contract shows them.

pub mod own_data;
pub mod served;
pub mod write;

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    schema::{groups, members, users, vault_versions, vaults},
};
use diesel::{dsl, prelude::*};
use serde::{Deserialize, Serialize};
use shared::{
    ids::VaultId,
    permission::Role,
    vaults::{Vault, VaultAuthor, VaultGroup, VaultVersion},
};

use super::text::Size;
use crate::{access::Scope, error::AppError};

/// A vault without its content.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = vaults, check_for_backend(db::MultiBackend))]
pub struct VaultRow {
    /// Which.
    pub id: columns::VaultId,
    /// Whose personal one it is.
    pub owner_id: Option<columns::UserId>,
    /// The group that it is for, unless it is a personal one.
    pub group_id: Option<columns::GroupId>,
    /// That group's name.
    #[diesel(select_expression = groups::name.nullable())]
    pub group_name: Option<String>,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub target: columns::VaultTarget,
    /// How it is written.
    #[diesel(select_expression = vault_versions::format)]
    pub format: columns::VaultFormat,
    /// Whether it applies.
    pub is_active: bool,
    /// Whether it applies after the personal one.
    pub is_enforced: bool,
    /// Its place in the order.
    pub position: i64,
    /// The number of its newest save.
    pub version: i64,
    /// Lines of that.
    #[diesel(select_expression = vault_versions::line_count)]
    pub lines: i64,
    /// Bytes of that.
    #[diesel(select_expression = vault_versions::byte_count)]
    pub bytes: i64,
    /// Storage entries in that.
    #[diesel(select_expression = vault_versions::entry_count)]
    pub entries: Option<i64>,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When it was last changed.
    pub updated_at: NaiveDateTime,
    /// Who changed it last.
    pub updated_by: columns::UserId,
    /// Their name.
    #[diesel(select_expression = users::name)]
    pub author: String,
}

impl TryFrom<VaultRow> for Vault {
    type Error = AppError;

    fn try_from(row: VaultRow) -> Result<Self, AppError> {
        let group = row.group();
        Ok(Self {
            id: row.id.into(),
            name: row.name.parse().map_err(anyhow::Error::msg)?,
            group: group?,
            target: row.target.into(),
            format: row.format.into(),
            is_active: row.is_active,
            is_enforced: row.is_enforced,
            lines: count(row.lines),
            bytes: count(row.bytes),
            entries: row.entries.map(count),
            version: count(row.version),
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            updated_by: VaultAuthor {
                id: row.updated_by.into(),
                name: row.author.parse().map_err(anyhow::Error::msg)?,
            },
        })
    }
}

impl VaultRow {
    /// The group that it is for, as it is shown.
    pub fn group(&self) -> Result<Option<VaultGroup>, AppError> {
        let named = self.group_id.zip(self.group_name.as_deref());
        named.map(|(id, name)| group(id, name)).transpose()
    }
}

/// A group as it is shown with a vault.
pub fn group(id: columns::GroupId, name: &str) -> Result<VaultGroup, AppError> {
    Ok(VaultGroup {
        id: id.into(),
        name: name.parse().map_err(anyhow::Error::msg)?,
    })
}

/// A number of things.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A save without its content.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = vault_versions, check_for_backend(db::MultiBackend))]
pub struct VersionRow {
    /// Its number.
    pub version: i64,
    /// How it is written.
    pub format: columns::VaultFormat,
    line_count: i64,
    byte_count: i64,
    entry_count: Option<i64>,
    restored_from: Option<i64>,
    saved_at: NaiveDateTime,
    saved_by: columns::UserId,
    #[diesel(select_expression = users::name)]
    author: String,
}

impl VersionRow {
    /// How large it is.
    #[must_use]
    pub fn size(&self) -> Size {
        Size {
            lines: self.line_count,
            bytes: self.byte_count,
        }
    }

    /// How many storage entries it has.
    #[must_use]
    pub fn entries(&self) -> Option<i64> {
        self.entry_count
    }
}

impl TryFrom<VersionRow> for VaultVersion {
    type Error = AppError;

    fn try_from(row: VersionRow) -> Result<Self, AppError> {
        Ok(Self {
            version: count(row.version),
            format: row.format.into(),
            lines: count(row.line_count),
            bytes: count(row.byte_count),
            entries: row.entry_count.map(count),
            restored_from: row.restored_from.map(count),
            saved_at: row.saved_at.and_utc(),
            saved_by: VaultAuthor {
                id: row.saved_by.into(),
                name: row.author.parse().map_err(anyhow::Error::msg)?,
            },
        })
    }
}

/// What was saved.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = vault_versions, check_for_backend(db::MultiBackend))]
pub struct Sealed {
    /// The number of the save.
    pub version: i64,
    /// Sealed for its place.
    pub sealed_content: String,
}

/// The save that counts.
#[dsl::auto_type]
fn is_newest() -> _ {
    vault_versions::vault_id
        .eq(vaults::id)
        .and(vault_versions::version.eq(vaults::version))
}

/// Vaults, joined with their groups, with all else that a row of them needs.
macro_rules! rows {
    ($vaults:expr) => {
        $vaults
            .inner_join(vault_versions::table.on(is_newest()))
            .inner_join(users::table.on(users::id.eq(vaults::updated_by)))
    };
}

/// One vault of the workspace, whoever it is for.
pub fn by_id(conn: &mut Conn, scope: &Scope, vault: columns::VaultId) -> QueryResult<VaultRow> {
    rows!(scope.vaults().left_join(groups::table))
        .filter(vaults::id.eq(vault))
        .select(VaultRow::as_select())
        .first(conn)
}

/// The caller's own.
pub fn personal(conn: &mut Conn, scope: &Scope) -> QueryResult<Option<VaultRow>> {
    rows!(scope.vaults().left_join(groups::table))
        .filter(vaults::owner_id.eq(scope.user_id()))
        .select(VaultRow::as_select())
        .first(conn)
        .optional()
}

/// Which vaults of administrators are active for these groups. Asked before their rows are joined with others: a database that
/// knows which they are finds everything by an index, and one that has to guess how many they are may read whole tables.
fn active_for(
    conn: &mut Conn,
    scope: &Scope,
    groups: &[columns::GroupId],
) -> QueryResult<Vec<columns::VaultId>> {
    scope
        .vaults()
        .filter(vaults::group_id.eq_any(groups))
        .filter(vaults::is_active.eq(true))
        .select(vaults::id)
        .load(conn)
}

/// The active ones of administrators for these groups, in the order in which they apply.
pub fn applied(conn: &mut Conn, scope: &Scope, groups: &[columns::GroupId]) -> QueryResult<Vec<VaultRow>> {
    let which = active_for(conn, scope, groups)?;
    rows!(scope.vaults().left_join(groups::table))
        .filter(vaults::id.eq_any(which))
        .filter(vaults::group_id.eq_any(groups))
        .filter(vaults::is_active.eq(true))
        .order((vaults::is_enforced, vaults::position, vaults::id))
        .select(VaultRow::as_select())
        .load(conn)
}

/// Every one of administrators, in order.
pub fn all(conn: &mut Conn, scope: &Scope) -> QueryResult<Vec<VaultRow>> {
    rows!(scope.vaults().inner_join(groups::table))
        .order((vaults::position, vaults::id))
        .select(VaultRow::as_select())
        .load(conn)
}

/// A place in the order: behind this one begins the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultPlace {
    position: i64,
    id: VaultId,
}

/// Part of a list.
#[derive(Debug)]
pub struct Part<R, P> {
    /// What is on this page.
    pub rows: Vec<R>,
    /// Where the next page begins, if there is one.
    pub next: Option<P>,
    /// How many match in all.
    pub total: u64,
}

/// Cuts what was read, which is one more than `limit` if there is more.
fn part<R, P>(mut rows: Vec<R>, limit: u32, total: i64, place: impl Fn(&R) -> P) -> Part<R, P> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(place);
    Part {
        rows,
        next,
        total: count(total),
    }
}

/// One page of those of administrators whose name, or whose group's, is like `pattern`.
pub fn page(
    conn: &mut Conn,
    scope: &Scope,
    pattern: Option<&str>,
    after: Option<VaultPlace>,
    limit: u32,
) -> QueryResult<Part<VaultRow, VaultPlace>> {
    let matching = || {
        let query = rows!(scope.vaults().inner_join(groups::table)).into_boxed();
        match pattern {
            None => query,
            Some(pattern) => query.filter(
                vaults::name_key
                    .like(pattern)
                    .escape('\\')
                    .or(groups::name_key.like(pattern).escape('\\')),
            ),
        }
    };
    let total: i64 = matching().count().get_result(conn)?;
    let mut query = matching().select(VaultRow::as_select());
    if let Some(after) = after {
        let id = columns::VaultId(after.id);
        let level = vaults::position.eq(after.position).and(vaults::id.gt(id));
        query = query.filter(vaults::position.gt(after.position).or(level));
    }
    let rows: Vec<VaultRow> = query
        .order((vaults::position, vaults::id))
        .limit(i64::from(limit) + 1)
        .load(conn)?;
    let place = |last: &VaultRow| VaultPlace {
        position: last.position,
        id: last.id.into(),
    };
    Ok(part(rows, limit, total, place))
}

/// One page of the saves of a vault, the newest first; `below` is the number above those wanted.
pub fn versions(
    conn: &mut Conn,
    scope: &Scope,
    vault: columns::VaultId,
    below: Option<i64>,
    limit: u32,
) -> QueryResult<Part<VersionRow, i64>> {
    let total: i64 = scope.versions_of(vault).count().get_result(conn)?;
    let rows: Vec<VersionRow> = scope
        .versions_of(vault)
        .inner_join(users::table.on(users::id.eq(vault_versions::saved_by)))
        .filter(vault_versions::version.lt(below.unwrap_or(i64::MAX)))
        .order(vault_versions::version.desc())
        .limit(i64::from(limit) + 1)
        .select(VersionRow::as_select())
        .load(conn)?;
    Ok(part(rows, limit, total, |last: &VersionRow| last.version))
}

/// One save.
pub fn version(
    conn: &mut Conn,
    scope: &Scope,
    vault: columns::VaultId,
    version: i64,
) -> QueryResult<(VersionRow, Sealed)> {
    scope
        .versions_of(vault)
        .inner_join(users::table.on(users::id.eq(vault_versions::saved_by)))
        .filter(vault_versions::version.eq(version))
        .select((VersionRow::as_select(), Sealed::as_select()))
        .first(conn)
}

/// What one save holds.
pub fn sealed(conn: &mut Conn, scope: &Scope, vault: columns::VaultId, version: i64) -> QueryResult<Sealed> {
    scope
        .versions_of(vault)
        .filter(vault_versions::version.eq(version))
        .select(Sealed::as_select())
        .first(conn)
}

/// The role of a member.
pub fn role_of(conn: &mut Conn, scope: &Scope, user: columns::UserId) -> QueryResult<Role> {
    scope
        .members()
        .filter(members::user_id.eq(user))
        .select(members::role)
        .first::<columns::Role>(conn)
        .map(Role::from)
}

/// How many vaults of administrators there are, and how many bytes are in them.
pub fn extent(conn: &mut Conn, scope: &Scope) -> QueryResult<(i64, i64)> {
    let sizes: Vec<i64> = scope
        .vaults()
        .inner_join(vault_versions::table.on(is_newest()))
        .filter(vaults::group_id.is_not_null())
        .select(vault_versions::byte_count)
        .load(conn)?;
    let vaults = i64::try_from(sizes.len()).unwrap_or(i64::MAX);
    Ok((vaults, sizes.into_iter().fold(0, i64::saturating_add)))
}
