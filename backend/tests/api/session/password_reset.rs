//! Forgotten passwords: by mail, and by the operator.

use backend::{
    commands::user,
    config::{Smtp, SmtpSecurity},
    features::session::store::links::HandedLink,
};
use chrono::TimeDelta;
use db::schema::one_time_links;
use diesel::prelude::*;
use serde_json::json;
use shared::{
    account::{ChangePassword, GetMe, PasswordChange},
    session::{
        CompletePasswordReset, PasswordReset, PasswordResetRequest, PasswordResetRequested,
        RequestPasswordReset,
    },
    text::{Password, SecretText},
};
use testkit::{Answer, As, PASSWORD, START, TestApp};

use super::{NEW_PASSWORD, refuses, sign_in};

async fn with_mail() -> TestApp {
    TestApp::with(|config| {
        config.smtp = Some(Smtp {
            host: "mail.example.com".to_owned(),
            port: 587,
            security: SmtpSecurity::Starttls,
            from: "clearance@example.com".parse().unwrap(),
            username: None,
            password: None,
        });
    })
    .await
}

async fn ask(app: &TestApp, email: &str) -> Answer<PasswordResetRequested> {
    let body = PasswordResetRequest {
        email: email.parse().unwrap(),
    };
    app.call::<RequestPasswordReset>(As::Nobody, (), (), body).await
}

async fn choose(app: &TestApp, token: &str, password: &str) -> Answer<()> {
    let body = PasswordReset {
        token: SecretText::new(token.to_owned()),
        password: Password::new(password.to_owned()),
    };
    app.call::<CompletePasswordReset>(As::Nobody, (), (), body).await
}

fn links(app: &TestApp) -> i64 {
    app.db(|conn| one_time_links::table.count().get_result(conn))
}

#[actix_web::test]
async fn the_mailed_link_lets_its_owner_choose_a_password_once_and_ends_every_session() {
    let app = with_mail().await;
    let (ann, bob) = (app.password_person("ann"), app.password_person("bob"));
    let answer = ask(&app, "ANN@example.com").await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "by_mail": true })));
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ann.email, "to the account's address as it is stored");
    let token = mails[0].token();
    let chosen = choose(&app, &token, NEW_PASSWORD).await;
    assert_eq!((chosen.status, chosen.cookie().is_none()), (204, true));
    let me = async |cookie: &str| {
        let who = As::Session(cookie.to_owned());
        app.call::<GetMe>(who, (), (), ()).await.status
    };
    assert_eq!(me(&ann.cookie).await, 401);
    assert_eq!(me(&bob.cookie).await, 200);
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, &ann.email, NEW_PASSWORD).await.status, 200);
    let again = choose(&app, &token, "yet another password").await;
    assert_eq!((again.status, again.code()), (410, "link_unusable"));
    assert_eq!(sign_in(&app, &ann.email, NEW_PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn a37_asking_answers_the_same_for_every_address_and_writes_only_for_accounts() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let disabled = app.password_person("disabled");
    app.disable(&disabled);
    let mut answers = Vec::new();
    let mut entries = Vec::new();
    for email in [ann.email.as_str(), disabled.email.as_str(), "nobody@example.com"] {
        let answer = ask(&app, email).await;
        let headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push((answer.status, answer.text(), headers));
        let entry = app.journal().into_iter().next_back().unwrap();
        entries.push((
            entry.action,
            entry.actor_kind,
            entry.actor_id,
            entry.before,
            entry.after,
        ));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert!(entries.windows(2).all(|pair| pair[0] == pair[1]), "{entries:?}");
    assert_eq!(entries[0].0, "session.ask_for_password");
    assert_eq!(app.mails().len(), 1, "for the account that there is");
    assert_eq!(links(&app), 1);
}

#[actix_web::test]
async fn without_a_mail_server_no_link_is_made() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    for email in [ann.email.as_str(), "nobody@example.com"] {
        let answer = ask(&app, email).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "by_mail": false })));
    }
    assert!(app.mails().is_empty());
    assert_eq!(links(&app), 0);
}

#[actix_web::test]
async fn a33_the_link_is_built_from_the_settings_whatever_the_request_says() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-for", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "//evil.example"),
        ("x-clearance-client", "evil.example"),
    ] {
        let body = json!({ "email": ann.email });
        let request = app
            .request("POST", "/api/v1/session/password-reset", As::Nobody)
            .insert_header((name, value))
            .set_json(&body);
        let _ = app.raw(request).await;
    }
    let mails = app.mails();
    assert!(mails.len() > 3);
    for mail in mails {
        assert!(!mail.text.contains("evil.example"), "{}", mail.text);
        let address = format!("https://clearance.test/reset-password#token={}", mail.token());
        assert!(mail.text.lines().any(|line| line == address), "{}", mail.text);
    }
}

