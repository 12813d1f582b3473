//! The `ClearML` wire, as stock clients use it: addresses, envelope, refusals. What single services answer is in the
//! modules below.

mod addresses;
mod credentials;
mod limits;
mod login;
mod users;

use serde_json::{Value, json};
use testkit::{Answer, As, Key, Person, TestApp};

/// A server, somebody, and a key of theirs for their own workspace.
async fn server_with_key() -> (TestApp, Person, Key) {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    (app, ann, key)
}

/// The data of an answer, once every field of its envelope has the type that clients insist on: with any other they
/// try again without end.
fn opened(answer: &Answer<Value>) -> Value {
    let json = answer.json();
    let meta = &json["meta"];
    for text in ["id", "trx", "result_msg"] {
        assert!(meta[text].is_string(), "{text} in {json}");
    }
    assert_eq!(meta["result_code"], answer.status, "{json}");
    assert!(meta["result_subcode"].is_u64(), "{json}");
    assert!(meta["error_stack"].is_null(), "{json}");
    assert!(meta["endpoint"]["name"].is_string(), "{json}");
    for version in ["requested_version", "actual_version"] {
        let version = &meta["endpoint"][version];
        assert!(version.is_null() || version.is_f64(), "{json}");
    }
    assert!(json["data"].is_object(), "{json}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.cookie().is_none());
    json["data"].clone()
}

/// The data of a success.
#[track_caller]
fn data(answer: &Answer<Value>) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    opened(answer)
}

/// Status and subcode of a refusal.
#[track_caller]
fn refusal(answer: &Answer<Value>) -> (u16, u64) {
    assert!((400..=500).contains(&answer.status), "{}", answer.text());
    assert_eq!(opened(answer), json!({}), "a refusal has no data");
    (
        answer.status,
        answer.json()["meta"]["result_subcode"].as_u64().unwrap(),
    )
}

