//! Workspaces and members in the database.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use db::{
    Conn, columns, on_each,
    schema::{members, users, workspaces},
};
use diesel::{dsl, prelude::*, sql_types::Text};
use serde::{Deserialize, Serialize};
use shared::{ids::UserId, members::WorkspaceMember, workspaces::Workspace};

use super::rules::{MemberOrder, MemberSort};
use crate::{
    access::{OwnAccount, Scope},
    error::AppError,
    features::credentials,
};

diesel::define_sql_function! {
    /// Lower case.
    fn lower(text: Text) -> Text;
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = workspaces, check_for_backend(db::MultiBackend))]
struct WorkspaceRow {
    id: columns::WorkspaceId,
    name: String,
    owner_id: columns::UserId,
    personal_of: Option<columns::UserId>,
    max_credential_days: Option<i64>,
    created_at: NaiveDateTime,
    max_members: Option<i64>,
}

impl WorkspaceRow {
    fn seen_by(
        self,
        user: columns::UserId,
        role: shared::permission::Role,
        members: i64,
        keys_needing_attention: i64,
    ) -> Result<Workspace, AppError> {
        Ok(Workspace {
            id: self.id.into(),
            name: self.name.parse().map_err(anyhow::Error::msg)?,
            personal: self.personal_of == Some(user),
            owner_id: self.owner_id.into(),
            role,
            members: u64::try_from(members).unwrap_or(0),
            max_members: self.max_members.and_then(|most| u32::try_from(most).ok()),
            max_credential_days: self.max_credential_days.and_then(|days| u32::try_from(days).ok()),
            created_at: self.created_at.and_utc(),
            keys_needing_attention: u64::try_from(keys_needing_attention).unwrap_or(0),
        })
    }
}

/// The workspaces that the account is a member of; for a key, the one it works in.
pub fn of_account(conn: &mut Conn, own: &OwnAccount, now: NaiveDateTime) -> Result<Vec<Workspace>, AppError> {
    let mut query = own
        .memberships()
        .inner_join(workspaces::table)
        .select((WorkspaceRow::as_select(), members::role))
        .into_boxed();
    if let Some((_, workspace)) = own.key() {
        query = query.filter(members::workspace_id.eq(columns::WorkspaceId(workspace)));
    }
    let rows: Vec<(WorkspaceRow, columns::Role)> = query.load(conn)?;
    let members: HashMap<_, _> = count_members_by_workspace(conn, own)?.into_iter().collect();
    let attention: HashMap<_, _> = credentials::store::needing_attention_by_workspace(conn, own, now)?
        .into_iter()
        .collect();
    rows.into_iter()
        .map(|(row, role)| {
            let count = |counts: &HashMap<_, i64>| counts.get(&row.id).copied().unwrap_or(0);
            let (members, attention) = (count(&members), count(&attention));
            row.seen_by(own.user_id(), role.into(), members, attention)
        })
        .collect()
}

fn count_members_by_workspace(
    conn: &mut Conn,
    own: &OwnAccount,
) -> QueryResult<Vec<(columns::WorkspaceId, i64)>> {
    let everybody = diesel::alias!(members as everybody);
    own.memberships()
        .inner_join(everybody.on(everybody.field(members::workspace_id).eq(members::workspace_id)))
        .group_by(members::workspace_id)
        .select((members::workspace_id, dsl::count_star()))
        .load(conn)
}

/// The workspace itself.
pub fn one(conn: &mut Conn, scope: &Scope, now: NaiveDateTime) -> Result<Workspace, AppError> {
    let members = scope.members().count().single_value();
    let attention = credentials::store::needing_attention(scope, now)
        .count()
        .single_value();
    // `Conn` would write the statement's text anew for each call, which takes longer than running it. Without `first`:
    // it is the row's key that makes it one.
    let (row, members, attention): (WorkspaceRow, Option<i64>, Option<i64>) = on_each!(conn, c => scope
        .workspace()
        .select((WorkspaceRow::as_select(), members, attention))
        .get_result(c))?;
    let (members, attention) = (members.unwrap_or(0), attention.unwrap_or(0));
    row.seen_by(scope.user_id(), scope.role(), members, attention)
}

