//! `clearance user add|reset-password|list`: what the operator does with accounts on the machine itself. Nobody's
//! password is typed on a command line: the person chooses it with a link that works once.

use chrono::{DateTime, Utc};
use shared::{
    account::Account,
    error::ErrorCode,
    ids::{UserId, WorkspaceId},
    text::{Email, Name, SecretText},
};

use crate::{
    access::System,
    audit::{Entry, Tx},
    error::AppError,
    features::{
        account::store::{self as accounts, NewAccount},
        session::{
            rules,
            store::{
                NewToken,
                links::{self, LinkKind},
            },
        },
        setup::store as setup,
    },
    state::State,
};

/// A link with which its owner chooses a password, to be handed over by the operator.
#[derive(Debug, Clone)]
pub struct Link {
    /// The address.
    pub url: SecretText,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Makes an account without a password, and the link to choose one.
pub fn add(state: &State, email: &Email, name: Option<Name>, is_operator: bool) -> Result<Link, AppError> {
    let name = match name {
        Some(name) => name,
        None => email
            .before_at()
            .parse()
            .map_err(|fault: String| AppError::field("name", fault))?,
    };
    let account = NewAccount {
        id: UserId(state.clock().new_id()),
        workspace_id: WorkspaceId(state.clock().new_id()),
        name,
        email: email.clone(),
        password_hash: None,
        is_operator,
    };
    state.system("the operator adds an account", |tx, system| {
        if !setup::was_set_up(tx.conn, system)? {
            let detail = "Set this server up first, with the link that its start prints.".to_owned();
            return Err(AppError::Detailed(ErrorCode::Invalid, detail));
        }
        accounts::make(tx, &account)?;
        link(tx, state, account.id)
    })
}

/// Makes a link to choose a new password. The old password works until the link is used.
pub fn reset_password(state: &State, email: &Email) -> Result<Link, AppError> {
    state.system("the operator resets a password", |tx, system| {
        let account = find(tx, system, email)?;
        link(tx, state, account.id)
    })
}

/// Every account, by name.
pub fn list(state: &State) -> Result<Vec<Account>, AppError> {
    state.system("the operator lists the accounts", |tx, system| {
        tx.needs_no_entry("nothing is changed");
        accounts::all(tx.conn, system)
    })
}

fn find(tx: &mut Tx<'_>, system: &System, email: &Email) -> Result<Account, AppError> {
    accounts::by_email(tx.conn, system, &email.key()).map_err(|error| match error {
        AppError::Known(ErrorCode::NotFound) => AppError::Detailed(
            ErrorCode::NotFound,
            format!("Nobody here has the address {email}."),
        ),
        other => other,
    })
}

fn link(tx: &mut Tx<'_>, state: &State, user: UserId) -> Result<Link, AppError> {
    let NewToken { token, hash } = LinkKind::Password.new_token(state.keys());
    let now = tx.now();
    let end = now + rules::HANDED_LINK;
    links::insert(tx.conn, LinkKind::Password, Some(user), &hash, now, end)?;
    tx.record(Entry::new("account.offer_password", "account", user))?;
    Ok(Link {
        url: rules::password_link(&state.config().public_url(), &token),
        expires_at: end.and_utc(),
    })
}