/// A token made on the wire.
async fn token(app: &TestApp, key: &Key) -> String {
    let answer = app.wire("auth.login", json!({}), key).await;
    data(&answer)["token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn the_envelope_repeats_what_was_asked_and_the_status() {
    let (app, _, key) = server_with_key().await;
    let answer = app
        .raw(app.request("GET", "/api/v2.30/users.get_vaults", &key))
        .await;
    assert_eq!(data(&answer), json!({ "vaults": [] }));
    let endpoint = json!({ "name": "users.get_vaults", "requested_version": 2.3, "actual_version": 2.31 });
    assert_eq!(answer.json()["meta"]["endpoint"], endpoint);
    let answer = app.wire("users.get_vaults", json!({}), &key).await;
    assert_eq!(data(&answer), json!({ "vaults": [] }));
    assert_eq!(
        answer.json()["meta"]["endpoint"]["requested_version"],
        Value::Null
    );
}

#[actix_web::test]
async fn calls_are_found_by_every_method_of_the_clients_and_under_every_version() {
    let (app, _, key) = server_with_key().await;
    for method in ["GET", "POST", "PUT"] {
        for prefix in ["", "/v2.31", "/v2.23", "/v2.4", "/v1.5", "/v999.0"] {
            let address = format!("/api{prefix}/users.get_all");
            let request = app
                .request(method, &address, &key)
                .set_json(json!({"name": "^ann$", "method": "get"}));
            let users = data(&app.raw(request).await);
            assert_eq!(users["users"][0]["name"], "ann", "{method} {address}");
        }
    }
    for method in ["DELETE", "PATCH", "OPTIONS"] {
        let answer = app.raw(app.request(method, "/api/users.get_all", &key)).await;
        assert_eq!(refusal(&answer), (405, 0), "{method}");
    }
}

#[actix_web::test]
async fn an_unknown_call_is_the_only_thing_that_is_not_found() {
    let (app, _, key) = server_with_key().await;
    for address in [
        "/api/users.delete_all",
        "/api/v2.31/workers.get_runtime_properties",
        "/api/v2.31/users/get_vaults",
        "/api/v2.31/",
        "/api/v2.31/users.get_vaults/",
        "/api/users.get_vaults;a=b",
        "/api/..users.get_vaults",
        "/api/USERS.get_vaults",
    ] {
        for who in [As::Nobody, As::from(&key)] {
            let answer = app.raw(app.request("GET", address, who)).await;
            assert_eq!(refusal(&answer), (404, 0), "{address}");
            assert_eq!(answer.json()["meta"]["endpoint"]["actual_version"], Value::Null);
        }
    }
    let answer = app
        .wire("users.get_by_id", json!({"user": "0".repeat(32)}), &key)
        .await;
    assert_eq!(refusal(&answer), (400, 301));
}

#[actix_web::test]
async fn rest_stays_where_it_is() {
    let (app, _, key) = server_with_key().await;
    for address in ["/api/v1/me", "/api/v1/workspaces"] {
        let answer = app.raw(app.request("GET", address, &key)).await;
        assert_eq!(answer.json().get("meta"), None, "{address}");
        assert_eq!(answer.status, 200, "{address}");
    }
    let answer = app.raw(app.request("GET", "/api/v1/users.get_all", &key)).await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    let answer = app.raw(app.request("GET", "/api/openapi.json", &key)).await;
    assert!(answer.json().get("meta").is_none());
}

#[actix_web::test]
async fn the_query_string_is_merged_into_the_body_and_the_body_wins() {
    let (app, ann, key) = server_with_key().await;
    let bob = app.person("bob");
    app.member(ann.workspace, &bob, shared::permission::Role::User);
    let names = async |query: &str, body: Option<Value>| {
        let mut request = app.request("GET", &format!("/api/users.get_all?{query}"), &key);
        if let Some(body) = body {
            request = request.set_json(body);
        }
        let users = data(&app.raw(request).await)["users"].clone();
        let names: Vec<String> = users
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["name"].to_string())
            .collect();
        names.join(" ")
    };
    assert_eq!(names("name=%5Ea", None).await, r#""ann""#);
    assert_eq!(names("page=1&page_size=1", None).await, r#""bob""#);
    assert_eq!(
        names(&format!("id={}&id={}", ann.id, bob.id), None).await,
        r#""ann" "bob""#
    );
    assert_eq!(names(&format!("id={}", bob.id), None).await, r#""bob""#);
    assert_eq!(names("name=%5Ea", Some(json!({"name": "^b"}))).await, r#""bob""#);
    assert_eq!(
        names("name=%5Ea", Some(json!({"page": 1, "page_size": 1}))).await,
        ""
    );
    let bad = app
        .raw(app.request("GET", "/api/users.get_all?page=x", &key))
        .await;
    assert_eq!(refusal(&bad), (400, 12));
}

#[actix_web::test]
async fn the_content_type_does_not_matter_and_unknown_fields_do_not_either() {
    let (app, _, key) = server_with_key().await;
    for kind in [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "nonsense",
    ] {
        let request = app
            .request("GET", "/api/users.get_all", &key)
            .insert_header(("content-type", kind))
            .set_payload(r#"{"name": "nobody", "method": "get", "is_admin": true}"#);
        assert_eq!(data(&app.raw(request).await), json!({ "users": [] }), "{kind}");
    }
}

#[actix_web::test]
async fn a_body_that_is_no_object_or_has_wrong_types_is_refused_and_not_repeated() {
    let (app, _, key) = server_with_key().await;
    for body in [
        "[]",
        "{",
        "nonsense",
        r#"{"page": "clrs_hidden"}"#,
        r#"{"page": -1}"#,
        r#"{"page": 1.5}"#,
        r#"{"page_size": 0}"#,
        r#"{"name": {"$where": "1"}}"#,
        r#"{"id": [[1]]}"#,
        r#"{"order_by": ["password_hash"]}"#,
        "{\"name\": \"a\nb\"}",
    ] {
        let request = app
            .request("POST", "/api/users.get_all", &key)
            .set_payload(body.to_owned());
        let answer = app.raw(request).await;
        assert_eq!(refusal(&answer), (400, 12), "{body}");
        assert!(!answer.text().contains("clrs_hidden"), "{}", answer.text());
    }
    let latin = app
        .request("POST", "/api/users.get_all", &key)
        .set_payload(&b"{\"name\": \"\xe9\"}"[..]);
    assert_eq!(refusal(&app.raw(latin).await), (400, 12));
    let zip = app
        .request("POST", "/api/users.get_all", &key)
        .insert_header(("content-encoding", "gzip"));
    assert_eq!(refusal(&app.raw(zip.set_payload("{}")).await), (400, 12));
}

#[actix_web::test]
async fn what_anybody_may_know_needs_no_key() {
    let app = TestApp::start().await;
    let info = data(&app.wire("server.info", json!({}), As::Nobody).await);
    assert_eq!(info["version"], "2.0.0");
    assert_eq!(info["api_version"], "2.31");
    let modes = data(&app.wire("login.supported_modes", json!({}), As::Nobody).await);
    assert_eq!(
        modes["basic"],
        json!({"enabled": false, "guest": {"enabled": false}})
    );
    assert_eq!(modes["sso"], json!({}));
    let fixed = data(&app.wire("auth.fixed_users_mode", json!({}), As::Nobody).await);
    assert_eq!(fixed["enabled"], false);
    assert_eq!(
        data(&app.wire("login.logout", json!({}), As::Nobody).await),
        json!({})
    );
}

#[actix_web::test]
async fn every_other_call_needs_one_and_a_browser_cookie_is_none() {
    let (app, ann, _) = server_with_key().await;
    for call in backend::clearml::calls() {
        for who in [As::Nobody, As::from(&ann)] {
            let answer = app.wire(call.action, json!({}), who).await;
            let wanted = if call.caller == "public" { 200 } else { 401 };
            assert_eq!(answer.status, wanted, "{call:?} {}", answer.text());
            if wanted == 401 {
                assert_eq!(refusal(&answer), (401, 20), "{call:?}");
            }
        }
    }
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn calls_on_the_wire_are_counted_like_all_others() {
    use db::schema::call_counts;
    use diesel::prelude::*;
    let (app, ann, key) = server_with_key().await;
    let token = token(&app, &key).await;
    for _ in 0..3 {
        data(
            &app.wire("users.get_vaults", json!({}), As::Bearer(token.clone()))
                .await,
        );
    }
    let request = app.request("GET", "/api/users.get_current_user", As::Bearer(token));
    data(
        &app.raw(request.insert_header(("x-clearml-worker", "gpu-box:0")))
            .await,
    );
    app.state.write_meters().unwrap();
    let counted: Vec<(String, i64)> = app.db(|conn| {
        call_counts::table
            .filter(call_counts::workspace_id.eq(ann.workspace.to_string()))
            .filter(call_counts::user_id.eq(ann.id.to_string()))
            .filter(call_counts::credential.eq(&key.access_key))
            .select((call_counts::endpoint, call_counts::calls))
            .order(call_counts::endpoint)
            .load(conn)
    });
    let counted: Vec<(&str, i64)> = counted
        .iter()
        .map(|(endpoint, calls)| (endpoint.as_str(), *calls))
        .collect();
    assert_eq!(
        counted,
        [
            ("AuthLogin", 1),
            ("UsersGetCurrentUser", 1),
            ("UsersGetVaults", 3)
        ]
    );
    let listed = data(&app.wire("auth.get_credentials", json!({}), &key).await);
    assert_eq!(listed["credentials"][0]["last_used_from"], "gpu-box:0");
}
