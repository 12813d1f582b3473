//! Key pairs, by the calls that scripts make. The rules are the feature's, and tested there.

use serde_json::{Value, json};
use shared::permission::Role;
use testkit::{As, Key};

use super::{data, refusal, server_with_key};

fn key_of(made: &Value, like: &Key) -> Key {
    let text = |name: &str| made["credentials"][name].as_str().unwrap().to_owned();
    Key {
        access_key: text("access_key"),
        secret_key: text("secret_key"),
        ..like.clone()
    }
}

#[actix_web::test]
async fn a_pair_is_made_listed_labelled_and_revoked() {
    let (app, _, key) = server_with_key().await;
    let made = data(
        &app.wire(
            "auth.create_credentials",
            json!({"label": "laptop", "method": "get"}),
            &key,
        )
        .await,
    );
    let new = key_of(&made, &key);
    assert!(
        new.access_key.len() == 30
            && new
                .access_key
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    );
    assert!(!new.secret_key.starts_with(['-', '_']));
    assert_eq!(made["credentials"]["label"], "laptop");
    data(&app.wire("users.get_vaults", json!({}), &new).await);

    let edit = json!({"access_key": new.access_key, "label": "desktop"});
    assert_eq!(
        data(&app.wire("auth.edit_credentials", edit, &key).await),
        json!({ "updated": 1 })
    );
    let nothing = json!({ "access_key": new.access_key });
    assert_eq!(
        data(&app.wire("auth.edit_credentials", nothing, &key).await),
        json!({ "updated": 0 })
    );
    let listed = data(&app.wire("auth.get_credentials", json!({}), &key).await);
    let mut labels: Vec<&str> = listed["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair["label"].as_str().unwrap())
        .collect();
    labels.sort_unstable();
    assert_eq!(labels, ["desktop", "made by testkit"]);
    assert!(!listed.to_string().contains("secret"));

    let revoke = json!({ "access_key": new.access_key });
    assert_eq!(
        data(&app.wire("auth.revoke_credentials", revoke, &key).await),
        json!({ "revoked": 1 })
    );
    assert_eq!(
        refusal(&app.wire("users.get_vaults", json!({}), &new).await),
        (401, 22)
    );
    let actions: Vec<String> = app.journal().into_iter().map(|entry| entry.action).collect();
    assert_eq!(
        actions,
        ["credential.create", "credential.change", "credential.revoke"]
    );
}

#[actix_web::test]
async fn both_names_of_the_access_key_revoke() {
    let (app, _, key) = server_with_key().await;
    for name in ["access_key", "key_id"] {
        let made = data(&app.wire("auth.create_credentials", json!({}), &key).await);
        assert_eq!(made["credentials"]["label"], "");
        let new = key_of(&made, &key);
        data(
            &app.wire("auth.revoke_credentials", json!({ name: new.access_key }), &key)
                .await,
        );
        assert_eq!(
            refusal(&app.wire("auth.login", json!({}), &new).await),
            (401, 22),
            "{name}"
        );
    }
    assert_eq!(
        refusal(&app.wire("auth.revoke_credentials", json!({}), &key).await),
        (400, 12)
    );
}

#[actix_web::test]
async fn an_unknown_key_has_a_number_for_each_call_and_a_foreign_one_is_unknown() {
    let (app, ann, key) = server_with_key().await;
    let bob = app.person("bob");
    app.member(ann.workspace, &bob, Role::User);
    let bobs = app.key(&bob, ann.workspace);
    let elsewhere = app.key(&ann, app.workspace(&ann, "second"));
    let revoked = app.key(&ann, ann.workspace);
    app.revoke(&revoked);
    let unknown = [
        (As::from(&key), elsewhere.access_key.as_str()),
        (As::from(&key), revoked.access_key.as_str()),
        (As::from(&key), "CLR000000000000000000000000000"),
        (As::from(&key), "no key\0at all"),
        (As::from(&key), ""),
        (As::from(&bobs), key.access_key.as_str()),
    ];
    for (who, access_key) in unknown {
        let edit = json!({"access_key": access_key, "label": "mine"});
        assert_eq!(
            refusal(&app.wire("auth.edit_credentials", edit, &who).await),
            (400, 75),
            "{access_key}"
        );
        let revoke = json!({ "access_key": access_key });
        assert_eq!(
            refusal(&app.wire("auth.revoke_credentials", revoke, &who).await),
            (400, 300),
            "{access_key}"
        );
    }
    let listed = data(&app.wire("auth.get_credentials", json!({}), &bobs).await);
    assert_eq!(listed["credentials"].as_array().unwrap().len(), 1);
    assert_eq!(listed["credentials"][0]["access_key"], bobs.access_key);
}

#[actix_web::test]
async fn a_label_that_is_none_is_refused() {
    let (app, _, key) = server_with_key().await;
    for label in [
        json!(1),
        json!(["a"]),
        json!("a".repeat(121)),
        json!("a\u{0}b"),
        json!("a\nb"),
    ] {
        let answer = app
            .wire("auth.create_credentials", json!({"label": label}), &key)
            .await;
        assert_eq!(refusal(&answer), (400, 12), "{label}");
    }
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn a_key_that_ends_makes_none_that_outlives_it() {
    let (app, _, key) = server_with_key().await;
    let end = app.clock.now() + chrono::TimeDelta::hours(1);
    app.expire(&key, end);
    let new = key_of(
        &data(&app.wire("auth.create_credentials", json!({}), &key).await),
        &key,
    );
    data(&app.wire("users.get_vaults", json!({}), &new).await);
    app.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(
        refusal(&app.wire("users.get_vaults", json!({}), &new).await),
        (401, 22)
    );
}
