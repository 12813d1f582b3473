//! The people that a key can see, its owner's preferences, and its workspace.

use serde_json::json;
use shared::permission::Role;
use testkit::As;

use super::{data, refusal, server_with_key};

#[actix_web::test]
async fn the_current_user_has_the_types_that_clients_expect() {
    let (app, ann, key) = server_with_key().await;
    let user = data(&app.wire("users.get_current_user", json!({}), &key).await);
    assert_eq!(
        user,
        json!({
            "user": {
                "id": ann.id,
                "name": "ann",
                "given_name": null,
                "family_name": null,
                "avatar": null,
                "role": "admin",
                "company": {"id": ann.workspace, "name": "ann's workspace"},
                "preferences": {},
                "created": "2026-03-02T10:00:00Z",
                "created_in_version": null,
            },
            "getting_started": null,
            "settings": {},
        })
    );
}

#[actix_web::test]
async fn only_members_of_the_keys_workspace_are_seen() {
    let (app, ann, key) = server_with_key().await;
    let (bob, eve) = (app.person("bob"), app.person("eve"));
    app.member(ann.workspace, &bob, Role::User);
    let ids = async |action: &str, body| {
        let users = data(&app.wire(action, body, &key).await)["users"].clone();
        let ids = users
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let (ann_id, bob_id) = (ann.id.to_string(), bob.id.to_string());
    for action in ["users.get_all", "users.get_all_ex"] {
        assert_eq!(ids(action, json!({})).await, [ann_id.clone(), bob_id.clone()]);
        assert_eq!(
            ids(action, json!({"id": [eve.id, bob.id]})).await,
            std::slice::from_ref(&bob_id)
        );
        assert!(ids(action, json!({"id": [eve.id]})).await.is_empty());
        assert_eq!(
            ids(action, json!({"id": [], "name": "", "only_fields": []}))
                .await
                .len(),
            2
        );
        assert_eq!(
            ids(action, json!({"order_by": ["-name"]})).await,
            [bob_id.clone(), ann_id.clone()]
        );
    }
    assert!(
        ids("users.get_all_ex", json!({"active_in_projects": []}))
            .await
            .is_empty()
    );
    let one = data(&app.wire("users.get_by_id", json!({"user": bob.id}), &key).await);
    assert_eq!(one["user"]["name"], "bob");
    assert_eq!(one["user"]["company"], ann.workspace.to_string());
    assert!(
        !one.to_string().contains("example.com"),
        "an address is not for everybody"
    );
    for unknown in [
        eve.id.to_string(),
        "0".repeat(32),
        "bob".to_owned(),
        "\0".to_owned(),
    ] {
        let answer = app
            .wire("users.get_by_id", json!({ "user": unknown }), &key)
            .await;
        assert_eq!(refusal(&answer), (400, 301), "{unknown}");
    }
    assert_eq!(
        refusal(&app.wire("users.get_by_id", json!({}), &key).await),
        (400, 12)
    );
}

#[actix_web::test]
async fn only_the_fields_asked_for_come_back() {
    let (app, _, key) = server_with_key().await;
    let body = json!({"only_fields": ["name", "company", "password_hash"], "name": "^ann$"});
    let users = data(&app.wire("users.get_all", body, &key).await);
    assert_eq!(users["users"][0]["name"], "ann");
    assert_eq!(users["users"][0].as_object().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_page_past_the_end_is_empty() {
    let (app, ann, key) = server_with_key().await;
    for name in ["bob", "cyd", "dan"] {
        let person = app.person(name);
        app.member(ann.workspace, &person, Role::User);
    }
    let page = async |page: u64| {
        let body = json!({"page": page, "page_size": 3});
        data(&app.wire("users.get_all", body, &key).await)["users"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        [
            page(0).await,
            page(1).await,
            page(2).await,
            page(4_000_000_000).await
        ],
        [3, 1, 0, 0]
    );
}

#[actix_web::test]
async fn a_pattern_that_cannot_be_searched_has_its_number() {
    let (app, _, key) = server_with_key().await;
    for pattern in ["(", "(?=ann)", "(a+)+\\1", &"x".repeat(5_000)] {
        let answer = app.wire("users.get_all", json!({ "name": pattern }), &key).await;
        assert_eq!(refusal(&answer), (400, 21), "{pattern}");
    }
    let slow_elsewhere = json!({ "name": "^(a+)+$" });
    data(&app.wire("users.get_all", slow_elsewhere, &key).await);
}

#[actix_web::test]
async fn one_renames_oneself_and_nobody_else() {
    let (app, ann, key) = server_with_key().await;
    let bob = app.person("bob");
    app.member(ann.workspace, &bob, Role::User);
    let answer = app
        .wire(
            "users.update",
            json!({"user": ann.id, "name": "Ann Lee", "avatar": "x"}),
            &key,
        )
        .await;
    assert_eq!(
        data(&answer),
        json!({"updated": 1, "fields": {"name": "Ann Lee"}})
    );
    let user = data(&app.wire("users.get_current_user", json!({}), &key).await);
    assert_eq!(user["user"]["name"], "Ann Lee");
    let answer = app.wire("users.update", json!({"user": ann.id}), &key).await;
    assert_eq!(data(&answer), json!({"updated": 0, "fields": {}}));
    for other in [bob.id.to_string(), "0".repeat(32), String::new()] {
        let answer = app
            .wire("users.update", json!({"user": other, "name": "x"}), &key)
            .await;
        assert_eq!(refusal(&answer), (403, 20), "{other}");
    }
    let answer = app
        .wire("users.update", json!({"user": ann.id, "name": "\u{202e}"}), &key)
        .await;
    assert_eq!(refusal(&answer), (400, 12));
}

/// An object in an object and so on.
fn deep(levels: usize) -> serde_json::Value {
    (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }))
}

#[actix_web::test]
async fn preferences_are_merged_by_their_top_level_keys_and_are_those_of_rest() {
    let (app, ann, key) = server_with_key().await;
    let set = async |preferences| {
        app.wire(
            "users.set_preferences",
            json!({ "preferences": preferences }),
            &key,
        )
        .await
    };
    data(&set(json!({"a": {"x": 1, "y": 2}, "b": true})).await);
    let after = data(&set(json!({"a": {"z": 3}})).await);
    assert_eq!(
        after,
        json!({"updated": 1, "fields": {"preferences": {"a": {"z": 3}, "b": true}}})
    );
    let got = data(&app.wire("users.get_preferences", json!({}), &key).await);
    assert_eq!(got, json!({"preferences": {"a": {"z": 3}, "b": true}}));
    let rest = app
        .raw(app.request("GET", "/api/v1/me/preferences", As::from(&ann)))
        .await;
    assert_eq!(rest.json(), got["preferences"]);
    for refused in [json!({"a.b": 1}), json!([]), json!("x"), json!(null), deep(40)] {
        assert_eq!(
            refusal(&set(refused.clone()).await),
            (400, 12),
            "{:.60}",
            refused.to_string()
        );
    }
    // The two keys together would be more than preferences hold.
    data(&set(json!({"c": "x".repeat(40_000)})).await);
    assert_eq!(refusal(&set(json!({"d": "x".repeat(40_000)})).await), (400, 12));
    data(&set(json!({"c": null})).await);
    let too_deep = format!(
        r#"{{"preferences": {}1{}}}"#,
        r#"{"a":"#.repeat(5_000),
        "}".repeat(5_000)
    );
    for bad in ["{}".to_owned(), too_deep] {
        let request = app.request("POST", "/api/users.set_preferences", &key);
        assert_eq!(refusal(&app.raw(request.set_payload(bad)).await), (400, 12));
    }
    assert_eq!(
        data(&app.wire("users.get_preferences", json!({}), &key).await),
        got
    );
}

#[actix_web::test]
async fn the_workspace_is_shown_with_its_owner() {
    let (app, ann, _) = server_with_key().await;
    let bob = app.person("bob");
    app.member(ann.workspace, &bob, Role::User);
    let key = app.key(&bob, ann.workspace);
    let companies = data(&app.wire("organization.get_user_companies", json!({}), &key).await);
    assert_eq!(
        companies["companies"],
        json!([{
            "id": ann.workspace,
            "name": "ann's workspace",
            "allocated": true,
            "owners": [{"id": ann.id, "name": "ann", "avatar": null}],
        }])
    );
}

#[actix_web::test]
async fn no_statistics_are_sent_and_none_can_be_switched_on() {
    let (app, _, key) = server_with_key().await;
    let option = data(&app.wire("server.report_stats_option", json!({}), &key).await);
    assert_eq!(
        (&option["supported"], &option["enabled"]),
        (&json!(false), &json!(false))
    );
    let answer = app
        .wire("server.report_stats_option", json!({"enabled": true}), &key)
        .await;
    assert_eq!(refusal(&answer), (400, 12));
}
