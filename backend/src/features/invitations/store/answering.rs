//! Queries on invitations for those who are invited: by the link that they hold, or by the address of their account.

use chrono::NaiveDateTime;
use db::{
    Conn, columns,
    columns::{InvitationId, UserId, WorkspaceId},
    one,
    schema::{invitations, members, server, users, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::{
    error::ErrorCode,
    permission::{Permission, Role},
    setup::Hosting,
};

use super::waiting;
use crate::{
    access::{Anonymous, OwnAccount},
    error::{AppError, OrConflict as _},
    features::invitations::rules::{Seats, Standing},
};

/// The most invitations that one account is shown.
const MOST_SHOWN: i64 = 200;

/// An invitation as the one who is invited finds it.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: InvitationId,
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
    /// The sender's account.
    pub sender: UserId,
    /// Whether the sender operates this server.
    pub sender_is_operator: bool,
    /// What decides whether it works.
    pub standing: Standing,
}

/// One whom the account's owner is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The account's name.
    pub name: String,
    /// The key of its address.
    pub email_key: String,
    /// Whether it is believed to have that address.
    pub email_proven: bool,
}

/// The account, as far as invitations depend on it.
pub fn me(conn: &mut Conn, own: &OwnAccount) -> QueryResult<Me> {
    let (name, email_key, email_proven) = own
        .account()
        .select((users::name, users::email_key, users::email_proven))
        .first(conn)?;
    Ok(Me {
        name,
        email_key,
        email_proven,
    })
}

/// Reads the one invitation of `$from`.
macro_rules! held {
    ($conn:expr, $from:expr) => {
        $from
            .inner_join(workspaces::table)
            .inner_join(users::table)
            .left_join(
                members::table.on(members::workspace_id
                    .eq(invitations::workspace_id)
                    .and(members::user_id.eq(invitations::invited_by))),
            )
            .select((
                (invitations::id, invitations::role),
                (invitations::email, invitations::email_key),
                (
                    workspaces::id,
                    workspaces::name,
                    workspaces::member_count,
                    workspaces::max_members,
                ),
                (
                    users::id,
                    users::name,
                    users::is_operator,
                    users::is_disabled,
                    members::role.nullable(),
                ),
                (
                    invitations::expires_at,
                    invitations::used_at,
                    invitations::declined_at,
                    invitations::revoked_at,
                ),
            ))
            .first::<HeldRow>($conn)
            .map(Held::from)
    };
}

type Ends = (
    NaiveDateTime,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
);
type HeldRow = (
    (InvitationId, columns::Role),
    (Option<String>, Option<String>),
    (WorkspaceId, String, i64, Option<i64>),
    (UserId, String, bool, bool, Option<columns::Role>),
    Ends,
);

impl From<HeldRow> for Held {
    fn from(row: HeldRow) -> Self {
        let ((id, role), (email, email_key), workspace, sender, ends) = row;
        let (workspace_id, workspace_name, members, most) = workspace;
        let (sender, invited_by, sender_is_operator, disabled, senders_role) = sender;
        let (expires_at, used_at, declined_at, revoked_at) = ends;
        let may_invite = senders_role.is_some_and(|role| role.0.grants(Permission::MembersManage));
        Self {
            id,
            workspace_id,
            workspace_name,
            email,
            role: role.into(),
            invited_by,
            sender,
            sender_is_operator,
            standing: Standing {
                expires_at,
                answered: used_at.is_some() || declined_at.is_some(),
                revoked: revoked_at.is_some(),
                sender_may_invite: !disabled && may_invite,
                email_key,
                seats: Seats { members, most },
            },
        }
    }
}

/// The invitation behind a token, for somebody without an account.
pub fn held(conn: &mut Conn, anonymous: &Anonymous, token_hash: String) -> QueryResult<Held> {
    held!(conn, anonymous.invitation(token_hash))
}

/// The invitation behind a token, for a signed-in account.
pub fn held_by_account(conn: &mut Conn, own: &OwnAccount, token_hash: String) -> QueryResult<Held> {
    held!(conn, own.invitation(token_hash))
}

/// An invitation to the account's own address, without its token; as good as none unless the account is believed to have that
/// address.
pub fn sent_to(conn: &mut Conn, own: &OwnAccount, me: &Me, id: InvitationId) -> QueryResult<Held> {
    held!(
        conn,
        own.invitations_to(me.email_key.clone())
            .filter(invitations::id.eq(id))
    )
}

