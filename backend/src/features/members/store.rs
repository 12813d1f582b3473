//! Members in the database: a page of their list by an index, what they do here, and their roles.

pub(crate) mod removal;
pub(crate) mod search;

use std::collections::HashMap;

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    schema::{credentials, members, users, workspaces},
};
use diesel::{
    dsl::{self, sql},
    prelude::*,
    sql_types::{Bool, Nullable, Text, Timestamp},
};
use serde::{Deserialize, Serialize};
use shared::{
    ids::UserId,
    members::{MemberActivity, WorkspaceMember},
    permission::{Permission, Role},
};

use super::rules::{MemberOrder, MemberSort};
use crate::{access::Scope, error::AppError, features::credentials::store::lasts_beyond};

/// A member as they stand in the list.
#[derive(Debug, Queryable, QueryableByName)]
pub struct MemberRow {
    #[diesel(sql_type = Text)]
    user_id: columns::UserId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    role: columns::Role,
    #[diesel(sql_type = Timestamp)]
    added_at: NaiveDateTime,
    #[diesel(sql_type = Text)]
    name_key: String,
    #[diesel(sql_type = Text)]
    search_key: String,
    #[diesel(sql_type = Nullable<Timestamp>)]
    last_sign_in_at: Option<NaiveDateTime>,
}

/// A place in the list of members: behind this one begins the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPlace {
    name_key: String,
    added_at: NaiveDateTime,
    user_id: UserId,
}

impl MemberRow {
    fn place(&self) -> MemberPlace {
        MemberPlace {
            name_key: self.name_key.clone(),
            added_at: self.added_at,
            user_id: self.user_id.into(),
        }
    }
}

/// Part of the list of members.
#[derive(Debug)]
pub struct Part {
    /// The members of this page.
    pub rows: Vec<MemberRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<MemberPlace>,
    /// How many members there are in all.
    pub total: u64,
}

impl Part {
    /// The page out of one row more than it has, if there are so many.
    fn new(mut rows: Vec<MemberRow>, limit: u32, total: i64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        Self {
            next: rows.last().filter(|_| has_more).map(MemberRow::place),
            rows,
            total: u64::try_from(total).unwrap_or(0),
        }
    }
}

/// One page of all members.
pub fn part(
    conn: &mut Conn,
    scope: &Scope,
    order: MemberOrder,
    after: Option<MemberPlace>,
    limit: u32,
) -> QueryResult<Part> {
    let total = scope.workspace().select(workspaces::member_count).first(conn)?;
    let rows = in_order(conn, scope, order, after, i64::from(limit) + 1)?;
    Ok(Part::new(rows, limit, total))
}

/// The next members behind `after`: as many steps along an index as there are rows.
fn in_order(
    conn: &mut Conn,
    scope: &Scope,
    order: MemberOrder,
    after: Option<MemberPlace>,
    most: i64,
) -> QueryResult<Vec<MemberRow>> {
    let mut query = scope
        .members()
        .inner_join(users::table)
        .select((
            members::user_id,
            users::name,
            users::email,
            members::role,
            members::added_at,
            members::name_key,
            members::search_key,
            users::last_sign_in_at,
        ))
        .into_boxed();
    // Both databases enter the index at a pair of values, which the query builder cannot say.
    macro_rules! from_place {
        ($kind:ty, $key:ident, $beyond:literal, $direction:ident) => {{
            if let Some(after) = after {
                let pair = concat!(
                    "(members.",
                    stringify!($key),
                    ", members.user_id) ",
                    $beyond,
                    " ("
                );
                let id = columns::UserId(after.user_id);
                let place = sql::<Bool>(pair).bind::<$kind, _>(after.$key);
                query = query.filter(place.sql(", ").bind::<Text, _>(id).sql(")"));
            }
            query.order((members::$key.$direction(), members::user_id.$direction()))
        }};
    }
    let query = match (order.by, order.descending) {
        (MemberSort::Name, false) => from_place!(Text, name_key, ">", asc),
        (MemberSort::Name, true) => from_place!(Text, name_key, "<", desc),
        (MemberSort::AddedAt, false) => from_place!(Timestamp, added_at, ">", asc),
        (MemberSort::AddedAt, true) => from_place!(Timestamp, added_at, "<", desc),
    };
    query.limit(most).load(conn)
}

