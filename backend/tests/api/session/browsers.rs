//! The browsers in which one is signed in.

use chrono::TimeDelta;
use shared::{
    account::GetMe,
    ids::SessionId,
    page::Page,
    session::{BrowserSession, ListSessions, OneSession, RevokeOtherSessions, RevokeSession},
};
use testkit::{As, PASSWORD, START, TestApp};

use super::{browser, sign_in};

async fn list(app: &TestApp, who: &As) -> Page<BrowserSession> {
    app.call::<ListSessions>(who, (), (), ()).await.reply()
}

async fn me(app: &TestApp, who: &As) -> u16 {
    app.call::<GetMe>(who, (), (), ()).await.status
}

#[actix_web::test]
async fn the_list_shows_every_live_browser_and_which_one_asks() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let _ = app.person("bob");
    app.clock.advance(TimeDelta::hours(1));
    app.calls_from("203.0.113.7");
    let body = serde_json::json!({ "email": ann.email, "password": PASSWORD });
    let request = app
        .request("POST", "/api/v1/session", As::Nobody)
        .insert_header(("user-agent", "Firefox on Ann's desk"))
        .set_json(&body);
    let signed_in = app.raw(request).await;
    let this = As::Session(signed_in.cookie().unwrap().value().to_owned());
    app.clock.advance(TimeDelta::minutes(5));
    app.calls_from("203.0.113.8");
    let answer = app.call::<ListSessions>(&this, (), (), ()).await;
    insta::assert_json_snapshot!(answer.seen(), @r#"
    {
      "body": {
        "items": [
          {
            "address": "203.0.113.8",
            "created_at": "[start + 3600 s]",
            "current": true,
            "expires_at": "[start + 2595600 s]",
            "id": "[id 1]",
            "last_seen_at": "[start + 3900 s]",
            "user_agent": "Firefox on Ann's desk"
          },
          {
            "address": "127.0.0.1",
            "created_at": "[start]",
            "current": false,
            "expires_at": "[start + 2592000 s]",
            "id": "[id 2]",
            "last_seen_at": "[start]",
            "user_agent": "testkit"
          }
        ],
        "total": 2
      },
      "status": 200
    }
    "#);
    assert!(!answer.text().contains(signed_in.cookie().unwrap().value()));
    app.clock.advance(TimeDelta::days(7) - TimeDelta::hours(1));
    let after_a_week = list(&app, &this).await;
    assert_eq!(
        after_a_week.total, 1,
        "the one that was not used for a week is gone"
    );
    assert!(after_a_week.items[0].current);
    assert_eq!(
        after_a_week.items[0].last_seen_at.naive_utc(),
        START + TimeDelta::days(7) + TimeDelta::minutes(5)
    );
}

#[actix_web::test]
async fn a_revoked_browser_is_refused_at_its_next_call() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let first = As::from(&ann);
    let second = browser(&sign_in(&app, &ann.email, PASSWORD).await);
    assert_eq!(me(&app, &second).await, 200);
    let path = OneSession {
        session_id: list(&app, &second)
            .await
            .items
            .into_iter()
            .find(|session| session.current)
            .unwrap()
            .id,
    };
    let revoked = app.call::<RevokeSession>(&first, path.clone(), (), ()).await;
    assert_eq!(revoked.status, 204);
    assert!(
        revoked.cookie().is_none(),
        "revoking another browser leaves this one's cookie"
    );
    assert_eq!(me(&app, &second).await, 401);
    assert_eq!(me(&app, &first).await, 200);
    let again = app.call::<RevokeSession>(&first, path, (), ()).await;
    assert_eq!((again.status, again.code()), (404, "not_found"));
}

#[actix_web::test]
async fn revoking_ones_own_browser_signs_it_out() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let path = OneSession {
        session_id: ann.session,
    };
    let revoked = app.call::<RevokeSession>(&ann, path, (), ()).await;
    assert_eq!(revoked.status, 204);
    assert_eq!(revoked.cookie().expect("the cookie is taken away").value(), "");
    assert_eq!(me(&app, &As::from(&ann)).await, 401);
}

#[actix_web::test]
async fn nobody_revokes_anybody_elses_browser() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for session_id in [bob.session, SessionId::NIL] {
        let answer = app
            .call::<RevokeSession>(&ann, OneSession { session_id }, (), ())
            .await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"));
    }
    for nonsense in ["x", "%00", "..", "0190A0B0C0D07000800000000000ABCD"] {
        let address = format!("/api/v1/me/sessions/{nonsense}");
        let answer = app.raw(app.request("DELETE", &address, &ann)).await;
        assert_eq!(answer.status, 404, "{nonsense}");
    }
    assert_eq!(me(&app, &As::from(&bob)).await, 200);
}

#[actix_web::test]
async fn every_browser_but_this_one_is_signed_out_and_nobody_elses() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let others = [app.session(ann.id).1, app.session(ann.id).1];
    let answer = app.call::<RevokeOtherSessions>(&ann, (), (), ()).await.reply();
    assert_eq!(answer.revoked, 2);
    for cookie in others {
        assert_eq!(me(&app, &As::Session(cookie)).await, 401);
    }
    assert_eq!(me(&app, &As::from(&ann)).await, 200);
    assert_eq!(me(&app, &As::from(&bob)).await, 200);
    let again = app.call::<RevokeOtherSessions>(&ann, (), (), ()).await.reply();
    assert_eq!(again.revoked, 0);
}

#[actix_web::test]
async fn a_key_neither_sees_nor_ends_browser_sessions() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    for who in [As::from(&key), app.bearer(&key)] {
        let seen = app.call::<ListSessions>(&who, (), (), ()).await;
        assert_eq!((seen.status, seen.code()), (403, "in_person_only"));
        let ended = app.call::<RevokeOtherSessions>(&who, (), (), ()).await;
        assert_eq!((ended.status, ended.code()), (403, "in_person_only"));
    }
}
