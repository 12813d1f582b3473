//! First run: the link that the start prints, the first administrator made with it, and the same without a person.

pub mod store;

use chrono::TimeDelta;
use shared::{
    error::ErrorCode,
    ids::{SessionId, UserId, WorkspaceId},
    session::Session,
    setup::{CompleteSetup, Hosting, Setup},
    text::SecretText,
};

use crate::{
    audit::Entry,
    config::Admin,
    error::AppError,
    features::{
        account::store::{self as accounts, NewAccount},
        session::store::{
            self as sessions, NewSession,
            links::{self, LinkKind},
        },
    },
    http::{Ctx, Mount, serve},
    state::State,
    throttle::Attempt,
};

/// How long a set-up link works. The next start makes a new one.
const LINK_LIFE: TimeDelta = TimeDelta::hours(24);

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![serve(CompleteSetup, complete)]
}

/// Everything that can be refused cheaply is refused before the password is hashed; what decides is the transaction.
async fn complete(ctx: Ctx<CompleteSetup>) -> Result<Session, AppError> {
    let Setup {
        name,
        email,
        password,
        hosting,
        ..
    } = ctx.body.clone();
    let link = working_link(&ctx).await?;
    let personal = [email.as_str(), name.as_str()];
    let hash = ctx.passwords().hash(&password, &personal, "/password").await?;
    let account = NewAccount {
        id: UserId(ctx.new_id()),
        workspace_id: WorkspaceId(ctx.new_id()),
        name,
        email,
        email_proven: true,
        password_hash: Some(hash.clone()),
        is_operator: true,
    };
    let cookie = sessions::new_cookie(ctx.keys());
    let id = SessionId(ctx.new_id());
    let days = ctx.config().session_max_days;
    let session = NewSession::beginning(ctx.now(), days, id, &cookie, ctx.client());
    let begun = ctx
        .write(move |tx, anonymous| {
            let now = tx.now();
            tx.acts_as(account.id);
            store::insert_server(tx, hosting)?;
            links::consume(tx.conn, anonymous, LinkKind::SetUp, link, now)?;
            accounts::make(tx, &account, hosting)?;
            let own = anonymous.proven(account.id.into());
            accounts::note_sign_in(tx.conn, &own, &hash, now)?;
            sessions::open(tx, &own, &session)?;
            Ok(Session {
                account: accounts::me(tx.conn, &own)?,
                workspace_id: account.workspace_id,
            })
        })
        .await?;
    ctx.set_session_cookie(&cookie.token);
    Ok(begun)
}

/// The hash of the link that was brought, if it works. Only wrong ones are counted: whoever floods this address with
/// guesses holds nobody off who has the right one, even from the same network.
async fn working_link(ctx: &Ctx<CompleteSetup>) -> Result<String, AppError> {
    let (now, hash) = (ctx.now(), LinkKind::SetUp.hash(ctx.keys(), &ctx.body.token));
    let wanted = hash.clone();
    let (set_up, works) = ctx
        .read(move |conn, anonymous| {
            let works = match wanted {
                Some(hash) => store::link_works(conn, anonymous, hash, now)?,
                None => false,
            };
            Ok((store::is_set_up(conn, anonymous)?, works))
        })
        .await?;
    if set_up {
        return Err(ErrorCode::AlreadySetUp.into());
    }
    if let Some(hash) = hash.filter(|_| works) {
        return Ok(hash);
    }
    ctx.throttle().attempt(Attempt::Token, ctx.client(), None).await?;
    Err(ErrorCode::LinkUnusable.into())
}

/// The token of a new set-up link, for the start to print as `{public_url}/setup#token=...`; none once the server is
/// set up. The link before it does not work any more.
pub fn offer(state: &State) -> Result<Option<SecretText>, AppError> {
    let link = LinkKind::SetUp.new_token(state.keys());
    state.system("the start offers a set-up link", |tx, system| {
        if store::was_set_up(tx.conn, system)? {
            tx.needs_no_entry("the server is set up");
            return Ok(None);
        }
        let now = tx.now();
        store::replace_link(tx.conn, system, &link.hash, now, now + LINK_LIFE)?;
        tx.record(Entry::new("server.offer_set_up", "server", "server"))?;
        Ok(Some(link.token))
    })
}

/// Makes the first administrator from the settings, if the server is not set up yet; says whether it did. The server
/// is then for one's own team.
pub fn unattended(state: &State, admin: &Admin) -> Result<bool, AppError> {
    let done = state.system("the start looks whether the server is set up", |tx, system| {
        tx.needs_no_entry("nothing is changed");
        Ok(store::was_set_up(tx.conn, system)?)
    })?;
    if done {
        return Ok(false);
    }
    let account = first_account(state, admin)?;
    let made = state.system("the start makes the first administrator", |tx, _| {
        store::insert_server(tx, Hosting::OwnTeam)?;
        accounts::make(tx, &account, Hosting::OwnTeam)
    });
    match made {
        Ok(()) => Ok(true),
        // Another instance started at the same moment and was faster.
        Err(AppError::Known(ErrorCode::AlreadySetUp)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn first_account(state: &State, admin: &Admin) -> Result<NewAccount, AppError> {
    let name = match &admin.name {
        Some(name) => name.clone(),
        None => admin
            .email
            .before_at()
            .parse()
            .map_err(|fault: String| AppError::field("CLEARANCE_ADMIN_EMAIL", fault))?,
    };
    let personal = [admin.email.as_str(), name.as_str()];
    secrets::password::check_policy(admin.password.expose(), &personal)
        .map_err(|fault| AppError::field("CLEARANCE_ADMIN_PASSWORD", fault.to_string()))?;
    let hash =
        secrets::password::hash(admin.password.expose()).map_err(|fault| AppError::Internal(fault.into()))?;
    Ok(NewAccount {
        id: UserId(state.clock().new_id()),
        workspace_id: WorkspaceId(state.clock().new_id()),
        name,
        email: admin.email.clone(),
        email_proven: true,
        password_hash: Some(hash),
        is_operator: true,
    })
}
