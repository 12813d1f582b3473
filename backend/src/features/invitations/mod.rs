//! Invitations: a link with which somebody joins a workspace, once.

mod rules;
mod store;

use chrono::NaiveDateTime;
use diesel::OptionalExtension as _;
use secrets::keys::InstanceKeys;
use shared::{
    contract::url,
    error::ErrorCode,
    ids::{SessionId, UserId, WorkspaceId},
    invitations::*,
    page::Page,
    session::Session,
    text::{Email, SecretText},
    workspaces::Workspace,
};

use crate::{
    access::OwnAccount,
    audit::{Entry, Tx},
    error::AppError,
    features::{account::store as accounts, session::store as sessions, workspaces::store as workspaces},
    http::{Ctx, Mount, serve},
    mail::{self, SealedMail},
    throttle::Attempt,
};

/// Domain of the keyed hash of invitation tokens.
const TOKEN_HASH: &str = "invitation";

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListInvitations, list),
        serve(CreateInvitation, create),
        serve(GetInvitation, get),
        serve(RevokeInvitation, revoke),
        serve(ShowInvitation, show),
        serve(AcceptInvitation, accept),
        serve(JoinWithNewAccount, join),
    ]
}

async fn list(ctx: Ctx<ListInvitations>) -> Result<Page<Invitation>, AppError> {
    let now = ctx.now();
    let rows = ctx
        .read(move |conn, scope| Ok(store::open(conn, scope, now)?))
        .await?;
    rows.into_iter()
        .map(view)
        .collect::<Result<Vec<_>, _>>()
        .map(Page::whole)
}

async fn get(ctx: Ctx<GetInvitation>) -> Result<Invitation, AppError> {
    let (now, id) = (ctx.now(), ctx.path.invitation_id.into());
    view(
        ctx.read_brief(move |conn, scope| Ok(store::open_by_id(conn, scope, id, now)?))
            .await?,
    )
}

async fn create(ctx: Ctx<CreateInvitation>) -> Result<CreatedInvitation, AppError> {
    let token = secrets::token_text::opaque();
    let link = SecretText::new(format!(
        "{}/join#token={}",
        ctx.config().public_url(),
        token.expose()
    ));
    let letter = letter(&ctx, &link).await?;
    let new = store::New {
        id: shared::ids::InvitationId(ctx.new_id()).into(),
        token_hash: ctx
            .keys()
            .keyed_hash()
            .hash(TOKEN_HASH, token.expose().as_bytes()),
        email: ctx.body.email.clone(),
        role: ctx.body.role,
        now: ctx.now(),
        expires_at: ctx.now() + rules::LIFETIME,
    };
    let row = ctx
        .write(move |tx, scope| {
            // One at a time: two invitations of one address must see each other.
            workspaces::lock(tx.conn, scope)?;
            if let Some(key) = new.email.as_ref().map(Email::key) {
                if store::is_member(tx.conn, scope, &key)? {
                    return Err(ErrorCode::AlreadyMember.into());
                }
                store::revoke_for(tx.conn, scope, &key, new.now)?;
            }
            store::insert(tx.conn, scope, &new)?;
            if let Some(letter) = &letter {
                mail::queue(tx, letter)?;
            }
            tx.record(
                Entry::new("invitation.create", "invitation", new.id.0).after(&(&new.email, new.role)),
            )?;
            Ok(store::open_by_id(tx.conn, scope, new.id, new.now)?)
        })
        .await?;
    let invitation = view(row)?;
    ctx.located(url::<GetInvitation>(&OneInvitation {
        workspace_id: ctx.path.workspace_id,
        invitation_id: invitation.id,
    }));
    Ok(CreatedInvitation { invitation, link })
}

/// The mail with the link, if there is an address and a way to send it. The link works without.
async fn letter(ctx: &Ctx<CreateInvitation>, link: &SecretText) -> Result<Option<SealedMail>, AppError> {
    let (Some(to), Some(_)) = (&ctx.body.email, &ctx.config().smtp) else {
        return Ok(None);
    };
    let now = ctx.now();
    let workspace = ctx
        .read(move |conn, scope| workspaces::one(conn, scope, now))
        .await?;
    let (subject, text) = rules::letter(workspace.name.as_str(), link);
    SealedMail::new(ctx.keys(), ctx.new_id(), to.clone(), subject, &text).map(Some)
}

