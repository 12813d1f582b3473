//! Tokens for clients.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    account::GetMe,
    session::{CreateToken, GetSession, NewToken},
};
use testkit::{As, START, TestApp};

fn life(seconds: u64) -> NewToken {
    NewToken {
        expires_in_seconds: Some(seconds),
    }
}

#[actix_web::test]
async fn a_key_pair_makes_a_token_of_30_days_and_a_token_makes_another() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    let first = app.call::<CreateToken>(&key, (), (), None).await.reply();
    assert_eq!(first.expires_at.naive_utc(), START + TimeDelta::days(30));
    let by_first = As::Bearer(first.token.expose().to_owned());
    app.clock.advance(TimeDelta::days(29));
    let second = app.call::<CreateToken>(&by_first, (), (), None).await.reply();
    assert_eq!(second.expires_at.naive_utc(), START + TimeDelta::days(59));
    let by_second = As::Bearer(second.token.expose().to_owned());
    let session = app.call::<GetSession>(&by_second, (), (), ()).await.reply();
    assert_eq!(
        (session.account.id, session.workspace_id),
        (ann.id, ann.workspace)
    );
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(
        app.call::<GetMe>(&by_first, (), (), ()).await.status,
        401,
        "its 30 days are over"
    );
    assert_eq!(app.call::<GetMe>(&by_second, (), (), ()).await.status, 200);
    app.revoke(&key);
    let revoked = app.call::<GetMe>(&by_second, (), (), ()).await;
    assert_eq!((revoked.status, revoked.code()), (401, "unauthenticated"));
    assert_eq!(
        app.call::<CreateToken>(&by_second, (), (), None).await.status,
        401
    );
}

#[actix_web::test]
async fn a_token_lives_as_long_as_was_asked_within_bounds() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    for seconds in [60, 3600, 31_536_000] {
        let token = app
            .call::<CreateToken>(&key, (), (), Some(life(seconds)))
            .await
            .reply();
        let end = START + TimeDelta::seconds(i64::try_from(seconds).unwrap());
        assert_eq!(token.expires_at.naive_utc(), end);
        let who = As::Bearer(token.token.expose().to_owned());
        assert_eq!(app.call::<GetMe>(who, (), (), ()).await.status, 200, "{seconds}");
    }
    for seconds in [0, 59, 31_536_001, u64::MAX] {
        let answer = app.call::<CreateToken>(&key, (), (), Some(life(seconds))).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{seconds}");
        assert_eq!(answer.problem().errors[0].pointer, "/expires_in_seconds");
    }
    for body in [
        json!({ "expires_in_seconds": -1 }),
        json!({ "expires_in_seconds": 1e300 }),
        json!({ "expires_in_seconds": "60" }),
        json!({ "user_id": ann.id }),
        json!({ "role": "admin" }),
    ] {
        let request = app.request("POST", "/api/v1/session/token", &key).set_json(&body);
        let answer = app.raw(request).await;
        assert!(matches!(answer.status, 400 | 422), "{body}: {}", answer.text());
        assert!(!answer.code().is_empty());
    }
}

#[actix_web::test]
async fn a26_a_token_never_outlives_its_key() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    let end = START + TimeDelta::hours(2);
    app.expire(&key, end);
    let token = app.call::<CreateToken>(&key, (), (), None).await.reply();
    assert_eq!(token.expires_at.naive_utc(), end);
    let who = As::Bearer(token.token.expose().to_owned());
    let renewed = app.call::<CreateToken>(&who, (), (), None).await.reply();
    assert_eq!(renewed.expires_at.naive_utc(), end, "nor by exchanging it");
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(app.call::<GetMe>(who, (), (), ()).await.status, 401);
}

#[actix_web::test]
async fn a_browser_session_makes_no_token() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let answer = app.call::<CreateToken>(&ann, (), (), None).await;
    assert_eq!((answer.status, answer.code()), (422, "invalid"));
    assert!(answer.problem().detail.unwrap().contains("key pair"));
    let nobody = app.call::<CreateToken>(As::Nobody, (), (), None).await;
    assert_eq!((nobody.status, nobody.code()), (401, "unauthenticated"));
}

#[actix_web::test]
async fn authority_is_not_in_the_token() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    let token = app.call::<CreateToken>(&key, (), (), None).await.reply();
    let who = As::Bearer(token.token.expose().to_owned());
    assert_eq!(app.call::<GetMe>(&who, (), (), ()).await.status, 200);
    app.remove_member(ann.workspace, &ann);
    assert_eq!(app.call::<GetMe>(&who, (), (), ()).await.status, 401);
}
