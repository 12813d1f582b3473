//! Attacks on who is in a workspace: ids that contradict each other, ids of somebody else, fields that nobody may set, and
//! making oneself more than one is.

use serde_json::{Value, json};
use shared::permission::Role;
use testkit::{Answer, As, TestApp};

use super::{ann_and_bob, counted, get, give_role, remove};

async fn send(app: &TestApp, method: &str, address: &str, who: impl Into<As>, body: Value) -> Answer<Value> {
    let request = app.request(method, address, who);
    app.raw(if body.is_null() {
        request
    } else {
        request.set_json(body)
    })
    .await
}

#[actix_web::test]
async fn attack_17_the_member_and_the_workspace_are_those_of_the_path_whatever_else_is_sent() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let eve = app.person("eve");
    let member = format!("/api/v1/workspaces/{team}/members/{}", bob.id);
    for (name, value) in [
        ("workspace_id", eve.workspace.to_string()),
        ("user_id", ann.id.to_string()),
        ("role", "admin".to_owned()),
    ] {
        let changes = [
            ("GET", "", Value::Null),
            ("GET", "/removal", Value::Null),
            ("PATCH", "", json!({})),
            ("DELETE", "", Value::Null),
        ];
        for (method, end, body) in changes {
            let twice = format!("{member}{end}?{name}={value}");
            let refused = send(&app, method, &twice, &ann, body).await;
            assert_eq!(
                (refused.status, refused.code()),
                (422, "invalid"),
                "{method} {twice}"
            );
        }
    }
    for body in [
        json!({ "role": "admin", "user_id": ann.id }),
        json!({ "role": "admin", "workspace_id": eve.workspace }),
    ] {
        assert_eq!(send(&app, "PATCH", &member, &ann, body).await.status, 422);
    }
    let with_headers = app
        .request("GET", &member, &ann)
        .insert_header(("x-workspace-id", eve.workspace.to_string()))
        .insert_header(("x-user-id", ann.id.to_string()))
        .insert_header(("x-clearml-company", eve.workspace.to_string()))
        .insert_header(("x-clearml-impersonate-as", eve.id.to_string()));
    let answer = app.raw(with_headers).await;
    assert_eq!(
        (answer.status, answer.json()["user_id"].clone()),
        (200, json!(bob.id))
    );
    assert_eq!(counted(&app, team), (2, 1));
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn attack_18_attack_21_every_way_to_a_member_of_another_workspace_answers_alike() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let eve = app.person("eve");
    let key = app.key(&eve, eve.workspace);
    let unknown = shared::ids::UserId(app.clock.new_id());
    for who in [As::from(&eve), As::from(&key), app.bearer(&key)] {
        let mut answers = Vec::new();
        // Somebody else's workspace with their ids, and one's own with the ids of others and of nobody.
        for (workspace, user) in [
            (team, bob.id),
            (team, eve.id),
            (eve.workspace, bob.id),
            (eve.workspace, ann.id),
            (eve.workspace, unknown),
        ] {
            let member = format!("/api/v1/workspaces/{workspace}/members/{user}");
            for (method, end, body) in [
                ("GET", "", Value::Null),
                ("GET", "/removal", Value::Null),
                ("PATCH", "", json!({ "role": "admin" })),
                ("DELETE", "", Value::Null),
            ] {
                answers.push(
                    send(&app, method, &format!("{member}{end}"), &who, body)
                        .await
                        .seen(),
                );
            }
        }
        assert_eq!(answers[0]["status"], 404);
        assert_eq!(answers[0]["body"]["code"], "not_found");
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    }
    assert_eq!(counted(&app, team), (2, 1));
}

