//! Sessions of clients: how they begin, what a token says, and when it ends.

use actix_web::test::TestRequest;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::permission::Role;
use testkit::{As, Key, TestApp};

use super::{data, refusal, server_with_key, token};

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn now(app: &TestApp) -> i64 {
    app.clock.now().and_utc().timestamp()
}

/// The headers of the SDK 2.1.12 on every call.
fn as_sdk(request: TestRequest) -> TestRequest {
    request
        .insert_header(("user-agent", "python-requests/2.32.5"))
        .insert_header(("accept-encoding", "gzip, deflate"))
        .insert_header(("accept", "*/*"))
        .insert_header(("connection", "keep-alive"))
        .insert_header(("x-clearml-worker", "box"))
        .insert_header(("x-trains-worker", "box"))
        .insert_header(("x-clearml-client", "clearml-2.1.12"))
        .insert_header(("x-trains-client", "clearml-2.1.12"))
}

#[actix_web::test]
async fn a_session_of_the_sdk_begins() {
    let (app, ann, key) = server_with_key().await;
    let login = app.raw(as_sdk(app.request("GET", "/api/auth.login", &key))).await;
    let token = data(&login)["token"].as_str().unwrap().to_owned();
    let who = As::Bearer(token);
    let address = "/api/users.get_vaults?enabled=true&types=config&types=config";
    let vaults = app.raw(as_sdk(app.request("GET", address, &who))).await;
    assert_eq!(data(&vaults), json!({ "vaults": [] }));
    let address = "/api/users.get_current_user";
    let user = app
        .raw(as_sdk(app.request("GET", address, &who)).set_json(json!({})))
        .await;
    assert_eq!(data(&user)["user"]["id"], ann.id.to_string());
    assert_eq!(data(&user)["user"]["company"]["id"], ann.workspace.to_string());
}

