//! Deleting an account for good: what it logged stays, under a pseudonym; who it was and what it could do goes. One
//! transaction, journalled on the server and in every workspace that it touches.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use db::{Conn, columns};
use serde_json::json;
use shared::{
    ids::{InvitationId, NotificationId, UserId, WorkspaceId},
    notifications::NotificationKind,
    permission::Role,
    server_users::{HandedOver, UserDeletionPreview},
    text::Name,
};

use super::{
    changes::standing,
    rules::{self, Others, Parting, Tie},
    store::{
        self, UserRow, erase,
        parting::{self, PlaceRow, Successor},
    },
};
use crate::{
    access::WholeServer,
    audit::{Entry, Tx},
    error::AppError,
    features::{
        account::store as accounts,
        credentials::store as keys_of,
        notifications::store::{Notice, tell, withdraw_anywhere},
        session::store as sessions,
    },
    mail, throttle,
};

/// What happens when the account is deleted.
pub(super) fn preview(
    conn: &mut Conn,
    reach: &WholeServer,
    user: columns::UserId,
    now: NaiveDateTime,
    idle_days: u32,
) -> Result<UserDeletionPreview, AppError> {
    let row = store::living(conn, reach, user)?;
    let standing = row.standing(reach, store::count_other_operators(conn, reach, user)?);
    let mut handed_over = Vec::new();
    for place in parting::owned(conn, reach, user)? {
        let (what, successor) = foreseen(conn, reach, &place, user)?;
        if matches!(what, Parting::HandOver | Parting::Delete) {
            let to = successor.map(|successor| successor.name.parse());
            handed_over.push(HandedOver {
                workspace_id: place.id.into(),
                workspace_name: place.name.parse().map_err(anyhow::Error::msg)?,
                to: to.transpose().map_err(anyhow::Error::msg)?,
            });
        }
    }
    let first = |rows: Vec<(columns::UserId, i64)>| {
        let count = rows.first().map_or(0, |(_, count)| *count);
        u64::try_from(count).unwrap_or(0)
    };
    Ok(UserDeletionPreview {
        user_id: user.into(),
        pseudonym: rules::pseudonym(user.into()).map_err(anyhow::Error::msg)?,
        keys: first(keys_of::count_live_by_account(conn, reach, &[user], now)?),
        sessions: first(sessions::count_live_by_account(
            conn,
            reach,
            &[user],
            now,
            idle_days,
        )?),
        workspaces: parting::memberships(conn, reach, user)?.len() as u64,
        handed_over,
        refused: rules::may_delete(&standing).err(),
    })
}

/// What becomes of a workspace that `user` is a member of, and who takes over.
fn foreseen(
    conn: &mut Conn,
    reach: &WholeServer,
    place: &PlaceRow,
    user: columns::UserId,
) -> Result<(Parting, Option<Successor>), AppError> {
    let mut successor = None;
    for wanted in rules::SUCCESSION {
        if successor.is_none() {
            successor = parting::longest_standing(conn, reach, place.id, user, wanted)?;
        }
    }
    let tie = match place.owner_id == user {
        true if place.personal_of == Some(user) => Tie::Personal,
        true => Tie::Owned,
        false => Tie::Joined,
    };
    let others = match successor {
        None => Others::None,
        Some(_) if parting::has_other_admin(conn, reach, place.id, user)? => Others::Admin,
        Some(_) => Others::Members,
    };
    Ok((rules::parting(tie, others), successor))
}

/// Somebody who is being deleted, and what it has led to so far.
struct Leaving<'a> {
    row: UserRow,
    pseudonym: &'a Name,
    /// The operator's name, for those who are told.
    operator: Option<String>,
    workspaces: usize,
    keys_revoked: usize,
    handed_over: Vec<(WorkspaceId, UserId)>,
    /// With the names that they had.
    deleted_workspaces: Vec<(WorkspaceId, String)>,
}

