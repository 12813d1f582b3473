//! Workspaces in the database. [`lock_for`] comes before every decision about who is in one or whose it is.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use db::{
    Conn, columns, on_each,
    schema::{invitations, members, server, users, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::{
    error::ErrorCode,
    ids::{NotificationId, WorkspaceId},
    notifications::NotificationKind,
    permission::{Permission, Role},
    setup::Hosting,
    text::Name,
    workspaces::Workspace,
};

use crate::{
    access::{OwnAccount, Scope},
    audit::{Entry, Tx},
    error::AppError,
    features::{
        credentials,
        notifications::store::{self as notifications, Notice},
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = workspaces, check_for_backend(db::MultiBackend))]
struct WorkspaceRow {
    id: columns::WorkspaceId,
    name: String,
    owner_id: columns::UserId,
    personal_of: Option<columns::UserId>,
    max_credential_days: Option<i64>,
    created_at: NaiveDateTime,
    member_count: i64,
    max_members: Option<i64>,
}

impl WorkspaceRow {
    fn seen_by(
        self,
        user: columns::UserId,
        role: Role,
        keys_needing_attention: i64,
    ) -> Result<Workspace, AppError> {
        Ok(Workspace {
            id: self.id.into(),
            name: self.name.parse().map_err(anyhow::Error::msg)?,
            personal: self.personal_of == Some(user),
            owner_id: self.owner_id.into(),
            role,
            members: u64::try_from(self.member_count).unwrap_or(0),
            max_members: self.max_members.and_then(|most| u32::try_from(most).ok()),
            max_credential_days: self.max_credential_days.and_then(|days| u32::try_from(days).ok()),
            created_at: self.created_at.and_utc(),
            keys_needing_attention: u64::try_from(keys_needing_attention).unwrap_or(0),
        })
    }
}

/// The workspaces that the account is a member of; for a key, the one it works in.
pub fn of_account(conn: &mut Conn, own: &OwnAccount, now: NaiveDateTime) -> Result<Vec<Workspace>, AppError> {
    let mut query = own
        .memberships()
        .inner_join(workspaces::table)
        .select((WorkspaceRow::as_select(), members::role))
        .into_boxed();
    if let Some((_, workspace)) = own.key() {
        query = query.filter(members::workspace_id.eq(columns::WorkspaceId(workspace)));
    }
    let rows: Vec<(WorkspaceRow, columns::Role)> = query.load(conn)?;
    let attention: HashMap<_, _> = credentials::store::needing_attention_by_workspace(conn, own, now)?
        .into_iter()
        .collect();
    rows.into_iter()
        .map(|(row, role)| {
            let attention = attention.get(&row.id).copied().unwrap_or(0);
            row.seen_by(own.user_id(), role.into(), attention)
        })
        .collect()
}

/// The workspace itself.
pub fn one(conn: &mut Conn, scope: &Scope, now: NaiveDateTime) -> Result<Workspace, AppError> {
    let attention = credentials::store::needing_attention(scope, now)
        .count()
        .single_value();
    // `Conn` would write the statement's text anew for each call, which takes longer than running it. Without `first`:
    // it is the keys of the two rows that make it one.
    let (row, role, attention): (WorkspaceRow, columns::Role, Option<i64>) = on_each!(conn, c => scope
        .members()
        .filter(members::user_id.eq(scope.user_id()))
        .inner_join(workspaces::table)
        .select((WorkspaceRow::as_select(), members::role, attention))
        .get_result(c))?;
    row.seen_by(scope.user_id(), role.into(), attention.unwrap_or(0))
}

/// Keeps others from changing the workspace, and who is in it, until the transaction ends.
pub fn lock(conn: &mut Conn, scope: &Scope) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    diesel::update(scope.workspace())
        .set(workspaces::name.eq(workspaces::name))
        .execute(conn)
        .and_then(db::one)
}

/// Does what [`lock`] does, and looks again whether the caller still may do what they were admitted for: somebody may
/// have removed or demoted them while they waited for their turn.
pub fn lock_for(conn: &mut Conn, scope: &Scope, needs: Permission) -> Result<(), AppError> {
    lock(conn, scope)?;
    let role: columns::Role = scope
        .members()
        .filter(members::user_id.eq(scope.user_id()))
        .select(members::role)
        .first(conn)?;
    if Role::from(role).grants(needs) {
        Ok(())
    } else {
        Err(ErrorCode::Forbidden.into())
    }
}

/// Sets name and limit.
pub fn update(conn: &mut Conn, scope: &Scope, workspace: &Workspace) -> QueryResult<()> {
    diesel::update(scope.workspace())
        .set((
            workspaces::name.eq(workspace.name.as_str()),
            workspaces::max_credential_days.eq(workspace.max_credential_days.map(i64::from)),
        ))
        .execute(conn)
        .and_then(db::one)
}

