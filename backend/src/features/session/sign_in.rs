//! Signing in. An account that does not exist, has no password or is disabled takes the same steps, does the same
//! work and gets the same answer as a wrong password. That a new password is asked for is said to nobody but who has
//! proven the old one.

use shared::{
    error::ErrorCode,
    ids::{SessionId, UserId},
    session::{Session, SignIn},
    text::{Email, Password},
};

use super::store::{self, Candidate, NewSession};
use crate::{
    access::{Anonymous, OwnAccount},
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
        .read_brief(move |conn, anonymous| Ok(store::candidate(conn, anonymous, wanted)?))
        .await?;
    let stored = candidate
        .as_ref()
        .and_then(|candidate| candidate.password_hash.clone());
    let genuine = match ctx.passwords().verify(stored, &ctx.body.password).await {
        Ok(genuine) => genuine,
        Err(error) => {
            ctx.throttle()
                .not_judged(Attempt::SignIn, ctx.client(), Some(&key))
                .await;
            return Err(error);
        }
    };
    let Some((candidate, hash)) = candidate.filter(|_| genuine).and_then(admissible) else {
        return refuse(&ctx).await;
    };
    ctx.throttle()
        .succeeded(Attempt::SignIn, ctx.client(), Some(&key))
        .await;
    let change = match &ctx.body.new_password {
        Some(new) => Some(replacement(&ctx, &candidate, new).await?),
        None if candidate.must_change_password => return ask_for_new(&ctx, candidate.user_id.into()).await,
        None => None,
    };
    begin(&ctx, candidate, hash, change).await
}

/// Opens a session for an account whose password, the one behind `hash`, was proven; `change` is the hash of a new one.
async fn begin(
    ctx: &Ctx<SignIn>,
    candidate: Candidate,
    hash: String,
    change: Option<String>,
) -> Result<Session, AppError> {
    let cookie = store::new_cookie(ctx.keys());
    let id = SessionId(ctx.new_id());
    let days = ctx.config().session_max_days;
    let new = NewSession::beginning(ctx.now(), days, id, &cookie, ctx.client());
    let better_hash = match change {
        None => rehashed(ctx, &hash).await,
        Some(_) => None,
    };
    let session = ctx
        .write(move |tx, anonymous| {
            let own = anonymous.proven(candidate.user_id);
            if let Some(change) = &change {
                replace(tx, &own, &hash, change)?;
            }
            let valid = change.as_ref().unwrap_or(&hash);
            if !accounts::note_sign_in(tx.conn, &own, valid, tx.now())? {
                return Err(ErrorCode::SignInFailed.into());
            }
            if let Some(better) = &better_hash {
                accounts::set_password(tx.conn, &own, better)?;
            }
            store::open(tx, &own, &new)?;
            begun(tx, anonymous, &candidate)
        })
        .await?;
    ctx.set_session_cookie(&cookie.token);
    Ok(session)
}

/// The hash of the password that is to replace the one just proven.
async fn replacement(ctx: &Ctx<SignIn>, candidate: &Candidate, new: &Password) -> Result<String, AppError> {
    const POINTER: &str = "/new_password";
    if *new == ctx.body.password {
        let detail = "Choose another password than the one until now.";
        return Err(AppError::field(POINTER, detail));
    }
    let personal = [candidate.email.as_str(), candidate.name.as_str()];
    ctx.passwords().hash(new, &personal, POINTER).await
}

/// Puts the new password in place of the old one. Whoever has a copy of the old one is out.
fn replace(tx: &mut Tx<'_>, own: &OwnAccount, old: &str, new: &str) -> Result<(), AppError> {
    // Links before the account: in this order a link that is used at the same moment locks them.
    store::void_links(tx.conn, own, tx.now())?;
    if !accounts::replace_password(tx.conn, own, old, new)? {
        return Err(ErrorCode::SignInFailed.into());
    }
    let user = UserId::from(own.user_id());
    let ended = store::end_all(tx.conn, own)?;
    tx.ends_authority();
    tx.acts_as(user);
    let entry = Entry::new("account.change_password", "account", user);
    tx.record(entry.after(&serde_json::json!({ "sessions_ended": ended })))
}

