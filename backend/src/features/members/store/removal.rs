//! The end of a membership: how the member stands, what hangs on it, and taking it all away.

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    schema::{credentials, invitations, members, sessions, users, vaults, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::{
    error::ErrorCode,
    members::{EndingKey, RemovalPreview},
    permission::Role,
};

use crate::{access::Scope, error::AppError, features::credentials::store::lasts_beyond};

/// How many keys a preview names.
const KEYS_SHOWN: i64 = 20;

/// What decides whether a member may go, or have another role.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Their role.
    pub role: Role,
    /// How many administrators there are who can sign in; the member counts in any case.
    pub admins: i64,
    /// Whether they own the workspace.
    pub is_owner: bool,
    /// Whether it is somebody's personal workspace.
    pub is_personal: bool,
    /// What the workspace is called now.
    pub workspace_name: String,
}

impl Standing {
    /// Whether nobody would administer the workspace without them.
    #[must_use]
    pub fn is_last_admin(&self) -> bool {
        self.role == Role::Admin && self.admins <= 1
    }

    /// Whether the workspace is theirs to hand over.
    #[must_use]
    pub fn can_be_handed_over(&self) -> bool {
        self.is_owner && !self.is_personal
    }
}

/// How a member stands. It lasts as long as the workspace is locked.
pub fn standing(conn: &mut Conn, scope: &Scope, user: columns::UserId) -> QueryResult<Standing> {
    type Row = (columns::Role, columns::UserId, Option<columns::UserId>, String);
    let (role, owner, personal_of, workspace_name): Row = scope
        .members()
        .inner_join(workspaces::table)
        .filter(members::user_id.eq(user))
        .select((
            members::role,
            workspaces::owner_id,
            workspaces::personal_of,
            workspaces::name,
        ))
        .first(conn)?;
    let admins = scope
        .members()
        .inner_join(users::table)
        .filter(members::role.eq(columns::Role(Role::Admin)))
        .filter(users::is_disabled.eq(false).or(members::user_id.eq(user)))
        .count()
        .get_result(conn)?;
    Ok(Standing {
        role: role.into(),
        admins,
        is_owner: owner == user,
        is_personal: personal_of.is_some(),
        workspace_name,
    })
}

/// What stops when this member goes.
pub fn preview(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    standing: &Standing,
    refused: Option<ErrorCode>,
    now: NaiveDateTime,
    idle_since: NaiveDateTime,
) -> Result<RemovalPreview, AppError> {
    let name: String = scope
        .members()
        .inner_join(users::table)
        .filter(members::user_id.eq(user))
        .select(users::name)
        .first(conn)?;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(RemovalPreview {
        user_id: user.into(),
        name: name.parse().map_err(anyhow::Error::msg)?,
        keys: ending_keys(conn, scope, user, now)?,
        key_count: count(count_live_keys(conn, scope, user, now)?),
        sessions: count(count_sessions(conn, scope, user, now, idle_since)?),
        open_invitations: count(count_open_invitations(conn, scope, user, now)?),
        has_vault: count_vaults(conn, scope, user)? > 0,
        is_owner: standing.is_owner,
        refused,
    })
}

fn count_vaults(conn: &mut Conn, scope: &Scope, user: columns::UserId) -> QueryResult<i64> {
    let own = scope.vaults().filter(vaults::owner_id.eq(user));
    own.count().get_result(conn)
}

fn ending_keys(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<Vec<EndingKey>> {
    type Row = (String, String, Option<NaiveDateTime>, Option<String>);
    let rows: Vec<Row> = scope
        .credentials()
        .filter(credentials::user_id.eq(user))
        .filter(lasts_beyond(now))
        // The databases disagree about where nothing stands in an order.
        .order((
            credentials::last_used_at.is_null().asc(),
            credentials::last_used_at.desc(),
            credentials::access_key.asc(),
        ))
        .limit(KEYS_SHOWN)
        .select((
            credentials::access_key,
            credentials::label,
            credentials::last_used_at,
            credentials::last_used_from,
        ))
        .load(conn)?;
    let shown = |(access_key, label, last_used_at, last_used_from): Row| EndingKey {
        access_key,
        label,
        last_used_at: last_used_at.map(|at| at.and_utc()),
        last_used_from,
    };
    Ok(rows.into_iter().map(shown).collect())
}

fn count_live_keys(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    scope
        .credentials()
        .filter(credentials::user_id.eq(user))
        .filter(lasts_beyond(now))
        .count()
        .get_result(conn)
}

fn count_sessions(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    now: NaiveDateTime,
    idle_since: NaiveDateTime,
) -> QueryResult<i64> {
    scope
        .members()
        .inner_join(sessions::table.on(sessions::user_id.eq(members::user_id)))
        .filter(members::user_id.eq(user))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_seen_at.gt(idle_since))
        .count()
        .get_result(conn)
}

fn count_open_invitations(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    scope
        .invitations()
        .filter(unanswered_of(user))
        .filter(invitations::expires_at.gt(now))
        .count()
        .get_result(conn)
}

/// Sent by `user`, and neither accepted nor declined nor revoked. One that has expired can still be renewed.
#[dsl::auto_type]
fn unanswered_of(user: columns::UserId) -> _ {
    invitations::invited_by
        .eq(user)
        .and(invitations::used_at.is_null())
        .and(invitations::declined_at.is_null())
        .and(invitations::revoked_at.is_null())
}

/// Takes somebody out of the workspace. First of all: whoever makes keys holds this row meanwhile.
pub fn delete_membership(conn: &mut Conn, scope: &Scope, user: columns::UserId) -> QueryResult<()> {
    diesel::delete(scope.members().filter(members::user_id.eq(user)))
        .execute(conn)
        .and_then(db::one)
}

/// The invitations that `user` sent from here and that nobody has answered.
pub fn unanswered_invitations(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
) -> QueryResult<Vec<columns::InvitationId>> {
    scope
        .invitations()
        .filter(unanswered_of(user))
        .order(invitations::id)
        .select(invitations::id)
        .load(conn)
}

/// Revokes them.
pub fn revoke_invitations(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    diesel::update(scope.invitations().filter(unanswered_of(user)))
        .set(invitations::revoked_at.eq(now))
        .execute(conn)
}

/// Makes them those of another member.
pub fn hand_invitations_over(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    to: columns::UserId,
) -> QueryResult<usize> {
    diesel::update(scope.invitations().filter(unanswered_of(user)))
        .set(invitations::invited_by.eq(to))
        .execute(conn)
}