/// How many workspaces the account owns. An owner is always a member.
pub fn count_owned(conn: &mut Conn, own: &OwnAccount) -> QueryResult<i64> {
    own.memberships()
        .inner_join(workspaces::table)
        .filter(workspaces::owner_id.eq(own.user_id()))
        .count()
        .get_result(conn)
}

/// For whom the server is.
pub fn hosting(conn: &mut Conn, own: &OwnAccount) -> QueryResult<Hosting> {
    own.server()
        .select(server::hosting)
        .first::<columns::Hosting>(conn)
        .map(Hosting::from)
}

/// Stores a new workspace, of which the account is owner and administrator.
pub fn insert(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    id: WorkspaceId,
    name: &Name,
    seats: Option<u32>,
) -> QueryResult<()> {
    let (id, now) = (columns::WorkspaceId(id), tx.now());
    diesel::insert_into(workspaces::table)
        .values((
            workspaces::id.eq(id),
            workspaces::name.eq(name.as_str()),
            workspaces::owner_id.eq(own.user_id()),
            workspaces::created_at.eq(now),
            workspaces::max_members.eq(seats.map(i64::from)),
        ))
        .execute(tx.conn)?;
    diesel::insert_into(members::table)
        .values((
            members::workspace_id.eq(id),
            members::user_id.eq(own.user_id()),
            members::role.eq(columns::Role(Role::Admin)),
            members::added_at.eq(now),
        ))
        .execute(tx.conn)
        .and_then(db::one)
}

/// Deletes the workspace with its keys, invitations, vaults and members, and takes back what was told of open invitations. Its
/// journal and its counted calls stay.
pub fn delete(tx: &mut Tx<'_>, scope: &Scope) -> Result<(), AppError> {
    credentials::store::delete_all(tx.conn, scope)?;
    let unanswered: Vec<columns::InvitationId> = scope
        .invitations()
        .filter(invitations::used_at.is_null())
        .filter(invitations::declined_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .select(invitations::id)
        .load(tx.conn)?;
    for id in unanswered {
        notifications::withdraw(tx, scope, id)?;
    }
    diesel::delete(scope.invitations()).execute(tx.conn)?;
    // Vaults before the groups that they are for, which go with the workspace.
    diesel::delete(scope.vaults()).execute(tx.conn)?;
    diesel::delete(scope.members()).execute(tx.conn)?;
    Ok(diesel::delete(scope.workspace())
        .execute(tx.conn)
        .and_then(db::one)?)
}

/// Whether somebody is a member who can sign in.
pub fn can_own(conn: &mut Conn, scope: &Scope, user: columns::UserId) -> QueryResult<bool> {
    let member = scope
        .members()
        .inner_join(users::table)
        .filter(members::user_id.eq(user))
        .filter(users::is_disabled.eq(false));
    diesel::select(dsl::exists(member)).get_result(conn)
}

/// Makes a member the owner, and an administrator if they are none; journals it and tells them.
pub fn hand_over(
    tx: &mut Tx<'_>,
    scope: &Scope,
    to: columns::UserId,
    notice: NotificationId,
) -> Result<(), AppError> {
    let (before, name): (columns::UserId, String) = scope
        .workspace()
        .select((workspaces::owner_id, workspaces::name))
        .first(tx.conn)?;
    diesel::update(scope.workspace())
        .set(workspaces::owner_id.eq(to))
        .execute(tx.conn)
        .and_then(db::one)?;
    diesel::update(scope.members().filter(members::user_id.eq(to)))
        .set(members::role.eq(columns::Role(Role::Admin)))
        .execute(tx.conn)
        .and_then(db::one)?;
    // What is remembered about the new owner would keep them from what they may do now.
    tx.ends_authority();
    let owned_by = |owner: columns::UserId| serde_json::json!({ "owner_id": owner.0 });
    let entry = Entry::new("workspace.transfer", "workspace", scope.workspace_id().0);
    tx.record(entry.before(&owned_by(before)).after(&owned_by(to)))?;
    let notice = Notice {
        id: notice,
        kind: NotificationKind::OwnershipReceived,
        actor_name: Some(callers_name(tx.conn, scope)?),
        workspace: Some((scope.workspace_id(), name)),
        role: None,
        invitation: None,
    };
    notifications::tell(tx, to, &notice)
}

/// The name of the member who calls, for what others are told.
pub fn callers_name(conn: &mut Conn, scope: &Scope) -> QueryResult<String> {
    scope
        .members()
        .inner_join(users::table)
        .filter(members::user_id.eq(scope.user_id()))
        .select(users::name)
        .first(conn)
}
