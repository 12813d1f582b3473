//! `clearance user add|reset-password|disable|enable|list`: what the operator does with accounts on the machine itself. Nobody's
//! password is typed on a command line: the person chooses it with a link that works once.

use shared::{
    account::Account,
    error::ErrorCode,
    ids::{UserId, WorkspaceId},
    server_users::ServerUserChange,
    setup::Hosting,
    text::{Email, Name},
};

use crate::{
    access::System,
    audit::Tx,
    error::AppError,
    features::{
        account::store::{self as accounts, NewAccount},
        server_users::{self, store::UserRow},
        session::store::links::{self, HandedLink, LinkKind},
        setup::store as setup,
    },
    state::State,
};

/// Makes an account without a password, and the link to choose one.
pub fn add(
    state: &State,
    email: &Email,
    name: Option<Name>,
    is_operator: bool,
) -> Result<HandedLink, AppError> {
    let name = match name {
        Some(name) => name,
        None => email
            .before_at()
            .parse()
            .map_err(|fault: String| AppError::field("name", fault))?,
    };
    let mut account = NewAccount {
        id: UserId(state.clock().new_id()),
        workspace_id: WorkspaceId(state.clock().new_id()),
        name,
        email: email.clone(),
        email_proven: true,
        password_hash: None,
        is_operator,
        hosting: Hosting::OwnTeam,
    };
    state.system("the operator adds an account", |tx, system| {
        let Some(hosting) = setup::hosting(tx.conn, system)? else {
            let detail = "Set this server up first, with the link that its start prints.".to_owned();
            return Err(AppError::Detailed(ErrorCode::Invalid, detail));
        };
        account.hosting = hosting;
        accounts::make(tx, &account)?;
        link(tx, system, state, account.id)
    })
}

/// Makes a link to choose a new password; earlier ones end. The old password works until the link is used.
pub fn reset_password(state: &State, email: &Email) -> Result<HandedLink, AppError> {
    state.system("the operator resets a password", |tx, system| {
        let account = find(tx, system, email)?;
        let reach = system.operates();
        server_users::store::lock_operators(tx.conn, &reach)?;
        let new = LinkKind::Password.new_token(state.keys());
        server_users::offer_password(tx, &reach, account.id.into(), &new, &state.config().public_url())
    })
}

/// Shuts an account out, its sessions and keys at once, or lets it in again.
pub fn set_disabled(state: &State, email: &Email, disabled: bool) -> Result<(), AppError> {
    let wanted = ServerUserChange {
        disabled: Some(disabled),
        ..ServerUserChange::default()
    };
    state.system("the operator disables or enables an account", |tx, system| {
        let account = find(tx, system, email)?;
        server_users::change(tx, &system.operates(), account.id.into(), &wanted)
    })
}

/// Every account, by name, deleted ones under their pseudonyms.
pub fn list(state: &State) -> Result<Vec<UserRow>, AppError> {
    state.system_read("the operator lists the accounts", |conn, system| {
        Ok(server_users::store::all(conn, &system.operates())?)
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

fn link(tx: &mut Tx<'_>, system: &System, state: &State, user: UserId) -> Result<HandedLink, AppError> {
    let new = LinkKind::Password.new_token(state.keys());
    let own = system.operates().rows_of(user.into());
    links::hand(tx, &own, &new, &state.config().public_url())
}
