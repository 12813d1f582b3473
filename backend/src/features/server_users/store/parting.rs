//! Queries on the workspaces that a deleted account was a member of.

use db::{
    Conn, columns, one,
    schema::{invitations, members, users, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::permission::Role;

use crate::{access::WholeServer, features::credentials::store as keys};

/// A workspace as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = workspaces, check_for_backend(db::MultiBackend))]
pub struct PlaceRow {
    /// Its id.
    pub id: columns::WorkspaceId,
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner_id: columns::UserId,
    /// Whose personal one it is.
    pub personal_of: Option<columns::UserId>,
}

/// A member who takes over.
#[derive(Debug, Clone, Queryable)]
pub struct Successor {
    /// The account.
    pub user_id: columns::UserId,
    /// Its name.
    pub name: String,
    /// Its role until now.
    pub role: columns::Role,
}

/// The workspaces that the account is a member of, by their ids.
pub fn memberships(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
) -> QueryResult<Vec<columns::WorkspaceId>> {
    reach
        .members()
        .filter(members::user_id.eq(user))
        .order(members::workspace_id)
        .select(members::workspace_id)
        .load(conn)
}

/// The workspaces that the account owns, by name.
pub fn owned(conn: &mut Conn, reach: &WholeServer, user: columns::UserId) -> QueryResult<Vec<PlaceRow>> {
    reach
        .workspaces()
        .filter(workspaces::owner_id.eq(user))
        .order((workspaces::name, workspaces::id))
        .select(PlaceRow::as_select())
        .load(conn)
}

/// Locks a workspace until the transaction ends, if it still is there.
pub fn lock(conn: &mut Conn, reach: &WholeServer, workspace: columns::WorkspaceId) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    let row = reach.workspaces().filter(workspaces::id.eq(workspace));
    diesel::update(row)
        .set(workspaces::name.eq(workspaces::name))
        .execute(conn)
        .map(|_| ())
}

/// One workspace, which is locked.
pub fn place(conn: &mut Conn, reach: &WholeServer, workspace: columns::WorkspaceId) -> QueryResult<PlaceRow> {
    reach
        .workspaces()
        .filter(workspaces::id.eq(workspace))
        .select(PlaceRow::as_select())
        .first(conn)
}

/// The role of a member.
pub fn role(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    user: columns::UserId,
) -> QueryResult<Role> {
    reach
        .members()
        .filter(members::workspace_id.eq(workspace))
        .filter(members::user_id.eq(user))
        .select(members::role)
        .first::<columns::Role>(conn)
        .map(Role::from)
}

/// Whether somebody besides `user` administers it and can sign in.
pub fn has_other_admin(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    user: columns::UserId,
) -> QueryResult<bool> {
    let others = reach
        .members()
        .inner_join(users::table)
        .filter(members::workspace_id.eq(workspace))
        .filter(members::role.eq(columns::Role(Role::Admin)))
        .filter(members::user_id.ne(user))
        .filter(users::is_disabled.eq(false));
    diesel::select(dsl::exists(others)).get_result(conn)
}

/// The longest-standing member besides `user` with this role, who can sign in or cannot.
pub fn longest_standing(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    user: columns::UserId,
    (enabled, role): (bool, Role),
) -> QueryResult<Option<Successor>> {
    reach
        .members()
        .inner_join(users::table)
        .filter(members::workspace_id.eq(workspace))
        .filter(members::user_id.ne(user))
        .filter(members::role.eq(columns::Role(role)))
        .filter(users::is_disabled.ne(enabled))
        .order((members::added_at, members::user_id))
        .select((members::user_id, users::name, members::role))
        .first(conn)
        .optional()
}

/// Gives it to another owner. From now on it is nobody's personal one.
pub fn hand_over(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    to: columns::UserId,
) -> QueryResult<()> {
    let row = reach.workspaces().filter(workspaces::id.eq(workspace));
    let changed = diesel::update(row)
        .set((
            workspaces::owner_id.eq(to),
            workspaces::personal_of.eq(None::<columns::UserId>),
        ))
        .execute(conn)?;
    one(changed)
}

/// Gives it another name.
pub fn rename(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    name: &str,
) -> QueryResult<()> {
    let row = reach.workspaces().filter(workspaces::id.eq(workspace));
    one(diesel::update(row).set(workspaces::name.eq(name)).execute(conn)?)
}

/// Makes a member an administrator.
pub fn promote(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    user: columns::UserId,
) -> QueryResult<()> {
    let row = reach
        .members()
        .filter(members::workspace_id.eq(workspace))
        .filter(members::user_id.eq(user));
    let changed = diesel::update(row)
        .set(members::role.eq(columns::Role(Role::Admin)))
        .execute(conn)?;
    one(changed)
}

/// Deletes a workspace with its keys, invitations, vaults and members. Its journal and its counted calls stay.
pub fn delete(conn: &mut Conn, reach: &WholeServer, workspace: columns::WorkspaceId) -> QueryResult<()> {
    keys::delete_all_in(conn, reach, workspace)?;
    let here = invitations::workspace_id.eq(workspace);
    diesel::delete(reach.invitations().filter(here)).execute(conn)?;
    // Vaults before the groups that they are for, which go with the workspace.
    diesel::delete(reach.vaults_in(workspace)).execute(conn)?;
    let here = members::workspace_id.eq(workspace);
    diesel::delete(reach.members().filter(here)).execute(conn)?;
    let row = reach.workspaces().filter(workspaces::id.eq(workspace));
    one(diesel::delete(row).execute(conn)?)
}
