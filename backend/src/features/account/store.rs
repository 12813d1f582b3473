//! Queries on accounts and preferences. `make` is how every account comes to be, whoever makes it.

pub mod own_data;

use chrono::NaiveDateTime;
use db::{Conn, columns, on_each, one, schema::*};
use diesel::prelude::*;
use serde_json::{Map, Value};
use shared::{
    account::{Account, Preferences},
    error::ErrorCode,
    ids::{UserId, WorkspaceId},
    permission::Role,
    setup::Hosting,
    text::{Email, Name},
};

use crate::{
    access::{Anonymous, OwnAccount, System},
    audit::{Entry, Tx},
    error::{AppError, OrConflict as _},
};

/// The columns of an account that people see.
type Columns = (
    users::id,
    users::name,
    users::email,
    users::is_operator,
    users::created_at,
    users::last_sign_in_at,
);
const COLUMNS: Columns = (
    users::id,
    users::name,
    users::email,
    users::is_operator,
    users::created_at,
    users::last_sign_in_at,
);

/// An account as it is stored, without its password.
#[derive(Debug, Clone, Queryable)]
pub struct AccountRow {
    id: columns::UserId,
    name: String,
    email: String,
    is_operator: bool,
    created_at: NaiveDateTime,
    last_sign_in_at: Option<NaiveDateTime>,
}

impl TryFrom<AccountRow> for Account {
    type Error = AppError;

    fn try_from(row: AccountRow) -> Result<Self, AppError> {
        Ok(Self {
            id: row.id.into(),
            name: stored(&row.name)?,
            email: stored(&row.email)?,
            is_operator: row.is_operator,
            created_at: row.created_at.and_utc(),
            last_sign_in_at: row.last_sign_in_at.map(|at| at.and_utc()),
        })
    }
}

/// Text that was checked when it was stored.
fn stored<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse()
        .map_err(|_changed| AppError::bug("a stored name or address is none"))
}

/// The account.
pub fn me(conn: &mut Conn, own: &OwnAccount) -> Result<Account, AppError> {
    own.account()
        .select(COLUMNS)
        .first::<AccountRow>(conn)?
        .try_into()
}

/// The enabled account that signs in with this address ([`Email::key`]), if there is one.
pub fn enabled_by_email(
    conn: &mut Conn,
    anonymous: &Anonymous,
    email_key: String,
) -> Result<Option<Account>, AppError> {
    let row: Option<AccountRow> = anonymous
        .account_by_email(email_key)
        .filter(users::is_disabled.eq(false))
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    row.map(Account::try_from).transpose()
}

/// The account, locked until the transaction ends, so that two changes at once do not undo each other. Not found if it was
/// shut out a moment ago.
pub fn locked(conn: &mut Conn, own: &OwnAccount) -> Result<Account, AppError> {
    let row: AccountRow = diesel::update(own.account().filter(users::is_disabled.eq(false)))
        .set(users::name.eq(users::name))
        .returning(COLUMNS)
        .get_result(conn)?;
    row.try_into()
}

/// Notes that the account's owner holds the mailbox of its address.
pub fn prove_email(conn: &mut Conn, own: &OwnAccount) -> QueryResult<()> {
    let changed = diesel::update(own.account())
        .set(users::email_proven.eq(true))
        .execute(conn)?;
    one(changed)
}

/// Gives the account another name.
pub fn rename(conn: &mut Conn, own: &OwnAccount, name: &Name) -> QueryResult<()> {
    let changed = diesel::update(own.account())
        .set((users::name.eq(name.as_str()), users::name_key.eq(name_key(name))))
        .execute(conn)?;
    one(changed)
}

/// The hash of the account's password, if it has one.
pub fn password_hash(conn: &mut Conn, own: &OwnAccount) -> QueryResult<Option<String>> {
    own.account().select(users::password_hash).first(conn)
}

/// Sets the password, whatever it was. From now on no new one is asked for.
pub fn set_password(conn: &mut Conn, own: &OwnAccount, hash: &str) -> QueryResult<()> {
    let changed = diesel::update(own.account())
        .set((
            users::password_hash.eq(hash),
            users::must_change_password.eq(false),
        ))
        .execute(conn)?;
    one(changed)
}