/// Keeps others from changing the workspace until the transaction ends.
pub fn lock(conn: &mut Conn, scope: &Scope) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    diesel::update(scope.workspace())
        .set(workspaces::name.eq(workspaces::name))
        .execute(conn)
        .and_then(db::one)
}

/// Sets name and limit.
pub fn update(conn: &mut Conn, scope: &Scope, workspace: &Workspace) -> QueryResult<()> {
    diesel::update(scope.workspace())
        .set((
            workspaces::name.eq(workspace.name.as_str()),
            workspaces::max_credential_days.eq(workspace.max_credential_days.map(i64::from)),
        ))
        .execute(conn)
        .and_then(db::one)
}

/// A member with the name to sort by.
#[derive(Debug, Queryable)]
pub struct MemberRow {
    user_id: columns::UserId,
    name: String,
    email: String,
    role: columns::Role,
    added_at: NaiveDateTime,
    name_key: String,
    owner_id: columns::UserId,
}

impl TryFrom<MemberRow> for WorkspaceMember {
    type Error = AppError;

    fn try_from(row: MemberRow) -> Result<Self, AppError> {
        Ok(Self {
            user_id: row.user_id.into(),
            name: row.name.parse().map_err(anyhow::Error::msg)?,
            email: row.email.parse().map_err(anyhow::Error::msg)?,
            role: row.role.into(),
            added_at: row.added_at.and_utc(),
            is_owner: row.user_id == row.owner_id,
            activity: None,
        })
    }
}

/// A place in the list of members: behind this one begins the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPlace {
    name_key: String,
    added_at: NaiveDateTime,
    user_id: UserId,
}

/// Part of the list of members.
#[derive(Debug)]
pub struct Part {
    /// The members of this page.
    pub rows: Vec<MemberRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<MemberPlace>,
    /// How many members match in all.
    pub total: u64,
}

/// One page of the members whose name or address is like `pattern`.
pub fn members(
    conn: &mut Conn,
    scope: &Scope,
    pattern: Option<&str>,
    order: MemberOrder,
    after: Option<MemberPlace>,
    limit: u32,
) -> QueryResult<Part> {
    lower_any_letter(conn)?;
    let matching = || {
        let query = scope
            .members()
            .inner_join(users::table)
            .inner_join(workspaces::table)
            .into_boxed();
        match pattern {
            None => query,
            Some(pattern) => query.filter(
                lower(users::name)
                    .like(pattern)
                    .escape('\\')
                    .or(users::email_key.like(pattern).escape('\\')),
            ),
        }
    };
    let total: i64 = matching().count().get_result(conn)?;
    let mut query = matching().select((
        members::user_id,
        users::name,
        users::email,
        members::role,
        members::added_at,
        lower(users::name),
        workspaces::owner_id,
    ));
    macro_rules! from_place {
        ($key:expr, $place:ident, $beyond:ident, $direction:ident) => {{
            if let Some(after) = after {
                let id = columns::UserId(after.user_id);
                let ahead = $key.$beyond(after.$place.clone());
                let level = $key.eq(after.$place).and(members::user_id.$beyond(id));
                query = query.filter(ahead.or(level));
            }
            query.order(($key.$direction(), members::user_id.$direction()))
        }};
    }
    let query = match (order.by, order.descending) {
        (MemberSort::Name, false) => from_place!(lower(users::name), name_key, gt, asc),
        (MemberSort::Name, true) => from_place!(lower(users::name), name_key, lt, desc),
        (MemberSort::AddedAt, false) => from_place!(members::added_at, added_at, gt, asc),
        (MemberSort::AddedAt, true) => from_place!(members::added_at, added_at, lt, desc),
    };
    let mut rows: Vec<MemberRow> = query.limit(i64::from(limit) + 1).load(conn)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|last| MemberPlace {
        name_key: last.name_key.clone(),
        added_at: last.added_at,
        user_id: last.user_id.into(),
    });
    Ok(Part {
        rows,
        next,
        total: u64::try_from(total).unwrap_or(0),
    })
}

/// `SQLite`'s own `lower` knows ASCII only; this gives its connection one that knows every letter.
fn lower_any_letter(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Pg(_) => Ok(()),
        Conn::Sqlite(sqlite) => lower_utils::register_impl(sqlite, |text: String| text.to_lowercase()),
    }
}
