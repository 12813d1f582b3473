//! A way back in when the password is forgotten: a link by mail. What is done, in how many statements, and what is
//! answered is the same whether or not there is such an account.

use shared::{
    account::Account,
    error::ErrorCode,
    session::{
        CompletePasswordReset, PasswordReset, PasswordResetRequest, PasswordResetRequested,
        RequestPasswordReset,
    },
};

use super::{
    rules,
    sign_in::pseudonym,
    store::{
        self, NewToken,
        links::{self, LinkKind},
    },
};
use crate::{
    audit::Entry,
    error::AppError,
    features::account::store as accounts,
    http::Ctx,
    mail::{self, SealedMail},
    throttle::Attempt,
};

pub(super) async fn request(ctx: Ctx<RequestPasswordReset>) -> Result<PasswordResetRequested, AppError> {
    let PasswordResetRequest { email } = ctx.body.clone();
    ctx.throttle()
        .attempt(Attempt::Reset, ctx.client(), Some(&email.key()))
        .await?;
    let by_mail = ctx.config().smtp.is_some();
    let key = email.key();
    let account = ctx
        .read(move |conn, anonymous| accounts::enabled_by_email(conn, anonymous, key))
        .await?;
    let link = LinkKind::Password.new_token(ctx.keys());
    let letter = letter(&ctx, account.as_ref(), &link)?;
    let journal_as = pseudonym(ctx.keys(), &email);
    ctx.write(move |tx, _| {
        let (now, owner) = (tx.now(), account.map(|account| account.id));
        // Before the link, which holds the account: whoever deletes that takes the two in this order.
        tx.record(Entry::new("session.ask_for_password", "address", journal_as))?;
        // Written for nobody as well, and then undone.
        store::done_or_undone(tx, by_mail && owner.is_some(), |tx| {
            let end = now + rules::MAILED_LINK;
            links::insert(tx.conn, LinkKind::MailedPassword, owner, &link.hash, now, end)?;
            mail::queue(tx, &letter)
        })
    })
    .await?;
    Ok(PasswordResetRequested { by_mail })
}

/// The mail with the link. It goes to the address that the account has, not to the one that was typed.
fn letter(
    ctx: &Ctx<RequestPasswordReset>,
    account: Option<&Account>,
    link: &NewToken,
) -> Result<SealedMail, AppError> {
    let (name, to) = account.map_or(("", &ctx.body.email), |account| {
        (account.name.as_str(), &account.email)
    });
    let url = rules::password_link(&ctx.config().public_url(), &link.token);
    let (subject, text) = rules::password_mail(name, &url);
    SealedMail::new(ctx.keys(), ctx.new_id(), to.clone(), subject, &text)
}

pub(super) async fn complete(ctx: Ctx<CompletePasswordReset>) -> Result<(), AppError> {
    let (link, account) = working_link(&ctx).await?;
    let PasswordReset { password, .. } = ctx.body.clone();
    let personal = [account.email.as_str(), account.name.as_str()];
    let hash = ctx.passwords().hash(&password, &personal, "/password").await?;
    let owner = account.id;
    ctx.write(move |tx, anonymous| {
        let now = tx.now();
        let mailed = links::consume(tx.conn, anonymous, LinkKind::Password, link, now)?;
        let own = anonymous.proven(owner.into());
        if mailed {
            accounts::prove_email(tx.conn, &own)?;
        }
        accounts::set_password(tx.conn, &own, &hash)?;
        store::void_links(tx.conn, &own, now)?;
        let ended = store::end_all(tx.conn, &own)?;
        tx.ends_authority();
        tx.acts_as(owner);
        let entry = Entry::new("account.reset_password", "account", owner);
        tx.record(entry.after(&serde_json::json!({ "sessions_ended": ended })))
    })
    .await?;
    // Whoever was held off for forgetting the old password may use the new one at once.
    ctx.throttle()
        .succeeded(Attempt::SignIn, ctx.client(), Some(&account.email.key()))
        .await;
    Ok(())
}

/// The hash of the link that was brought and whose it is, if it works. Only wrong ones are counted, so that guesses
/// hold nobody off who has a right one.
async fn working_link(ctx: &Ctx<CompletePasswordReset>) -> Result<(String, Account), AppError> {
    let now = ctx.now();
    if let Some(hash) = LinkKind::Password.hash(ctx.keys(), &ctx.body.token) {
        let wanted = hash.clone();
        let owner = ctx
            .read_brief(move |conn, anonymous| store::link_owner(conn, anonymous, wanted, now))
            .await?;
        if let Some(account) = owner {
            return Ok((hash, account));
        }
    }
    ctx.throttle().attempt(Attempt::Token, ctx.client(), None).await?;
    Err(ErrorCode::LinkUnusable.into())
}