/// Replaces the password if it still is the one behind `old`. From now on no new one is asked for.
pub fn replace_password(conn: &mut Conn, own: &OwnAccount, old: &str, new: &str) -> QueryResult<bool> {
    let changed = diesel::update(own.account().filter(users::password_hash.eq(old)))
        .set((
            users::password_hash.eq(new),
            users::must_change_password.eq(false),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes a sign-in, if the account is still enabled, its password still is the one that was checked, and no new one is
/// asked for.
pub fn note_sign_in(
    conn: &mut Conn,
    own: &OwnAccount,
    checked_hash: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let still = own
        .account()
        .filter(users::is_disabled.eq(false))
        .filter(users::must_change_password.eq(false))
        .filter(users::password_hash.eq(checked_hash));
    let changed = diesel::update(still)
        .set(users::last_sign_in_at.eq(now))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The account's personal workspace.
pub fn personal_workspace(conn: &mut Conn, own: &OwnAccount) -> QueryResult<WorkspaceId> {
    own.memberships()
        .inner_join(workspaces::table)
        .filter(workspaces::personal_of.eq(own.user_id()))
        .select(workspaces::id)
        .first::<columns::WorkspaceId>(conn)
        .map(WorkspaceId::from)
}

/// The preferences; none stored means none set.
pub fn preferences(conn: &mut Conn, own: &OwnAccount) -> Result<Preferences, AppError> {
    let content: Option<String> = own
        .preferences()
        .select(preferences::content)
        .first(conn)
        .optional()?;
    content.map_or_else(|| Ok(Preferences::default()), |content| read(&content))
}

/// The preferences, locked until the transaction ends, so that two changes at once both count.
pub fn locked_preferences(conn: &mut Conn, own: &OwnAccount) -> Result<Preferences, AppError> {
    let none = (
        preferences::user_id.eq(own.user_id()),
        preferences::content.eq("{}"),
    );
    // `Conn` has no upsert.
    let content: String = on_each!(conn, c => diesel::insert_into(preferences::table)
        .values(none)
        .on_conflict(preferences::user_id)
        .do_update()
        .set(preferences::content.eq(preferences::content))
        .returning(preferences::content)
        .get_result(c))?;
    read(&content)
}

/// Stores preferences that were locked before.
pub fn put_preferences(
    conn: &mut Conn,
    own: &OwnAccount,
    content: &Map<String, Value>,
) -> Result<(), AppError> {
    let text = serde_json::to_string(content).map_err(|error| AppError::Internal(error.into()))?;
    let changed = diesel::update(own.preferences())
        .set(preferences::content.eq(text))
        .execute(conn)?;
    Ok(one(changed)?)
}

fn read(content: &str) -> Result<Preferences, AppError> {
    serde_json::from_str(content).map_err(|error| AppError::Internal(error.into()))
}

/// An account that is to be made. Its ids come from the clock.
#[derive(Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: UserId,
    /// The id of its personal workspace.
    pub workspace_id: WorkspaceId,
    /// The person's name.
    pub name: Name,
    /// The address they sign in with.
    pub email: Email,
    /// Whether it is known to be theirs: they hold the mailbox, or somebody who may vouches for it.
    pub email_proven: bool,
    /// The hash of their password; none until they choose one by a link.
    pub password_hash: Option<String>,
    /// Whether they operate this server.
    pub is_operator: bool,
    /// For whom this server is, which decides how many may be in the personal workspace.
    pub hosting: Hosting,
}

/// Makes an account with its personal workspace, of which it is Admin, and journals both. The workspace has as many seats as
/// any other new one on this server. Refuses with [`ErrorCode::EmailTaken`].
pub fn make(tx: &mut Tx<'_>, new: &NewAccount) -> Result<(), AppError> {
    let (user, workspace) = (columns::UserId(new.id), columns::WorkspaceId(new.workspace_id));
    let now = tx.now();
    diesel::insert_into(users::table)
        .values((
            users::id.eq(user),
            users::name.eq(new.name.as_str()),
            users::name_key.eq(name_key(&new.name)),
            users::email.eq(new.email.as_str()),
            users::email_key.eq(new.email.key()),
            users::email_proven.eq(new.email_proven),
            users::password_hash.eq(new.password_hash.as_deref()),
            users::is_operator.eq(new.is_operator),
            users::is_disabled.eq(false),
            users::created_at.eq(now),
        ))
        .execute(tx.conn)
        .or_conflict(ErrorCode::EmailTaken)?;
    let called = personal_workspace_name(&new.name);
    diesel::insert_into(workspaces::table)
        .values((
            workspaces::id.eq(workspace),
            workspaces::name.eq(&called),
            workspaces::owner_id.eq(user),
            workspaces::personal_of.eq(user),
            workspaces::created_at.eq(now),
            workspaces::max_members.eq(new.hosting.first_seats().map(i64::from)),
        ))
        .execute(tx.conn)?;
    diesel::insert_into(members::table)
        .values((
            members::workspace_id.eq(workspace),
            members::user_id.eq(user),
            members::role.eq(columns::Role(Role::Admin)),
            members::added_at.eq(now),
        ))
        .execute(tx.conn)?;
    let about = serde_json::json!({ "name": new.name, "is_operator": new.is_operator });
    tx.record(Entry::new("account.create", "account", new.id).after(&about))?;
    let workspace = Entry::new("workspace.create", "workspace", new.workspace_id)
        .in_workspace(new.workspace_id)
        .after(&serde_json::json!({ "name": called }));
    tx.record(workspace)
}

/// What names are sorted by: lower case, the same in both databases.
pub fn name_key(name: &Name) -> String {
    name.as_str().to_lowercase()
}

/// What somebody's personal workspace is called at first.
pub fn personal_workspace_name(owner: &Name) -> String {
    const REST: &str = "'s workspace";
    let room = Name::MAX - REST.len();
    let name: String = owner.as_str().chars().take(room).collect();
    format!("{}{REST}", name.trim_end())
}

/// The account with this address ([`Email::key`]), for the operator's commands. Of a deleted one there is none.
pub fn by_email(conn: &mut Conn, _: &System, email_key: &str) -> Result<Account, AppError> {
    let row: AccountRow = users::table
        .filter(users::email_key.eq(email_key))
        .filter(users::deleted_at.is_null())
        .select(COLUMNS)
        .first(conn)?;
    row.try_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_personal_workspace_always_is_a_name() {
        let called = |name: &str| personal_workspace_name(&name.parse().unwrap());
        assert_eq!(called("Ann"), "Ann's workspace");
        let longest = called(&"é".repeat(120));
        assert_eq!(longest.chars().count(), 120);
        assert!(longest.parse::<Name>().is_ok());
        let blank_at_the_cut = called(&format!("{} {}", "a".repeat(107), "b".repeat(12)));
        assert_eq!(blank_at_the_cut, format!("{}'s workspace", "a".repeat(107)));
    }
}