async fn revoke(ctx: Ctx<RevokeInvitation>) -> Result<(), AppError> {
    let (now, id) = (ctx.now(), ctx.path.invitation_id);
    ctx.write(move |tx, scope| {
        store::revoke(tx.conn, scope, id.into(), now)?;
        tx.record(Entry::new("invitation.revoke", "invitation", id))
    })
    .await
}

async fn show(ctx: Ctx<ShowInvitation>) -> Result<ShownInvitation, AppError> {
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

async fn accept(ctx: Ctx<AcceptInvitation>) -> Result<Workspace, AppError> {
    ctx.throttle().attempt(Attempt::Token, ctx.client(), None).await?;
    let (now, hash) = (ctx.now(), hash_of(ctx.keys(), &ctx.body.token));
    let workspace = ctx
        .write(move |tx, own| {
            let held = usable(store::held_by_account(tx.conn, own, hash), now)?;
            let account = accounts::me(tx.conn, own)?;
            rules::meant_for(&held.standing, &account.email.key())?;
            store::join(tx.conn, own, &held, now)?;
            journal(tx, own, &held)?;
            let mine = workspaces::of_account(tx.conn, own, now)?;
            let joined = mine
                .into_iter()
                .find(|workspace| workspace.id == held.workspace_id.into());
            joined.ok_or_else(|| ErrorCode::NotFound.into())
        })
        .await?;
    ctx.throttle().succeeded(Attempt::Token, ctx.client(), None).await;
    Ok(workspace)
}

async fn join(ctx: Ctx<JoinWithNewAccount>) -> Result<Session, AppError> {
    let (now, hash) = (ctx.now(), hash_of(ctx.keys(), &ctx.body.token));
    // Counted for the link as well: one that is open to everybody must not serve to try out addresses.
    ctx.throttle()
        .attempt(Attempt::Token, ctx.client(), Some(&hash))
        .await?;
    let wanted = hash.clone();
    // Before the password is hashed: a stranger without an invitation is to cost nothing.
    ctx.read_brief(move |conn, anonymous| usable(store::held(conn, anonymous, wanted), now))
        .await?;
    let (name, email) = (ctx.body.name.clone(), ctx.body.email.clone());
    let personal = [name.as_str(), email.as_str()];
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
    let new = accounts::NewAccount {
        id: UserId(ctx.new_id()),
        workspace_id: WorkspaceId(ctx.new_id()),
        name,
        email,
        password_hash: Some(password_hash.clone()),
        is_operator: false,
    };
    let session = ctx
        .write(move |tx, anonymous| {
            let held = usable(store::held(tx.conn, anonymous, hash), now)?;
            rules::meant_for(&held.standing, &new.email.key())?;
            tx.acts_as(new.id);
            accounts::make(tx, &new)?;
            let own = anonymous.proven(new.id.into());
            store::join(tx.conn, &own, &held, now)?;
            journal(tx, &own, &held)?;
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

/// The hash under which a token is stored. Any text has one; only a token that was made has a row.
fn hash_of(keys: &InstanceKeys, token: &SecretText) -> String {
    keys.keyed_hash().hash(TOKEN_HASH, token.expose().as_bytes())
}

/// A token that names nothing is as good as one that was used up.
fn usable(found: diesel::QueryResult<store::Held>, now: NaiveDateTime) -> Result<store::Held, AppError> {
    let held = found.optional()?.ok_or(ErrorCode::LinkUnusable)?;
    rules::open(&held.standing, now)?;
    Ok(held)
}

fn journal(tx: &mut Tx<'_>, own: &OwnAccount, held: &store::Held) -> Result<(), AppError> {
    let entry =
        Entry::new("invitation.accept", "invitation", held.id.0).in_workspace(held.workspace_id.into());
    tx.record(entry.after(&serde_json::json!({ "user_id": own.user_id().0, "role": held.role })))
}

fn view(row: store::OpenRow) -> Result<Invitation, AppError> {
    let (id, email, role, invited_by, created_at, expires_at) = row;
    Ok(Invitation {
        id: id.into(),
        email: email.as_deref().map(stored).transpose()?,
        role: role.into(),
        invited_by: stored(&invited_by)?,
        created_at: created_at.and_utc(),
        expires_at: expires_at.and_utc(),
    })
}

/// Text that was checked when it was stored.
fn stored<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse()
        .map_err(|_changed| AppError::bug("a stored name or address is none"))
}
