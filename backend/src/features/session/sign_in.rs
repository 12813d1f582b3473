//! Signing in. An account that does not exist, has no password or is disabled takes the same steps, does the same
//! work and gets the same answer as a wrong password.

use shared::{
    error::ErrorCode,
    ids::SessionId,
    session::{Session, SignIn},
    text::Email,
};

use super::{
    rules,
    store::{self, Candidate, NewSession},
};
use crate::{
    access::Anonymous,
    audit::{Entry, Tx},
    error::AppError,
    features::account::store as accounts,
    http::Ctx,
    throttle::Attempt,
};

pub(super) async fn sign_in(ctx: Ctx<SignIn>) -> Result<Session, AppError> {
    let key = ctx.body.email.key();
    ctx.throttle()
        .attempt(Attempt::SignIn, ctx.client(), Some(&key))
        .await?;
    let wanted = key.clone();
    let candidate = ctx
        .read(move |conn, anonymous| Ok(store::candidate(conn, anonymous, wanted)?))
        .await?;
    let stored = candidate
        .as_ref()
        .and_then(|candidate| candidate.password_hash.clone());
    let genuine = ctx.passwords().verify(stored, &ctx.body.password).await?;
    let Some((candidate, hash)) = candidate.filter(|_| genuine).and_then(admissible) else {
        return refuse(&ctx).await;
    };
    let cookie = store::new_cookie(ctx.keys());
    let new = NewSession {
        id: SessionId(ctx.new_id()),
        token_hash: cookie.hash.clone(),
        expires_at: rules::session_end(ctx.now(), ctx.config().session_max_days),
        client: ctx.client().clone(),
    };
    let better_hash = rehashed(&ctx, &hash).await;
    let begun = ctx
        .write(move |tx, anonymous| {
            let own = anonymous.proven(candidate.user_id);
            if !accounts::note_sign_in(tx.conn, &own, &hash, tx.now())? {
                return Err(ErrorCode::SignInFailed.into());
            }
            if let Some(better) = &better_hash {
                accounts::set_password(tx.conn, &own, better)?;
            }
            store::open(tx, &own, &new)?;
            begun(tx, anonymous, &candidate)
        })
        .await?;
    ctx.throttle()
        .succeeded(Attempt::SignIn, ctx.client(), Some(&key))
        .await?;
    ctx.set_session_cookie(&cookie.token);
    Ok(begun)
}

/// The account, if it may sign in, and the hash that was checked.
fn admissible(candidate: Candidate) -> Option<(Candidate, String)> {
    let hash = candidate
        .password_hash
        .clone()
        .filter(|_| !candidate.is_disabled)?;
    Some((candidate, hash))
}

fn begun(tx: &mut Tx<'_>, anonymous: &Anonymous, candidate: &Candidate) -> Result<Session, AppError> {
    let own = anonymous.proven(candidate.user_id);
    Ok(Session {
        workspace_id: accounts::personal_workspace(tx.conn, &own)?,
        account: accounts::own(tx.conn, &own)?,
    })
}

/// The password's hash at today's parameters, if the stored one was made with others. A password that today's rules
/// would not take keeps its old hash: its owner is let in all the same.
async fn rehashed(ctx: &Ctx<SignIn>, stored: &str) -> Option<String> {
    if !secrets::password::needs_rehash(stored) {
        return None;
    }
    ctx.passwords()
        .hash(&ctx.body.password, &[], "/password")
        .await
        .ok()
}

/// Journals the failure under a pseudonym of the address that was typed, and refuses.
async fn refuse(ctx: &Ctx<SignIn>) -> Result<Session, AppError> {
    let subject = pseudonym(ctx.keys(), &ctx.body.email);
    ctx.write(move |tx, _| tx.record(Entry::new("session.sign_in_failed", "address", subject)))
        .await?;
    Err(ErrorCode::SignInFailed.into())
}

/// The same for every spelling of an address, and nobody without the instance's keys can tell which address it is.
pub(super) fn pseudonym(keys: &secrets::keys::InstanceKeys, email: &Email) -> String {
    let hash = keys
        .keyed_hash()
        .hash("journal-address", email.key().as_bytes());
    hash.chars().take(16).collect()
}

#[cfg(test)]
mod tests;
