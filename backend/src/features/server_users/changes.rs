//! What an operator changes of an account, by whichever door.

use db::columns;
use serde_json::json;
use shared::{ids::UserId, server_users::ServerUserChange};

use super::{
    rules::{self, Standing},
    store::{self, UserRow},
};
use crate::{
    access::WholeServer,
    audit::{Entry, Tx},
    error::AppError,
    features::session::store as sessions,
};

/// Changes an account as `wanted` says, and journals what it changes.
pub fn change(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    user: columns::UserId,
    wanted: &ServerUserChange,
) -> Result<(), AppError> {
    store::lock_operators(tx.conn, reach)?;
    if wanted.disabled == Some(true) {
        // Links before the account: in this order a link that is used at the same moment locks them.
        sessions::void_links(tx.conn, &reach.rows_of(user), tx.now())?;
    }
    let before = store::locked(tx.conn, reach, user)?;
    rules::may_change(&standing(tx, reach, &before)?, wanted)?;
    store::still_operates(tx.conn, reach)?;
    let disabled = wanted.disabled.filter(|disabled| *disabled != before.is_disabled);
    let must = wanted
        .must_change_password
        .filter(|must| *must != before.must_change_password);
    let operator = wanted
        .is_operator
        .filter(|operator| *operator != before.is_operator);
    if disabled.is_none() && must.is_none() && operator.is_none() {
        tx.needs_no_entry("the account was so already");
        return Ok(());
    }
    if let Some(disabled) = disabled {
        disable(tx, reach, user, disabled)?;
    }
    if let Some(must) = must {
        ask_for_password(tx, reach, user, must)?;
    }
    if let Some(operator) = operator {
        store::set_operator(tx.conn, reach, user, operator)?;
        tx.ends_authority();
        let noted = |operator: bool| json!({ "is_operator": operator });
        let entry = Entry::new("account.change_operator", "account", UserId::from(user));
        tx.record(entry.before(&noted(before.is_operator)).after(&noted(operator)))?;
    }
    Ok(())
}

/// Its keys stop with the account and work again with it; sessions are over.
fn disable(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    user: columns::UserId,
    disabled: bool,
) -> Result<(), AppError> {
    store::set_disabled(tx.conn, reach, user, disabled)?;
    if !disabled {
        return tx.record(Entry::new("account.enable", "account", UserId::from(user)));
    }
    let ended = sessions::end_all(tx.conn, &reach.rows_of(user))?;
    tx.ends_authority();
    let entry = Entry::new("account.disable", "account", UserId::from(user));
    tx.record(entry.after(&json!({ "sessions_ended": ended })))
}

fn ask_for_password(
    tx: &mut Tx<'_>,
    reach: &WholeServer,
    user: columns::UserId,
    must: bool,
) -> Result<(), AppError> {
    store::set_must_change_password(tx.conn, reach, user, must)?;
    if !must {
        return tx.record(Entry::new("account.keep_password", "account", UserId::from(user)));
    }
    let ended = sessions::end_all(tx.conn, &reach.rows_of(user))?;
    tx.ends_authority();
    let entry = Entry::new("account.ask_new_password", "account", UserId::from(user));
    tx.record(entry.after(&json!({ "sessions_ended": ended })))
}

/// What decides whether `row` may lose its power, while nobody else changes who operates.
pub(super) fn standing(tx: &mut Tx<'_>, reach: &WholeServer, row: &UserRow) -> Result<Standing, AppError> {
    Ok(row.standing(reach, store::count_other_operators(tx.conn, reach, row.id)?))
}