/// Journals that the password was proven and is not enough, and says so.
async fn ask_for_new(ctx: &Ctx<SignIn>, user: UserId) -> Result<Session, AppError> {
    ctx.write(move |tx, _| {
        tx.acts_as(user);
        tx.record(Entry::new("session.new_password_required", "account", user))
    })
    .await?;
    Err(ErrorCode::NewPasswordRequired.into())
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
        account: accounts::me(tx.conn, &own)?,
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
    let hash = keys.keyed_hash().hash("journal-address", email.key().as_bytes());
    hash.chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use actix_web::{App, test, web};
    use db::{Db, Kind, schema::users};
    use diesel::prelude::*;
    use secrets::keys::InstanceKeys;
    use shared::ids::{UserId, WorkspaceId};

    use crate::{
        clock::Clock,
        config::Config,
        features::account::store::{self as accounts, NewAccount},
        state::State,
    };

    const PASSWORD: &str = "a violin in the rain";

    fn server() -> (tempfile::TempDir, web::Data<State>) {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(Kind::Sqlite(folder.path().join("clearance.db")), 2);
        db::migrations::run(&db).unwrap();
        let state = State::new(
            Config::for_tests(),
            db,
            InstanceKeys::for_tests(),
            Clock::system(),
        );
        (folder, web::Data::new(state))
    }

    fn account(state: &State, email: &str, password_hash: Option<String>) {
        let account = NewAccount {
            id: UserId(state.clock().new_id()),
            workspace_id: WorkspaceId(state.clock().new_id()),
            name: "Ann".parse().unwrap(),
            email: email.parse().unwrap(),
            email_proven: true,
            password_hash,
            is_operator: false,
        };
        state
            .system("a test makes an account", |tx, _| {
                accounts::make(tx, &account, shared::setup::Hosting::OwnTeam)
            })
            .unwrap();
    }

    fn disable(state: &State, email: &str) {
        state
            .system("a test disables an account", |tx, _| {
                tx.needs_no_entry("a test prepares its data");
                let row = users::table.filter(users::email_key.eq(email));
                Ok(diesel::update(row)
                    .set(users::is_disabled.eq(true))
                    .execute(tx.conn)?)
            })
            .unwrap();
    }

    /// Shown by closing the gate before the hashing: a timed test would only be right most of the time.
    #[actix_web::test]
    async fn a37_a_password_is_hashed_before_every_answer_whether_or_not_the_account_exists() {
        let (_folder, state) = server();
        let hash = secrets::password::hash(PASSWORD).unwrap();
        account(&state, "ann@example.com", Some(hash.clone()));
        account(&state, "without@example.com", None);
        account(&state, "disabled@example.com", Some(hash));
        disable(&state, "disabled@example.com");
        let app = test::init_service(
            App::new()
                .app_data(state.clone())
                .configure(crate::app::configure),
        )
        .await;
        let attempts = [
            ("nobody@example.com", PASSWORD),
            ("without@example.com", PASSWORD),
            ("disabled@example.com", PASSWORD),
            ("ann@example.com", "not this password"),
        ];
        for (expected, gate_is_open) in [(401, true), (503, false)] {
            if !gate_is_open {
                // From here on, whoever comes to the hashing is told that the server is busy.
                state.hashing.close();
            }
            for (email, password) in attempts {
                let body = serde_json::json!({ "email": email, "password": password });
                let request = test::TestRequest::post()
                    .uri("/api/v1/session")
                    .set_json(body)
                    .to_request();
                let answer = test::call_service(&app, request).await;
                assert_eq!(answer.status().as_u16(), expected, "{email}");
            }
        }
    }
}
