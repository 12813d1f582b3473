//! Invitations: somebody joins a workspace, once, by a link or in the app. It works without any mail server.

mod answering;
mod inviting;
mod rules;
pub(crate) mod store;

use secrets::keys::InstanceKeys;
use shared::{invitations::*, page::Page, permission::Permission, text::SecretText};

use crate::{
    audit::Entry,
    error::AppError,
    features::{notifications::store as notifications, workspaces::store as workspaces},
    http::{Ctx, Mount, serve},
};

/// Domain of the keyed hash of invitation tokens.
const TOKEN_HASH: &str = "invitation";

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListInvitations, list),
        serve(CreateInvitation, inviting::create),
        serve(CreateInvitations, inviting::create_several),
        serve(GetInvitation, get),
        serve(ResendInvitation, inviting::resend),
        serve(RevokeInvitation, revoke),
        serve(ListMyInvitations, answering::list_mine),
        serve(AcceptMyInvitation, answering::accept_mine),
        serve(DeclineMyInvitation, answering::decline_mine),
        serve(ShowInvitation, answering::show),
        serve(AcceptInvitation, answering::accept),
        serve(JoinWithNewAccount, answering::join),
    ]
}

async fn list(ctx: Ctx<ListInvitations>) -> Result<Page<Invitation>, AppError> {
    let now = ctx.now();
    let rows = ctx
        .read(move |conn, scope| Ok(store::pending(conn, scope, now)?))
        .await?;
    rows.into_iter()
        .map(view)
        .collect::<Result<Vec<_>, _>>()
        .map(Page::whole)
}

async fn get(ctx: Ctx<GetInvitation>) -> Result<Invitation, AppError> {
    let (now, id) = (ctx.now(), ctx.path.invitation_id.into());
    view(
        ctx.read_brief(move |conn, scope| Ok(store::pending_by_id(conn, scope, id, now)?))
            .await?,
    )
}

async fn revoke(ctx: Ctx<RevokeInvitation>) -> Result<(), AppError> {
    let (now, id) = (ctx.now(), ctx.path.invitation_id);
    ctx.write(move |tx, scope| {
        // Whoever accepts it at this moment is either a member by now, or finds it revoked.
        workspaces::lock_for(tx.conn, scope, Permission::MembersManage)?;
        store::revoke(tx.conn, scope, id.into(), now)?;
        notifications::withdraw(tx, scope, id.into())?;
        tx.record(Entry::new("invitation.revoke", "invitation", id))
    })
    .await
}

/// The hash under which a token is stored. Any text has one; only a token that was made has a row.
fn hash_of(keys: &InstanceKeys, token: &SecretText) -> String {
    keys.keyed_hash().hash(TOKEN_HASH, token.expose().as_bytes())
}

fn view(row: store::PendingRow) -> Result<Invitation, AppError> {
    Ok(Invitation {
        id: row.id.into(),
        email: row.email.as_deref().map(stored).transpose()?,
        role: row.role.into(),
        invited_by: stored(&row.invited_by)?,
        created_at: row.created_at.and_utc(),
        expires_at: row.expires_at.and_utc(),
    })
}

/// Text that was checked when it was stored.
fn stored<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse()
        .map_err(|_changed| AppError::bug("a stored name or address is none"))
}
