//! Everybody who must not get in, or not there.

use serde_json::{Value, json};
use shared::permission::Role;
use testkit::As;

use super::world::{World, has_parameters, mounts, shows_nothing_of};

#[actix_web::test]
async fn nobody_gets_in_where_somebody_is_asked_for() {
    let world = World::new().await;
    for mount in mounts().iter().filter(|mount| mount.caller != "public") {
        for body in [Value::Null, json!({"nonsense": [1, 2]})] {
            let answer = world.send(mount, As::Nobody, &body).await;
            assert_eq!(
                (answer.status, answer.code()),
                (401, "unauthenticated"),
                "{mount:?}"
            );
            // A Basic challenge would open the browser's own password window.
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{mount:?}");
            shows_nothing_of(&world.ann, &format!("{mount:?}"), &answer);
        }
    }
}

#[actix_web::test]
async fn a_stranger_finds_nothing_even_with_real_ids() {
    let world = World::new().await;
    let eve = &world.eve;
    let token = world.app.bearer(&eve.key);
    for mount in mounts().iter().filter(|mount| has_parameters(mount)) {
        for who in [As::from(&eve.person), As::from(&eve.key), token.clone()] {
            let answer = world.send(mount, &who, &world.good_body(mount).await).await;
            let expected = match (mount.caller, &who) {
                ("operator", _) => (403, "operator_only"),
                ("in_person", As::Key(_) | As::Bearer(_)) => (403, "in_person_only"),
                _ => (404, "not_found"),
            };
            assert_eq!((answer.status, answer.code()), expected, "{mount:?} as {who:?}");
            shows_nothing_of(&world.ann, &format!("{mount:?}"), &answer);
        }
    }
}

#[actix_web::test]
async fn not_yours_and_not_there_look_the_same() {
    let world = World::new().await;
    for mount in mounts().iter().filter(|mount| has_parameters(mount)) {
        let body = world.good_body(mount).await;
        let foreign = world.send(mount, &world.eve.person, &body).await;
        let nowhere = mount
            .path
            .replace("{workspace_id}", &"0".repeat(32))
            .replace("{session_id}", &"0".repeat(32))
            .replace("{user_id}", &"0".repeat(32))
            .replace("{server_workspace_id}", &"0".repeat(32))
            .replace("{invitation_id}", &"0".repeat(32))
            .replace("{notification_id}", &"0".repeat(32))
            .replace("{storage_entry_id}", &"0".repeat(32))
            .replace("{vault_id}", &"0".repeat(32))
            .replace("{version}", "1")
            .replace("{access_key}", "CLR000000000000000000000000000");
        let request = world
            .app
            .request(mount.method.as_str(), &nowhere, &world.eve.person);
        let request = if body.is_null() {
            request
        } else {
            request.set_json(&body)
        };
        let missing = world.app.raw(request).await;
        assert_eq!(foreign.seen(), missing.seen(), "{mount:?}");
    }
}

#[actix_web::test]
async fn in_ones_own_workspace_the_things_of_another_are_not_there() {
    let world = World::new().await;
    let (ann, eve) = (&world.ann, &world.eve);
    let two_ids = mounts()
        .into_iter()
        .filter(|mount| mount.path.matches('{').count() >= 2);
    let mut swept = 0;
    for mount in two_ids {
        let mixed = mount
            .path
            .replace("{workspace_id}", &eve.person.workspace.to_string());
        let request = world
            .app
            .request(mount.method.as_str(), &ann.fill(&mixed), &eve.person);
        let body = world.good_body(&mount).await;
        let request = if body.is_null() {
            request
        } else {
            request.set_json(&body)
        };
        let answer = world.app.raw(request).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{mount:?}");
        shows_nothing_of(ann, &format!("{mount:?}"), &answer);
        swept += 1;
    }
    assert!(swept > 3, "{swept}");
}

