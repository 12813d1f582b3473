//! What several measurements put into a database as rows, because nobody could wait for it to be made through the API.

use anyhow::Result;
use chrono::NaiveDateTime;
use db::{Conn, Db, DbError, schema::*};
use diesel::prelude::*;

/// The account that set the server up.
pub fn first_account(db: &Db) -> Result<String> {
    Ok(db.read(|conn| users::table.select(users::id).first(conn).map_err(DbError::from))?)
}

/// Makes a workspace with one administrator, who owns it.
pub fn insert_workspace(
    conn: &mut Conn,
    id: &str,
    name: &str,
    admin: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(workspaces::table)
        .values((
            workspaces::id.eq(id),
            workspaces::name.eq(name),
            workspaces::owner_id.eq(admin),
            workspaces::created_at.eq(now),
        ))
        .execute(conn)?;
    let row = (
        members::workspace_id.eq(id),
        members::user_id.eq(admin),
        members::role.eq("admin"),
        members::added_at.eq(now),
    );
    diesel::insert_into(members::table)
        .values(row)
        .execute(conn)
        .and_then(db::one)
}
