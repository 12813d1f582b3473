//! Addresses that no call has, and HEAD, which may look and not touch.

use serde_json::json;
use shared::contract::Effect;
use testkit::As;

use super::{data, refusal, server_with_key};

#[actix_web::test]
async fn an_address_that_is_nearly_right_is_answered_in_the_envelope() {
    let (app, ann, key) = server_with_key().await;
    for (address, name) in [
        ("/api//auth.login", "auth.login"),
        ("/api/v2/auth.login", "auth.login"),
        ("/api/v2//auth.login", ""),
        ("/api/v2.31//auth.login", ""),
        ("/api/api/auth.login", "auth.login"),
        ("/api/auth/login", ""),
        ("/api/auth", ""),
        ("/api/v2.31", ""),
        ("/api//v1/me", ""),
        ("/api/", ""),
    ] {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
            for who in [As::Nobody, As::from(&key), As::from(&ann)] {
                let answer = app.raw(app.request(method, address, who)).await;
                assert_eq!(refusal(&answer), (404, 0), "{method} {address}");
                assert_eq!(answer.json()["meta"]["endpoint"]["name"], name, "{address}");
            }
        }
    }
    let answer = app.raw(app.request("GET", "/api//auth.login", &key)).await;
    let sentence = answer.json()["meta"]["result_msg"].to_string();
    assert!(sentence.contains("ends in /api"), "{sentence}");
}

#[actix_web::test]
async fn a_refusal_at_the_door_is_in_the_words_of_whose_address_it_is() {
    let (app, _, _) = server_with_key().await;
    for (address, is_wire) in [
        ("/api//auth.login", true),
        ("/api/v2/auth.login", true),
        ("/api/v2.31/auth.login", true),
        ("/api/v1/me", false),
        ("/api/docs", false),
        ("/api/docs.css", false),
        ("/api/openapi.json", false),
    ] {
        let request = app.request("GET", address, As::Nobody);
        let answer = app
            .raw(request.insert_header(("x-filler", "a".repeat(40_000))))
            .await;
        if is_wire {
            assert_eq!(refusal(&answer), (400, 12), "{address}");
        } else {
            assert_eq!(
                (answer.status, answer.code()),
                (431, "headers_too_large"),
                "{address}"
            );
        }
    }
}

#[actix_web::test]
async fn the_pages_about_rest_stay_where_they_are() {
    let (app, _, _) = server_with_key().await;
    for address in ["/api/docs", "/api/docs.css", "/api/openapi.json"] {
        let answer = app.raw(app.request("GET", address, As::Nobody)).await;
        assert_eq!(answer.status, 200, "{address}");
    }
    for address in ["/api", "/api/v1", "/api/v1/", "/api/v1/auth.login", "/api/docs/x"] {
        let answer = app.raw(app.request("GET", address, As::Nobody)).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{address}");
    }
}

#[actix_web::test]
async fn head_changes_nothing() {
    let (app, ann, key) = server_with_key().await;
    let pairs = async || {
        let listed = data(&app.wire("auth.get_credentials", json!({}), &key).await);
        listed["credentials"].as_array().unwrap().len()
    };
    let before = pairs().await;
    let mut refused = 0;
    for call in backend::clearml::calls() {
        let body = json!({
            "access_key": key.access_key,
            "label": "by HEAD",
            "user": ann.id,
            "name": "by HEAD",
            "preferences": {"by": "HEAD"},
        });
        for prefix in ["", "/v2.31"] {
            let address = format!("/api{prefix}/{}", call.action);
            let head = app.raw(app.request("HEAD", &address, &key).set_json(&body)).await;
            if call.effect == Effect::Reads {
                assert_eq!(head.status, 200, "{call:?} {}", head.text());
                continue;
            }
            refused += 1;
            assert_eq!(refusal(&head), (405, 0), "{call:?}");
            assert_eq!(head.header("allow"), Some("GET, POST, PUT"), "{call:?}");
        }
    }
    assert!(refused >= 2 * 5, "{refused}");
    assert_eq!(pairs().await, before);
    assert!(app.journal().is_empty());
    // The same with GET, as clients send it, does what it says.
    data(
        &app.raw(app.request("GET", "/api/auth.create_credentials", &key))
            .await,
    );
    assert_eq!(pairs().await, before + 1);
}

#[actix_web::test]
async fn head_of_what_reads_is_among_the_methods_that_are_named() {
    let (app, _, key) = server_with_key().await;
    for (action, allowed) in [
        ("auth.login", "GET, HEAD, POST, PUT"),
        ("auth.create_credentials", "GET, POST, PUT"),
    ] {
        let answer = app
            .raw(app.request("DELETE", &format!("/api/{action}"), &key))
            .await;
        assert_eq!(refusal(&answer), (405, 0), "{action}");
        assert_eq!(answer.header("allow"), Some(allowed), "{action}");
    }
}
