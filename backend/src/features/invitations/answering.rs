//! Answering an invitation: joining with one's own account or a new one, by the link or in the app, and declining.

use chrono::NaiveDateTime;
use db::Conn;
use diesel::OptionalExtension as _;
use shared::{
    error::ErrorCode,
    ids::{NotificationId, SessionId, UserId, WorkspaceId},
    invitations::{
        AcceptInvitation, AcceptMyInvitation, DeclineMyInvitation, JoinWithNewAccount, ListMyInvitations,
        MyInvitation, ShowInvitation, ShownInvitation,
    },
    notifications::NotificationKind,
    page::Page,
    session::Session,
    setup::Hosting,
    text::Email,
    workspaces::Workspace,
};

use super::{
    hash_of, rules,
    store::answering::{self as store, Held, Me},
    stored,
};
use crate::{
    access::OwnAccount,
    audit::{Entry, Tx},
    error::AppError,
    features::{
        account::store as accounts,
        notifications::store::{self as notifications, Notice},
        session::store as sessions,
        workspaces::store as workspaces,
    },
    http::Ctx,
    throttle::Attempt,
};

/// So many other invitations is a new account told of; its list has all of them.
const TOLD_AT_FIRST: usize = 10;

pub(super) async fn show(ctx: Ctx<ShowInvitation>) -> Result<ShownInvitation, AppError> {
    ctx.throttle().attempt(Attempt::Token, ctx.client(), None).await?;
    let (now, hash) = (ctx.now(), hash_of(ctx.keys(), &ctx.body.token));
    let held = ctx
        .read_brief(move |conn, anonymous| usable(store::held(conn, anonymous, hash), now))
        .await?;
    ctx.throttle().succeeded(Attempt::Token, ctx.client(), None).await;
    Ok(ShownInvitation {
        workspace_name: stored(&held.workspace_name)?,
        invited_by: stored(&held.invited_by)?,
        email: held.email.as_deref().map(stored::<Email>).transpose()?,
        expires_at: held.standing.expires_at.and_utc(),
    })
}

pub(super) async fn accept(ctx: Ctx<AcceptInvitation>) -> Result<Workspace, AppError> {
    ctx.throttle().attempt(Attempt::Token, ctx.client(), None).await?;
    let hash = hash_of(ctx.keys(), &ctx.body.token);
    let notice = NotificationId(ctx.new_id());
    let workspace = ctx
        .write(move |tx, own| {
            // The account before the workspace: in this order an operator who deletes it locks them.
            accounts::locked(tx.conn, own)?;
            let me = store::me(tx.conn, own)?;
            let held = locked(tx, own, |conn| store::held_by_account(conn, own, hash.clone()))?;
            rules::meant_for(&held.standing, &me.email_key)?;
            enter(tx, own, &me, &held, notice)?;
            joined(tx, own, &held)
        })
        .await?;
    ctx.throttle().succeeded(Attempt::Token, ctx.client(), None).await;
    Ok(workspace)
}

pub(super) async fn list_mine(ctx: Ctx<ListMyInvitations>) -> Result<Page<MyInvitation>, AppError> {
    let now = ctx.now();
    let rows = ctx
        .read(move |conn, own| Ok(store::mine(conn, own, now)?))
        .await?;
    let items: Result<Vec<_>, AppError> = rows
        .into_iter()
        .map(|row| {
            Ok(MyInvitation {
                id: row.id.into(),
                workspace_name: stored(&row.workspace_name)?,
                invited_by: stored(&row.invited_by)?,
                role: row.role.into(),
                created_at: row.created_at.and_utc(),
                expires_at: row.expires_at.and_utc(),
            })
        })
        .collect();
    items.map(Page::whole)
}

pub(super) async fn accept_mine(ctx: Ctx<AcceptMyInvitation>) -> Result<Workspace, AppError> {
    let (id, notice) = (ctx.path.invitation_id.into(), NotificationId(ctx.new_id()));
    ctx.write(move |tx, own| {
        let (me, held) = found(tx, own, id)?;
        enter(tx, own, &me, &held, notice)?;
        joined(tx, own, &held)
    })
    .await
}

