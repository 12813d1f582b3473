//! What is made with a key, a token or an `Idempotency-Key` never reaches further than they do.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    credentials::{CreateCredential, NewCredential},
    permission::Role,
    session::{CreateToken, NewToken},
    workspaces::InWorkspace,
};
use testkit::{Answer, As, TestApp};

async fn post(app: &TestApp, who: impl Into<As>, path: &str, key: &str, body: Value) -> Answer<Value> {
    let request = app
        .request("POST", path, who)
        .insert_header(("idempotency-key", key));
    app.raw(request.set_json(body)).await
}

#[actix_web::test]
async fn an_idempotency_key_belongs_to_the_credential_that_sent_it() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let (there, own) = (app.key(&bob, ann.workspace), app.key(&bob, bob.workspace));
    let path = "/api/v1/session/token";
    let first = post(&app, &there, path, "same", json!({})).await;
    let again = post(&app, &there, path, "same", json!({})).await;
    let other = post(&app, &own, path, "same", json!({})).await;
    assert_eq!((first.status, again.status, other.status), (200, 200, 200));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.json()["token"], again.json()["token"]);
    assert_eq!(other.header("idempotent-replayed"), None);
    assert_ne!(first.json()["token"], other.json()["token"]);

    let path = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    let in_browser = post(&app, &bob, &path, "same-again", json!({})).await;
    let with_key = post(&app, &there, &path, "same-again", json!({})).await;
    assert_eq!((in_browser.status, with_key.status), (201, 201));
    assert_ne!(in_browser.json()["secret_key"], with_key.json()["secret_key"]);
}

#[actix_web::test]
async fn a_request_that_died_before_it_did_anything_is_carried_out_by_its_repetition() {
    use db::schema::idempotency;
    use diesel::prelude::*;
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let path = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    assert_eq!(post(&app, &ann, &path, "died", json!({})).await.status, 201);
    let as_if = |status: Option<i64>| {
        app.change(|conn| {
            diesel::update(idempotency::table)
                .set((
                    idempotency::status.eq(status),
                    idempotency::sealed_body.eq(None::<String>),
                ))
                .execute(conn)
        })
    };
    as_if(None);
    let soon = post(&app, &ann, &path, "died", json!({})).await;
    assert_eq!((soon.status, soon.code()), (409, "still_running"));
    app.clock.advance(TimeDelta::seconds(61));
    assert_eq!(post(&app, &ann, &path, "died", json!({})).await.status, 201);
    as_if(Some(0));
    app.clock.advance(TimeDelta::seconds(61));
    let lost = post(&app, &ann, &path, "died", json!({})).await;
    assert_eq!((lost.status, lost.code()), (409, "answer_lost"));
}

#[actix_web::test]
async fn attack_26_a_short_token_makes_nothing_that_outlives_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    let end = app.clock.now() + TimeDelta::minutes(5);
    let short = app.bearer_until(&key, end);

    app.clock.advance(TimeDelta::minutes(2));
    let wanted = Some(NewToken {
        expires_in_seconds: Some(31_536_000),
    });
    let token = app.call::<CreateToken>(&short, (), (), wanted).await.reply();
    let most = app.clock.now() + TimeDelta::minutes(5);
    assert_eq!(
        token.expires_at.naive_utc(),
        most,
        "no longer than the token before it was made for"
    );

    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let made = app
        .call::<CreateCredential>(&short, path.clone(), (), NewCredential::default())
        .await
        .reply();
    assert_eq!(made.expires_at.map(|end| end.naive_utc()), Some(end));
    let login = app
        .wire("auth.login", json!({ "expiration_sec": 31_536_000 }), &short)
        .await;
    let renewed = As::Bearer(login.json()["data"]["token"].as_str().unwrap().to_owned());
    app.clock.advance(TimeDelta::minutes(6));
    assert_eq!(
        app.wire("users.get_current_user", json!({}), &renewed)
            .await
            .status,
        401
    );

    let usual = app.bearer_until(&key, app.clock.now() + TimeDelta::days(30));
    let made = app
        .call::<CreateCredential>(&usual, path, (), NewCredential::default())
        .await
        .reply();
    assert_eq!(
        made.expires_at, None,
        "a token of the usual life stands for its key"
    );
}
