//! Signing in and out, tokens, forgotten passwords, and the list of one's browsers.

mod browsers;
mod password_reset;
pub mod rules;
mod sign_in;
pub mod store;
mod token;

use shared::session::{
    CompletePasswordReset, CreateToken, GetSession, ListSessions, RequestPasswordReset, RevokeOtherSessions,
    RevokeSession, Session, SignIn, SignOut,
};

use crate::{
    audit::Entry,
    error::AppError,
    features::account::store as accounts,
    http::{Ctx, Mount, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(SignIn, sign_in::sign_in),
        serve(GetSession, get),
        serve(SignOut, sign_out),
        serve(CreateToken, token::create),
        serve(RequestPasswordReset, password_reset::request),
        serve(CompletePasswordReset, password_reset::complete),
        serve(ListSessions, browsers::list),
        serve(RevokeSession, browsers::revoke),
        serve(RevokeOtherSessions, browsers::revoke_others),
    ]
}

async fn get(ctx: Ctx<GetSession>) -> Result<Session, AppError> {
    ctx.read_brief(|conn, own| {
        let workspace_id = match own.key() {
            Some((_, workspace_id)) => workspace_id,
            None => accounts::personal_workspace(conn, own)?,
        };
        let account = accounts::me(conn, own)?;
        Ok(Session {
            account,
            workspace_id,
        })
    })
    .await
}

async fn sign_out(ctx: Ctx<SignOut>) -> Result<(), AppError> {
    ctx.write(|tx, own| {
        let Some(id) = own.session_id() else {
            return Err(AppError::bug("a person without a session"));
        };
        store::end(tx.conn, own, id)?;
        tx.ends_authority();
        tx.record(Entry::new("session.sign_out", "session", id))
    })
    .await?;
    ctx.clear_session_cookie();
    Ok(())
}
