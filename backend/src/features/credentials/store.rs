//! Credentials in the database: as rows, and as the contract shows them.

mod ending;

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    schema::{credentials, members, users, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::credentials::Credential;

pub use self::ending::{delete_all, delete_all_in, revoke_all_in, revoke_all_of};
use super::rules;
use crate::{
    access::{Anonymous, OwnAccount, Scope, WholeServer},
    error::AppError,
};

/// A credential without its secret, with its owner's name.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = credentials, check_for_backend(db::MultiBackend))]
pub struct CredentialRow {
    /// The public half.
    pub access_key: String,
    /// Whose it is.
    pub user_id: columns::UserId,
    /// Their name.
    #[diesel(select_expression = users::name)]
    pub user_name: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When it ends by itself.
    pub expires_at: Option<NaiveDateTime>,
    /// The key it succeeds.
    pub rotated_from: Option<String>,
    /// The key that succeeds it.
    pub rotated_to: Option<String>,
    /// When its successor was made.
    pub rotated_at: Option<NaiveDateTime>,
    /// When it was last used.
    pub last_used_at: Option<NaiveDateTime>,
    /// Where from.
    pub last_used_from: Option<String>,
}

impl TryFrom<CredentialRow> for Credential {
    type Error = AppError;

    fn try_from(row: CredentialRow) -> Result<Self, AppError> {
        let utc = |time: Option<NaiveDateTime>| time.map(|time| time.and_utc());
        Ok(Self {
            access_key: row.access_key,
            label: row.label.parse().map_err(anyhow::Error::msg)?,
            user_id: row.user_id.into(),
            user_name: row.user_name.parse().map_err(anyhow::Error::msg)?,
            created_at: row.created_at.and_utc(),
            expires_at: utc(row.expires_at),
            last_used_at: utc(row.last_used_at),
            last_used_from: row.last_used_from,
            rotated_from: row.rotated_from,
            rotated_to: row.rotated_to,
            rotated_at: utc(row.rotated_at),
        })
    }
}

/// A credential to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = credentials)]
pub struct NewRow<'a> {
    /// The public half.
    pub access_key: &'a str,
    /// Where it works.
    pub workspace_id: columns::WorkspaceId,
    /// Whose it is.
    pub user_id: columns::UserId,
    /// What to call it.
    pub label: &'a str,
    /// Keyed hash of the secret half.
    pub secret_hash: &'a str,
    /// When it is made.
    pub created_at: NaiveDateTime,
    /// When it ends by itself.
    pub expires_at: Option<NaiveDateTime>,
    /// The key it succeeds.
    pub rotated_from: Option<&'a str>,
}

/// Whose credentials to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The caller's.
    Own,
    /// Every member's.
    Everybody,
}

/// The credentials that are not revoked and did not end long ago, the newest first.
pub fn all(
    conn: &mut Conn,
    scope: &Scope,
    whose: Whose,
    now: NaiveDateTime,
) -> QueryResult<Vec<CredentialRow>> {
    let mut query = scope
        .credentials()
        .inner_join(users::table)
        .filter(lasts_beyond(rules::listed_since(now)))
        .select(CredentialRow::as_select())
        .order((credentials::created_at.desc(), credentials::access_key.asc()))
        .into_boxed();
    if whose == Whose::Own {
        query = query.filter(credentials::user_id.eq(scope.user_id()));
    }
    query.load(conn)
}

/// One credential that the list of everybody's would show.
pub fn by_key(
    conn: &mut Conn,
    scope: &Scope,
    access_key: &str,
    now: NaiveDateTime,
) -> QueryResult<CredentialRow> {
    scope
        .credentials()
        .inner_join(users::table)
        .filter(lasts_beyond(rules::listed_since(now)))
        .filter(credentials::access_key.eq(access_key))
        .select(CredentialRow::as_select())
        .first(conn)
}

/// Not revoked, and not ended by `time`.
#[dsl::auto_type]
pub fn lasts_beyond(time: NaiveDateTime) -> _ {
    credentials::revoked_at.is_null().and(
        credentials::expires_at
            .is_null()
            .or(credentials::expires_at.gt(time)),
    )
}

/// Works at `now` and needs its owner's eye: it ends soon and has no successor, or has one but was used after that.
#[dsl::auto_type]
fn needs_attention(now: NaiveDateTime, soon: NaiveDateTime) -> _ {
    let ends_soon = credentials::rotated_to
        .is_null()
        .and(credentials::expires_at.le(soon));
    let still_used = credentials::rotated_to
        .is_not_null()
        .and(credentials::last_used_at.gt(credentials::rotated_at));
    let works: lasts_beyond = lasts_beyond(now);
    works.and(ends_soon.or(still_used))
}

type InWorkspace = dsl::Filter<credentials::table, dsl::Eq<credentials::workspace_id, columns::WorkspaceId>>;
type OwnInWorkspace = dsl::Filter<InWorkspace, dsl::Eq<credentials::user_id, columns::UserId>>;

/// The caller's keys that need attention in this workspace.
pub fn needing_attention(scope: &Scope, now: NaiveDateTime) -> dsl::Filter<OwnInWorkspace, needs_attention> {
    scope
        .credentials()
        .filter(credentials::user_id.eq(scope.user_id()))
        .filter(needs_attention(now, rules::soon(now)))
}

/// How many they are in every workspace where there are any.
pub fn needing_attention_by_workspace(
    conn: &mut Conn,
    own: &OwnAccount,
    now: NaiveDateTime,
) -> QueryResult<Vec<(columns::WorkspaceId, i64)>> {
    own.credentials()
        .filter(needs_attention(now, rules::soon(now)))
        .group_by(credentials::workspace_id)
        .select((credentials::workspace_id, dsl::count_star()))
        .load(conn)
}