/// An open invitation to the account's own address.
#[derive(Debug, Clone, Queryable)]
pub struct MineRow {
    /// Its id.
    pub id: InvitationId,
    /// Where it leads.
    pub workspace_id: WorkspaceId,
    /// The workspace's name.
    pub workspace_name: String,
    /// The sender's account.
    pub sender: UserId,
    /// The sender's name.
    pub invited_by: String,
    /// The role that it gives.
    pub role: columns::Role,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When it ends by itself.
    pub expires_at: NaiveDateTime,
}

/// The open invitations that the account may answer without bringing the link, the newest first.
pub fn mine(conn: &mut Conn, own: &OwnAccount, now: NaiveDateTime) -> QueryResult<Vec<MineRow>> {
    let me = me(conn, own)?;
    if !me.email_proven {
        return Ok(Vec::new());
    }
    waiting!(own.invitations_to(me.email_key.clone()))
        .inner_join(workspaces::table)
        .filter(invitations::expires_at.gt(now))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(MOST_SHOWN)
        .select((
            invitations::id,
            invitations::workspace_id,
            workspaces::name,
            invitations::invited_by,
            users::name,
            invitations::role,
            invitations::created_at,
            invitations::expires_at,
        ))
        .load(conn)
}

/// Whom the server is for; for its own team if nobody has set it up.
pub fn hosting(conn: &mut Conn, anonymous: &Anonymous) -> QueryResult<Hosting> {
    let hosting: Option<columns::Hosting> = anonymous
        .server()
        .select(server::hosting)
        .first(conn)
        .optional()?;
    Ok(hosting.map_or(Hosting::OwnTeam, Into::into))
}

/// Keeps others from joining, leaving and inviting until the transaction ends.
pub fn lock(conn: &mut Conn, own: &OwnAccount, workspace: WorkspaceId) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    diesel::update(own.invited_to(workspace))
        .set(workspaces::name.eq(workspaces::name))
        .execute(conn)
        .and_then(one)
}

/// Whether the account is a member already.
pub fn is_in(conn: &mut Conn, own: &OwnAccount, workspace: WorkspaceId) -> QueryResult<bool> {
    let memberships: i64 = own
        .memberships()
        .filter(members::workspace_id.eq(workspace))
        .count()
        .get_result(conn)?;
    Ok(memberships > 0)
}

/// Neither accepted nor declined nor revoked.
#[dsl::auto_type]
fn unended() -> _ {
    invitations::used_at
        .is_null()
        .and(invitations::declined_at.is_null())
        .and(invitations::revoked_at.is_null())
}

/// Makes the account a member, by the invitation, which is used up. Refuses with [`ErrorCode::LinkUnusable`] if it has
/// ended.
pub fn join(conn: &mut Conn, own: &OwnAccount, held: &Held, now: NaiveDateTime) -> Result<(), AppError> {
    let used = (
        invitations::used_at.eq(now),
        invitations::used_by.eq(own.user_id()),
    );
    let changed = diesel::update(own.answers(held.id).filter(unended()))
        .set(used)
        .execute(conn)?;
    was_open(changed)?;
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

/// Ends the invitation: its link does not work any more. Refuses with [`ErrorCode::LinkUnusable`] if it has ended.
pub fn decline(conn: &mut Conn, own: &OwnAccount, held: &Held, now: NaiveDateTime) -> Result<(), AppError> {
    let changed = diesel::update(own.answers(held.id).filter(unended()))
        .set(invitations::declined_at.eq(now))
        .execute(conn)?;
    was_open(changed)
}

/// Whether the one invitation that was to be answered could be.
fn was_open(changed: usize) -> Result<(), AppError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(ErrorCode::LinkUnusable.into())
    }
}

/// Ends what else of the workspace's invitations was sent to the address of the account, which has joined by another one.
pub fn end_others(
    conn: &mut Conn,
    own: &OwnAccount,
    me: &Me,
    workspace: WorkspaceId,
    now: NaiveDateTime,
) -> QueryResult<Vec<InvitationId>> {
    let others: Vec<InvitationId> = own
        .invitations_to(me.email_key.clone())
        .filter(invitations::workspace_id.eq(workspace))
        .filter(unended())
        .select(invitations::id)
        .load(conn)?;
    let mut ended = Vec::with_capacity(others.len());
    for id in others {
        let changed = diesel::update(own.answers(id).filter(unended()))
            .set(invitations::revoked_at.eq(now))
            .execute(conn)?;
        if changed == 1 {
            ended.push(id);
        }
    }
    Ok(ended)
}
