//! The app's files: their form, how long they may be kept, and what an address without a file gets.

use actix_web::web::Bytes;
use testkit::{Answer, As, TestApp};

const PAGE: &str = "<!doctype html><title>Clearance</title><script type=\"module\">start()</script>";

async fn with_app() -> TestApp {
    let files = [
        ("index.html", PAGE),
        ("index.html.br", "PAGE in brotli"),
        ("index.html.gz", "PAGE in gzip"),
        ("frontend-0123456789abcdef.js", "script"),
        ("frontend-0123456789abcdef.js.gz", "script in gzip"),
        ("frontend-0123456789abcdef_bg.wasm", "wasm"),
        ("icons.svg", "<svg/>"),
        (".gitkeep", "nothing"),
    ];
    let files = files.map(|(name, content)| (name.to_owned(), Bytes::from_static(content.as_bytes())));
    TestApp::with_files(files, |_| {}).await
}

async fn get(app: &TestApp, address: &str, headers: &[(&'static str, &str)]) -> Answer<serde_json::Value> {
    let mut request = app.request("GET", address, As::Nobody);
    for (name, value) in headers {
        request = request.insert_header((*name, *value));
    }
    app.raw(request).await
}

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[actix_web::test]
async fn a_file_comes_in_the_smallest_form_that_the_client_reads() {
    let app = with_app().await;
    for (accepted, encoding, content) in [
        ("gzip, deflate, br, zstd", Some("br"), "PAGE in brotli"),
        ("gzip", Some("gzip"), "PAGE in gzip"),
        ("br;q=0, gzip", Some("gzip"), "PAGE in gzip"),
        ("identity", None, PAGE),
    ] {
        let answer = get(&app, "/", &[HTML, ("accept-encoding", accepted)]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{accepted}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.text(), content, "{accepted}");
    }
    let script = get(
        &app,
        "/frontend-0123456789abcdef.js",
        &[("accept-encoding", "br, gzip")],
    )
    .await;
    assert_eq!(script.header("content-encoding"), Some("gzip"));
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    let wasm = get(&app, "/frontend-0123456789abcdef_bg.wasm", &[]).await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
}

#[actix_web::test]
async fn a_file_with_a_hash_in_its_name_is_kept_for_ever_and_the_page_is_asked_for_again() {
    let app = with_app().await;
    for (address, kept) in [
        (
            "/frontend-0123456789abcdef.js",
            "public, max-age=31536000, immutable",
        ),
        ("/icons.svg", "no-cache"),
        ("/", "no-cache"),
        ("/sign-in", "no-cache"),
    ] {
        let answer = get(&app, address, &[]).await;
        assert_eq!(answer.status, 200, "{address}");
        assert_eq!(answer.header("cache-control"), Some(kept), "{address}");
        let etag = answer.header("etag").unwrap();
        let again = get(&app, address, &[("if-none-match", etag)]).await;
        assert_eq!((again.status, again.text().as_str()), (304, ""), "{address}");
        let other = get(&app, address, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, 200, "{address}");
    }
    let (plain, small) = (
        get(&app, "/", &[]).await,
        get(&app, "/", &[("accept-encoding", "br")]).await,
    );
    assert_ne!(
        plain.header("etag"),
        small.header("etag"),
        "two forms are two answers"
    );
}

#[actix_web::test]
async fn an_address_of_the_app_gets_the_page_and_an_unknown_one_too_but_as_not_found() {
    let app = with_app().await;
    let inside = "/workspaces/0190a0b0c0d07000800000000000abcd/settings/profile?dialog=new";
    for address in [
        "/",
        "/setup",
        "/sign-in",
        "/forgot-password",
        "/reset-password",
        inside,
    ] {
        let answer = get(&app, address, &[HTML]).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, PAGE), "{address}");
    }
    for address in [
        "/nope",
        "/setup/x",
        "/workspaces",
        "//setup",
        "/;/setup",
        "/..%2Fetc/passwd",
    ] {
        let answer = get(&app, address, &[HTML]).await;
        assert_eq!((answer.status, answer.text().as_str()), (404, PAGE), "{address}");
    }
}

#[actix_web::test]
async fn a_missing_file_is_not_the_page() {
    let app = with_app().await;
    for address in [
        "/frontend-fedcba9876543210.js",
        "/missing.css",
        "/.gitkeep",
        "/index.html.br",
        "/frontend-0123456789abcdef.js.gz",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/robots.txt",
    ] {
        let answer = get(&app, address, &[HTML]).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{address}");
    }
    // Who does not ask for a page gets none.
    for accept in ["application/json", "image/png"] {
        let answer = get(&app, "/nope", &[("accept", accept)]).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{accept}");
    }
}

#[actix_web::test]
async fn the_policy_lets_exactly_the_script_in_the_page_run() {
    let app = with_app().await;
    let answer = get(&app, "/", &[HTML]).await;
    let policy = answer.header("content-security-policy").unwrap();
    // printf 'start()' | openssl dgst -sha256 -binary | base64
    assert!(
        policy.contains("'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='"),
        "{policy}"
    );
    assert_eq!(policy.matches("'sha256-").count(), 1);
}

#[actix_web::test]
async fn a_server_built_without_the_app_says_how_to_build_it() {
    let app = TestApp::with_files([], |_| {}).await;
    let answer = get(&app, "/", &[HTML]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("cargo xtask build"));
    assert_eq!(get(&app, "/nope", &[HTML]).await.code(), "not_found");
}

#[actix_web::test]
async fn a_file_that_is_there_packed_alone_is_unpacked_for_who_asks_for_it() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, PAGE.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let app = TestApp::with_files([("index.html.gz".to_owned(), packed.clone().into())], |_| {}).await;
    let plain = get(&app, "/", &[HTML]).await;
    assert_eq!((plain.status, plain.text()), (200, PAGE.to_owned()));
    assert_eq!(plain.header("content-encoding"), None);
    let policy = plain.header("content-security-policy").unwrap().to_owned();
    let gzip = get(&app, "/", &[HTML, ("accept-encoding", "gzip")]).await;
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    assert_eq!(gzip.header("content-security-policy"), Some(policy.as_str()));
    assert!(
        policy.contains("'sha256-"),
        "the script in the page is known: {policy}"
    );
    assert_ne!(gzip.header("etag"), plain.header("etag"));
}
