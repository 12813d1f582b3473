//! The row that says that the server is set up, and the link with which it can be. The row's key lets one only in.

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::*};
use diesel::prelude::*;
use shared::{error::ErrorCode, setup::Hosting};

use crate::{
    access::{Anonymous, System},
    audit::{Entry, Tx},
    error::{AppError, OrConflict as _},
    features::session::store::links::{self, LinkKind},
};

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

/// For whom the server is; nothing before it is set up.
pub fn hosting(conn: &mut Conn, _: &System) -> QueryResult<Option<Hosting>> {
    let hosting: Option<columns::Hosting> = server::table.select(server::hosting).first(conn).optional()?;
    Ok(hosting.map(Hosting::from))
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
    let kind = LinkKind::SetUp;
    diesel::delete(one_time_links::table.filter(one_time_links::kind.eq(kind.as_str()))).execute(conn)?;
    links::insert(conn, kind, None, token_hash, now, expires_at)
}

/// Whether a set-up link works.
pub fn link_works(
    conn: &mut Conn,
    anonymous: &Anonymous,
    token_hash: String,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let link = links::usable(anonymous, LinkKind::SetUp, token_hash, now);
    diesel::select(diesel::dsl::exists(link)).get_result(conn)
}
