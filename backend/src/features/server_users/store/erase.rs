//! Queries that end what belongs to an account, and put a pseudonym in the place of name and address.

use chrono::NaiveDateTime;
use db::{
    Conn, columns, one,
    schema::{credentials, invitations, members, notifications, users, workspaces},
};
use diesel::prelude::*;
use shared::text::{Email, Name};

use crate::{
    access::{OwnAccount, WholeServer},
    features::{account::store::name_key, credentials::store as keys_of},
};

/// What ended with a membership.
#[derive(Debug)]
pub struct Ended {
    /// The access keys that worked by it.
    pub keys: Vec<String>,
    /// The open invitations sent from there.
    pub invitations: Vec<columns::InvitationId>,
}

/// Ends a membership, the keys that worked by it, and the open invitations sent from there.
pub fn membership(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    user: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<Ended> {
    let own = reach.rows_of(user);
    // First of all: whoever makes keys holds this row meanwhile.
    let row = own.memberships().filter(members::workspace_id.eq(workspace));
    diesel::delete(row).execute(conn)?;
    let keys = keys_of::revoke_all_in(conn, reach, workspace, user, now)?;
    let sent = reach
        .invitations()
        .filter(invitations::workspace_id.eq(workspace))
        .filter(invitations::invited_by.eq(user))
        .filter(invitations::used_at.is_null())
        .filter(invitations::declined_at.is_null())
        .filter(invitations::revoked_at.is_null());
    let invitations = diesel::update(sent)
        .set(invitations::revoked_at.eq(now))
        .returning(invitations::id)
        .get_results(conn)?;
    Ok(Ended { keys, invitations })
}

/// The personal workspace, if it still is one.
pub fn personal_workspace(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
) -> QueryResult<Option<columns::WorkspaceId>> {
    reach
        .workspaces()
        .filter(workspaces::personal_of.eq(user))
        .select(workspaces::id)
        .first(conn)
        .optional()
}

/// Deletes the vaults of a workspace that nobody is left in: what its last member wrote.
pub fn vaults_of_nobody(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
) -> QueryResult<()> {
    let left: i64 = reach
        .members()
        .filter(members::workspace_id.eq(workspace))
        .count()
        .get_result(conn)?;
    if left == 0 {
        diesel::delete(reach.vaults_in(workspace)).execute(conn)?;
    }
    Ok(())
}

/// The workspaces with an invitation to this address that nobody has answered, expired or not: it can be sent again.
pub fn invited_to(
    conn: &mut Conn,
    reach: &WholeServer,
    email_key: &str,
) -> QueryResult<Vec<columns::WorkspaceId>> {
    reach
        .invitations()
        .filter(invitations::email_key.eq(email_key))
        .filter(invitations::used_at.is_null())
        .filter(invitations::declined_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .select(invitations::workspace_id)
        .load(conn)
}

/// The workspaces with an open invitation to this address, and its id.
pub fn open_invitations_to(
    conn: &mut Conn,
    reach: &WholeServer,
    email_key: &str,
    now: NaiveDateTime,
) -> QueryResult<Vec<(columns::WorkspaceId, columns::InvitationId)>> {
    reach
        .invitations()
        .filter(invitations::email_key.eq(email_key))
        .filter(invitations::used_at.is_null())
        .filter(invitations::declined_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .order((invitations::workspace_id, invitations::id))
        .select((invitations::workspace_id, invitations::id))
        .load(conn)
}

/// Removes every invitation to this address, open or not: each holds it.
pub fn invitations_to(conn: &mut Conn, reach: &WholeServer, email_key: &str) -> QueryResult<usize> {
    let rows = reach.invitations().filter(invitations::email_key.eq(email_key));
    diesel::delete(rows).execute(conn)
}

/// Removes the links for choosing a password.
pub fn links(conn: &mut Conn, own: &OwnAccount) -> QueryResult<usize> {
    diesel::delete(own.links()).execute(conn)
}

/// Removes preferences, keys to cloud storage and what the account was told, and what its keys say about it.
pub fn belongings(conn: &mut Conn, own: &OwnAccount) -> QueryResult<()> {
    diesel::delete(own.preferences()).execute(conn)?;
    diesel::delete(own.storage_entries()).execute(conn)?;
    diesel::delete(own.notifications()).execute(conn)?;
    let keys: Vec<String> = own
        .credentials()
        .order(credentials::access_key)
        .select(credentials::access_key)
        .load(conn)?;
    // In the order in which everybody locks keys.
    for key in keys {
        diesel::update(own.credentials().filter(credentials::access_key.eq(key)))
            .set((
                credentials::label.eq(""),
                credentials::last_used_from.eq(None::<String>),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Puts the pseudonym in the place of the name in what others were told.
pub fn name_in_notices(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
    pseudonym: &Name,
) -> QueryResult<()> {
    let by_them = reach.notifications().filter(notifications::actor_id.eq(user));
    diesel::update(by_them)
        .set(notifications::actor_name.eq(pseudonym.as_str()))
        .execute(conn)?;
    Ok(())
}

/// The same for the name of a workspace that bore theirs.
pub fn workspace_in_notices(
    conn: &mut Conn,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    name: &str,
) -> QueryResult<()> {
    let about_it = reach
        .notifications()
        .filter(notifications::workspace_id.eq(workspace));
    diesel::update(about_it)
        .set(notifications::workspace_name.eq(name))
        .execute(conn)?;
    Ok(())
}

/// Puts pseudonym and address in the place of the account's, and ends every way to sign in.
pub fn account(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
    pseudonym: &Name,
    address: &Email,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let row = reach.users().filter(users::id.eq(user));
    let changed = diesel::update(row)
        .set((
            users::name.eq(pseudonym.as_str()),
            users::name_key.eq(name_key(pseudonym)),
            users::email.eq(address.as_str()),
            users::email_key.eq(address.key()),
            users::password_hash.eq(None::<String>),
            users::is_operator.eq(false),
            users::is_disabled.eq(true),
            users::must_change_password.eq(false),
            users::email_proven.eq(false),
            users::last_sign_in_at.eq(None::<NaiveDateTime>),
            users::deleted_at.eq(now),
        ))
        .execute(conn)?;
    one(changed)
}