/// Deletes the account, whose failures to sign in are counted under the name `counted_as`.
pub(super) fn delete(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    counted_as: &str,
    user: columns::UserId,
) -> Result<(), AppError> {
    let (now, own) = (tx.now(), reach.rows_of(user));
    store::lock_operators(tx.conn, reach)?;
    // Links before the account: in this order a link that is used at the same moment locks them.
    erase::links(tx.conn, &own)?;
    let row = store::locked(tx.conn, reach, user)?;
    rules::may_delete(&standing(tx, reach, &row)?)?;
    store::still_operates(tx.conn, reach)?;
    let pseudonym = rules::pseudonym(user.into()).map_err(anyhow::Error::msg)?;
    let address = rules::address(user.into()).map_err(anyhow::Error::msg)?;
    let mut leaving = Leaving {
        operator: Some(store::by_id(tx.conn, reach, reach.user_id())?.name),
        pseudonym: &pseudonym,
        row,
        workspaces: 0,
        keys_revoked: 0,
        handed_over: Vec::new(),
        deleted_workspaces: Vec::new(),
    };
    lock_all(tx, reach, &leaving.row)?;
    leave_all(tx, reach, &mut leaving)?;
    rename_personal(tx, reach, &leaving)?;
    end_invitations(tx, reach, &leaving.row.email_key)?;
    let sessions_ended = sessions::end_all(tx.conn, &own)?;
    // Workspaces, then the server's journal, then the account's key: others come by them in this order.
    journal(tx, &leaving, sessions_ended)?;
    erase::account(tx.conn, reach, user, &pseudonym, &address, now)?;
    mail::forget_address(tx.conn, reach, &leaving.row.email_key)?;
    throttle::forget(tx.conn, counted_as)?;
    erase::links(tx.conn, &own)?;
    erase::belongings(tx.conn, &own)?;
    erase::name_in_notices(tx.conn, reach, user, &pseudonym)?;
    tx.ends_authority();
    Ok(())
}

/// Locks the workspaces that the account is in or is invited to, all of them in the order of their ids. Nobody joins with
/// the account meanwhile: it is locked.
fn lock_all(tx: &mut Tx<'_>, reach: &WholeServer, row: &UserRow) -> Result<(), AppError> {
    let mut all = parting::memberships(tx.conn, reach, row.id)?;
    all.extend(erase::invited_to(tx.conn, reach, &row.email_key)?);
    let ordered: BTreeSet<WorkspaceId> = all.into_iter().map(WorkspaceId::from).collect();
    for workspace in ordered {
        parting::lock(tx.conn, reach, workspace.into())?;
    }
    Ok(())
}

/// What the server's own chain says of it. The workspaces that went with it have nobody left who reads theirs.
fn journal(tx: &mut Tx<'_>, leaving: &Leaving<'_>, sessions_ended: usize) -> Result<(), AppError> {
    for (workspace, name) in &leaving.deleted_workspaces {
        let entry = Entry::new("workspace.delete", "workspace", workspace);
        tx.record(entry.before(&json!({ "name": name })))?;
    }
    let deleted: Vec<WorkspaceId> = leaving.deleted_workspaces.iter().map(|(id, _)| *id).collect();
    let entry = Entry::new("account.delete", "account", UserId::from(leaving.row.id));
    tx.record(entry.after(&json!({
        "pseudonym": leaving.pseudonym,
        "workspaces_left": leaving.workspaces,
        "keys_revoked": leaving.keys_revoked,
        "sessions_ended": sessions_ended,
        "handed_over": leaving.handed_over,
        "workspaces_deleted": deleted,
    })))
}

fn leave_all(tx: &mut Tx<'_>, reach: &WholeServer, leaving: &mut Leaving<'_>) -> Result<(), AppError> {
    for workspace in parting::memberships(tx.conn, reach, leaving.row.id)? {
        let place = parting::place(tx.conn, reach, workspace)?;
        leave(tx, reach, &place, leaving)?;
    }
    Ok(())
}

/// Ends one membership, and keeps the workspace with an owner and an administrator.
fn leave(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    place: &PlaceRow,
    leaving: &mut Leaving<'_>,
) -> Result<(), AppError> {
    let (user, workspace) = (leaving.row.id, WorkspaceId::from(place.id));
    let role = parting::role(tx.conn, reach, place.id, user)?;
    let (what, successor) = foreseen(tx.conn, reach, place, user)?;
    match (what, &successor) {
        (Parting::HandOver, Some(successor)) => {
            promote(tx, reach, place, successor)?;
            hand_over(tx, reach, place, successor, leaving)?;
        }
        (Parting::Promote, Some(successor)) if Role::from(successor.role) != Role::Admin => {
            promote(tx, reach, place, successor)?;
            let role = Some(Role::Admin);
            notify(tx, leaving, place, successor, NotificationKind::RoleChanged, role)?;
        }
        _ => {}
    }
    let ended = erase::membership(tx.conn, reach, place.id, user, tx.now())?;
    withdraw_anywhere(tx, reach, &ended.invitations)?;
    leaving.workspaces += 1;
    leaving.keys_revoked += ended.keys.len();
    let invitations: Vec<InvitationId> = ended.invitations.into_iter().map(Into::into).collect();
    let entry = Entry::new("member.remove", "member", UserId::from(user))
        .in_workspace(workspace)
        .before(&json!({ "role": role, "keys": ended.keys, "invitations": invitations }));
    tx.record(entry.after(&json!({ "because": "account.delete" })))?;
    if what == Parting::Delete {
        parting::delete(tx.conn, reach, place.id)?;
        leaving.deleted_workspaces.push((workspace, place.name.clone()));
        let entry = Entry::new("workspace.delete", "workspace", workspace).in_workspace(workspace);
        tx.record(entry.before(&json!({ "name": place.name })))?;
    }
    Ok(())
}

