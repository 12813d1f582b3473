//! Content that people made runs nothing of the app's: which headers it comes with, and what the app itself may load.

use serde_json::json;
use shared::{
    account::{ChangePreferences, Preferences},
    contract::{query_string, url},
    storage::{LoadObject, ShowObject},
    workspaces::InWorkspace,
};
use testkit::{Answer, Person, TestApp};

use super::{add, in_s3, server, servers::PAGE, wanted};

async fn show(app: &TestApp, person: &Person) -> Answer<serde_json::Value> {
    let path = InWorkspace {
        workspace_id: person.workspace,
    };
    let query = query_string(&json!({ "url": in_s3("data/page.html") }));
    app.raw(app.request("GET", &(url::<ShowObject>(&path) + &query), person))
        .await
}

#[actix_web::test]
async fn attack_7_a_page_from_storage_is_in_a_sandbox_without_scripts_unless_they_are_allowed() {
    let app = server().await;
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    let shown = show(&app, &ann).await;
    assert_eq!((shown.status, shown.text().as_str()), (200, PAGE));
    for (name, value) in [
        (
            "content-security-policy",
            "sandbox; default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'none'; \
             form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
        ),
        ("x-frame-options", "SAMEORIGIN"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
        ("referrer-policy", "no-referrer"),
    ] {
        let got: Vec<_> = shown.headers.get_all(name).collect();
        assert_eq!(got, [value], "{name}");
    }
    let choose = async |value: serde_json::Value| {
        let serde_json::Value::Object(change) = json!({ "rootProjects": { "blockUserScript": value } })
        else {
            unreachable!()
        };
        app.call::<ChangePreferences>(&ann, (), (), Preferences(change))
            .await
            .reply();
        let shown = show(&app, &ann).await;
        shown.header("content-security-policy").unwrap().to_owned()
    };
    let allowed = choose(json!(false)).await;
    assert_eq!(
        allowed,
        "sandbox allow-scripts; default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src \
         'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    );
    assert!(!allowed.contains("allow-same-origin"));
    for odd in [json!(true), json!("false"), json!(0), json!(null)] {
        assert!(choose(odd.clone()).await.starts_with("sandbox; "), "{odd}");
    }
}

#[actix_web::test]
async fn attack_7_an_object_that_goes_through_the_server_is_a_file_in_a_sandbox() {
    let app = server().await;
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let query = query_string(&json!({ "url": in_s3("data/page.html") }));
    let loaded = app
        .raw(app.request("GET", &(url::<LoadObject>(&path) + &query), &ann))
        .await;
    for (name, value) in [
        (
            "content-security-policy",
            "sandbox; default-src 'none'; frame-ancestors 'none'",
        ),
        ("content-disposition", "attachment; filename=\"page.html\""),
        ("content-type", "application/octet-stream"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        let got: Vec<_> = loaded.headers.get_all(name).collect();
        assert_eq!(got, [value], "{name}");
    }
}

#[actix_web::test]
async fn attack_7_the_app_may_load_pictures_from_storage_and_frames_from_itself_only() {
    let app = TestApp::start().await;
    let page = app.raw(app.request("GET", "/", testkit::As::Nobody)).await;
    let policy = page.header("content-security-policy").unwrap();
    for directive in [
        "default-src 'none'",
        "img-src 'self' data: https:",
        "media-src 'self' https:",
        "frame-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(
            policy.split("; ").any(|found| found == directive),
            "{directive}: {policy}"
        );
    }
}
