//! The row that says that the server is set up, and the link with which it can be. The row's key lets one only in.

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::*};
use diesel::prelude::*;
use secrets::keys::InstanceKeys;
use shared::{error::ErrorCode, setup::Hosting, text::SecretText};

use crate::{
    access::{Anonymous, System},
    audit::{Entry, Tx},
    error::{AppError, OrConflict as _},
    features::session::store::NewToken,
};

/// Domain of the keyed hash of set-up links, and their kind.
const SETUP_LINK: &str = "setup-link";

/// A new token for a set-up link.
#[must_use]
pub fn new_link(keys: &InstanceKeys) -> NewToken {
    NewToken::of(keys, SETUP_LINK)
}

/// The hash under which a set-up link is stored; none if the token cannot be one.
#[must_use]
pub fn link_hash(keys: &InstanceKeys, token: &SecretText) -> Option<String> {
    let text = token.expose();
    secrets::token_text::is_opaque_shape(text).then(|| keys.keyed_hash().hash(SETUP_LINK, text.as_bytes()))
}

/// Whether the server is set up.
pub fn is_set_up(conn: &mut Conn, anonymous: &Anonymous) -> QueryResult<bool> {
    anonymous
        .server()
        .select(server::id)
        .first::<i64>(conn)
        .optional()
        .map(|row| row.is_some())
}

/// The same, for start and commands.
pub fn was_set_up(conn: &mut Conn, _: &System) -> QueryResult<bool> {
    server::table
        .select(server::id)
        .first::<i64>(conn)
        .optional()
        .map(|row| row.is_some())
}

/// Sets the server up; whoever comes second is refused with [`ErrorCode::AlreadySetUp`]. Journalled.
pub fn insert_server(tx: &mut Tx<'_>, hosting: Hosting) -> Result<(), AppError> {
    diesel::insert_into(server::table)
        .values((
            server::id.eq(1),
            server::hosting.eq(columns::Hosting(hosting)),
            server::set_up_at.eq(tx.now()),
        ))
        .execute(tx.conn)
        .or_conflict(ErrorCode::AlreadySetUp)?;
    let about = serde_json::json!({ "hosting": hosting });
    tx.record(Entry::new("server.set_up", "server", "server").after(&about))
}

/// Makes the set-up link; those before it do not work any more.
pub fn replace_link(
    conn: &mut Conn,
    _: &System,
    token_hash: &str,
    now: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> QueryResult<()> {
    diesel::delete(one_time_links::table.filter(one_time_links::kind.eq(SETUP_LINK))).execute(conn)?;
    diesel::insert_into(one_time_links::table)
        .values((
            one_time_links::token_hash.eq(token_hash),
            one_time_links::kind.eq(SETUP_LINK),
            one_time_links::created_at.eq(now),
            one_time_links::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether a set-up link works.
pub fn link_works(
    conn: &mut Conn,
    anonymous: &Anonymous,
    token_hash: String,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let link = anonymous
        .link(token_hash)
        .filter(one_time_links::kind.eq(SETUP_LINK))
        .filter(one_time_links::used_at.is_null())
        .filter(one_time_links::expires_at.gt(now));
    diesel::select(diesel::dsl::exists(link)).get_result(conn)
}

/// Uses a set-up link up.
pub fn consume_link(
    conn: &mut Conn,
    anonymous: &Anonymous,
    token_hash: String,
    now: NaiveDateTime,
) -> Result<(), AppError> {
    let link = anonymous
        .link(token_hash)
        .filter(one_time_links::kind.eq(SETUP_LINK))
        .filter(one_time_links::used_at.is_null())
        .filter(one_time_links::expires_at.gt(now));
    let changed = diesel::update(link)
        .set(one_time_links::used_at.eq(now))
        .execute(conn)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(ErrorCode::LinkUnusable.into())
    }
}
