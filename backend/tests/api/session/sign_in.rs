//! Signing in and out.

use chrono::TimeDelta;
use db::schema::{sessions, users};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    account::GetMe,
    session::{GetSession, SignOut},
};
use testkit::{As, PASSWORD, TestApp};

use super::{browser, refuses, sign_in};

async fn me(app: &TestApp, who: &As) -> u16 {
    app.call::<GetMe>(who, (), (), ()).await.status
}

#[actix_web::test]
async fn signing_in_answers_who_it_is_and_sets_a_cookie_that_only_this_host_over_https_gets_back() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let answer = sign_in(&app, &ann.email, PASSWORD).await;
    insta::assert_json_snapshot!(answer.seen(), @r#"
    {
      "body": {
        "account": {
          "created_at": "[start]",
          "email": "ann@example.com",
          "id": "[id 1]",
          "is_operator": false,
          "last_sign_in_at": "[start]",
          "name": "ann"
        },
        "workspace_id": "[id 2]"
      },
      "status": 200
    }
    "#);
    let cookie = answer.cookie().expect("a session cookie");
    assert_eq!(cookie.name(), "__Host-session");
    assert_eq!(
        (
            cookie.http_only(),
            cookie.secure(),
            cookie.path(),
            cookie.domain()
        ),
        (Some(true), Some(true), Some("/"), None)
    );
    assert_eq!(cookie.same_site(), Some(actix_web::cookie::SameSite::Strict));
    assert!(
        !answer.text().contains(cookie.value()),
        "the secret is in the cookie and nowhere else"
    );
    let session = app.call::<GetSession>(browser(&answer), (), (), ()).await.reply();
    assert_eq!(session, answer.reply());
    assert_eq!(session.workspace_id, ann.workspace);
}

#[actix_web::test]
async fn a_key_and_a_token_begin_in_their_own_workspace() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(bob.workspace, &ann, shared::permission::Role::User);
    let key = app.key(&ann, bob.workspace);
    for who in [As::from(&key), app.bearer(&key)] {
        let session = app.call::<GetSession>(who, (), (), ()).await.reply();
        assert_eq!(
            (session.account.id, session.workspace_id),
            (ann.id, bob.workspace)
        );
    }
}

#[actix_web::test]
async fn signing_out_ends_the_session_at_once_and_tells_the_browser_to_forget() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let this = browser(&sign_in(&app, &ann.email, PASSWORD).await);
    assert_eq!(me(&app, &this).await, 200);
    let out = app.call::<SignOut>(&this, (), (), ()).await;
    assert_eq!(out.status, 204);
    let cookie = out.cookie().expect("a cookie that takes the old one away");
    assert_eq!((cookie.name(), cookie.value()), ("__Host-session", ""));
    assert_eq!(out.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(me(&app, &this).await, 401);
    assert_eq!(me(&app, &As::from(&ann)).await, 200, "the other browser stays");
    assert_eq!(app.call::<SignOut>(&this, (), (), ()).await.status, 401);
}

#[actix_web::test]
async fn a37_every_failure_has_the_same_answer_and_leaves_the_same_traces() {
    let app = TestApp::start().await;
    let (ann, without) = (app.password_person("ann"), app.person("without"));
    let disabled = app.password_person("disabled");
    app.disable(&disabled);
    let mut bodies = Vec::new();
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        (ann.email.as_str(), "not this one"),
        (ann.email.as_str(), ""),
        (without.email.as_str(), PASSWORD),
        (without.email.as_str(), ""),
        (disabled.email.as_str(), PASSWORD),
    ] {
        let before = app.journal().len();
        let answer = sign_in(&app, email, password).await;
        assert_eq!((answer.status, answer.code()), (401, "sign_in_failed"), "{email}");
        assert!(answer.cookie().is_none());
        let headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        bodies.push((answer.seen(), headers));
        let journal = app.journal();
        assert_eq!(journal.len(), before + 1, "{email}");
        let entry = journal.iter().rfind(|entry| entry.chain == "server").unwrap();
        assert_eq!(entry.action, "session.sign_in_failed");
        assert_eq!(entry.actor_id, None, "the journal does not say whose it might be");
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
}

#[actix_web::test]
async fn the_journal_holds_neither_addresses_nor_cookies_nor_passwords() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let first = sign_in(&app, &ann.email, PASSWORD).await;
    let _ = sign_in(&app, "ANN@example.com", "a secret that was mistyped").await;
    let _ = sign_in(&app, "ann@EXAMPLE.com", "a secret that was mistyped").await;
    let journal = app.journal();
    let failed: Vec<&str> = journal
        .iter()
        .filter(|entry| entry.action == "session.sign_in_failed")
        .map(|entry| entry.subject_id.as_str())
        .collect();
    assert_eq!(failed.len(), 2);
    assert_eq!(failed[0], failed[1], "one pseudonym for every spelling");
    let opened = journal
        .iter()
        .find(|entry| entry.action == "session.sign_in")
        .unwrap();
    assert_eq!(opened.actor_id, Some(ann.id.to_string()));
    let all = format!("{journal:?}").to_lowercase();
    for secret in [
        "@example.com",
        "mistyped",
        PASSWORD,
        first.cookie().unwrap().value(),
    ] {
        assert!(!all.contains(&secret.to_lowercase()), "{secret}");
    }
}

#[actix_web::test]
async fn a38_a_session_is_new_at_every_sign_in_whatever_cookie_the_browser_brought() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let planted = "a".repeat(43);
    let body = json!({ "email": ann.email, "password": PASSWORD });
    let request = app
        .request("POST", "/api/v1/session", As::Session(planted.clone()))
        .set_json(&body);
    let answer = app.raw(request).await;
    assert_eq!(answer.status, 200);
    let given = answer.cookie().unwrap().value().to_owned();
    assert_ne!(given, planted);
    assert_eq!(me(&app, &As::Session(planted)).await, 401);
    let second = sign_in(&app, &ann.email, PASSWORD).await;
    assert_ne!(second.cookie().unwrap().value(), given);
}