/// One member.
pub fn one(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    now: NaiveDateTime,
) -> Result<WorkspaceMember, AppError> {
    let row: MemberRow = scope
        .members()
        .inner_join(users::table)
        .filter(members::user_id.eq(user))
        .select((
            members::user_id,
            users::name,
            users::email,
            members::role,
            members::added_at,
            members::name_key,
            members::search_key,
            users::last_sign_in_at,
        ))
        .first(conn)?;
    let seen = seen(conn, scope, vec![row], now)?;
    seen.into_iter()
        .next()
        .ok_or_else(|| AppError::bug("a member was read and not shown"))
}

/// Members as the caller sees them: what others do here is for administrators.
pub fn seen(
    conn: &mut Conn,
    scope: &Scope,
    rows: Vec<MemberRow>,
    now: NaiveDateTime,
) -> Result<Vec<WorkspaceMember>, AppError> {
    let owner: columns::UserId = scope.workspace().select(workspaces::owner_id).first(conn)?;
    let sees_all = scope.may(Permission::MembersManage);
    let sees = |user| sees_all || user == scope.user_id();
    let users: Vec<_> = rows
        .iter()
        .map(|row| row.user_id)
        .filter(|user| sees(*user))
        .collect();
    let (last_use, keys) = if users.is_empty() {
        (HashMap::new(), HashMap::new())
    } else {
        (
            last_key_use(conn, scope, &users)?,
            live_keys(conn, scope, &users, now)?,
        )
    };
    rows.into_iter()
        .map(|row| {
            let activity = sees(row.user_id).then(|| {
                // A use before they were added is one of an earlier membership.
                let last_use = last_use.get(&row.user_id).copied().flatten();
                let last_use = last_use.filter(|at| *at >= row.added_at);
                MemberActivity {
                    last_sign_in_at: row.last_sign_in_at.map(|at| at.and_utc()),
                    last_key_use_at: last_use.map(|at| at.and_utc()),
                    keys: keys
                        .get(&row.user_id)
                        .map_or(0, |keys| u64::try_from(*keys).unwrap_or(0)),
                }
            });
            Ok(WorkspaceMember {
                user_id: row.user_id.into(),
                name: row.name.parse().map_err(anyhow::Error::msg)?,
                email: row.email.parse().map_err(anyhow::Error::msg)?,
                role: row.role.into(),
                is_owner: row.user_id == owner,
                added_at: row.added_at.and_utc(),
                activity,
            })
        })
        .collect()
}

/// When each of these members last used a key of this workspace.
fn last_key_use(
    conn: &mut Conn,
    scope: &Scope,
    users: &[columns::UserId],
) -> QueryResult<HashMap<columns::UserId, Option<NaiveDateTime>>> {
    let rows: Vec<(columns::UserId, Option<NaiveDateTime>)> = scope
        .credentials()
        .filter(credentials::user_id.eq_any(users))
        .group_by(credentials::user_id)
        .select((credentials::user_id, dsl::max(credentials::last_used_at)))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// How many keys of this workspace each of these members has that work.
fn live_keys(
    conn: &mut Conn,
    scope: &Scope,
    users: &[columns::UserId],
    now: NaiveDateTime,
) -> QueryResult<HashMap<columns::UserId, i64>> {
    let rows: Vec<(columns::UserId, i64)> = scope
        .credentials()
        .filter(credentials::user_id.eq_any(users))
        .filter(lasts_beyond(now))
        .group_by(credentials::user_id)
        .select((credentials::user_id, dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The role of a member who can take over from another; none if they are no member, or cannot sign in.
pub fn heirs_role(conn: &mut Conn, scope: &Scope, user: columns::UserId) -> QueryResult<Option<Role>> {
    let role: Option<columns::Role> = scope
        .members()
        .inner_join(users::table)
        .filter(members::user_id.eq(user))
        .filter(users::is_disabled.eq(false))
        .select(members::role)
        .first(conn)
        .optional()?;
    Ok(role.map(Role::from))
}

/// Gives a member another role.
pub fn set_role(conn: &mut Conn, scope: &Scope, user: columns::UserId, role: Role) -> QueryResult<()> {
    diesel::update(scope.members().filter(members::user_id.eq(user)))
        .set(members::role.eq(columns::Role(role)))
        .execute(conn)
        .and_then(db::one)
}