#[actix_web::test]
async fn attack_18_attack_21_nobody_of_another_workspace_becomes_owner_or_heir() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let eve = app.person("eve");
    let unknown = shared::ids::UserId(app.clock.new_id());
    let mut answers = Vec::new();
    for user in [eve.id, unknown] {
        let owner = format!("/api/v1/workspaces/{team}/owner");
        let refused = send(&app, "POST", &owner, &ann, json!({ "user_id": user })).await;
        assert_eq!(refused.problem().errors[0].pointer, "/user_id");
        answers.push(refused.seen());
        let leave = format!("/api/v1/workspaces/{team}/leave");
        for who in [&ann, &bob] {
            let refused = send(&app, "POST", &leave, who, json!({ "hand_over_to": user })).await;
            assert_eq!(refused.problem().errors[0].pointer, "/hand_over_to");
            answers.push(refused.seen());
        }
        let removal = format!("/api/v1/workspaces/{team}/members/{}?hand_over_to={user}", bob.id);
        answers.push(send(&app, "DELETE", &removal, &ann, Value::Null).await.seen());
    }
    assert!(
        answers.iter().all(|answer| answer["status"] == 422),
        "{answers:#?}"
    );
    let (foreign, none) = answers.split_at(4);
    assert_eq!(foreign, none, "an account that is elsewhere looks like none");
    assert_eq!(counted(&app, team), (2, 1));
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn attack_30_fields_of_a_member_that_nobody_may_set_are_refused() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let before = get(&app, &ann, team, &bob).await.json();
    let member = format!("/api/v1/workspaces/{team}/members/{}", bob.id);
    for (name, value) in [
        ("user_id", json!(ann.id)),
        ("id", json!(ann.id)),
        ("name", json!("Mallory")),
        ("email", json!("mallory@example.com")),
        ("is_owner", json!(true)),
        ("is_operator", json!(true)),
        ("is_admin", json!(true)),
        ("added_at", json!("2020-01-01T00:00:00Z")),
        ("created", json!("2020-01-01T00:00:00Z")),
        ("activity", json!(null)),
        ("company", json!(ann.workspace)),
        ("workspace_id", json!(ann.workspace)),
    ] {
        let refused = send(&app, "PATCH", &member, &ann, json!({ name: value })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{name}");
    }
    for role in [
        json!("owner"),
        json!("ADMIN"),
        json!("operator"),
        json!(0),
        json!(["admin"]),
        json!({}),
    ] {
        let refused = send(&app, "PATCH", &member, &ann, json!({ "role": role })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{role}");
    }
    assert_eq!(get(&app, &ann, team, &bob).await.json(), before);
    for (path, body) in [
        ("leave", json!({ "user_id": ann.id })),
        ("leave", json!({ "hand_over_to": ann.id, "role": "admin" })),
        ("owner", json!({ "user_id": bob.id, "role": "user" })),
        ("owner", json!({ "user_id": bob.id, "personal_of": bob.id })),
    ] {
        let address = format!("/api/v1/workspaces/{team}/{path}");
        assert_eq!(send(&app, "POST", &address, &ann, body).await.code(), "invalid");
    }
    for (name, value) in [
        ("id", json!(team)),
        ("owner_id", json!(bob.id)),
        ("personal", json!(true)),
        ("max_members", json!(1000)),
        ("role", json!("admin")),
    ] {
        let body = json!({ "name": "Mine", name: value });
        let refused = send(&app, "POST", "/api/v1/workspaces", &ann, body).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{name}");
    }
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn attack_31_nobody_makes_themselves_or_others_more_than_they_are() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let carl = app.person("carl");
    app.member(team, &carl, Role::User);
    let key = app.key(&bob, team);
    for who in [As::from(&bob), As::from(&key), app.bearer(&key)] {
        for user in [&bob, &carl, &ann] {
            for role in Role::ALL {
                let refused = give_role(&app, &who, team, user, role).await;
                assert_eq!((refused.status, refused.code()), (403, "forbidden"));
            }
            let refused = remove(&app, &who, team, user).await;
            assert_eq!((refused.status, refused.code()), (403, "forbidden"));
        }
        for (method, path, body) in [
            ("POST", "/owner", json!({ "user_id": bob.id })),
            ("DELETE", "", Value::Null),
            (
                "POST",
                "/invitations",
                json!({ "email": "more@example.com", "role": "admin" }),
            ),
        ] {
            let address = format!("/api/v1/workspaces/{team}{path}");
            let refused = send(&app, method, &address, &who, body).await;
            assert_eq!(
                (refused.status, refused.code()),
                (403, "forbidden"),
                "{method} {path}"
            );
        }
    }
    // An administrator who is not the owner takes over nothing.
    app.change_role(team, &bob, Role::Admin);
    for user in [&bob, &carl] {
        let address = format!("/api/v1/workspaces/{team}/owner");
        let refused = send(&app, "POST", &address, &bob, json!({ "user_id": user.id })).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    }
    let refused = send(
        &app,
        "DELETE",
        &format!("/api/v1/workspaces/{team}"),
        &bob,
        Value::Null,
    )
    .await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    assert_eq!(counted(&app, team), (3, 2));
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn attack_22_there_is_no_other_way_to_a_member() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let member = format!("workspaces/{team}/members/{}", bob.id);
    for address in [
        format!("/ajax-api/v1/{member}"),
        format!("/api/v2/{member}"),
        format!("/api/v1/{member}/"),
        format!("/api/v1/{member}/removal/"),
        format!("/api//v1/{member}"),
        format!("/api/v1/./{member}"),
        format!("/v1/{member}"),
        format!("/API/V1/{member}"),
    ] {
        for method in ["GET", "PATCH", "DELETE", "POST"] {
            for who in [As::Nobody, As::from(&ann)] {
                let answer = send(&app, method, &address, &who, Value::Null).await;
                let json = answer.header("content-type") == Some("application/json");
                assert!(
                    answer.status >= 400 || !json,
                    "{method} {address}: {}",
                    answer.text()
                );
            }
        }
    }
    let head = send(
        &app,
        "HEAD",
        &format!("/api/v1/{member}"),
        As::Nobody,
        Value::Null,
    )
    .await;
    assert!([401, 405].contains(&head.status), "{}", head.status);
    assert_eq!(counted(&app, team), (2, 1));
}
