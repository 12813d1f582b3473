//! Workspaces in the database, as operators see them.

use chrono::NaiveDateTime;
use db::{
    Conn, columns, one,
    schema::{users, workspaces},
};
use diesel::{prelude::*, sql_types::Text};
use serde::{Deserialize, Serialize};
use shared::{ids::WorkspaceId, server_workspaces::ServerWorkspace};

use super::rules::WorkspaceSort;
use crate::{access::WholeServer, error::AppError, listing::Order};

diesel::define_sql_function! {
    /// Lower case.
    fn lower(text: Text) -> Text;
}

/// A workspace with its owner's name, and its own as it is sorted by.
#[derive(Debug, Queryable)]
pub struct WorkspaceRow {
    id: columns::WorkspaceId,
    name: String,
    owner_id: columns::UserId,
    personal_of: Option<columns::UserId>,
    member_count: i64,
    max_members: Option<i64>,
    created_at: NaiveDateTime,
    owner_name: String,
    name_key: String,
}

type Columns = (
    workspaces::id,
    workspaces::name,
    workspaces::owner_id,
    workspaces::personal_of,
    workspaces::member_count,
    workspaces::max_members,
    workspaces::created_at,
    users::name,
    lower<workspaces::name>,
);

fn columns_of() -> Columns {
    (
        workspaces::id,
        workspaces::name,
        workspaces::owner_id,
        workspaces::personal_of,
        workspaces::member_count,
        workspaces::max_members,
        workspaces::created_at,
        users::name,
        lower(workspaces::name),
    )
}

impl TryFrom<WorkspaceRow> for ServerWorkspace {
    type Error = AppError;

    fn try_from(row: WorkspaceRow) -> Result<Self, AppError> {
        Ok(Self {
            id: row.id.into(),
            name: row.name.parse().map_err(anyhow::Error::msg)?,
            owner_id: row.owner_id.into(),
            owner_name: row.owner_name.parse().map_err(anyhow::Error::msg)?,
            personal: row.personal_of == Some(row.owner_id),
            members: u64::try_from(row.member_count).unwrap_or(0),
            max_members: row.max_members.and_then(|most| u32::try_from(most).ok()),
            created_at: row.created_at.and_utc(),
        })
    }
}

/// A place in the list: behind this one begins the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspacePlace {
    name_key: String,
    created_at: NaiveDateTime,
    member_count: i64,
    id: WorkspaceId,
}

/// Part of the list.
#[derive(Debug)]
pub struct Part {
    /// The workspaces of this page.
    pub rows: Vec<WorkspaceRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<WorkspacePlace>,
    /// How many match in all.
    pub total: u64,
}

/// One page of the workspaces whose name is like `pattern`.
pub fn page(
    conn: &mut Conn,
    reach: &WholeServer,
    pattern: Option<&str>,
    order: Order<WorkspaceSort>,
    after: Option<WorkspacePlace>,
    limit: u32,
) -> QueryResult<Part> {
    lower_any_letter(conn)?;
    let matching = || {
        let query = reach.workspaces().inner_join(users::table).into_boxed();
        match pattern {
            None => query,
            Some(pattern) => query.filter(lower(workspaces::name).like(pattern).escape('\\')),
        }
    };
    let total: i64 = matching().count().get_result(conn)?;
    let mut query = matching().select(columns_of());
    macro_rules! from_place {
        ($key:expr, $place:ident, $beyond:ident, $direction:ident) => {{
            if let Some(after) = after {
                let id = columns::WorkspaceId(after.id);
                let ahead = $key.$beyond(after.$place.clone());
                let level = $key.eq(after.$place).and(workspaces::id.$beyond(id));
                query = query.filter(ahead.or(level));
            }
            query.order(($key.$direction(), workspaces::id.$direction()))
        }};
    }
    let query = match (order.by, order.descending) {
        (WorkspaceSort::Name, false) => from_place!(lower(workspaces::name), name_key, gt, asc),
        (WorkspaceSort::Name, true) => from_place!(lower(workspaces::name), name_key, lt, desc),
        (WorkspaceSort::CreatedAt, false) => from_place!(workspaces::created_at, created_at, gt, asc),
        (WorkspaceSort::CreatedAt, true) => from_place!(workspaces::created_at, created_at, lt, desc),
        (WorkspaceSort::Members, false) => from_place!(workspaces::member_count, member_count, gt, asc),
        (WorkspaceSort::Members, true) => from_place!(workspaces::member_count, member_count, lt, desc),
    };
    let mut rows: Vec<WorkspaceRow> = query.limit(i64::from(limit) + 1).load(conn)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|last| WorkspacePlace {
        name_key: last.name_key.clone(),
        created_at: last.created_at,
        member_count: last.member_count,
        id: last.id.into(),
    });
    Ok(Part {
        rows,
        next,
        total: u64::try_from(total).unwrap_or(0),
    })
}

/// One workspace.
pub fn by_id(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
) -> QueryResult<WorkspaceRow> {
    reach
        .workspaces()
        .inner_join(users::table)
        .filter(workspaces::id.eq(workspace))
        .select(columns_of())
        .first(conn)
}

/// The same, locked until the transaction ends.
pub fn locked(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
) -> QueryResult<WorkspaceRow> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    let row = reach.workspaces().filter(workspaces::id.eq(workspace));
    let locked = diesel::update(row)
        .set(workspaces::name.eq(workspaces::name))
        .execute(conn)?;
    one(locked)?;
    by_id(conn, reach, workspace)
}

/// Sets how many members it may have.
pub fn set_max_members(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    max_members: Option<u32>,
) -> QueryResult<()> {
    let row = reach.workspaces().filter(workspaces::id.eq(workspace));
    let changed = diesel::update(row)
        .set(workspaces::max_members.eq(max_members.map(i64::from)))
        .execute(conn)?;
    one(changed)
}

/// `SQLite`'s own `lower` knows ASCII only; this gives its connection one that knows every letter.
fn lower_any_letter(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Pg(_) => Ok(()),
        Conn::Sqlite(sqlite) => lower_utils::register_impl(sqlite, |text: String| text.to_lowercase()),
    }
}
