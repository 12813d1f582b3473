//! The end of many credentials at once, one after the other in the order in which their last use is written: nobody waits
//! for somebody who waits for them.

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::credentials};
use diesel::prelude::*;

use super::InWorkspace;
use crate::access::{Scope, WholeServer};

/// Revokes every credential of one member here and names them. Expired ones too: they must not come back to life when
/// their owner is invited again.
pub fn revoke_all_of(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<Vec<String>> {
    revoke_in_order(conn, || scope.credentials(), user, scope.user_id(), now)
}

/// The same in any workspace, by an operator.
pub fn revoke_all_in(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    user: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<Vec<String>> {
    let here = || {
        reach
            .credentials()
            .filter(credentials::workspace_id.eq(workspace))
    };
    revoke_in_order(conn, here, user, reach.user_id(), now)
}

fn revoke_in_order(
    conn: &mut Conn,
    here: impl Fn() -> InWorkspace,
    user: columns::UserId,
    by: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<Vec<String>> {
    let keys: Vec<String> = here()
        .filter(credentials::user_id.eq(user))
        .filter(credentials::revoked_at.is_null())
        .order(credentials::access_key)
        .select(credentials::access_key)
        .load(conn)?;
    for key in &keys {
        // Its owner may have revoked it meanwhile.
        let row = here()
            .filter(credentials::access_key.eq(key.as_str()))
            .filter(credentials::revoked_at.is_null());
        diesel::update(row)
            .set((credentials::revoked_at.eq(now), credentials::revoked_by.eq(by)))
            .execute(conn)?;
    }
    Ok(keys)
}

/// Deletes every credential of the workspace, revoked or not.
pub fn delete_all(conn: &mut Conn, scope: &Scope) -> QueryResult<()> {
    delete_in_order(conn, || scope.credentials())
}

/// The same in any workspace, by an operator.
pub fn delete_all_in(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
) -> QueryResult<()> {
    delete_in_order(conn, || {
        reach
            .credentials()
            .filter(credentials::workspace_id.eq(workspace))
    })
}

fn delete_in_order(conn: &mut Conn, here: impl Fn() -> InWorkspace) -> QueryResult<()> {
    let unrevoked: Vec<String> = here()
        .filter(credentials::revoked_at.is_null())
        .order(credentials::access_key)
        .select(credentials::access_key)
        .load(conn)?;
    for key in unrevoked {
        diesel::delete(here().filter(credentials::access_key.eq(key))).execute(conn)?;
    }
    diesel::delete(here()).execute(conn).map(|_| ())
}
