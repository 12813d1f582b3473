//! Queries for what the wire shows of accounts and workspaces in a shape of its own.

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::*};
use diesel::prelude::*;
use shared::text::Name;

use crate::{
    access::{OwnAccount, Scope},
    error::AppError,
};

/// One member of a workspace.
#[derive(Debug, Queryable)]
pub(super) struct MemberRow {
    pub(super) id: columns::UserId,
    pub(super) name: String,
    pub(super) created_at: NaiveDateTime,
    pub(super) role: columns::Role,
}

/// A workspace and whose it is.
#[derive(Debug, Queryable)]
pub(super) struct OwnedWorkspaceRow {
    pub(super) id: columns::WorkspaceId,
    pub(super) name: String,
    pub(super) owner_id: columns::UserId,
    pub(super) owner_name: String,
}

/// The account's role in one of its workspaces, and that workspace's name.
pub(super) fn membership(
    conn: &mut Conn,
    own: &OwnAccount,
    workspace: columns::WorkspaceId,
) -> QueryResult<(columns::Role, String)> {
    own.memberships()
        .inner_join(workspaces::table)
        .filter(members::workspace_id.eq(workspace))
        .select((members::role, workspaces::name))
        .first(conn)
}

/// Every member, by name.
pub(super) fn members(conn: &mut Conn, scope: &Scope) -> QueryResult<Vec<MemberRow>> {
    scope
        .members()
        .inner_join(users::table)
        .select((users::id, users::name, users::created_at, members::role))
        .order((users::name, users::id))
        .load(conn)
}

/// One member.
pub(super) fn member(conn: &mut Conn, scope: &Scope, id: columns::UserId) -> QueryResult<MemberRow> {
    scope
        .members()
        .inner_join(users::table)
        .filter(members::user_id.eq(id))
        .select((users::id, users::name, users::created_at, members::role))
        .first(conn)
}

/// The workspace and its owner.
pub(super) fn workspace_with_owner(conn: &mut Conn, scope: &Scope) -> QueryResult<OwnedWorkspaceRow> {
    scope
        .workspace()
        .inner_join(users::table.on(users::id.eq(workspaces::owner_id)))
        .select((
            workspaces::id,
            workspaces::name,
            workspaces::owner_id,
            users::name,
        ))
        .first(conn)
}

/// A stored name. One that would not be accepted today cannot be stored.
pub(super) fn name(stored: &str) -> Result<Name, AppError> {
    stored
        .parse()
        .map_err(|_why| AppError::bug("a stored name is not a name"))
}
