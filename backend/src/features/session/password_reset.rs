//! A way back in when the password is forgotten: a link by mail. What is done, how long it takes and what is answered
//! is the same whether or not there is such an account.

use shared::{
    error::ErrorCode,
    session::{
        CompletePasswordReset, PasswordReset, PasswordResetRequest, PasswordResetRequested,
        RequestPasswordReset,
    },
    text::{Email, Name},
};

use super::{rules, sign_in::pseudonym, store};
use crate::{
    access::Anonymous,
    audit::{Entry, Tx},
    error::AppError,
    features::account::store as accounts,
    http::Ctx,
    mail,
    throttle::Attempt,
};

pub(super) async fn request(ctx: Ctx<RequestPasswordReset>) -> Result<PasswordResetRequested, AppError> {
    let PasswordResetRequest { email } = ctx.body.clone();
    ctx.throttle()
        .attempt(Attempt::Reset, ctx.client(), Some(&email.key()))
        .await?;
    let by_mail = ctx.config().smtp.is_some();
    let journal_as = pseudonym(ctx.keys(), &email);
    let letter = by_mail.then(|| Letter {
        keys: ctx.shared_keys(),
        mail_id: ctx.new_id(),
        public_url: ctx.config().public_url(),
        email,
    });
    ctx.write(move |tx, anonymous| {
        if let Some(letter) = letter {
            letter.post(tx, anonymous)?;
        }
        tx.record(Entry::new("session.ask_for_password", "address", journal_as))
    })
    .await?;
    Ok(PasswordResetRequested { by_mail })
}