fn promote(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    place: &PlaceRow,
    successor: &Successor,
) -> Result<(), AppError> {
    let before = Role::from(successor.role);
    if before == Role::Admin {
        return Ok(());
    }
    parting::promote(tx.conn, reach, place.id, successor.user_id)?;
    // Roles are remembered; this one is not right any more.
    tx.ends_authority();
    let noted = |role: Role| json!({ "role": role });
    let entry = Entry::new("member.change", "member", UserId::from(successor.user_id));
    let entry = entry.in_workspace(place.id.into()).before(&noted(before));
    tx.record(entry.after(&noted(Role::Admin)))
}

fn hand_over(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    place: &PlaceRow,
    to: &Successor,
    leaving: &mut Leaving<'_>,
) -> Result<(), AppError> {
    let workspace = WorkspaceId::from(place.id);
    parting::hand_over(tx.conn, reach, place.id, to.user_id)?;
    leaving.handed_over.push((workspace, to.user_id.into()));
    let owner = |user: columns::UserId| json!({ "owner_id": UserId::from(user) });
    let entry = Entry::new("workspace.transfer", "workspace", workspace).in_workspace(workspace);
    tx.record(entry.before(&owner(place.owner_id)).after(&owner(to.user_id)))?;
    if place.personal_of.is_some() {
        rename(tx, reach, place.id, leaving.pseudonym)?;
    }
    notify(tx, leaving, place, to, NotificationKind::OwnershipReceived, None)
}

fn notify(
    tx: &mut Tx<'_>,
    leaving: &Leaving<'_>,
    place: &PlaceRow,
    to: &Successor,
    kind: NotificationKind,
    role: Option<Role>,
) -> Result<(), AppError> {
    let name = match place.personal_of {
        Some(_) => accounts::personal_workspace_name(leaving.pseudonym),
        None => place.name.clone(),
    };
    let notice = Notice {
        id: NotificationId(tx.new_id()),
        kind,
        actor_name: leaving.operator.clone(),
        workspace: Some((place.id, name)),
        role,
        invitation: None,
    };
    tell(tx, to.user_id, &notice)
}

/// A personal workspace that nobody else is in stays, with what was logged in it.
fn rename_personal(tx: &mut Tx<'_>, reach: &WholeServer, leaving: &Leaving<'_>) -> Result<(), AppError> {
    match erase::personal_workspace(tx.conn, reach, leaving.row.id)? {
        Some(workspace) => {
            erase::vaults_of_nobody(tx.conn, reach, workspace)?;
            rename(tx, reach, workspace, leaving.pseudonym)
        }
        None => Ok(()),
    }
}

/// The name that it had is not journalled again.
fn rename(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    workspace: columns::WorkspaceId,
    pseudonym: &Name,
) -> Result<(), AppError> {
    let name = accounts::personal_workspace_name(pseudonym);
    parting::rename(tx.conn, reach, workspace, &name)?;
    erase::workspace_in_notices(tx.conn, reach, workspace, &name)?;
    let id = WorkspaceId::from(workspace);
    let entry = Entry::new("workspace.change", "workspace", id).in_workspace(id);
    tx.record(entry.after(&json!({ "name": name })))
}

/// Every invitation to the address. Each holds it, so none stays.
fn end_invitations(tx: &mut Tx<'_>, reach: &WholeServer, email_key: &str) -> Result<(), AppError> {
    let now = tx.now();
    for (workspace, invitation) in erase::open_invitations_to(tx.conn, reach, email_key, now)? {
        withdraw_anywhere(tx, reach, &[invitation])?;
        let id = InvitationId::from(invitation);
        let entry = Entry::new("invitation.revoke", "invitation", id).in_workspace(workspace.into());
        tx.record(entry.after(&json!({ "because": "account.delete" })))?;
    }
    erase::invitations_to(tx.conn, reach, email_key)?;
    Ok(())
}