#[actix_web::test]
async fn a38_the_database_cannot_be_used_to_sign_in() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let answer = sign_in(&app, &ann.email, PASSWORD).await;
    let cookie = answer.cookie().unwrap().value().to_owned();
    let stored: Vec<String> = app.db(|conn| sessions::table.select(sessions::token_hash).load(conn));
    assert!(!stored.contains(&cookie));
    for hash in stored {
        assert_eq!(me(&app, &As::Session(hash)).await, 401);
    }
}

#[actix_web::test]
async fn a38_other_ways_to_bring_a_session_do_not_count() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let urls = [
        format!("/api/v1/me?session={}", ann.cookie),
        format!("/api/v1/me?token={}", ann.cookie),
    ];
    for address in urls {
        let answer = app.raw(app.request("GET", &address, As::Nobody)).await;
        assert_eq!(answer.status, 401);
    }
    let tossed = app
        .request("GET", "/api/v1/me", As::Nobody)
        .insert_header(("cookie", format!("session={}", ann.cookie)));
    assert_eq!(
        app.raw(tossed).await.status,
        401,
        "without the prefix of the host"
    );
    assert_eq!(me(&app, &As::Bearer(ann.cookie.clone())).await, 401);
}

#[actix_web::test]
async fn a_session_ends_after_a_week_without_use_and_after_a_month_in_any_case() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let this = browser(&sign_in(&app, &ann.email, PASSWORD).await);
    for _ in 0..4 {
        app.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
        assert_eq!(me(&app, &this).await, 200, "in use");
    }
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(me(&app, &this).await, 200, "a few seconds short of a month");
    app.clock.advance(TimeDelta::seconds(4));
    assert_eq!(me(&app, &this).await, 401, "a month is over");
    let idle = browser(&sign_in(&app, &ann.email, PASSWORD).await);
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(me(&app, &idle).await, 401, "a week without use is over");
}

#[actix_web::test]
async fn a_disabled_account_is_refused_at_the_next_call() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let this = browser(&sign_in(&app, &ann.email, PASSWORD).await);
    assert_eq!(me(&app, &this).await, 200);
    app.disable(&ann);
    assert_eq!(me(&app, &this).await, 401);
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 401);
}

#[actix_web::test]
async fn a_hash_of_other_parameters_is_made_anew_and_one_of_todays_is_left() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let hash = || -> Option<String> {
        app.db(|conn| {
            users::table
                .filter(users::email_key.eq("ann@example.com"))
                .select(users::password_hash)
                .first(conn)
        })
    };
    let today = hash();
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 200);
    assert_eq!(hash(), today);
    let weaker =
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQxMjM0NTY$Iyez/ofwmBCsqyNd4ZLm4STKWK6kxyz2kbn4GDNXDbY"
            .to_owned();
    app.change(|conn| {
        diesel::update(users::table.filter(users::email_key.eq("ann@example.com")))
            .set(users::password_hash.eq(&weaker))
            .execute(conn)
    });
    assert_eq!(sign_in(&app, &ann.email, super::NEW_PASSWORD).await.status, 200);
    let renewed = hash().unwrap();
    assert!(
        renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{renewed}"
    );
    assert_eq!(sign_in(&app, &ann.email, super::NEW_PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn another_site_cannot_sign_a_browser_in_or_out() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let body = json!({ "email": ann.email, "password": PASSWORD });
    for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
        let signing_in = app
            .request("POST", "/api/v1/session", As::Nobody)
            .insert_header((name, value))
            .set_json(&body);
        assert_eq!(app.raw(signing_in).await.code(), "not_from_app");
        let out = app
            .request("DELETE", "/api/v1/session", &ann)
            .insert_header((name, value));
        assert_eq!(app.raw(out).await.code(), "not_from_app");
    }
    let form = app
        .request("POST", "/api/v1/session", As::Nobody)
        .insert_header(("content-type", "text/plain"))
        .set_payload(body.to_string());
    assert_eq!(app.raw(form).await.status, 415);
    assert_eq!(me(&app, &As::from(&ann)).await, 200);
}

#[actix_web::test]
async fn a32_bad_input_to_signing_in_is_a_problem_and_never_a_failure() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let with = |email: serde_json::Value, password: serde_json::Value| {
        json!({ "email": email, "password": password }).to_string()
    };
    let bodies = vec![
        String::new(),
        "nonsense".to_owned(),
        "{}".to_owned(),
        with(json!([ann.email, "eve@example.com"]), json!(PASSWORD)),
        with(json!({ "a": 1 }), json!(PASSWORD)),
        with(json!(null), json!(null)),
        with(json!("ann@example.com\u{0}"), json!(PASSWORD)),
        with(json!("ann@example.com\r\nX: y"), json!(PASSWORD)),
        with(json!("аnn@example.com"), json!(PASSWORD)),
        with(json!("a".repeat(100_000)), json!(PASSWORD)),
        with(json!(ann.email), json!("x".repeat(500_000))),
        with(json!(ann.email), json!("\u{0}")),
        with(json!(ann.email), json!(["x"])),
        with(json!(ann.email), json!(PASSWORD)).replace('}', ",\"user_id\":\"1\"}"),
        format!(
            r#"{{"email":"nobody@example.com","email":"{}","password":"{PASSWORD}"}}"#,
            ann.email
        ),
        "x".repeat(2 * 1024 * 1024),
    ];
    refuses(&app, "/api/v1/session", bodies).await;
}
