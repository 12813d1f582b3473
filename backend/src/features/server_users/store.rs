//! Accounts in the database, as operators see and change them.

pub mod erase;
pub mod parting;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime};
use db::{
    Conn, columns, one,
    schema::{credentials, members, server, users},
};
use diesel::{
    dsl,
    prelude::*,
    sql_types::{Nullable, Timestamp},
};
use serde::{Deserialize, Serialize};
use shared::{
    error::ErrorCode,
    ids::UserId,
    server_users::{ServerUser, UserState},
};

use super::rules::{Standing, UserSort};
use crate::{
    access::WholeServer,
    error::AppError,
    features::{credentials::store as keys, session::store as sessions},
    listing::Order,
};

diesel::define_sql_function! {
    /// The time, or another where there is none.
    fn coalesce(time: Nullable<Timestamp>, otherwise: Timestamp) -> Timestamp;
}

/// An account as it is stored, without its password.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(db::MultiBackend))]
pub struct UserRow {
    /// Its id.
    pub id: columns::UserId,
    /// The person's name.
    pub name: String,
    /// The address.
    pub email: String,
    /// [`shared::text::Email::key`].
    pub email_key: String,
    /// Whether it operates the server.
    pub is_operator: bool,
    /// Whether it cannot sign in.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When they last signed in.
    pub last_sign_in_at: Option<NaiveDateTime>,
    name_key: String,
    /// Whether a new password must be chosen.
    pub must_change_password: bool,
    /// When it was deleted.
    pub deleted_at: Option<NaiveDateTime>,
}

impl UserRow {
    /// Its state.
    #[must_use]
    pub fn state(&self) -> UserState {
        match (self.deleted_at, self.is_disabled) {
            (Some(_), _) => UserState::Deleted,
            (None, true) => UserState::Disabled,
            (None, false) => UserState::Active,
        }
    }

    /// What decides whether it may lose its power.
    #[must_use]
    pub fn standing(&self, reach: &WholeServer, other_operators: i64) -> Standing {
        Standing {
            own: self.id == reach.user_id(),
            operator: self.is_operator,
            disabled: self.is_disabled,
            other_operators,
        }
    }
}

/// Which accounts are listed.
#[derive(Debug, Clone, Serialize)]
pub struct Filter {
    /// In this state; without it all but the deleted ones.
    pub state: Option<UserState>,
    /// Whose name or address is like this.
    pub pattern: Option<String>,
}

/// A place in the list: behind this one begins the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPlace {
    name_key: String,
    created_at: NaiveDateTime,
    last_sign_in_at: NaiveDateTime,
    id: UserId,
}

/// Part of the list.
#[derive(Debug)]
pub struct Part {
    /// The accounts of this page.
    pub rows: Vec<UserRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<UserPlace>,
    /// How many match in all.
    pub total: u64,
}

/// The time of a sign-in that never was.
fn never() -> NaiveDateTime {
    DateTime::UNIX_EPOCH.naive_utc()
}

