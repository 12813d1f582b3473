//! How much a call may bring: a body, a query string, and the lists in them.

use serde_json::{Value, json};
use testkit::{Answer, As, Key, TestApp};

use super::{data, refusal, server_with_key};

async fn users(app: &TestApp, key: &Key, body: Value) -> Answer<Value> {
    app.wire("users.get_all", body, key).await
}

#[actix_web::test]
async fn a_body_may_be_64_kib_and_no_longer_whoever_sends_it() {
    let (app, _, key) = server_with_key().await;
    let of_size = |size: usize| {
        let filler = "a".repeat(size - r#"{"x":""}"#.len());
        format!(r#"{{"x":"{filler}"}}"#)
    };
    let send = async |action: &str, size: usize, who: As| {
        let request = app.request("POST", &format!("/api/{action}"), who);
        app.raw(request.set_payload(of_size(size))).await
    };
    for call in backend::clearml::calls() {
        assert_eq!(call.most_bytes, 64 * 1024, "{call:?}");
        for size in [64 * 1024 + 1, 15 * 1024 * 1024] {
            let answer = send(call.action, size, As::from(&key)).await;
            assert_eq!(refusal(&answer), (413, 0), "{call:?}");
        }
    }
    data(&send("users.get_vaults", 64 * 1024, As::from(&key)).await);
    data(&send("server.info", 64 * 1024, As::Nobody).await);
    let answer = send("server.info", 64 * 1024 + 1, As::Nobody).await;
    assert_eq!(refusal(&answer), (413, 0));
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn a_query_string_may_be_16_kib_and_no_longer() {
    let (app, _, key) = server_with_key().await;
    let send = async |size: usize| {
        let query = format!("x={}", "a".repeat(size - 2));
        app.raw(app.request("GET", &format!("/api/users.get_vaults?{query}"), &key))
            .await
    };
    data(&send(16 * 1024).await);
    assert_eq!(refusal(&send(16 * 1024 + 1).await), (413, 0));
}

#[actix_web::test]
async fn lists_have_an_end_in_the_body_and_in_the_query_string() {
    let (app, _, key) = server_with_key().await;
    for field in ["id", "only_fields"] {
        data(&users(&app, &key, json!({ field: vec!["x"; 1_000] })).await);
        for action in ["users.get_all", "users.get_all_ex"] {
            let answer = app.wire(action, json!({ field: vec!["x"; 1_001] }), &key).await;
            assert_eq!(refusal(&answer), (400, 12), "{action} {field}");
            let sentence = answer.json()["meta"]["result_msg"].to_string();
            assert!(sentence.contains("Send at most 1000."), "{sentence}");
        }
        let query = vec![format!("{field}=x"); 1_001].join("&");
        let answer = app
            .raw(app.request("GET", &format!("/api/users.get_all?{query}"), &key))
            .await;
        assert_eq!(refusal(&answer), (400, 12), "{field}");
    }
    let projects = json!({ "active_in_projects": vec!["x"; 1_001] });
    let answer = app.wire("users.get_all_ex", projects, &key).await;
    assert_eq!(refusal(&answer), (400, 12));
}

#[actix_web::test]
async fn people_are_ordered_by_a_few_fields_only() {
    let (app, _, key) = server_with_key().await;
    data(&users(&app, &key, json!({ "order_by": vec!["id"; 8] })).await);
    for many in [9, 1_001, 10_000] {
        let answer = users(&app, &key, json!({ "order_by": vec!["id"; many] })).await;
        assert_eq!(refusal(&answer), (400, 12), "{many}");
    }
    let answer = users(&app, &key, json!({ "order_by": vec!["id"; 9] })).await;
    let sentence = answer.json()["meta"]["result_msg"].to_string();
    assert!(sentence.contains("order_by: Order by at most 8"), "{sentence}");
}
