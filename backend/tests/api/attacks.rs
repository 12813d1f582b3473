//! Attacks that belong to no single feature. Which tests cover which attack stands in `docs/attacks.md`.

use db::schema::users;
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::{
    account::GetMe,
    permission::Role,
    server_users::{ChangeServerUser, OneServerUser, ServerUserChange},
    workspaces::{ChangeWorkspace, GetWorkspace, InWorkspace, WorkspaceChange},
};
use testkit::{Answer, As, PASSWORD, Person, TestApp};

/// Whose a token or key is, and where it works, as the wire says it.
fn identity(answer: &Answer<Value>) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let user = &answer.json()["data"]["user"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&user["id"]), text(&user["company"]["id"]))
}

#[actix_web::test]
async fn attack_17_on_the_wire_the_workspace_is_the_keys_whatever_else_is_sent() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    // Even one that the key's owner is a member of.
    app.member(bob.workspace, &ann, Role::Admin);
    let key = app.key(&ann, ann.workspace);
    let (foreign, other) = (bob.workspace.to_string(), bob.id.to_string());
    let expected = (ann.id.to_string(), ann.workspace.to_string());
    let names = [
        "company",
        "tenant",
        "workspace_id",
        "workspace",
        "company_id",
        "user",
        "user_id",
    ];
    for who in [As::from(&key), app.bearer(&key)] {
        for name in names {
            let value = if name.starts_with("user") {
                &other
            } else {
                &foreign
            };
            let address = format!("/api/users.get_current_user?{name}={value}");
            let mut body = json!({});
            body[name] = json!(value);
            let request = app
                .request("POST", &address, &who)
                .insert_header((format!("x-{}", name.replace('_', "-")), value.as_str()))
                .insert_header((format!("x-clearml-{}", name.replace('_', "-")), value.as_str()))
                .set_json(body);
            let answer = app.raw(request).await;
            let all = answer.text();
            // Said where clients say it, another workspace is refused; anywhere else it is not heard.
            if answer.status == 401 {
                assert_eq!(answer.json()["data"], json!({}), "{name} as {who:?}");
            } else {
                assert_eq!(identity(&answer), expected, "{name} as {who:?}");
            }
            assert!(!all.contains(&foreign) && !all.contains(&other), "{name}: {all}");
        }
        let plain = app.request("POST", "/api/users.get_current_user", &who);
        assert_eq!(identity(&app.raw(plain).await), expected);
    }
}

#[actix_web::test]
async fn attack_19_of_a_change_that_is_refused_in_part_nothing_is_done() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let me = OneServerUser { user_id: admin.id };
    let mixed = ServerUserChange {
        disabled: Some(true),
        must_change_password: Some(true),
        is_operator: Some(true),
    };
    let refused = app.call::<ChangeServerUser>(&admin, me, (), mixed).await;
    assert_eq!((refused.status, refused.code()), (409, "not_yourself"));
    let asked: bool = app.db(|conn| users::table.select(users::must_change_password).first(conn));
    assert!(!asked);
    assert_eq!(app.call::<GetMe>(&admin, (), (), ()).await.status, 200);

    let path = InWorkspace {
        workspace_id: admin.workspace,
    };
    let mixed = WorkspaceChange {
        name: Some("Laboratory".parse().unwrap()),
        max_credential_days: Some(Some(0)),
    };
    let refused = app.call::<ChangeWorkspace>(&admin, path.clone(), (), mixed).await;
    assert_eq!(refused.status, 422);
    let now = app.call::<GetWorkspace>(&admin, path, (), ()).await.reply();
    assert_eq!(now.name.as_str(), "admin's workspace");

    let mixed = json!({ "theme": "dark", "x".repeat(256): 1 });
    let request = app
        .request("PATCH", "/api/v1/me/preferences", &admin)
        .set_json(mixed);
    assert_eq!(app.raw(request).await.status, 422);
    let kept = app
        .raw(app.request("GET", "/api/v1/me/preferences", &admin))
        .await;
    assert_eq!(kept.json(), json!({}));
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn attack_20_signing_in_and_tokens_take_no_word_about_who_one_is() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.password_person("ann"), app.password_person("bob"));
    let key = app.key(&ann, ann.workspace);
    let foreign = [
        ("user_id", json!(bob.id)),
        ("user", json!(bob.id)),
        (
            "identity",
            json!({ "user": bob.id, "company": bob.workspace, "role": "admin" }),
        ),
        ("company", json!(bob.workspace)),
        ("workspace_id", json!(bob.workspace)),
        ("role", json!("admin")),
        ("is_operator", json!(true)),
        ("key", json!("CLR0")),
        ("impersonate", json!(bob.id)),
    ];
    for (name, value) in &foreign {
        let mut sign_in = json!({ "email": ann.email, "password": PASSWORD });
        sign_in[name] = value.clone();
        let request = app
            .request("POST", "/api/v1/session", As::Nobody)
            .set_json(sign_in);
        assert_eq!(app.raw(request).await.status, 422, "{name}");
        let mut life = json!({ "expires_in_seconds": 600 });
        life[name] = value.clone();
        let request = app.request("POST", "/api/v1/session/token", &key).set_json(life);
        assert_eq!(app.raw(request).await.status, 422, "{name}");
        // In the address as well.
        let text = value.as_str().unwrap_or("x");
        for path in ["/api/v1/session", "/api/v1/session/token"] {
            let address = format!("{path}?{name}={text}");
            let request = app.request("POST", &address, &key).set_json(json!({}));
            assert_eq!(app.raw(request).await.status, 422, "{address}");
        }
    }
    // Twice the same field: refused, not the last one taken.
    for twice in [
        format!(
            r#"{{"email":"{0}","email":"{1}","password":"{PASSWORD}"}}"#,
            ann.email, bob.email
        ),
        format!(
            r#"{{"email":"{0}","password":"x","password":"{PASSWORD}"}}"#,
            ann.email
        ),
    ] {
        let request = app
            .request("POST", "/api/v1/session", As::Nobody)
            .insert_header(("content-type", "application/json"))
            .set_payload(twice.clone());
        let answer = app.raw(request).await;
        assert!((400..=422).contains(&answer.status), "{twice}: {}", answer.status);
        assert!(answer.cookie().is_none());
    }
}

