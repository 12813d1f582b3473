//! What is counted of a server for its usage data, and what its operator chose.

use chrono::{NaiveDateTime, TimeDelta};
use db::{
    Conn, columns, one,
    schema::{credentials, server},
};
use diesel::prelude::*;

use super::rules::Counted;
use crate::{access::WholeServer, error::AppError};

/// What there is, and what was chosen.
pub fn counted(conn: &mut Conn, reach: &WholeServer) -> Result<Counted, AppError> {
    let is_embedded = matches!(conn, Conn::Sqlite(_));
    let (hosting, is_sent): (columns::Hosting, Option<bool>) = reach
        .server()
        .select((server::hosting, server::sends_usage_data))
        .first(conn)?;
    Ok(Counted {
        is_sent,
        hosting: hosting.into(),
        is_embedded,
        accounts: reach.users().count().get_result(conn)?,
        workspaces: reach.workspaces().count().get_result(conn)?,
        keys: reach
            .credentials()
            .filter(credentials::revoked_at.is_null())
            .count()
            .get_result(conn)?,
    })
}

/// Takes the turn to send, of all processes of this server: once in `pause`, and only if an operator chose so.
pub fn take_turn(
    conn: &mut Conn,
    reach: &WholeServer,
    now: NaiveDateTime,
    pause: TimeDelta,
) -> QueryResult<bool> {
    let is_due = server::usage_data_sent_at
        .is_null()
        .or(server::usage_data_sent_at.le(now - pause));
    let taken = diesel::update(
        reach
            .server()
            .filter(server::sends_usage_data.eq(true))
            .filter(is_due),
    )
    .set(server::usage_data_sent_at.eq(Some(now)))
    .execute(conn)?;
    Ok(taken == 1)
}

/// Keeps what an operator chose.
pub fn choose(conn: &mut Conn, reach: &WholeServer, is_sent: bool) -> QueryResult<()> {
    let changed = diesel::update(reach.server())
        .set(server::sends_usage_data.eq(Some(is_sent)))
        .execute(conn)?;
    one(changed)
}