/// One page of the accounts.
pub fn page(
    conn: &mut Conn,
    reach: &WholeServer,
    filter: &Filter,
    order: Order<UserSort>,
    after: Option<UserPlace>,
    limit: u32,
) -> QueryResult<Part> {
    let matching = || {
        let query = reach.users().into_boxed();
        let query = match filter.state {
            Some(UserState::Deleted) => query.filter(users::deleted_at.is_not_null()),
            None => query.filter(users::deleted_at.is_null()),
            Some(state) => query
                .filter(users::deleted_at.is_null())
                .filter(users::is_disabled.eq(state == UserState::Disabled)),
        };
        match filter.pattern.as_deref() {
            None => query,
            Some(pattern) => query.filter(
                users::name_key
                    .like(pattern)
                    .escape('\\')
                    .or(users::email_key.like(pattern).escape('\\')),
            ),
        }
    };
    let total: i64 = matching().count().get_result(conn)?;
    let mut query = matching().select(UserRow::as_select());
    macro_rules! from_place {
        ($key:expr, $place:ident, $beyond:ident, $direction:ident) => {{
            if let Some(after) = after {
                let id = columns::UserId(after.id);
                let ahead = $key.$beyond(after.$place.clone());
                let level = $key.eq(after.$place).and(users::id.$beyond(id));
                query = query.filter(ahead.or(level));
            }
            query.order(($key.$direction(), users::id.$direction()))
        }};
    }
    let signed_in = || coalesce(users::last_sign_in_at, never());
    let query = match (order.by, order.descending) {
        (UserSort::Name, false) => from_place!(users::name_key, name_key, gt, asc),
        (UserSort::Name, true) => from_place!(users::name_key, name_key, lt, desc),
        (UserSort::CreatedAt, false) => from_place!(users::created_at, created_at, gt, asc),
        (UserSort::CreatedAt, true) => from_place!(users::created_at, created_at, lt, desc),
        (UserSort::LastSignInAt, false) => from_place!(signed_in(), last_sign_in_at, gt, asc),
        (UserSort::LastSignInAt, true) => from_place!(signed_in(), last_sign_in_at, lt, desc),
    };
    let mut rows: Vec<UserRow> = query.limit(i64::from(limit) + 1).load(conn)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|last| UserPlace {
        name_key: last.name_key.clone(),
        created_at: last.created_at,
        last_sign_in_at: last.last_sign_in_at.unwrap_or_else(never),
        id: last.id.into(),
    });
    Ok(Part {
        rows,
        next,
        total: u64::try_from(total).unwrap_or(0),
    })
}

/// Every account, by name, deleted ones as well: for the operator's command.
pub fn all(conn: &mut Conn, reach: &WholeServer) -> QueryResult<Vec<UserRow>> {
    reach
        .users()
        .select(UserRow::as_select())
        .order((users::name_key, users::id))
        .load(conn)
}

/// Accounts with what is counted of each: one query a kind, whatever their number.
pub fn seen(
    conn: &mut Conn,
    reach: &WholeServer,
    rows: Vec<UserRow>,
    now: NaiveDateTime,
    idle_days: u32,
) -> Result<Vec<ServerUser>, AppError> {
    let ids: Vec<columns::UserId> = rows.iter().map(|row| row.id).collect();
    let workspaces = counted(count_memberships(conn, reach, &ids)?);
    let working = counted(keys::count_live_by_account(conn, reach, &ids, now)?);
    let live = counted(sessions::count_live_by_account(
        conn, reach, &ids, now, idle_days,
    )?);
    let used: HashMap<_, _> = last_uses(conn, reach, &ids)?.into_iter().collect();
    rows.into_iter()
        .map(|row| {
            let count = |counts: &HashMap<_, u64>| counts.get(&row.id).copied().unwrap_or(0);
            let state = row.state();
            Ok(ServerUser {
                id: row.id.into(),
                name: row.name.parse().map_err(anyhow::Error::msg)?,
                email: row.email.parse().map_err(anyhow::Error::msg)?,
                state,
                is_operator: row.is_operator,
                must_change_password: row.must_change_password,
                created_at: row.created_at.and_utc(),
                last_sign_in_at: row.last_sign_in_at.map(|at| at.and_utc()),
                last_key_use_at: used.get(&row.id).copied().flatten().map(|at| at.and_utc()),
                workspaces: count(&workspaces),
                // Those of a disabled account are there, and do not work.
                keys: if state == UserState::Active {
                    count(&working)
                } else {
                    0
                },
                sessions: count(&live),
            })
        })
        .collect()
}

/// One account with what is counted of it.
pub fn one_seen(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
    now: NaiveDateTime,
    idle_days: u32,
) -> Result<ServerUser, AppError> {
    let row = by_id(conn, reach, user)?;
    let seen = seen(conn, reach, vec![row], now, idle_days)?;
    seen.into_iter().next().ok_or_else(|| ErrorCode::NotFound.into())
}

fn counted(rows: Vec<(columns::UserId, i64)>) -> HashMap<columns::UserId, u64> {
    rows.into_iter()
        .map(|(user, count)| (user, u64::try_from(count).unwrap_or(0)))
        .collect()
}