#[actix_web::test]
async fn attack_20_on_the_wire_a_login_is_the_keys_own_whatever_it_says() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let key = app.key(&ann, ann.workspace);
    let expected = (ann.id.to_string(), ann.workspace.to_string());
    let body = json!({
        "user": bob.id, "user_id": bob.id, "role": "root", "company": bob.workspace,
        "tenant": bob.workspace, "identity": { "user": bob.id }, "expiration_sec": 600,
    });
    for address in [
        "/api/auth.login",
        "/api/v2.31/auth.login?user=x&company=y&role=root",
    ] {
        let request = app.request("POST", address, &key).set_json(&body);
        let answer = app.raw(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let token = answer.json()["data"]["token"].as_str().unwrap().to_owned();
        let request = app.request("GET", "/api/users.get_current_user", As::Bearer(token));
        assert_eq!(identity(&app.raw(request).await), expected, "{address}");
    }
}

fn accounts(app: &TestApp) -> i64 {
    app.db(|conn| users::table.count().get_result(conn))
}

#[actix_web::test]
async fn attack_34_nobody_makes_an_account_without_an_invitation() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let before = accounts(&app);
    let new = json!({
        "name": "Eve", "email": "eve@example.com", "password": "a very long passphrase",
        "token": "0".repeat(43), "hosting": "own_team",
    });
    for address in [
        "/api/v1/invitations/join",
        "/api/v1/setup",
        "/api/v1/users",
        "/api/v1/accounts",
        "/api/v1/register",
        "/api/v1/signup",
        "/api/v1/me",
        "/api/v1/session/register",
        "/api/v1/server/users",
        "/api/auth.create_user",
        "/api/v2.31/auth.create_user",
        "/api/users.create",
        "/api/login.signup",
    ] {
        for who in [As::Nobody, As::from(&ann), As::from(&admin)] {
            let mut body = new.clone();
            if address != "/api/v1/setup" {
                body.as_object_mut().unwrap().remove("hosting");
            }
            let answer = app.raw(app.request("POST", address, &who).set_json(body)).await;
            let refused = (400..500).contains(&answer.status);
            assert!(
                refused,
                "{address} as {who:?}: {} {}",
                answer.status,
                answer.text()
            );
        }
    }
    assert_eq!(accounts(&app), before);
}

#[actix_web::test]
async fn attack_34_nobody_proves_or_changes_an_address_by_saying_so() {
    let app = TestApp::start().await;
    let (_, ann) = (app.set_up(), app.person("ann"));
    let stored = |person: &Person| -> (String, bool, bool, bool) {
        app.db(|conn| {
            users::table
                .filter(users::id.eq(db::columns::UserId(person.id)))
                .select((
                    users::email,
                    users::email_proven,
                    users::is_operator,
                    users::must_change_password,
                ))
                .first(conn)
        })
    };
    let before = stored(&ann);
    for (name, value) in [
        ("email", json!("boss@example.com")),
        ("email_key", json!("boss@example.com")),
        ("email_proven", json!(true)),
        ("email_verified", json!(true)),
        ("is_operator", json!(true)),
        ("is_disabled", json!(false)),
        ("must_change_password", json!(false)),
        ("deleted_at", json!(null)),
    ] {
        let mut body = json!({ "name": "Ann" });
        body[name] = value;
        let answer = app
            .raw(app.request("PATCH", "/api/v1/me", &ann).set_json(body))
            .await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{name}");
    }
    assert_eq!(stored(&ann), before);
    let key = app.key(&ann, ann.workspace);
    let update = json!({ "user": ann.id, "email": "boss@example.com", "role": "root", "name": "ann" });
    let _ = app.wire("users.update", update, &key).await;
    assert_eq!(stored(&ann), before);
}

#[actix_web::test]
async fn attack_38_no_address_of_ours_is_told_to_other_sites_and_no_secret_stands_in_one() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for (address, who) in [
        ("/", As::Nobody),
        ("/reset-password", As::Nobody),
        ("/join", As::Nobody),
        ("/api/v1/me", As::from(&ann)),
        ("/api/v1/me", As::Nobody),
        ("/api/docs", As::Nobody),
    ] {
        let answer = app.raw(app.request("GET", address, who)).await;
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{address}");
        let location = answer.header("location").unwrap_or_default();
        assert!(!location.contains("token"), "{address}: {location}");
    }
    // Links carry their token behind the `#`, which browsers send to nobody.
    let admin = app.set_up();
    let address = format!("/api/v1/server/users/{}/password-link", ann.id);
    let answer = app.raw(app.request("POST", &address, &admin)).await;
    let link = answer.json()["link"].as_str().unwrap().to_owned();
    let (sent, _) = link.split_once('#').unwrap();
    assert_eq!(sent, "https://clearance.test/reset-password");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