#[actix_web::test]
async fn a_link_works_for_an_hour_and_a_changed_password_makes_it_useless() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let _ = ask(&app, &ann.email).await.reply();
    app.clock.advance(TimeDelta::hours(1));
    let late = choose(&app, &app.mails()[0].token(), NEW_PASSWORD).await;
    assert_eq!((late.status, late.code()), (410, "link_unusable"));
    let _ = ask(&app, &ann.email).await.reply();
    let _ = ask(&app, &ann.email).await.reply();
    let (second, third) = (app.mails()[1].token(), app.mails()[2].token());
    assert_eq!(choose(&app, &second, NEW_PASSWORD).await.status, 204);
    assert_eq!(
        choose(&app, &third, "yet another password").await.status,
        410,
        "using one link ends the others"
    );
    let _ = ask(&app, &ann.email).await.reply();
    let signed_in = sign_in(&app, &ann.email, NEW_PASSWORD).await;
    let change = PasswordChange {
        current: Password::new(NEW_PASSWORD.to_owned()),
        new: Password::new("a cello in the snow".to_owned()),
    };
    let changed = app
        .call::<ChangePassword>(super::browser(&signed_in), (), (), change)
        .await;
    assert_eq!(changed.status, 204);
    let fourth = app.mails()[3].token();
    assert_eq!(choose(&app, &fourth, "yet another password").await.status, 410);
}

#[actix_web::test]
async fn a_weak_password_does_not_use_the_link_up() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let _ = ask(&app, &ann.email).await.reply();
    let token = app.mails()[0].token();
    for weak in ["short", "ann@example.com"] {
        let refused = choose(&app, &token, weak).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
        assert_eq!(refused.problem().errors[0].pointer, "/password");
    }
    assert_eq!(choose(&app, &token, NEW_PASSWORD).await.status, 204);
}

#[actix_web::test]
async fn a_link_of_a_disabled_account_does_not_work() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let _ = ask(&app, &ann.email).await.reply();
    let token = app.mails()[0].token();
    app.disable(&ann);
    let refused = choose(&app, &token, NEW_PASSWORD).await;
    assert_eq!((refused.status, refused.code()), (410, "link_unusable"));
}

#[actix_web::test]
async fn of_several_who_use_one_link_at_once_one_wins() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let _ = ask(&app, &ann.email).await.reply();
    let token = app.mails()[0].token();
    let statuses = app.race(8, async move |app, number| {
        choose(app, &token, &format!("a violin in the rain {number}"))
            .await
            .status
    });
    let winners = statuses.iter().filter(|status| **status == 204).count();
    assert_eq!(winners, 1, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 204 | 410)),
        "{statuses:?}"
    );
}

#[actix_web::test]
async fn a14_asking_and_guessing_are_held_off_and_a_right_link_still_works() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let mut last = 0;
    for _ in 0..8 {
        last = ask(&app, &ann.email).await.status;
    }
    assert_eq!(last, 429);
    assert!(app.mails().len() < 8);
    let token = app.mails()[0].token();
    let guess = "a".repeat(43);
    for _ in 0..40 {
        last = choose(&app, &guess, NEW_PASSWORD).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(choose(&app, &token, NEW_PASSWORD).await.status, 204);
}

