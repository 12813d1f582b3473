//! Objects for browsers: the address that is made loads the object, for a while, and nothing else.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    contract::{query_string, url},
    permission::Role,
    storage::{LoadObject, NewStorageEntry, ObjectAddress, ObjectKind, ShowObject},
    workspaces::InWorkspace,
};

use super::{
    add, in_s3, preview, secret, sentence, server,
    servers::{READER_KEY, SECRET, SESSION_KEY, TOKEN, load, s3},
    wanted, with_address,
};

#[actix_web::test]
async fn n16_a_signed_address_loads_the_object_and_ends() {
    let app = server().await;
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    let found = preview(&app, &ann, &in_s3("data/sample.png")).await.reply();
    assert_eq!(
        (found.kind, found.name.as_str(), found.bytes),
        (ObjectKind::Image, "sample.png", 11)
    );
    assert_eq!(
        found.expires_at.naive_utc() - app.state.clock().now(),
        TimeDelta::minutes(5)
    );
    assert!(
        found.url.contains("X-Amz-Expires=300")
            && found.url.starts_with(&format!("http://{}/data/", s3().host))
    );
    let loaded = load(&found.url);
    assert_eq!(
        (loaded.status, loaded.body.as_slice()),
        (200, b"\x89PNG sample".as_slice())
    );
    // The same address, made six minutes ago.
    app.clock.advance(TimeDelta::minutes(-6));
    let old = app.clock.clone();
    let refused = preview(&app, &ann, &in_s3("data/sample.png")).await;
    assert!(sentence(&refused.problem(), "/url").contains("clock"));
    old.advance(TimeDelta::seconds(90));
    let early = preview(&app, &ann, &in_s3("data/sample.png")).await;
    assert_eq!(
        early.status, 422,
        "what the server itself asks with is good for a minute"
    );
}

#[actix_web::test]
async fn n16_an_address_that_is_over_or_was_tampered_with_loads_nothing() {
    let app = server().await;
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    // Made a moment before its end: the storage's clock goes on.
    app.clock.advance(TimeDelta::seconds(-58));
    let url = preview(&app, &ann, &in_s3("data/sample.png")).await.reply().url;
    assert_eq!(load(&url).status, 200);
    for (from, to) in [
        ("sample.png?", "page.html?"),
        ("/data/", "/empty/"),
        ("X-Amz-Expires=300", "X-Amz-Expires=86400"),
        ("attachment", "inline"),
        ("image%2Fpng", "text%2Fhtml"),
        ("response-content-type=", "response-content-typo="),
    ] {
        assert!(url.contains(from), "{from} is not in {url}");
        assert_eq!(load(&url.replacen(from, to, 1)).status, 403, "{to}");
    }
    let last = if url.ends_with('0') { '1' } else { '0' };
    let other = format!("{}{last}", &url[..url.len() - 1]);
    assert_eq!(load(&other).status, 403, "another signature");
    let (before, _) = url.split_once('?').unwrap();
    assert_eq!(load(before).status, 403, "without a signature");
    let stale = url.replace("X-Amz-Expires=300", "X-Amz-Expires=1");
    assert_eq!(load(&stale).status, 403);
}

#[actix_web::test]
async fn attack_7_an_object_comes_as_a_file_of_a_type_that_runs_nothing() {
    let app = server().await;
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    for (name, kind, media) in [
        ("page.html", ObjectKind::Html, "application%2Foctet-stream"),
        ("evil.svg", ObjectKind::Image, "image%2Fsvg%2Bxml"),
        ("evil.xml", ObjectKind::File, "application%2Foctet-stream"),
        ("evil.js", ObjectKind::File, "application%2Foctet-stream"),
        ("evil.pdf", ObjectKind::File, "application%2Foctet-stream"),
        ("song.mp3", ObjectKind::Audio, "audio%2Fmpeg"),
        ("film.webm", ObjectKind::Video, "video%2Fwebm"),
    ] {
        s3().put(&format!("data/{name}"), b"<script>alert(1)</script>");
        let found = preview(&app, &ann, &in_s3(&format!("data/{name}"))).await.reply();
        assert_eq!(found.kind, kind, "{name}");
        let signed = format!(
            "&response-content-disposition=attachment%3B%20filename%3D%22{name}%22&response-content-type={media}&"
        );
        assert!(found.url.contains(&signed), "{}", found.url);
        assert_eq!(load(&found.url).status, 200, "{name}");
    }
}

#[actix_web::test]
async fn names_are_found_as_clients_write_them() {
    let app = server().await;
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    for (name, written) in [
        ("a b/ü+&.png", "a%20b/%C3%BC%2B%26.png"),
        ("a b/ü+&.png", "a b/ü+&.png"),
        ("raw%20name.png", "raw%20name.png"),
        ("100%.png", "100%.png"),
        ("what?x#y.png", "what?x#y.png"),
        ("quote'\"<>.png", "quote'\"<>.png"),
    ] {
        s3().put(&format!("data/{name}"), name.as_bytes());
        let found = preview(&app, &ann, &in_s3(&format!("data/{written}")))
            .await
            .reply();
        let loaded = load(&found.url);
        assert_eq!(
            (loaded.status, loaded.body.as_slice()),
            (200, name.as_bytes()),
            "{written}"
        );
    }
    let over_http = format!(
        "http://{}/data/a%20b/%C3%BC%2B%26.png?X-Amz-Signature=old",
        s3().host
    );
    assert_eq!(preview(&app, &ann, &over_http).await.reply().name, "ü+&.png");
}

