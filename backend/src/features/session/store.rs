//! Queries on browser sessions and on the accounts that begin them.

pub mod links;

use chrono::{NaiveDateTime, TimeDelta};
use db::{Conn, columns, one, schema::*};
use diesel::{Connection, connection::TransactionManager, prelude::*};
use secrets::keys::InstanceKeys;
use shared::{account::Account, ids::SessionId, text::SecretText};

use self::links::LinkKind;
use super::rules;
use crate::{
    access::{Anonymous, Client, OwnAccount, SESSION_HASH, System, WholeServer},
    audit::{Entry, Tx},
    error::AppError,
    features::account::store as accounts,
};

/// Somebody who follows an old link is told that it is old, for so long.
const LINKS_KEPT_DAYS: i64 = 7;

/// A secret that is handed out once, and the keyed hash of it that is stored.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What the browser or the person gets.
    pub token: SecretText,
    /// What the database gets.
    pub hash: String,
}

impl NewToken {
    /// A new random token for one purpose.
    #[must_use]
    pub fn of(keys: &InstanceKeys, domain: &str) -> Self {
        let secret = secrets::token_text::opaque();
        Self {
            hash: keys.keyed_hash().hash(domain, secret.expose().as_bytes()),
            token: SecretText::new(secret.expose().to_owned()),
        }
    }
}

/// The value of a new session cookie.
#[must_use]
pub fn new_cookie(keys: &InstanceKeys) -> NewToken {
    NewToken::of(keys, SESSION_HASH)
}

/// A browser session that is to begin.
#[derive(Debug)]
pub struct NewSession {
    /// Its id in the owner's list.
    pub id: SessionId,
    /// Hash of its cookie.
    pub token_hash: String,
    /// When it ends in any case.
    pub expires_at: NaiveDateTime,
    /// From where.
    pub client: Client,
}

impl NewSession {
    /// A session with the cookie `cookie` that begins now and lives `max_days` at most.
    #[must_use]
    pub fn beginning(
        now: NaiveDateTime,
        max_days: u32,
        id: SessionId,
        cookie: &NewToken,
        client: &Client,
    ) -> Self {
        Self {
            id,
            token_hash: cookie.hash.clone(),
            expires_at: now
                .checked_add_signed(TimeDelta::days(i64::from(max_days)))
                .unwrap_or(NaiveDateTime::MAX),
            client: client.clone(),
        }
    }
}

/// Begins a session of an account that was just proven, and journals it.
pub fn open(tx: &mut Tx<'_>, own: &OwnAccount, new: &NewSession) -> Result<(), AppError> {
    let now = tx.now();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(columns::SessionId(new.id)),
            sessions::token_hash.eq(&new.token_hash),
            sessions::user_id.eq(own.user_id()),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(new.expires_at),
            sessions::address.eq(new.client.address.to_string()),
            sessions::user_agent.eq(&new.client.user_agent),
        ))
        .execute(tx.conn)?;
    tx.acts_as(own.user_id().into());
    tx.record(Entry::new("session.sign_in", "session", new.id))
}

/// A session as it is stored, without its cookie.
#[derive(Debug, Queryable)]
pub struct SessionRow {
    /// Its id.
    pub id: columns::SessionId,
    /// When it began.
    pub created_at: NaiveDateTime,
    /// When it was last used.
    pub last_seen_at: NaiveDateTime,
    /// When it ends in any case.
    pub expires_at: NaiveDateTime,
    /// From where it was last used.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// Sessions that have not ended, the newest use first.
pub fn live(
    conn: &mut Conn,
    own: &OwnAccount,
    now: NaiveDateTime,
    idle_since: NaiveDateTime,
) -> QueryResult<Vec<SessionRow>> {
    own.sessions()
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_seen_at.gt(idle_since))
        .select((
            sessions::id,
            sessions::created_at,
            sessions::last_seen_at,
            sessions::expires_at,
            sessions::address,
            sessions::user_agent,
        ))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .load(conn)
}

/// In how many browsers each of these accounts is signed in; an account that is missing is in none.
pub fn count_live_by_account(
    conn: &mut Conn,
    reach: &WholeServer,
    accounts: &[columns::UserId],
    now: NaiveDateTime,
    idle_days: u32,
) -> QueryResult<Vec<(columns::UserId, i64)>> {
    reach
        .sessions()
        .filter(sessions::user_id.eq_any(accounts))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_seen_at.gt(rules::idle_since(now, idle_days)))
        .group_by(sessions::user_id)
        .select((sessions::user_id, diesel::dsl::count_star()))
        .load(conn)
}