#[actix_web::test]
async fn who_was_held_off_may_sign_in_with_the_new_password_at_once() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    for _ in 0..8 {
        let _ = sign_in(&app, &ann.email, "not this one").await;
    }
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 429);
    let _ = ask(&app, &ann.email).await.reply();
    assert_eq!(
        choose(&app, &app.mails()[0].token(), NEW_PASSWORD).await.status,
        204
    );
    assert_eq!(sign_in(&app, &ann.email, NEW_PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn neither_database_nor_journal_holds_a_link() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let _ = ask(&app, &ann.email).await.reply();
    let token = app.mails()[0].token();
    let stored: Vec<String> = app.db(|conn| {
        one_time_links::table
            .select(one_time_links::token_hash)
            .load(conn)
    });
    assert!(!stored.contains(&token));
    for hash in stored {
        assert_eq!(choose(&app, &hash, NEW_PASSWORD).await.status, 410);
    }
    let bodies: Vec<String> = app.db(|conn| {
        db::schema::outbox::table
            .select(db::schema::outbox::sealed_body)
            .load(conn)
    });
    assert!(bodies.iter().all(|body| !body.contains(&token)));
    let journal = format!("{:?}", app.journal());
    assert!(!journal.contains(&token) && !journal.contains("@example.com"));
}

#[actix_web::test]
async fn a32_bad_input_to_a_reset_is_a_problem_and_never_a_failure() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let asking = vec![
        String::new(),
        "[]".to_owned(),
        json!({ "email": [ann.email, "eve@example.com"] }).to_string(),
        json!({ "email": format!("{}, eve@example.com", ann.email) }).to_string(),
        json!({ "email": format!("{}\r\nBcc: eve@example.com", ann.email) }).to_string(),
        json!({ "email": format!("{}\u{0}", ann.email) }).to_string(),
        json!({ "email": "ａnn@example.com" }).to_string(),
        json!({ "email": ann.email, "to": "eve@example.com" }).to_string(),
        format!(r#"{{"email":"{}","email":"eve@example.com"}}"#, ann.email),
    ];
    refuses(&app, "/api/v1/session/password-reset", asking).await;
    assert!(app.mails().is_empty());
    let _ = ask(&app, "ann+tag@example.com").await.reply();
    let _ = ask(&app, "a.nn@example.com").await.reply();
    assert!(app.mails().is_empty(), "another spelling is another mailbox");
    let choosing = vec![
        json!({ "token": ["a"], "password": NEW_PASSWORD }).to_string(),
        json!({ "token": "", "password": NEW_PASSWORD }).to_string(),
        json!({ "token": "\u{0}".repeat(43), "password": NEW_PASSWORD }).to_string(),
        json!({ "token": "%00' OR 1=1 --", "password": NEW_PASSWORD }).to_string(),
        json!({ "token": "a".repeat(65_536), "password": NEW_PASSWORD }).to_string(),
        json!({ "token": "a".repeat(43), "password": null }).to_string(),
        json!({ "token": "a".repeat(43), "password": NEW_PASSWORD, "user_id": ann.id }).to_string(),
    ];
    refuses(&app, "/api/v1/session/password-reset/complete", choosing).await;
}

fn token_of(link: &HandedLink) -> String {
    let (page, token) = link.url.expose().split_once("#token=").unwrap();
    assert_eq!(page, "https://clearance.test/reset-password");
    token.to_owned()
}

#[actix_web::test]
async fn the_operator_hands_over_a_link_when_there_is_no_mail() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let link = user::reset_password(&app.state, &"ANN@example.com".parse().unwrap()).unwrap();
    assert_eq!(link.expires_at, START + TimeDelta::hours(24));
    assert!(!format!("{link:?}").contains(&token_of(&link)));
    assert_eq!(
        sign_in(&app, &ann.email, PASSWORD).await.status,
        200,
        "nothing changes until the link is used"
    );
    assert_eq!(choose(&app, &token_of(&link), NEW_PASSWORD).await.status, 204);
    assert_eq!(sign_in(&app, &ann.email, NEW_PASSWORD).await.status, 200);
    let nobody = user::reset_password(&app.state, &"nobody@example.com".parse().unwrap());
    assert_eq!(nobody.unwrap_err().code().as_str(), "not_found");
}

#[actix_web::test]
async fn the_operator_adds_an_account_whose_owner_chooses_the_password() {
    let app = TestApp::start().await;
    let email: shared::text::Email = "new.person@example.com".parse().unwrap();
    let too_early = user::add(&app.state, &email, None, false).unwrap_err();
    assert_eq!(too_early.code().as_str(), "invalid", "before the set-up");
    let _ = app.set_up();
    let link = user::add(&app.state, &email, None, false).unwrap();
    assert_eq!(sign_in(&app, email.as_str(), "").await.status, 401);
    assert_eq!(choose(&app, &token_of(&link), NEW_PASSWORD).await.status, 204);
    let session = sign_in(&app, email.as_str(), NEW_PASSWORD).await.reply();
    assert_eq!(session.account.name.as_str(), "new.person");
    assert!(!session.account.is_operator);
    let spelled = "New.Person@EXAMPLE.com".parse().unwrap();
    let twice = user::add(&app.state, &spelled, None, false).unwrap_err();
    assert_eq!(twice.code().as_str(), "email_taken");
    let names: Vec<String> = user::list(&app.state)
        .unwrap()
        .into_iter()
        .map(|account| account.name)
        .collect();
    assert_eq!(names, ["admin", "new.person"]);
}

#[actix_web::test]
async fn ended_sessions_and_old_links_are_swept_away() {
    let app = with_mail().await;
    let ann = app.password_person("ann");
    let _ = ask(&app, &ann.email).await.reply();
    app.clock.advance(TimeDelta::days(31));
    let _ = app.session(ann.id);
    let now = app.clock.now();
    let swept = app
        .state
        .system("a test sweeps", |tx, system| {
            tx.needs_no_entry("nobody can use what is swept");
            let idle_since = now - TimeDelta::days(7);
            Ok(backend::features::session::store::sweep(
                tx.conn, system, now, idle_since,
            )?)
        })
        .unwrap();
    assert_eq!(swept, 2);
    assert_eq!(links(&app), 0);
}