#[actix_web::test]
async fn a_member_without_the_permission_is_refused() {
    let world = World::new().await;
    let key = world.app.key(&world.bob.person, world.ann.person.workspace);
    let token = world.app.bearer(&key);
    let mut refused = 0;
    // Whoever has left is none whom a permission could be missing.
    for mount in mounts()
        .into_iter()
        .filter(|mount| mount.name != "LeaveWorkspace")
    {
        let Some(needs) = mount.needs else { continue };
        for who in [As::from(&world.bob.person), As::from(&key), token.clone()] {
            let answer = world.send(&mount, &who, &world.good_body(&mount).await).await;
            if Role::User.grants(needs) {
                // Ann's own things are hers; what belongs to the workspace is everybody's.
                assert_ne!(
                    (answer.status, mount.path.contains("{access_key}")),
                    (200, true),
                    "{mount:?}"
                );
                assert!(
                    !answer.text().contains(&world.ann.key.access_key),
                    "{mount:?}: {}",
                    answer.text()
                );
            } else {
                assert_eq!(
                    (answer.status, answer.code()),
                    (403, "forbidden"),
                    "{mount:?} as {who:?}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 3, "{refused}");
}

#[actix_web::test]
async fn a_key_does_nothing_that_needs_a_person() {
    let world = World::new().await;
    let token = world.app.bearer(&world.ann.key);
    for mount in mounts()
        .iter()
        .filter(|mount| mount.caller.ends_with("in_person"))
    {
        for who in [As::from(&world.ann.key), token.clone()] {
            let answer = world.send(mount, &who, &world.good_body(mount).await).await;
            assert_eq!(
                (answer.status, answer.code()),
                (403, "in_person_only"),
                "{mount:?}"
            );
        }
    }
}

#[actix_web::test]
async fn operators_endpoints_let_nobody_in_but_an_operator_in_person() {
    let world = World::new().await;
    let app = &world.app;
    let key = app.key(&world.operator, world.operator.workspace);
    // An administrator of the very workspace that is named operates nothing, and an operator's key is no operator.
    let callers = [
        As::from(&world.ann.person),
        As::from(&world.ann.key),
        As::from(&key),
        app.bearer(&key),
    ];
    let mut swept = 0;
    for mount in mounts().iter().filter(|mount| mount.caller == "operator") {
        for who in &callers {
            for body in [world.good_body(mount).await, json!({"nonsense": 1})] {
                let answer = world.send(mount, who, &body).await;
                let found = (answer.status, answer.code());
                assert_eq!(found, (403, "operator_only"), "{mount:?} as {who:?}");
                swept += 1;
            }
        }
        let nobody = world.send(mount, As::Nobody, &Value::Null).await;
        assert_eq!(
            (nobody.status, nobody.code()),
            (401, "unauthenticated"),
            "{mount:?}"
        );
    }
    assert!(swept > 50, "{swept}");
}

#[actix_web::test]
async fn a_key_works_in_its_own_workspace_only() {
    let world = World::new().await;
    let ann = &world.ann;
    let other = world.app.workspace(&ann.person, "Another of hers");
    let key = world.app.key(&ann.person, other);
    let token = world.app.bearer(&key);
    for mount in mounts().iter().filter(|mount| mount.needs.is_some()) {
        for who in [As::from(&key), token.clone()] {
            let answer = world.send(mount, &who, &world.good_body(mount).await).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"), "{mount:?}");
        }
    }
}

#[actix_web::test]
async fn the_authorization_header_beats_the_cookie() {
    let world = World::new().await;
    let (app, ann, eve) = (&world.app, &world.ann, &world.eve);
    let cookie = format!(
        "{}={}",
        backend::http::cookie_name(app.state.config()),
        ann.person.cookie
    );
    let address = format!("/api/v1/workspaces/{}", ann.person.workspace);
    let with_cookie = |who: As| {
        app.request("GET", &address, who)
            .insert_header(("cookie", cookie.clone()))
    };
    assert_eq!(app.raw(with_cookie(As::Nobody)).await.status, 200);
    assert_eq!(app.raw(with_cookie(As::from(&eve.key))).await.status, 404);
    app.revoke(&eve.key);
    assert_eq!(app.raw(with_cookie(As::from(&eve.key))).await.status, 401);
}

#[actix_web::test]
async fn the_workspace_is_read_from_the_path_and_nowhere_else() {
    let world = World::new().await;
    let (app, ann, eve) = (&world.app, &world.ann, &world.eve);
    let foreign = ann.person.workspace.to_string();
    for mount in mounts().iter().filter(|mount| mount.needs.is_some()) {
        let body = world.good_body(mount).await;
        let twice = format!("{}?workspace_id={foreign}", eve.fill(mount.path));
        let request = app.request(mount.method.as_str(), &twice, &eve.person);
        let answer = app
            .raw(if body.is_null() {
                request
            } else {
                request.set_json(&body)
            })
            .await;
        assert_eq!(answer.status, 422, "{mount:?}: {}", answer.text());
        let mut body = body;
        if let Some(fields) = body.as_object_mut() {
            fields.insert("workspace_id".to_owned(), Value::String(foreign.clone()));
            let answer = app.raw(world.request(mount, eve, &eve.person, &body)).await;
            assert_eq!(answer.status, 422, "{mount:?}: {}", answer.text());
        }
    }
}
