//! Queries on invitations.

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    columns::{InvitationId, WorkspaceId},
    one,
    schema::{invitations, members, users, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::{
    error::ErrorCode,
    permission::{Permission, Role},
    text::Email,
};

use super::rules::Standing;
use crate::{
    access::{Anonymous, OwnAccount, Scope},
    error::{AppError, OrConflict as _},
};

/// An open invitation and the name of who sent it.
pub type OpenRow = (
    InvitationId,
    Option<String>,
    columns::Role,
    String,
    NaiveDateTime,
    NaiveDateTime,
);

/// An invitation as the holder of its link finds it.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: InvitationId,
    /// Keyed hash of its token.
    pub token_hash: String,
    /// Where it leads.
    pub workspace_id: WorkspaceId,
    /// The workspace's name.
    pub workspace_name: String,
    /// Whom it is for, as it was typed.
    pub email: Option<String>,
    /// The role that it gives.
    pub role: Role,
    /// Who sent it.
    pub invited_by: String,
    /// What decides whether it works.
    pub standing: Standing,
}

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

/// Those that are still open, the newest first.
pub fn open(conn: &mut Conn, scope: &Scope, now: NaiveDateTime) -> QueryResult<Vec<OpenRow>> {
    scope
        .invitations()
        .inner_join(users::table)
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .select((
            invitations::id,
            invitations::email,
            invitations::role,
            users::name,
            invitations::created_at,
            invitations::expires_at,
        ))
        .load(conn)
}

/// One that is still open.
pub fn open_by_id(
    conn: &mut Conn,
    scope: &Scope,
    id: InvitationId,
    now: NaiveDateTime,
) -> QueryResult<OpenRow> {
    let found = open(conn, scope, now)?.into_iter().find(|row| row.0 == id);
    found.ok_or(diesel::result::Error::NotFound)
}

/// Whether somebody with this address is a member.
pub fn is_member(conn: &mut Conn, scope: &Scope, email_key: &str) -> QueryResult<bool> {
    let members = scope
        .members()
        .inner_join(users::table)
        .filter(users::email_key.eq(email_key));
    diesel::select(dsl::exists(members)).get_result(conn)
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

/// Revokes those for one address, which a new one replaces.
pub fn revoke_for(conn: &mut Conn, scope: &Scope, email_key: &str, now: NaiveDateTime) -> QueryResult<usize> {
    let replaced = scope
        .invitations()
        .filter(invitations::email_key.eq(email_key))
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null());
    diesel::update(replaced)
        .set(invitations::revoked_at.eq(now))
        .execute(conn)
}

/// Revokes one that is open.
pub fn revoke(conn: &mut Conn, scope: &Scope, id: InvitationId, now: NaiveDateTime) -> QueryResult<()> {
    let still_open = scope
        .invitations()
        .filter(invitations::id.eq(id))
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null());
    one(diesel::update(still_open)
        .set(invitations::revoked_at.eq(now))
        .execute(conn)?)
}

/// The invitation behind a token, for somebody without an account.
pub fn held(conn: &mut Conn, anonymous: &Anonymous, token_hash: String) -> QueryResult<Held> {
    held_by(conn, anonymous.invitation(token_hash.clone()), token_hash)
}

/// The invitation behind a token, for a signed-in account.
pub fn held_by_account(conn: &mut Conn, own: &OwnAccount, token_hash: String) -> QueryResult<Held> {
    held_by(conn, own.invitation(token_hash.clone()), token_hash)
}

type ByHash = dsl::Filter<invitations::table, dsl::Eq<invitations::token_hash, String>>;

fn held_by(conn: &mut Conn, by_hash: ByHash, token_hash: String) -> QueryResult<Held> {
    type Ends = (NaiveDateTime, Option<NaiveDateTime>, Option<NaiveDateTime>);
    type Row = (
        InvitationId,
        WorkspaceId,
        String,
        Option<String>,
        Option<String>,
        columns::Role,
        String,
        (bool, Option<columns::Role>),
        Ends,
    );
    let (id, workspace_id, workspace_name, email, email_key, role, invited_by, sender, ends): Row = by_hash
        .inner_join(workspaces::table)
        .inner_join(users::table)
        .left_join(
            members::table.on(members::workspace_id
                .eq(invitations::workspace_id)
                .and(members::user_id.eq(invitations::invited_by))),
        )
        .select((
            invitations::id,
            invitations::workspace_id,
            workspaces::name,
            invitations::email,
            invitations::email_key,
            invitations::role,
            users::name,
            (users::is_disabled, members::role.nullable()),
            (
                invitations::expires_at,
                invitations::used_at,
                invitations::revoked_at,
            ),
        ))
        .first(conn)?;
    let standing = Standing {
        expires_at: ends.0,
        used: ends.1.is_some(),
        revoked: ends.2.is_some(),
        sender_may_invite: !sender.0
            && sender
                .1
                .is_some_and(|role| role.0.grants(Permission::MembersManage)),
        email_key,
    };
    Ok(Held {
        id,
        token_hash,
        workspace_id,
        workspace_name,
        email,
        role: role.into(),
        invited_by,
        standing,
    })
}

/// Makes the account a member, by the invitation, which is used up. [`ErrorCode::LinkUnusable`] when somebody was
/// faster.
pub fn join(conn: &mut Conn, own: &OwnAccount, held: &Held, now: NaiveDateTime) -> Result<(), AppError> {
    let unused = own
        .invitation(held.token_hash.clone())
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null());
    let used = diesel::update(unused)
        .set((
            invitations::used_at.eq(now),
            invitations::used_by.eq(own.user_id()),
        ))
        .execute(conn)?;
    if used == 0 {
        return Err(ErrorCode::LinkUnusable.into());
    }
    let row = (
        members::workspace_id.eq(held.workspace_id),
        members::user_id.eq(own.user_id()),
        members::role.eq(columns::Role(held.role)),
        members::added_at.eq(now),
    );
    diesel::insert_into(members::table)
        .values(row)
        .execute(conn)
        .or_conflict(ErrorCode::AlreadyMember)?;
    Ok(())
}
