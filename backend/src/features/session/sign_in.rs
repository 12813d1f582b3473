//! Signing in. An account that does not exist, has no password or is disabled takes the same steps, does the same
//! work and gets the same answer as a wrong password.

use shared::{
    error::ErrorCode,
    ids::SessionId,
    session::{Session, SignIn},
    text::Email,
};

use super::store::{self, Candidate, NewSession};
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
    let cookie = store::new_cookie(ctx.keys());
    let id = SessionId(ctx.new_id());
    let days = ctx.config().session_max_days;
    let new = NewSession::beginning(ctx.now(), days, id, &cookie, ctx.client());
    let better_hash = rehashed(&ctx, &hash).await;
    let session = ctx
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
        .await;
    ctx.set_session_cookie(&cookie.token);
    Ok(session)
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
            password_hash,
            is_operator: false,
        };
        state
            .system("a test makes an account", |tx, _| accounts::make(tx, &account))
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
