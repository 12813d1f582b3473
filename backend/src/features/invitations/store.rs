//! Queries on the invitations of a workspace, for those who invite. Those of the invited are in `answering`.

pub mod answering;

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    columns::InvitationId,
    one,
    schema::{invitations, members, users, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::{
    permission::{Permission, Role},
    text::Email,
};

use super::rules::{LISTED, Room, Seats};
use crate::access::Scope;

pub use self::answering::mine;

/// `$from` with those alone that wait for an answer, and whose sender may still invite.
macro_rules! waiting {
    ($from:expr) => {
        $from
            .inner_join(users::table)
            .inner_join(
                members::table.on(members::workspace_id
                    .eq(invitations::workspace_id)
                    .and(members::user_id.eq(invitations::invited_by))),
            )
            .filter(users::is_disabled.eq(false))
            .filter(members::role.eq_any($crate::features::invitations::store::inviting_roles()))
            .filter(invitations::used_at.is_null())
            .filter(invitations::revoked_at.is_null())
            .filter(invitations::declined_at.is_null())
    };
}
pub(super) use waiting;

/// The roles with which one may invite.
pub(super) fn inviting_roles() -> Vec<columns::Role> {
    let roles = Role::ALL.into_iter();
    roles
        .filter(|role| role.grants(Permission::MembersManage))
        .map(columns::Role)
        .collect()
}

/// An invitation that waits for an answer, and the name of who sent it.
#[derive(Debug, Clone, Queryable)]
pub struct PendingRow {
    /// Its id.
    pub id: InvitationId,
    /// Whom it is for, as it was typed.
    pub email: Option<String>,
    /// The role that it gives.
    pub role: columns::Role,
    /// Who sent it.
    pub invited_by: String,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When its link ends by itself.
    pub expires_at: NaiveDateTime,
}

type PendingColumns = (
    invitations::id,
    invitations::email,
    invitations::role,
    users::name,
    invitations::created_at,
    invitations::expires_at,
);
const PENDING: PendingColumns = (
    invitations::id,
    invitations::email,
    invitations::role,
    users::name,
    invitations::created_at,
    invitations::expires_at,
);

/// A new invitation.
#[derive(Debug)]
pub struct New {
    /// Its id.
    pub id: InvitationId,
    /// Keyed hash of its token.
    pub token_hash: String,
    /// Whom it is for.
    pub email: Option<Email>,
    /// The role that it gives.
    pub role: Role,
    /// When it is made.
    pub now: NaiveDateTime,
    /// When its link ends by itself.
    pub expires_at: NaiveDateTime,
}

/// Those that wait for an answer, the newest first.
pub fn pending(conn: &mut Conn, scope: &Scope, now: NaiveDateTime) -> QueryResult<Vec<PendingRow>> {
    waiting!(scope.invitations())
        .filter(invitations::expires_at.gt(now - LISTED))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .select(PENDING)
        .load(conn)
}

/// One that waits for an answer.
pub fn pending_by_id(
    conn: &mut Conn,
    scope: &Scope,
    id: InvitationId,
    now: NaiveDateTime,
) -> QueryResult<PendingRow> {
    waiting!(scope.invitations())
        .filter(invitations::expires_at.gt(now - LISTED))
        .filter(invitations::id.eq(id))
        .select(PENDING)
        .first(conn)
}

/// How much room there is for one more in place of `replaced`.
pub fn room(
    conn: &mut Conn,
    scope: &Scope,
    replaced: &[InvitationId],
    now: NaiveDateTime,
) -> QueryResult<Room> {
    let (members, most) = scope
        .workspace()
        .select((workspaces::member_count, workspaces::max_members))
        .first(conn)?;
    let mut expiring_after = |time: NaiveDateTime| -> QueryResult<i64> {
        waiting!(scope.invitations())
            .filter(invitations::expires_at.gt(time))
            .filter(invitations::id.ne_all(replaced))
            .count()
            .get_result(conn)
    };
    Ok(Room {
        seats: Seats { members, most },
        open: expiring_after(now)?,
        pending: expiring_after(now - LISTED)?,
    })
}

/// Whether somebody with this address is a member.
pub fn is_member(conn: &mut Conn, scope: &Scope, email_key: &str) -> QueryResult<bool> {
    let members = scope
        .members()
        .inner_join(users::table)
        .filter(users::email_key.eq(email_key));
    diesel::select(dsl::exists(members)).get_result(conn)
}

/// The names of who invites and of the workspace.
pub fn names(conn: &mut Conn, scope: &Scope) -> QueryResult<(String, String)> {
    scope
        .members()
        .inner_join(users::table)
        .inner_join(workspaces::table)
        .filter(members::user_id.eq(scope.user_id()))
        .select((users::name, workspaces::name))
        .first(conn)
}

/// The account that is told of an invitation to this address: it is believed to have the address. Anybody else could have
/// registered under an address that is not theirs.
pub fn account_to_tell(
    conn: &mut Conn,
    scope: &Scope,
    email_key: &str,
) -> QueryResult<Option<columns::UserId>> {
    scope
        .account_invited(email_key.to_owned())
        .filter(users::is_disabled.eq(false))
        .filter(users::email_proven.eq(true))
        .select(users::id)
        .first(conn)
        .optional()
}

/// Stores a new invitation.
pub fn insert(conn: &mut Conn, scope: &Scope, new: &New) -> QueryResult<()> {
    let row = (
        (
            invitations::id.eq(new.id),
            invitations::workspace_id.eq(scope.workspace_id()),
        ),
        invitations::token_hash.eq(&new.token_hash),
        invitations::email.eq(new.email.as_ref().map(Email::as_str)),
        invitations::email_key.eq(new.email.as_ref().map(Email::key)),
        invitations::role.eq(columns::Role(new.role)),
        invitations::invited_by.eq(scope.user_id()),
        (
            invitations::created_at.eq(new.now),
            invitations::expires_at.eq(new.expires_at),
        ),
    );
    diesel::insert_into(invitations::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Gives one that nobody has answered another token and another end; whoever does so is its sender.
pub fn renew(
    conn: &mut Conn,
    scope: &Scope,
    id: InvitationId,
    token_hash: &str,
    expires_at: NaiveDateTime,
) -> QueryResult<()> {
    let unanswered = scope
        .invitations()
        .filter(invitations::id.eq(id))
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::declined_at.is_null());
    one(diesel::update(unanswered)
        .set((
            invitations::token_hash.eq(token_hash),
            invitations::expires_at.eq(expires_at),
            invitations::invited_by.eq(scope.user_id()),
        ))
        .execute(conn)?)
}

/// Those for one address that nobody has answered, which a new one replaces.
pub fn unanswered_for(conn: &mut Conn, scope: &Scope, email_key: &str) -> QueryResult<Vec<InvitationId>> {
    scope
        .invitations()
        .filter(invitations::email_key.eq(email_key))
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::declined_at.is_null())
        .select(invitations::id)
        .load(conn)
}

/// Revokes one that nobody has answered.
pub fn revoke(conn: &mut Conn, scope: &Scope, id: InvitationId, now: NaiveDateTime) -> QueryResult<()> {
    let unanswered = scope
        .invitations()
        .filter(invitations::id.eq(id))
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::declined_at.is_null());
    one(diesel::update(unanswered)
        .set(invitations::revoked_at.eq(now))
        .execute(conn)?)
}