#[actix_web::test]
async fn a_token_says_what_clients_read() {
    let (app, ann, key) = server_with_key().await;
    let claims = claims(&token(&app, &key).await);
    let days = |days: i64| days * 24 * 60 * 60;
    assert_eq!(
        claims,
        json!({
            "iat": now(&app),
            "exp": now(&app) + days(30),
            "key": key.access_key,
            "identity": {"user": ann.id, "company": ann.workspace, "role": "admin"},
            "tenant": ann.workspace,
            "api_version": "2.31",
            "server_version": "2.0.0",
            "feature_set": "clearance",
        })
    );
    for id in [&claims["identity"]["user"], &claims["tenant"]] {
        let id = id.as_str().unwrap();
        assert!(
            id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
    }
}

#[actix_web::test]
async fn a_client_chooses_how_long_its_token_lives_within_a_year() {
    let (app, _, key) = server_with_key().await;
    let lives = async |query: &str| {
        let answer = app
            .raw(app.request("GET", &format!("/api/auth.login?{query}"), &key))
            .await;
        claims(data(&answer)["token"].as_str().unwrap())["exp"]
            .as_i64()
            .unwrap()
            - now(&app)
    };
    assert_eq!(lives("expiration_sec=60").await, 60);
    assert_eq!(lives("expiration_sec=31536000").await, 31_536_000);
    assert_eq!(lives("expiration_sec=9223372036854775807").await, 31_536_000);
    for wrong in ["0", "-1", "1.5", "soon", "true", "99999999999999999999"] {
        let answer = app
            .raw(app.request("GET", &format!("/api/auth.login?expiration_sec={wrong}"), &key))
            .await;
        assert_eq!(refusal(&answer), (400, 12), "{wrong}");
    }
}

#[actix_web::test]
async fn a_token_never_outlives_its_key() {
    let (app, _, key) = server_with_key().await;
    app.expire(&key, app.clock.now() + TimeDelta::hours(1));
    let token = token(&app, &key).await;
    assert_eq!(claims(&token)["exp"].as_i64().unwrap() - now(&app), 3600);
    let renewed = app
        .wire(
            "auth.login",
            json!({"expiration_sec": 7200}),
            As::Bearer(token.clone()),
        )
        .await;
    let renewed = data(&renewed)["token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&renewed)["exp"].as_i64().unwrap() - now(&app), 3600);
    app.clock.advance(TimeDelta::seconds(3599));
    data(
        &app.wire("users.get_vaults", json!({}), As::Bearer(token.clone()))
            .await,
    );
    app.clock.advance(TimeDelta::seconds(1));
    for old in [token, renewed] {
        let answer = app.wire("users.get_vaults", json!({}), As::Bearer(old)).await;
        assert_eq!(refusal(&answer), (401, 30));
    }
    assert_eq!(refusal(&app.wire("auth.login", json!({}), &key).await), (401, 22));
}

#[actix_web::test]
async fn n08_a_revoked_key_takes_its_tokens_with_it_by_the_next_call() {
    let (app, _, key) = server_with_key().await;
    let first = token(&app, &key).await;
    let answer = app.wire("auth.login", json!({}), As::Bearer(first.clone())).await;
    let renewed = data(&answer)["token"].as_str().unwrap().to_owned();
    data(
        &app.wire(
            "auth.revoke_credentials",
            json!({"access_key": key.access_key}),
            As::Bearer(renewed.clone()),
        )
        .await,
    );
    for dead in [first, renewed] {
        for action in ["users.get_vaults", "auth.login", "auth.create_credentials"] {
            let answer = app.wire(action, json!({}), As::Bearer(dead.clone())).await;
            assert_eq!(refusal(&answer), (401, 30), "{action}");
        }
    }
    assert_eq!(refusal(&app.wire("auth.login", json!({}), &key).await), (401, 22));
}

#[actix_web::test]
async fn n08_who_is_shut_out_or_removed_is_refused_by_the_next_call() {
    let (app, ann, _) = server_with_key().await;
    let bob = app.person("bob");
    app.member(ann.workspace, &bob, Role::User);
    let key = app.key(&bob, ann.workspace);
    let bearer = As::Bearer(token(&app, &key).await);
    app.remove_member(ann.workspace, &bob);
    assert_eq!(
        refusal(&app.wire("users.get_vaults", json!({}), &bearer).await),
        (401, 30)
    );
    let own = app.key(&bob, bob.workspace);
    let bearer = As::Bearer(token(&app, &own).await);
    app.disable(&bob);
    assert_eq!(
        refusal(&app.wire("users.get_vaults", json!({}), &bearer).await),
        (401, 30)
    );
    assert_eq!(refusal(&app.wire("auth.login", json!({}), &own).await), (401, 22));
}

#[actix_web::test]
async fn logging_out_ends_nothing_and_says_so() {
    let (app, _, key) = server_with_key().await;
    let bearer = As::Bearer(token(&app, &key).await);
    let answer = app.wire("auth.logout", json!({}), &bearer).await;
    assert_eq!(data(&answer), json!({ "revoked": false }));
    data(&app.wire("users.get_vaults", json!({}), &bearer).await);
}

#[actix_web::test]
async fn each_wrong_proof_has_its_number() {
    let (app, ann, key) = server_with_key().await;
    let other = app.key(&ann, ann.workspace);
    let token = token(&app, &key).await;
    let (head, rest) = token.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let cases = [
        ("Digest username=\"ann\"".to_owned(), 10),
        ("Negotiate".to_owned(), 10),
        (String::new(), 10),
        ("Basic".to_owned(), 21),
        ("Basic !!!".to_owned(), 21),
        (basic("no colon"), 21),
        (basic(":"), 22),
        (basic("ann:password"), 22),
        (basic(&format!("{}:{}", key.access_key, other.secret_key)), 22),
        (basic(&format!("{}:{}", key.secret_key, key.access_key)), 22),
        (basic(&format!("{}: {}", key.access_key, key.secret_key)), 22),
        // Published with the SDK.
        (
            basic("EGRTCO8JMSIGI6S39GTP43NFWXDQOW:x!XTov_G-#vspE*Y(h$Anm&DIc5Ou-F)jsl$PdOyj5wG1&E!Z8"),
            22,
        ),
        ("Bearer".to_owned(), 30),
        ("Bearer x".to_owned(), 30),
        (format!("Bearer {none}.{payload}."), 30),
        (format!("Bearer {none}.{payload}.{signature}"), 30),
        (format!("Bearer {head}.{payload}."), 30),
        (
            format!("Bearer {head}.{payload}.{}", signature.to_lowercase()),
            30,
        ),
        (format!("Bearer {token}x"), 30),
        (format!("Bearer {}", "a".repeat(9_000)), 30),
    ];
    for (header, subcode) in cases {
        for action in ["auth.login", "users.get_vaults", "auth.create_credentials"] {
            let request = TestRequest::post().uri(&format!("/api/{action}"));
            let request = request.insert_header(("host", "clearance.test"));
            let answer = app
                .raw(request.insert_header(("authorization", header.as_str())))
                .await;
            assert_eq!(refusal(&answer), (401, subcode), "{header}");
            assert!(!answer.text().contains(&key.secret_key));
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn a_token_of_64_kilobytes_or_of_another_server_or_past_its_end_is_refused() {
    let (app, _, key) = server_with_key().await;
    let long = As::Bearer(format!("{}.{}.a", "a".repeat(40), "b".repeat(64 * 1024)));
    let answer = app.wire("users.get_vaults", json!({}), long).await;
    // Cut off at the door for its length; still in the envelope, or clients would try again without end.
    let (status, _) = refusal(&answer);
    assert!(matches!(status, 400 | 401), "{status}");
    let foreign = TestApp::start().await;
    let eve = foreign.person("eve");
    let theirs = token(&foreign, &foreign.key(&eve, eve.workspace)).await;
    assert_eq!(
        refusal(&app.wire("users.get_vaults", json!({}), As::Bearer(theirs)).await),
        (401, 30)
    );
    let ours = As::Bearer(token(&app, &key).await);
    app.clock.advance(TimeDelta::days(30));
    assert_eq!(
        refusal(&app.wire("users.get_vaults", json!({}), &ours).await),
        (401, 30)
    );
    let forged = Key {
        access_key: "CLR000000000000000000000000000".to_owned(),
        ..key
    };
    assert_eq!(
        refusal(&app.wire("users.get_vaults", json!({}), app.bearer(&forged)).await),
        (401, 30)
    );
}

#[actix_web::test]
async fn several_authorization_headers_are_refused_whatever_they_hold() {
    let (app, _, key) = server_with_key().await;
    for action in ["users.get_vaults", "server.info"] {
        let request = app.request("POST", &format!("/api/{action}"), &key);
        let answer = app
            .raw(request.append_header(("authorization", "Bearer x")))
            .await;
        assert_eq!(refusal(&answer), (401, 21), "{action}");
    }
}

#[actix_web::test]
async fn a_cookie_changes_nothing() {
    let (app, ann, key) = server_with_key().await;
    let bob = app.person("bob");
    let cookie = format!("__Host-session={}; session={}", bob.cookie, bob.cookie);
    let request = app.request("GET", "/api/users.get_current_user", &key);
    let answer = app.raw(request.insert_header(("cookie", cookie.clone()))).await;
    assert_eq!(data(&answer)["user"]["id"], ann.id.to_string());
    let request = app.request("GET", "/api/auth.login", As::Nobody);
    let answer = app.raw(request.insert_header(("cookie", cookie))).await;
    assert_eq!(refusal(&answer), (401, 20));
}

#[actix_web::test]
async fn r044_a_key_works_in_one_workspace_only() {
    let (app, ann, key) = server_with_key().await;
    let second = app.workspace(&ann, "second");
    let there = app.key(&ann, second);
    for (key, workspace) in [(&key, ann.workspace), (&there, second)] {
        let bearer = As::Bearer(token(&app, key).await);
        for who in [As::from(key), bearer] {
            let user = data(
                &app.wire("users.get_current_user", json!({"company": second}), &who)
                    .await,
            );
            assert_eq!(user["user"]["company"]["id"], workspace.to_string());
            let companies = data(&app.wire("organization.get_user_companies", json!({}), &who).await);
            assert_eq!(companies["companies"].as_array().unwrap().len(), 1);
            assert_eq!(companies["companies"][0]["id"], workspace.to_string());
        }
    }
    for header in ["X-Clearml-Tenant", "X-Trains-Tenant"] {
        for action in ["auth.login", "users.get_current_user"] {
            let request = app.request("GET", &format!("/api/{action}"), &key);
            let answer = app
                .raw(request.insert_header((header, ann.workspace.to_string())))
                .await;
            data(&answer);
            for other in [second.to_string(), String::new(), "é".to_owned()] {
                let request = app.request("GET", &format!("/api/{action}"), &key);
                let answer = app.raw(request.insert_header((header, other.as_str()))).await;
                assert_eq!(refusal(&answer), (401, 22), "{header} {other}");
            }
        }
    }
}

#[actix_web::test]
async fn nobody_acts_for_somebody_else() {
    let (app, ann, key) = server_with_key().await;
    let bob = app.person("bob");
    app.member(ann.workspace, &bob, Role::User);
    let kinds = ["Impersonate-As", "Act-As"];
    for brand in ["X-Clearml", "X-Trains"] {
        for kind in kinds {
            let name = format!("{brand}-{kind}");
            let send = async |user: &str| {
                let request = app.request("GET", "/api/v2.5/auth.login", &key);
                app.raw(request.insert_header((name.as_str(), user))).await
            };
            assert_eq!(refusal(&send(&bob.id.to_string()).await), (400, 6), "{name}");
            assert_eq!(refusal(&send("root").await), (400, 6), "{name}");
            let own = send(&ann.id.to_string()).await;
            assert_eq!(
                claims(data(&own)["token"].as_str().unwrap())["identity"]["user"],
                ann.id.to_string()
            );
        }
    }
    let own = ann.id.to_string();
    let both = kinds
        .iter()
        .fold(app.request("GET", "/api/auth.login", &key), |request, kind| {
            request.insert_header((format!("X-Clearml-{kind}"), own.as_str()))
        });
    assert_eq!(refusal(&app.raw(both).await), (400, 5));
    // Who is not known hears nothing about it.
    let request = app.request("GET", "/api/auth.login", As::Nobody);
    let answer = app
        .raw(request.insert_header(("X-Clearml-Impersonate-As", own.as_str())))
        .await;
    assert_eq!(refusal(&answer), (401, 20));
}

#[actix_web::test]
async fn a_login_leaves_no_secret_in_its_answer_but_the_token() {
    let (app, _, key) = server_with_key().await;
    let answer = app
        .wire(
            "auth.login",
            json!({"secret_key": key.secret_key, "user": "root"}),
            &key,
        )
        .await;
    assert_eq!(
        data(&answer).as_object().unwrap().keys().collect::<Vec<_>>(),
        ["token"]
    );
    assert!(!answer.text().contains(&key.secret_key));
    assert!(
        !claims(data(&answer)["token"].as_str().unwrap())
            .to_string()
            .contains(&key.secret_key)
    );
}