/// Makes everything that the caller does with credentials here wait for its turn until the transaction ends, so that
/// a limit counted now still holds at the commit. Not found if they are no member any more.
pub fn take_turn(conn: &mut Conn, scope: &Scope) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    let own = scope.members().filter(members::user_id.eq(scope.user_id()));
    let locked = diesel::update(own)
        .set(members::role.eq(members::role))
        .execute(conn)?;
    db::one(locked)
}

/// Keeps others from changing this credential until the transaction ends.
pub fn lock(conn: &mut Conn, scope: &Scope, access_key: &str) -> QueryResult<()> {
    let row = scope.credentials().filter(credentials::access_key.eq(access_key));
    let locked = diesel::update(row)
        .set(credentials::label.eq(credentials::label))
        .execute(conn)?;
    db::one(locked)
}

/// How many of the caller's credentials here work.
pub fn count_live(conn: &mut Conn, scope: &Scope, now: NaiveDateTime) -> QueryResult<i64> {
    scope
        .credentials()
        .filter(credentials::user_id.eq(scope.user_id()))
        .filter(lasts_beyond(now))
        .count()
        .get_result(conn)
}

/// How many credentials of each of these accounts are live; an account that is missing has none.
pub fn count_live_by_account(
    conn: &mut Conn,
    reach: &WholeServer,
    accounts: &[columns::UserId],
    now: NaiveDateTime,
) -> QueryResult<Vec<(columns::UserId, i64)>> {
    reach
        .credentials()
        .filter(credentials::user_id.eq_any(accounts))
        .filter(lasts_beyond(now))
        .group_by(credentials::user_id)
        .select((credentials::user_id, dsl::count_star()))
        .load(conn)
}

/// The longest life of a new key in this workspace, in days.
pub fn most_days(conn: &mut Conn, scope: &Scope) -> QueryResult<Option<i64>> {
    scope
        .workspace()
        .select(workspaces::max_credential_days)
        .first(conn)
}

/// When the caller's own key ends, with which they call. Not found if it was revoked a moment ago.
pub fn end_of_live(conn: &mut Conn, scope: &Scope, access_key: &str) -> QueryResult<Option<NaiveDateTime>> {
    scope
        .credentials()
        .filter(credentials::access_key.eq(access_key))
        .filter(credentials::user_id.eq(scope.user_id()))
        .filter(credentials::revoked_at.is_null())
        .select(credentials::expires_at)
        .first(conn)
}

/// Stores a new credential.
pub fn insert(conn: &mut Conn, row: &NewRow<'_>) -> QueryResult<()> {
    diesel::insert_into(credentials::table)
        .values(row)
        .execute(conn)
        .and_then(db::one)
}

/// Sets label and end.
pub fn update(
    conn: &mut Conn,
    scope: &Scope,
    access_key: &str,
    label: &str,
    expires_at: Option<NaiveDateTime>,
) -> QueryResult<()> {
    let row = scope.credentials().filter(credentials::access_key.eq(access_key));
    diesel::update(row)
        .set((
            credentials::label.eq(label),
            credentials::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .and_then(db::one)
}

/// Names the successor of a key that has none.
pub fn hand_over(
    conn: &mut Conn,
    scope: &Scope,
    access_key: &str,
    successor: &str,
    now: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> QueryResult<()> {
    let row = scope
        .credentials()
        .filter(credentials::access_key.eq(access_key))
        .filter(credentials::rotated_to.is_null());
    diesel::update(row)
        .set((
            credentials::rotated_to.eq(successor),
            credentials::rotated_at.eq(now),
            credentials::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .and_then(db::one)
}

/// Revokes a credential that is not revoked yet. The row stays, for the journal's sake.
pub fn revoke(conn: &mut Conn, scope: &Scope, access_key: &str, now: NaiveDateTime) -> QueryResult<()> {
    let row = scope
        .credentials()
        .filter(credentials::access_key.eq(access_key))
        .filter(credentials::revoked_at.is_null());
    diesel::update(row)
        .set((
            credentials::revoked_at.eq(now),
            credentials::revoked_by.eq(scope.user_id()),
        ))
        .execute(conn)
        .and_then(db::one)
}

/// A pair that somebody found.
#[derive(Debug, Queryable)]
pub struct Found {
    /// Where it works.
    pub workspace_id: columns::WorkspaceId,
    /// Whose it is.
    pub user_id: columns::UserId,
    /// What its owner calls it.
    pub label: String,
    /// The keyed hash of its secret.
    pub secret_hash: String,
}

/// The pair with this access key, whose secret has yet to be proven.
pub fn found(conn: &mut Conn, anonymous: &Anonymous, access_key: &str) -> QueryResult<Option<Found>> {
    anonymous
        .credential(access_key.to_owned())
        .select((
            credentials::workspace_id,
            credentials::user_id,
            credentials::label,
            credentials::secret_hash,
        ))
        .first(conn)
        .optional()
}

/// Revokes a pair that somebody found and proved to have; zero if it was revoked before.
pub fn revoke_found(
    conn: &mut Conn,
    anonymous: &Anonymous,
    access_key: &str,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    let row = anonymous
        .credential(access_key.to_owned())
        .filter(credentials::revoked_at.is_null());
    diesel::update(row)
        .set(credentials::revoked_at.eq(now))
        .execute(conn)
}
