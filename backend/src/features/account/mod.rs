//! One's own account: name, password, preferences. The functions that take a transaction are for every door.

mod own_data;
pub mod rules;
pub mod store;

use serde_json::{Map, Value};
use shared::{
    account::{
        Account, ChangeMe, ChangePassword, ChangePreferences, ExportMe, GetMe, GetPreferences,
        PasswordChange, Preferences,
    },
    error::ErrorCode,
    ids::UserId,
    text::Name,
};

use crate::{
    access::OwnAccount,
    audit::{Entry, Tx},
    error::AppError,
    features::session::store as sessions,
    http::{Ctx, Mount, download::serve_download, serve},
    throttle::Attempt,
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(GetMe, get),
        serve(ChangeMe, change),
        serve(ChangePassword, change_password),
        serve(GetPreferences, get_preferences),
        serve(ChangePreferences, change_preferences),
        serve_download(ExportMe, own_data::FILES, own_data::export),
    ]
}

async fn get(ctx: Ctx<GetMe>) -> Result<Account, AppError> {
    ctx.read_brief(store::me).await
}

async fn change(ctx: Ctx<ChangeMe>) -> Result<Account, AppError> {
    let matches = ctx.match_check();
    let name = ctx.body.name.clone();
    ctx.write(move |tx, own| rename(tx, own, name, matches)).await
}

/// Renames an account, if `name` says how and `matches` agrees to what it is now.
pub fn rename(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    name: Option<Name>,
    matches: impl FnOnce(&Account) -> Result<(), AppError>,
) -> Result<Account, AppError> {
    let before = store::locked(tx.conn, own)?;
    matches(&before)?;
    let Some(name) = name.filter(|name| *name != before.name) else {
        tx.needs_no_entry("nothing is changed");
        return Ok(before);
    };
    store::rename(tx.conn, own, &name)?;
    let after = Account {
        name,
        ..before.clone()
    };
    let entry = Entry::new("account.rename", "account", after.id)
        .before(&named(&before))
        .after(&named(&after));
    tx.record(entry)?;
    Ok(after)
}

fn named(account: &Account) -> Value {
    serde_json::json!({ "name": account.name })
}

async fn get_preferences(ctx: Ctx<GetPreferences>) -> Result<Preferences, AppError> {
    ctx.read_brief(store::preferences).await
}

async fn change_preferences(ctx: Ctx<ChangePreferences>) -> Result<Preferences, AppError> {
    let matches = ctx.match_check();
    let Preferences(change) = ctx.body.clone();
    ctx.write(move |tx, own| merge_preferences(tx, own, change, matches))
        .await
}

/// Merges `change` into an account's preferences, if `matches` agrees to what they are now. The journal gets the
/// names of the keys only: what they hold is the person's own.
pub fn merge_preferences(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    change: Map<String, Value>,
    matches: impl FnOnce(&Preferences) -> Result<(), AppError>,
) -> Result<Preferences, AppError> {
    // The account first: its first preferences hold it, and whoever deletes it holds the journal.
    store::locked(tx.conn, own)?;
    let before = store::locked_preferences(tx.conn, own)?;
    matches(&before)?;
    let keys: Vec<String> = change.keys().cloned().collect();
    let after = rules::merged(before.0, change).map_err(|fault| AppError::Invalid(vec![fault]))?;
    store::put_preferences(tx.conn, own, &after)?;
    let entry = Entry::new("preferences.change", "account", UserId::from(own.user_id()));
    tx.record(entry.after(&serde_json::json!({ "keys": keys })))?;
    Ok(Preferences(after))
}

/// Proves the old password, then ends every other session and gives this one a new cookie: whoever has a copy of the
/// old one is out as well.
async fn change_password(ctx: Ctx<ChangePassword>) -> Result<(), AppError> {
    let PasswordChange { current, new } = ctx.body.clone();
    let (account, old) = ctx
        .read_brief(|conn, own| Ok((store::me(conn, own)?, store::password_hash(conn, own)?)))
        .await?;
    let key = account.email.key();
    ctx.throttle()
        .attempt(Attempt::CurrentPassword, ctx.client(), Some(&key))
        .await?;
    let genuine = ctx.passwords().verify(old.clone(), &current).await?;
    let Some(old) = old.filter(|_| genuine) else {
        return refuse(&ctx, account.id).await;
    };
    ctx.throttle()
        .succeeded(Attempt::CurrentPassword, ctx.client(), Some(&key))
        .await;
    let personal = [account.email.as_str(), account.name.as_str()];
    let hash = ctx.passwords().hash(&new, &personal, "/new").await?;
    let cookie = sessions::new_cookie(ctx.keys());
    let token_hash = cookie.hash.clone();
    ctx.write(move |tx, own| {
        // Links before the account: in this order a link that is used at the same moment locks them.
        sessions::void_links(tx.conn, own, tx.now())?;
        if !store::replace_password(tx.conn, own, &old, &hash)? {
            return Err(ErrorCode::WrongPassword.into());
        }
        let ended = sessions::end_others(tx.conn, own)?;
        sessions::give_cookie(tx.conn, own, &token_hash)?;
        tx.ends_authority();
        let entry = Entry::new("account.change_password", "account", account.id);
        tx.record(entry.after(&serde_json::json!({ "sessions_ended": ended })))
    })
    .await?;
    ctx.set_session_cookie(&cookie.token);
    Ok(())
}

/// Journals that the current password was not proven, and says so.
async fn refuse(ctx: &Ctx<ChangePassword>, account: UserId) -> Result<(), AppError> {
    ctx.write(move |tx, _| tx.record(Entry::new("account.change_password_failed", "account", account)))
        .await?;
    Err(ErrorCode::WrongPassword.into())
}