pub(super) async fn decline_mine(ctx: Ctx<DeclineMyInvitation>) -> Result<(), AppError> {
    let (id, notice) = (ctx.path.invitation_id.into(), NotificationId(ctx.new_id()));
    ctx.write(move |tx, own| {
        let (now, (me, held)) = (tx.now(), found(tx, own, id)?);
        store::decline(tx.conn, own, &held, now)?;
        tx.record(
            entry("invitation.decline", &held).after(&serde_json::json!({ "user_id": own.user_id().0 })),
        )?;
        notifications::answered(tx, own, held.id)?;
        tell_sender(tx, &me, &held, NotificationKind::InvitationDeclined, notice)
    })
    .await
}

pub(super) async fn join(ctx: Ctx<JoinWithNewAccount>) -> Result<Session, AppError> {
    let (now, hash) = (ctx.now(), hash_of(ctx.keys(), &ctx.body.token));
    // Counted for the link as well: one that is open to everybody must not serve to try out addresses.
    ctx.throttle()
        .attempt(Attempt::Token, ctx.client(), Some(&hash))
        .await?;
    let wanted = hash.clone();
    // Before the password is hashed: a stranger without an invitation is to cost nothing.
    ctx.read_brief(move |conn, anonymous| {
        let held = usable(store::held(conn, anonymous, wanted), now)?;
        Ok(rules::has_seat(held.standing.seats)?)
    })
    .await?;
    let personal = [ctx.body.name.as_str(), ctx.body.email.as_str()];
    let password_hash = ctx
        .passwords()
        .hash(&ctx.body.password, &personal, "/password")
        .await?;
    let cookie = sessions::new_cookie(ctx.keys());
    let first_session = sessions::NewSession::beginning(
        now,
        ctx.config().session_max_days,
        SessionId(ctx.new_id()),
        &cookie,
        ctx.client(),
    );
    let mut new = new_account(&ctx, password_hash.clone());
    let notice = NotificationId(ctx.new_id());
    let others: Vec<_> = (0..TOLD_AT_FIRST).map(|_| NotificationId(ctx.new_id())).collect();
    let session = ctx
        .write(move |tx, anonymous| {
            // The link is proven; the account that it is proven for is made below.
            let own = anonymous.proven(new.id.into());
            let held = locked(tx, &own, |conn| store::held(conn, anonymous, hash.clone()))?;
            rules::meant_for(&held.standing, &new.email.key())?;
            let hosting = store::hosting(tx.conn, anonymous)?;
            new.email_proven = rules::vouched_for(&held.standing, hosting, held.sender_is_operator);
            new.hosting = hosting;
            tx.acts_as(new.id);
            accounts::make(tx, &new)?;
            let me = store::me(tx.conn, &own)?;
            enter(tx, &own, &me, &held, notice)?;
            tell_of_others(tx, &own, &others)?;
            accounts::note_sign_in(tx.conn, &own, &password_hash, now)?;
            sessions::open(tx, &own, &first_session)?;
            Ok(Session {
                account: accounts::me(tx.conn, &own)?,
                workspace_id: held.workspace_id.into(),
            })
        })
        .await?;
    ctx.throttle()
        .succeeded(
            Attempt::Token,
            ctx.client(),
            Some(&hash_of(ctx.keys(), &ctx.body.token)),
        )
        .await;
    ctx.set_session_cookie(&cookie.token);
    Ok(session)
}

/// The account to make; whether its address is believed is seen with the invitation.
fn new_account(ctx: &Ctx<JoinWithNewAccount>, password_hash: String) -> accounts::NewAccount {
    accounts::NewAccount {
        id: UserId(ctx.new_id()),
        workspace_id: WorkspaceId(ctx.new_id()),
        name: ctx.body.name.clone(),
        email: ctx.body.email.clone(),
        email_proven: false,
        password_hash: Some(password_hash),
        is_operator: false,
        hosting: Hosting::OwnTeam,
    }
}

/// A token that names nothing is as good as one that was used up.
fn usable(held: diesel::QueryResult<Held>, now: NaiveDateTime) -> Result<Held, AppError> {
    let held = held.optional()?.ok_or(ErrorCode::LinkUnusable)?;
    rules::open(&held.standing, now)?;
    Ok(held)
}