#[actix_web::test]
async fn what_cannot_be_loaded_is_told_in_a_sentence_about_the_address() {
    let app = server().await;
    let ann = app.person("ann");
    let why = async |address: &str| sentence(&preview(&app, &ann, address).await.problem(), "/url");
    assert!(
        why(&in_s3("data/sample.png"))
            .await
            .contains("no access to `data`")
    );
    let entry = NewStorageEntry {
        bucket: String::new(),
        ..wanted()
    };
    add(&app, &ann, entry).await;
    for (address, part) in [
        (in_s3("data/nothing.png"), "no such object"),
        (in_s3("nowhere/a.png"), "no such object"),
        (in_s3("data/a/../sample.png"), "browsers change"),
        ("s3://data/sample.png".to_owned(), "no access to `data`"),
        ("gs://data/sample.png".to_owned(), "no access to `data`"),
        ("s3://127.0.0.1:1/data/a".to_owned(), "no access to `data`"),
        ("file:///etc/passwd".to_owned(), "no address of an object"),
        ("javascript:alert(1)".to_owned(), "no address of an object"),
        ("data:text/html,x".to_owned(), "no address of an object"),
    ] {
        let told = why(&address).await;
        assert!(told.contains(part), "{address}: {told}");
    }
}

#[actix_web::test]
async fn p02_a_temporary_key_signs_its_token_into_the_address() {
    let app = server().await;
    let ann = app.person("ann");
    let entry = NewStorageEntry {
        key: SESSION_KEY.to_owned(),
        token: Some(secret(TOKEN)),
        ..wanted()
    };
    add(&app, &ann, entry).await;
    let url = preview(&app, &ann, &in_s3("data/sample.png")).await.reply().url;
    assert_eq!(load(&url).status, 200);
    assert_eq!(
        load(&url.replace("session%2Ftoken", "session%2Ftokem")).status,
        400
    );
    assert!(!url.contains(SECRET));
}

#[actix_web::test]
async fn the_entry_for_the_bucket_is_taken_before_one_for_all() {
    let app = server().await;
    let ann = app.person("ann");
    let all = NewStorageEntry {
        bucket: String::new(),
        secret: secret("wrong"),
        ..wanted()
    };
    add(&app, &ann, all).await;
    assert_eq!(preview(&app, &ann, &in_s3("data/sample.png")).await.status, 422);
    let reader = NewStorageEntry {
        key: READER_KEY.to_owned(),
        ..wanted()
    };
    add(&app, &ann, reader).await;
    assert_eq!(preview(&app, &ann, &in_s3("data/sample.png")).await.status, 200);
}

#[actix_web::test]
async fn another_members_entries_open_nothing_for_oneself() {
    let app = server().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    add(&app, &ann, wanted()).await;
    app.member(ann.workspace, &bob, Role::Admin);
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let body = ObjectAddress {
        url: in_s3("data/sample.png"),
    };
    let refused = app
        .call::<shared::storage::PreviewObject>(&bob, path, (), body)
        .await;
    assert!(sentence(&refused.problem(), "/url").contains("no access"));
}

#[actix_web::test]
async fn from_a_storage_without_tls_an_app_with_tls_gets_objects_through_the_server() {
    let app = with_address("https://clearance.test").await;
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    add(&app, &ann, wanted()).await;
    let found = preview(&app, &ann, &in_s3("data/sample.png")).await.reply();
    let query = ObjectAddress {
        url: in_s3("data/sample.png"),
    };
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    assert_eq!(found.url, url::<LoadObject>(&path) + &query_string(&query));
    let loaded = app.raw(app.request("GET", &found.url, &ann)).await;
    assert_eq!(
        (loaded.status, loaded.body.as_ref()),
        (200, b"\x89PNG sample".as_slice())
    );
    assert_eq!(loaded.header("content-type"), Some("image/png"));
    assert_eq!(
        loaded.header("content-disposition"),
        Some("attachment; filename=\"sample.png\"")
    );
    assert_eq!(app.raw(app.request("GET", &found.url, &eve)).await.status, 404);
    let head = app.raw(app.request("HEAD", &found.url, &ann)).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    let large = vec![b'x'; 3 * 1024 * 1024];
    s3().put("data/large.bin", &large);
    let found = preview(&app, &ann, &in_s3("data/large.bin")).await.reply();
    let loaded = app.raw(app.request("GET", &found.url, &ann)).await;
    assert_eq!(loaded.body.len(), large.len());
}

#[actix_web::test]
async fn a_page_is_shown_as_far_as_one_mebibyte_and_nothing_else_is_a_page() {
    let app = server().await;
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let show = async |address: String| {
        let query = query_string(&json!({ "url": address }));
        app.raw(app.request("GET", &(url::<ShowObject>(&path) + &query), &ann))
            .await
    };
    s3().put("data/long.html", &vec![b'x'; 2 * 1024 * 1024]);
    s3().put("data/nothing.html", b"");
    assert_eq!(show(in_s3("data/long.html")).await.body.len(), 1024 * 1024);
    assert_eq!(show(in_s3("data/nothing.html")).await.body.len(), 0);
    let refused = show(in_s3("data/sample.png")).await;
    assert!(sentence(&refused.problem(), "url").contains("no page"));
    let refused = show(in_s3("data/gone.html")).await;
    assert!(sentence(&refused.problem(), "url").contains("no such object"));
}
