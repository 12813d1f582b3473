//! Every route, called well: it does what it is for, journals it, and shows nothing of others.

use backend::features::setup;
use serde_json::Value;
use shared::contract::Effect;
use testkit::{As, TestApp};

use super::world::{World, mounts, shows_nothing_of};

/// Changes in the sense that other sites must not cause them, which leave nothing behind that could be journalled, or only
/// what somebody has read.
pub const JOURNALS_NOTHING: &[&str] = &[
    "CreateToken",
    "ChangeNotification",
    "ReadAllNotifications",
    "TestStorageEntry",
    "PreviewObject",
];

#[actix_web::test]
async fn every_route_works_and_every_change_is_journalled() {
    for mount in mounts().iter().filter(|mount| mount.name != "CompleteSetup") {
        let world = World::new().await;
        let (app, who) = (&world.app, world.right_caller(mount));
        let body = world.good_body(mount).await;
        world.prepare(mount);
        let before = app.journal().len();
        let answer = world.send(mount, &who, &body).await;
        let expected: &[u16] = match mount.effect {
            Effect::Creates => &[201],
            Effect::Changes | Effect::Reads => &[200, 204],
        };
        assert!(
            expected.contains(&answer.status),
            "{mount:?}: {} {}",
            answer.status,
            answer.text()
        );
        let written = app.journal().len() - before;
        match mount.effect {
            _ if JOURNALS_NOTHING.contains(&mount.name) => {
                assert_eq!(written, 0, "{mount:?} journals something");
            }
            Effect::Reads => assert_eq!(written, 0, "{mount:?} reads and journals"),
            Effect::Changes | Effect::Creates => {
                assert!(written >= 1, "{mount:?} changes and journals nothing");
            }
        }
        // Operators see everybody.
        if mount.name != "AcceptInvitation" && mount.caller != "operator" {
            shows_nothing_of(&world.eve, &format!("{mount:?}"), &answer);
        }
        if mount.effect == Effect::Creates {
            let location = answer
                .header("location")
                .unwrap_or_else(|| panic!("{mount:?} does not say where"))
                .to_owned();
            let found = app.raw(app.request("GET", &location, &who)).await;
            assert_eq!(found.status, 200, "{mount:?}: {location}: {}", found.text());
        }
    }
}

#[actix_web::test]
async fn the_set_up_works_once() {
    let mount = mounts()
        .into_iter()
        .find(|mount| mount.name == "CompleteSetup")
        .unwrap();
    let app = TestApp::start().await;
    let token = setup::offer(&app.state).unwrap().unwrap();
    let mut body = World::new().await.good_body(&mount).await;
    let wrong = app
        .raw(app.request("POST", mount.path, As::Nobody).set_json(&body))
        .await;
    assert_eq!((wrong.status, wrong.code()), (410, "link_unusable"));
    body["token"] = Value::String(token.expose().to_owned());
    let before = app.journal().len();
    let done = app
        .raw(app.request("POST", mount.path, As::Nobody).set_json(&body))
        .await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(app.journal().len() > before);
    let again = app
        .raw(app.request("POST", mount.path, As::Nobody).set_json(&body))
        .await;
    assert_eq!((again.status, again.code()), (409, "already_set_up"));
}

#[actix_web::test]
async fn no_entry_of_the_journal_holds_a_secret() {
    let mut found = Vec::new();
    for mount in mounts().iter().filter(|mount| mount.effect != Effect::Reads) {
        let world = World::new().await;
        let body = world.good_body(mount).await;
        world.prepare(mount);
        let answer = world.send(mount, world.right_caller(mount), &body).await;
        let mut secrets: Vec<String> =
            vec![world.ann.key.secret_key.clone(), world.ann.person.cookie.clone()];
        for holder in [&body, &answer.json()] {
            let named = ["password", "current", "new", "token", "secret_key", "link"].iter();
            secrets.extend(named.filter_map(|name| holder.get(name)?.as_str().map(str::to_owned)));
        }
        secrets.extend(
            answer
                .cookie()
                .map(|cookie| cookie.value().to_owned())
                .filter(|value| !value.is_empty()),
        );
        for entry in world.app.journal() {
            let text = format!("{entry:?}");
            found.extend(
                secrets
                    .iter()
                    .filter(|secret| text.contains(secret.as_str()))
                    .map(|_| format!("{mount:?}: {text}")),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[actix_web::test]
async fn a_get_says_its_entity_tag_and_answers_304_to_it() {
    let world = World::new().await;
    for mount in mounts().iter().filter(|mount| mount.method.as_str() == "GET") {
        let who = world.right_caller(mount);
        let first = world.send(mount, &who, &Value::Null).await;
        if !mount.answers_json() {
            // What is sent while it is made has no tag that could stand before it.
            assert_eq!(first.header("etag"), None, "{mount:?}");
            continue;
        }
        let etag = first
            .header("etag")
            .unwrap_or_else(|| panic!("{mount:?} has no entity tag"))
            .to_owned();
        let again = world
            .request(mount, &world.ann, &who, &Value::Null)
            .insert_header(("if-none-match", etag));
        let again = world.app.raw(again).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{mount:?}");
    }
}

#[actix_web::test]
async fn a_change_of_something_that_changed_meanwhile_is_refused() {
    for mount in mounts().iter().filter(|mount| mount.method.as_str() == "PATCH") {
        let world = World::new().await;
        let (body, who) = (world.good_body(mount).await, world.right_caller(mount));
        let before = world.app.journal().len();
        let stale = world.request(mount, &world.ann, &who, &body);
        let answer = world
            .app
            .raw(stale.insert_header(("if-match", "\"0000000000000000\"")))
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (412, "changed_meanwhile"),
            "{mount:?}"
        );
        assert_eq!(world.app.journal().len(), before, "{mount:?}");
        let now = world
            .app
            .raw(world.app.request("GET", &world.ann.fill(mount.path), &who))
            .await;
        let etag = now.header("etag").unwrap().to_owned();
        let fresh = world.request(mount, &world.ann, &who, &body);
        let answer = world.app.raw(fresh.insert_header(("if-match", etag))).await;
        assert_eq!(answer.status, 200, "{mount:?}: {}", answer.text());
    }
}

#[actix_web::test]
async fn a_post_that_is_sent_again_with_its_key_has_one_effect() {
    for mount in mounts()
        .iter()
        // Whoever has left is nobody to repeat an answer to.
        .filter(|mount| {
            mount.method.as_str() == "POST" && mount.caller != "public" && mount.name != "LeaveWorkspace"
        })
    {
        let world = World::new().await;
        let (body, who) = (world.good_body(mount).await, world.right_caller(mount));
        let sent = |who: &As| {
            let request = world.request(mount, &world.ann, who, &body);
            request.insert_header(("idempotency-key", "one"))
        };
        let first = world.app.raw(sent(&who)).await;
        assert!(first.status < 300, "{mount:?}: {}", first.text());
        // A browser that was given a new cookie sends that one.
        let who = first
            .cookie()
            .map_or(who, |cookie| As::Session(cookie.value().to_owned()));
        let entries = world.app.journal().len();
        let second = world.app.raw(sent(&who)).await;
        assert_eq!(
            (second.status, second.text()),
            (first.status, first.text()),
            "{mount:?}"
        );
        assert_eq!(second.header("location"), first.header("location"), "{mount:?}");
        assert_eq!(
            world.app.journal().len(),
            entries,
            "{mount:?} had a second effect"
        );
    }
}