fn count_memberships(
    conn: &mut Conn,
    reach: &WholeServer,
    ids: &[columns::UserId],
) -> QueryResult<Vec<(columns::UserId, i64)>> {
    reach
        .members()
        .filter(members::user_id.eq_any(ids))
        .group_by(members::user_id)
        .select((members::user_id, dsl::count_star()))
        .load(conn)
}

type LastUse = (columns::UserId, Option<NaiveDateTime>);

fn last_uses(conn: &mut Conn, reach: &WholeServer, ids: &[columns::UserId]) -> QueryResult<Vec<LastUse>> {
    reach
        .credentials()
        .filter(credentials::user_id.eq_any(ids))
        .group_by(credentials::user_id)
        .select((credentials::user_id, dsl::max(credentials::last_used_at)))
        .load(conn)
}

/// One account, deleted or not.
pub fn by_id(conn: &mut Conn, reach: &WholeServer, user: columns::UserId) -> QueryResult<UserRow> {
    reach
        .users()
        .filter(users::id.eq(user))
        .select(UserRow::as_select())
        .first(conn)
}

/// One account that was not deleted.
pub fn living(conn: &mut Conn, reach: &WholeServer, user: columns::UserId) -> Result<UserRow, AppError> {
    let row = by_id(conn, reach, user)?;
    match row.deleted_at {
        None => Ok(row),
        Some(_) => Err(AppError::Detailed(
            ErrorCode::NotFound,
            "This account was deleted. It cannot be changed any more.".to_owned(),
        )),
    }
}

/// The same, locked until the transaction ends.
pub fn locked(conn: &mut Conn, reach: &WholeServer, user: columns::UserId) -> Result<UserRow, AppError> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    let row = reach.users().filter(users::id.eq(user));
    one(diesel::update(row)
        .set(users::name.eq(users::name))
        .execute(conn)?)?;
    living(conn, reach, user)
}

/// Keeps others from changing who operates the server until the transaction ends. Come here first: what is counted of
/// operators then still holds at the commit.
pub fn lock_operators(conn: &mut Conn, reach: &WholeServer) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    diesel::update(reach.server())
        .set(server::hosting.eq(server::hosting))
        .execute(conn)
        .and_then(one)
}

/// How many accounts besides `user` operate the server and are enabled.
pub fn count_other_operators(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
) -> QueryResult<i64> {
    reach
        .users()
        .filter(users::is_operator.eq(true))
        .filter(users::is_disabled.eq(false))
        .filter(users::id.ne(user))
        .count()
        .get_result(conn)
}

/// Refuses an operator who was admitted, and was shut out or demoted before it was their turn.
pub fn still_operates(conn: &mut Conn, reach: &WholeServer) -> Result<(), AppError> {
    let own = reach
        .users()
        .filter(users::id.eq(reach.user_id()))
        .filter(users::is_operator.eq(true))
        .filter(users::is_disabled.eq(false));
    let at_the_machine = reach.user_id() == columns::UserId(UserId::NIL);
    if at_the_machine || diesel::select(dsl::exists(own)).get_result::<bool>(conn)? {
        Ok(())
    } else {
        Err(ErrorCode::OperatorOnly.into())
    }
}

/// Shuts an account out, or lets it in again.
pub fn set_disabled(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
    disabled: bool,
) -> QueryResult<()> {
    let row = reach.users().filter(users::id.eq(user));
    one(diesel::update(row)
        .set(users::is_disabled.eq(disabled))
        .execute(conn)?)
}

/// Asks for a new password at the next sign-in, or no longer.
pub fn set_must_change_password(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
    must: bool,
) -> QueryResult<()> {
    let row = reach.users().filter(users::id.eq(user));
    one(diesel::update(row)
        .set(users::must_change_password.eq(must))
        .execute(conn)?)
}

/// Makes an account an operator's, or no longer.
pub fn set_operator(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
    operator: bool,
) -> QueryResult<()> {
    let row = reach.users().filter(users::id.eq(user));
    one(diesel::update(row)
        .set(users::is_operator.eq(operator))
        .execute(conn)?)
}