/// The invitation that `read` finds, as it is under the lock of its workspace. The lock is taken before any other, so that
/// whoever joins, invites or removes waits for each other and never in a circle.
fn locked(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    read: impl Fn(&mut Conn) -> diesel::QueryResult<Held>,
) -> Result<Held, AppError> {
    let now = tx.now();
    let held = usable(read(tx.conn), now)?;
    store::lock(tx.conn, own, held.workspace_id)?;
    usable(read(tx.conn), now)
}

/// An invitation to the account's own address, under the lock of its workspace. One that the account may not answer without
/// its link is not there.
fn found(tx: &mut Tx<'_>, own: &OwnAccount, id: db::columns::InvitationId) -> Result<(Me, Held), AppError> {
    // The account before the workspace: in this order an operator who deletes it locks them.
    accounts::locked(tx.conn, own)?;
    let me = store::me(tx.conn, own)?;
    if !me.email_proven {
        return Err(ErrorCode::NotFound.into());
    }
    // One that was never sent to this address is not there; one that was may be over.
    store::sent_to(tx.conn, own, &me, id)?;
    let held = locked(tx, own, |conn| store::sent_to(conn, own, &me, id))?;
    Ok((me, held))
}

/// Makes the account a member, under the lock of the workspace.
fn enter(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    me: &Me,
    held: &Held,
    notice: NotificationId,
) -> Result<(), AppError> {
    let now = tx.now();
    if store::is_in(tx.conn, own, held.workspace_id)? {
        return Err(ErrorCode::AlreadyMember.into());
    }
    // An account that is shut out or deleted at this very moment joins nothing.
    accounts::locked(tx.conn, own)?;
    rules::has_seat(held.standing.seats)?;
    store::join(tx.conn, own, held, now)?;
    let about = serde_json::json!({ "user_id": own.user_id().0, "role": held.role });
    tx.record(entry("invitation.accept", held).after(&about))?;
    notifications::answered(tx, own, held.id)?;
    for id in store::end_others(tx.conn, own, me, held.workspace_id, now)? {
        let entry = Entry::new("invitation.revoke", "invitation", id.0)
            .in_workspace(held.workspace_id.into())
            .after(&serde_json::json!({ "joined_by": shared::ids::InvitationId::from(held.id) }));
        tx.record(entry)?;
        notifications::answered(tx, own, id)?;
    }
    tell_sender(tx, me, held, NotificationKind::InvitationAccepted, notice)
}

/// The workspace that the account has joined.
fn joined(tx: &mut Tx<'_>, own: &OwnAccount, held: &Held) -> Result<Workspace, AppError> {
    let now = tx.now();
    let mine = workspaces::of_account(tx.conn, own, now)?;
    let joined = mine
        .into_iter()
        .find(|workspace| workspace.id == held.workspace_id.into());
    joined.ok_or_else(|| ErrorCode::NotFound.into())
}

fn entry(action: &'static str, held: &Held) -> Entry {
    Entry::new(action, "invitation", held.id.0).in_workspace(held.workspace_id.into())
}

/// Tells whoever invited what became of it.
fn tell_sender(
    tx: &mut Tx<'_>,
    me: &Me,
    held: &Held,
    kind: NotificationKind,
    id: NotificationId,
) -> Result<(), AppError> {
    let notice = Notice {
        id,
        kind,
        actor_name: Some(me.name.clone()),
        workspace: Some((held.workspace_id, held.workspace_name.clone())),
        role: None,
        invitation: None,
    };
    notifications::tell(tx, held.sender, &notice)
}

/// Tells a new account of the other invitations to its address, which were sent when there was nobody to tell.
fn tell_of_others(tx: &mut Tx<'_>, own: &OwnAccount, ids: &[NotificationId]) -> Result<(), AppError> {
    let now = tx.now();
    for (row, id) in store::mine(tx.conn, own, now)?.into_iter().zip(ids) {
        let notice = Notice {
            id: *id,
            kind: NotificationKind::Invited,
            actor_name: Some(row.invited_by),
            workspace: Some((row.workspace_id, row.workspace_name)),
            role: Some(row.role.into()),
            invitation: Some(row.id),
        };
        notifications::tell_of(tx, own.user_id(), Some(row.sender), &notice)?;
    }
    Ok(())
}
