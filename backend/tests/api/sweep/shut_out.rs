//! Everybody who could do something and cannot any more: from the next call on they are nobody, or less than before.

use backend::clearml;
use chrono::TimeDelta;
use serde_json::json;
use shared::permission::Role;
use testkit::{As, TestApp};

use super::world::{World, mounts, shows_nothing_of};

/// Everybody whose proof is not good any more, one of each kind, and in words.
fn shut_out(app: &TestApp) -> Vec<(&'static str, As)> {
    let now = app.clock.now();
    let revoked = app.password_person("revoked");
    let revoked_key = app.key(&revoked, revoked.workspace);
    let token_of_revoked = app.bearer(&revoked_key);
    app.revoke(&revoked_key);

    let expired_key = app.key(&revoked, revoked.workspace);
    let token_of_expired = app.bearer(&expired_key);
    app.expire(&expired_key, now);

    let live_key = app.key(&revoked, revoked.workspace);
    let expired_token = app.bearer_until(&live_key, now);

    let disabled = app.password_person("disabled");
    let key_of_disabled = app.key(&disabled, disabled.workspace);
    let token_of_disabled = app.bearer(&key_of_disabled);
    app.disable(&disabled);

    let removed = app.password_person("removed");
    let key_of_removed = app.key(&removed, removed.workspace);
    let token_of_removed = app.bearer(&key_of_removed);
    app.remove_member(removed.workspace, &removed);

    let signed_out = app.person("signed-out");
    app.end_session(&signed_out);

    let half = testkit::Key {
        secret_key: live_key.secret_key.clone(),
        ..expired_key.clone()
    };
    vec![
        ("a revoked key", As::from(&revoked_key)),
        ("a token of a revoked key", token_of_revoked),
        ("an expired key", As::from(&expired_key)),
        ("a token of an expired key", token_of_expired),
        ("an expired token", expired_token),
        ("a disabled account's session", As::from(&disabled)),
        ("a disabled account's key", As::from(&key_of_disabled)),
        ("a disabled account's token", token_of_disabled),
        ("a removed member's key", As::from(&key_of_removed)),
        ("a removed member's token", token_of_removed),
        ("an ended session", As::from(&signed_out)),
        ("an unknown session", As::Session("0".repeat(43))),
        ("a session of no shape", As::Session("x".to_owned())),
        ("another key's secret", As::from(&half)),
    ]
}

#[actix_web::test]
async fn whoever_was_shut_out_is_nobody() {
    let world = World::new().await;
    for (what, who) in shut_out(&world.app) {
        for mount in mounts().iter().filter(|mount| mount.caller != "public") {
            let answer = world.send(mount, &who, &world.good_body(mount).await).await;
            assert_eq!(
                (answer.status, answer.code()),
                (401, "unauthenticated"),
                "{what}: {mount:?}"
            );
        }
    }
}

#[actix_web::test]
async fn whoever_is_shut_out_while_calling_is_nobody_from_the_next_call_on() {
    let world = World::new().await;
    let (app, ann) = (&world.app, &world.ann);
    let token = app.bearer(&ann.key);
    let all = [As::from(&ann.person), As::from(&ann.key), token];
    let me = |who: As| async move { app.raw(app.request("GET", "/api/v1/me", who)).await.status };
    for who in &all {
        assert_eq!(me(who.clone()).await, 200, "{who:?}");
    }
    app.disable(&ann.person);
    for who in &all {
        assert_eq!(me(who.clone()).await, 401, "{who:?}");
    }
}

#[actix_web::test]
async fn a_removed_member_keeps_the_account_and_loses_the_workspace() {
    let world = World::new().await;
    let workspace = world.ann.person.workspace;
    world.app.remove_member(workspace, &world.bob.person);
    for mount in mounts().iter().filter(|mount| mount.needs.is_some()) {
        let answer = world
            .send(mount, &world.bob.person, &world.good_body(mount).await)
            .await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{mount:?}");
        shows_nothing_of(&world.ann, &format!("{mount:?}"), &answer);
    }
    let me = world
        .app
        .raw(world.app.request("GET", "/api/v1/me", &world.bob.person))
        .await;
    assert_eq!(me.status, 200);
}

#[actix_web::test]
async fn a_demoted_administrator_manages_nothing_from_the_next_call_on() {
    let world = World::new().await;
    let (app, ann) = (&world.app, &world.ann);
    let rename = mounts()
        .into_iter()
        .find(|mount| mount.name == "ChangeWorkspace")
        .unwrap();
    let body = world.good_body(&rename).await;
    assert_eq!(world.send(&rename, &ann.person, &body).await.status, 200);
    app.change_role(ann.person.workspace, &ann.person, Role::User);
    for who in [As::from(&ann.person), As::from(&ann.key), app.bearer(&ann.key)] {
        let answer = world.send(&rename, &who, &body).await;
        assert_eq!((answer.status, answer.code()), (403, "forbidden"), "{who:?}");
    }
}

#[actix_web::test]
async fn a_session_ends_when_it_is_unused_and_in_any_case() {
    let world = World::new().await;
    let (app, ann) = (&world.app, &world.ann.person);
    let me = || async { app.raw(app.request("GET", "/api/v1/me", ann)).await.status };
    let (idle, most) = (
        app.state.config().session_idle_days,
        app.state.config().session_max_days,
    );
    for _ in 0..most / (idle - 1) {
        assert_eq!(me().await, 200);
        app.clock.advance(TimeDelta::days(i64::from(idle) - 1));
    }
    app.clock.advance(TimeDelta::days(i64::from(most % (idle - 1))));
    assert_eq!(me().await, 401, "it was used every day and ends all the same");
    let (_, unused) = app.session(ann.id);
    app.clock.advance(TimeDelta::days(i64::from(idle)));
    let answer = app
        .raw(app.request("GET", "/api/v1/me", As::Session(unused)))
        .await;
    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn on_the_wire_only_a_live_key_or_token_is_somebody() {
    let world = World::new().await;
    let mut callers = shut_out(&world.app);
    callers.push(("nobody", As::Nobody));
    // The wire has no protection against other sites, so it must not take the cookie.
    callers.push(("a browser", As::from(&world.ann.person)));
    for call in clearml::calls().iter().filter(|call| call.caller != "public") {
        for (what, who) in &callers {
            let answer = world.app.wire(call.action, json!({}), who).await;
            assert_eq!(answer.status, 401, "{what}: {call:?}: {}", answer.text());
            assert_eq!(answer.json()["meta"]["result_code"], 401, "{what}: {call:?}");
            shows_nothing_of(&world.ann, &format!("{call:?}"), &answer);
        }
    }
}
