//! Everybody who must not get in.

use backend::clearml;
use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::permission::Role;
use testkit::{As, TestApp};

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
            let in_person = mount.caller == "in_person" && !matches!(who, As::Session(_));
            let expected = if in_person {
                (403, "in_person_only")
            } else {
                (404, "not_found")
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
            .replace("{invitation_id}", &"0".repeat(32))
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
        .filter(|mount| mount.path.matches('{').count() == 2);
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
    for mount in mounts() {
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
    for mount in mounts().iter().filter(|mount| mount.caller == "in_person") {
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
async fn a_key_works_in_its_own_workspace_only() {
    let world = World::new().await;
    let ann = &world.ann;
    let other = world.app.workspace(&ann.person, "Another of hers");
    let key = world.app.key(&ann.person, other);
    let token = world.app.bearer(&key);
    for mount in mounts().iter().filter(|mount| mount.caller == "member") {
        for who in [As::from(&key), token.clone()] {
            let answer = world.send(mount, &who, &world.good_body(mount).await).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"), "{mount:?}");
        }
    }
}

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
    for mount in mounts().iter().filter(|mount| mount.caller == "member") {
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
    for mount in mounts().iter().filter(|mount| mount.caller == "member") {
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

#[actix_web::test]
async fn a_change_that_another_site_makes_a_browser_send_is_refused() {
    let world = World::new().await;
    let app = &world.app;
    for mount in mounts()
        .iter()
        .filter(|mount| mount.effect != shared::contract::Effect::Reads)
    {
        let body = world.good_body(mount).await;
        let who = if mount.caller == "public" {
            As::Nobody
        } else {
            As::from(&world.ann.person)
        };
        let before = app.journal().len();
        let sent = || world.request(mount, &world.ann, &who, &body);
        let foreign = [
            sent().insert_header(("sec-fetch-site", "cross-site")),
            sent().insert_header(("sec-fetch-site", "same-site")),
            sent().insert_header(("sec-fetch-site", "none")),
        ];
        for request in foreign {
            let answer = app.raw(request).await;
            assert_eq!((answer.status, answer.code()), (403, "not_from_app"), "{mount:?}");
        }
        assert_eq!(app.journal().len(), before, "{mount:?} changed something");
    }
}

#[actix_web::test]
async fn a_change_with_the_cookie_needs_the_apps_own_header() {
    let world = World::new().await;
    let app = &world.app;
    let cookie = format!(
        "{}={}",
        backend::http::cookie_name(app.state.config()),
        world.ann.person.cookie
    );
    let changes = mounts()
        .into_iter()
        .filter(|mount| mount.effect != shared::contract::Effect::Reads);
    for mount in changes.filter(|mount| mount.caller != "public") {
        let address = world.ann.fill(mount.path);
        let request = actix_web::test::TestRequest::with_uri(&address)
            .method(mount.method.as_str().parse().unwrap())
            .insert_header(("host", "clearance.test"))
            .insert_header(("cookie", cookie.clone()));
        let body = world.good_body(&mount).await;
        let answer = app
            .raw(if body.is_null() {
                request
            } else {
                request.set_json(&body)
            })
            .await;
        assert_eq!((answer.status, answer.code()), (403, "not_from_app"), "{mount:?}");
    }
}

#[actix_web::test]
async fn no_other_spelling_of_an_address_gets_in() {
    let world = World::new().await;
    let app = &world.app;
    for mount in mounts().iter().filter(|mount| mount.caller != "public") {
        let address = world.ann.fill(mount.path);
        let spellings = [
            format!("{address}/"),
            format!("/{address}"),
            address.replacen("/api/v1/", "/api//v1/", 1),
            address.replacen("/api/v1/", "/api/v1/./", 1),
            address.replacen("/api/v1/", "/API/V1/", 1),
            address.replacen("/api/v1/", "/api/v1/x/../", 1),
            address.replacen("/api/v1/", "/api/v1/%2e%2e/v1/", 1),
            address.replacen("/api/v1/", "/v1/", 1),
            address.replacen("/api/v1/", "/ajax-api/v1/", 1),
            format!("{address};x=y"),
            format!("{address}%00"),
            format!("{address}.json"),
        ];
        for spelling in spellings {
            for who in [As::Nobody, As::from(&world.eve.person)] {
                let answer = app.raw(app.request(mount.method.as_str(), &spelling, &who)).await;
                shows_nothing_of(&world.ann, &spelling, &answer);
                assert!(answer.status < 500, "{spelling}: {}", answer.text());
                let json = answer.header("content-type") == Some("application/json");
                assert!(
                    !json || answer.status >= 400,
                    "{spelling} answered {}",
                    answer.text()
                );
            }
        }
    }
}

#[actix_web::test]
async fn a_method_that_is_not_mounted_is_named_as_such() {
    let world = World::new().await;
    let all = mounts();
    for mount in &all {
        for method in ["PUT", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
            let request = world
                .app
                .request(method, &world.ann.fill(mount.path), &world.ann.person);
            let answer = world
                .app
                .raw(request.insert_header(("origin", "https://evil.test")))
                .await;
            assert_eq!(
                (answer.status, answer.code()),
                (405, "method_not_allowed"),
                "{method} {}",
                mount.path
            );
            let allowed = answer.header("allow").unwrap_or_default().to_owned();
            assert!(
                allowed.split(", ").any(|word| word == mount.method.as_str()),
                "{}: {allowed}",
                mount.path
            );
            assert_eq!(
                answer.header("access-control-allow-origin"),
                None,
                "{}",
                mount.path
            );
        }
    }
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