/// One session.
pub fn one_of(conn: &mut Conn, own: &OwnAccount, id: SessionId) -> QueryResult<SessionRow> {
    own.sessions()
        .filter(sessions::id.eq(columns::SessionId(id)))
        .select((
            sessions::id,
            sessions::created_at,
            sessions::last_seen_at,
            sessions::expires_at,
            sessions::address,
            sessions::user_agent,
        ))
        .first(conn)
}

/// Ends one session.
pub fn end(conn: &mut Conn, own: &OwnAccount, id: SessionId) -> QueryResult<()> {
    let ended =
        diesel::delete(own.sessions().filter(sessions::id.eq(columns::SessionId(id)))).execute(conn)?;
    one(ended)
}

/// Ends every session but the one that asks.
pub fn end_others(conn: &mut Conn, own: &OwnAccount) -> QueryResult<usize> {
    let this = columns::SessionId(own.session_id().unwrap_or(SessionId::NIL));
    diesel::delete(own.sessions().filter(sessions::id.ne(this))).execute(conn)
}

/// Ends every session.
pub fn end_all(conn: &mut Conn, own: &OwnAccount) -> QueryResult<usize> {
    diesel::delete(own.sessions()).execute(conn)
}

/// Gives the session that asks another cookie.
pub fn give_cookie(conn: &mut Conn, own: &OwnAccount, token_hash: &str) -> QueryResult<()> {
    let this = columns::SessionId(own.session_id().unwrap_or(SessionId::NIL));
    let changed = diesel::update(own.sessions().filter(sessions::id.eq(this)))
        .set(sessions::token_hash.eq(token_hash))
        .execute(conn)?;
    one(changed)
}

/// What is needed to judge a sign-in.
#[derive(Debug, Clone, Queryable)]
pub struct Candidate {
    /// The account.
    pub user_id: columns::UserId,
    /// The hash of its password, if it has one.
    pub password_hash: Option<String>,
    /// Whether it may not sign in.
    pub is_disabled: bool,
    /// Whether it gets in only with a new password.
    pub must_change_password: bool,
    /// The person's name, which is no password.
    pub name: String,
    /// The address, which is no password either.
    pub email: String,
}

/// The account that signs in with this address, if there is one.
pub fn candidate(
    conn: &mut Conn,
    anonymous: &Anonymous,
    email_key: String,
) -> QueryResult<Option<Candidate>> {
    anonymous
        .account_by_email(email_key)
        .select((
            users::id,
            users::password_hash,
            users::is_disabled,
            users::must_change_password,
            users::name,
            users::email,
        ))
        .first(conn)
        .optional()
}

/// The enabled account that a password link works for.
pub fn link_owner(
    conn: &mut Conn,
    anonymous: &Anonymous,
    token_hash: String,
    now: NaiveDateTime,
) -> Result<Option<Account>, AppError> {
    let owner: Option<Option<columns::UserId>> =
        links::usable(anonymous, LinkKind::Password, token_hash, now)
            .select(one_time_links::user_id)
            .first(conn)
            .optional()?;
    let Some(own) = owner.flatten().map(|id| anonymous.proven(id)) else {
        return Ok(None);
    };
    let disabled: bool = own.account().select(users::is_disabled).first(conn)?;
    if disabled {
        return Ok(None);
    }
    accounts::me(conn, &own).map(Some)
}

/// Makes every password link of the account useless.
pub fn void_links(conn: &mut Conn, own: &OwnAccount, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(own.links().filter(one_time_links::used_at.is_null()))
        .set(one_time_links::used_at.eq(now))
        .execute(conn)
}

/// Does `work`, and unless `keep` undoes it again: so that what is done for an account that does not exist takes the
/// same statements as for one that does.
pub fn done_or_undone<T>(
    tx: &mut Tx<'_>,
    keep: bool,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError>,
) -> Result<T, AppError> {
    type Transactions = <Conn as Connection>::TransactionManager;
    Transactions::begin_transaction(tx.conn)?;
    let result = work(tx);
    if keep && result.is_ok() {
        Transactions::commit_transaction(tx.conn)?;
    } else {
        Transactions::rollback_transaction(tx.conn)?;
    }
    result
}

/// Removes sessions that ended, and links that are long over.
pub fn sweep(
    conn: &mut Conn,
    _: &System,
    now: NaiveDateTime,
    idle_since: NaiveDateTime,
) -> QueryResult<usize> {
    let ended = sessions::expires_at
        .le(now)
        .or(sessions::last_seen_at.le(idle_since));
    let old = one_time_links::expires_at.le(now - TimeDelta::days(LINKS_KEPT_DAYS));
    let sessions = diesel::delete(sessions::table.filter(ended)).execute(conn)?;
    let links = diesel::delete(one_time_links::table.filter(old)).execute(conn)?;
    Ok(sessions + links)
}
