//! What stands before every door: headers, hosts, limits, addresses that are not there, and what answers a panic.

mod app_files;
mod description;

use std::rc::Rc;

use actix_web::{
    dev::{Payload, Service as _},
    error::PayloadError,
    http::header::HeaderMap,
    test::{TestRequest, init_service, read_body},
    web,
};
use futures_util::stream::{self, Stream};
use testkit::{As, TestApp};

type BoxedPayloadStream = std::pin::Pin<Box<dyn Stream<Item = Result<web::Bytes, PayloadError>>>>;

const HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("strict-transport-security", "max-age=31536000"),
];

fn assert_protected(what: &str, headers: &HeaderMap) {
    for (name, value) in HEADERS {
        assert_eq!(headers.get(name).unwrap(), value, "{name} on {what}");
    }
    let policy = headers.get("content-security-policy").unwrap().to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"),
        "{what}"
    );
    assert!(headers.contains_key("permissions-policy"), "{what}");
    assert_eq!(headers.get("x-request-id").unwrap().len(), 32, "{what}");
    assert!(
        !headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control-")),
        "{what}"
    );
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::start().await;
    for (method, address) in [
        ("GET", "/"),
        ("GET", "/no/such/page"),
        ("GET", "/missing.js"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/api/docs"),
        ("GET", "/api/docs.css"),
        ("GET", "/api/openapi.json"),
        ("GET", "/api/v1/server"),
        ("GET", "/api/v1/me"),
        ("GET", "/api/v1/no/such/thing"),
        ("PUT", "/api/v1/server"),
        ("POST", "/api/v1/session"),
        ("POST", "/api/users.get_current_user"),
        ("OPTIONS", "/api/v1/me"),
    ] {
        let request = TestRequest::with_uri(address)
            .method(method.parse().unwrap())
            .insert_header(("host", "clearance.test"))
            .insert_header(("origin", "https://evil.example"))
            .insert_header(("access-control-request-method", "POST"));
        let answer = app.raw(request).await;
        assert_protected(&format!("{method} {address}: {}", answer.status), &answer.headers);
    }
    let misdirected = app
        .raw(TestRequest::with_uri("/").insert_header(("host", "evil.example")))
        .await;
    assert_eq!(misdirected.status, 421);
    assert_protected("a misdirected request", &misdirected.headers);
}

#[actix_web::test]
async fn answers_below_api_are_kept_nowhere() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for address in ["/api/v1/me", "/api/v1/server", "/api/v1/no"] {
        let answer = app.raw(app.request("GET", address, &ann)).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{address}");
    }
}

#[actix_web::test]
async fn each_request_has_an_id_of_its_own_whatever_the_client_says() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = app
            .request("GET", "/api/v1/me", As::Nobody)
            .insert_header(("x-request-id", "mine"));
        let answer = app.raw(request).await;
        assert_eq!(
            Some(answer.problem().request_id.as_str()),
            answer.header("x-request-id")
        );
        ids.push(answer.problem().request_id);
    }
    assert_ne!(ids[0], ids[1]);
    assert!(!ids.contains(&"mine".to_owned()));
}

#[actix_web::test]
async fn attack_39_a_request_for_another_host_is_refused() {
    let app = TestApp::with(|config| config.allowed_hosts = vec!["inner.example".to_owned()]).await;
    let with = |hosts: &[&'static str]| {
        let mut request = TestRequest::with_uri("/api/v1/server");
        for host in hosts {
            request = request.append_header(("host", *host));
        }
        request
    };
    for ours in [
        "clearance.test",
        "clearance.test:443",
        "CLEARANCE.TEST",
        "clearance.test.",
        "inner.example",
    ] {
        assert_eq!(app.raw(with(&[ours])).await.status, 200, "{ours}");
    }
    for other in [
        "evil.example",
        "clearance.test.evil.example",
        "127.0.0.1:8080",
        "localhost",
        "",
        "clearance.test:x",
    ] {
        let answer = app.raw(with(&[other])).await;
        assert_eq!(
            (answer.status, answer.code()),
            (421, "misdirected_host"),
            "{other}"
        );
    }
    for hosts in [
        &[][..],
        &["clearance.test", "evil.example"],
        &["evil.example", "clearance.test"],
    ] {
        assert_eq!(app.raw(with(hosts)).await.status, 421, "{hosts:?}");
    }
    for forwarded in ["x-forwarded-host", "forwarded", "x-host", "x-original-host"] {
        let request = with(&["evil.example"])
            .insert_header((forwarded, "clearance.test"))
            .append_header(("forwarded", "host=clearance.test"));
        assert_eq!(app.raw(request).await.status, 421, "{forwarded}");
    }
    for probe in ["/healthz", "/readyz"] {
        let request = TestRequest::with_uri(probe).insert_header(("host", "10.0.0.7:8080"));
        assert_eq!(app.raw(request).await.status, 200, "{probe}");
    }
}

#[actix_web::test]
async fn attack_39_a_server_on_this_machine_answers_to_its_spellings_only() {
    let app = TestApp::with(|config| config.public_url = None).await;
    for ours in ["localhost:8080", "127.0.0.1", "[::1]:9999"] {
        let request = TestRequest::with_uri("/api/v1/server").insert_header(("host", ours));
        assert_eq!(app.raw(request).await.status, 200, "{ours}");
    }
    let request = TestRequest::with_uri("/api/v1/server").insert_header(("host", "rebound.example:8080"));
    assert_eq!(app.raw(request).await.status, 421);
}

#[actix_web::test]
async fn an_address_of_the_api_that_is_not_there_is_a_problem() {
    let app = TestApp::start().await;
    for address in [
        "/api/v1/nope",
        "/api/v1",
        "/api/v1/",
        "/api",
        "/files/x",
        "/api/docs/x",
    ] {
        let request = app
            .request("GET", address, As::Nobody)
            .insert_header(("accept", "text/html"));
        let answer = app.raw(request).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{address}");
    }
}

#[actix_web::test]
async fn another_method_is_told_which_ones_there_are() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for (method, address, allowed) in [
        ("PUT", "/api/v1/me", "GET, HEAD, PATCH"),
        ("OPTIONS", "/api/v1/session", "POST, GET, HEAD, DELETE"),
        ("DELETE", "/api/v1/server", "GET, HEAD"),
        ("TRACE", "/api/v1/server", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/api/openapi.json", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
    ] {
        let answer = app.raw(app.request(method, address, &ann)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (405, "method_not_allowed"),
            "{method} {address}"
        );
        let mut expected: Vec<&str> = allowed.split(", ").collect();
        let mut told: Vec<&str> = answer.header("allow").unwrap().split(", ").collect();
        expected.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, expected, "{method} {address}");
    }
}

#[actix_web::test]
async fn head_answers_as_get_does() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for address in [
        "/",
        "/healthz",
        "/api/v1/me",
        "/api/v1/server",
        "/api/openapi.json",
        "/api/v1/nope",
    ] {
        let get = app.raw(app.request("GET", address, &ann)).await;
        let head = app.raw(app.request("HEAD", address, &ann)).await;
        assert_eq!(head.status, get.status, "{address}");
        for name in ["content-type", "etag", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {address}");
        }
    }
    // HEAD of what only changes is no way to change it.
    let answer = app.raw(app.request("HEAD", "/api/v1/me/password", &ann)).await;
    assert_eq!(answer.status, 405);
}

#[actix_web::test]
async fn attack_42_no_other_spelling_of_an_address_reaches_its_route() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    assert_eq!(app.raw(app.request("GET", "/api/v1/me", &ann)).await.status, 200);
    let workspace = format!("/api/v1/workspaces/{}", ann.workspace);
    assert_eq!(app.raw(app.request("GET", &workspace, &ann)).await.status, 200);
    let spellings = [
        "/api/v1/me/",
        "/api/v1//me",
        "//api/v1/me",
        "/api//v1/me",
        "/api/v1/me//",
        "/api/v1/./me",
        "/api/v1/x/../me",
        "/api/v1/%2e%2e/v1/me",
        "/api/v1/me;a=b",
        "/api/v1;/me",
        "/api/..;/api/v1/me",
        "/api/v1%2Fme",
        "/api%2Fv1/me",
        "/api/v1%252Fme",
        "/api/v1/me%2F",
        "/api/v1/me%00",
        "/api/v1/me%20",
        "/api/v1/me.json",
        "/API/v1/me",
        "/api/V1/me",
        "/api/v1/ME",
        "/api\\v1\\me",
        "/api/v1/me%3Fa=b",
    ];
    for spelling in spellings {
        let answer = app.raw(app.request("GET", spelling, &ann)).await;
        assert!(
            answer.status == 404 || answer.header("content-type") == Some("text/html; charset=utf-8"),
            "{spelling}: {} {}",
            answer.status,
            answer.text()
        );
        assert!(!answer.text().contains(&ann.workspace.to_string()), "{spelling}");
    }
    for tail in ["/", "%2F", ";x", "%00", "%2F..", "/..%2F", "%252F"] {
        let answer = app
            .raw(app.request("GET", &format!("{workspace}{tail}"), &ann))
            .await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{tail}");
    }
}

#[actix_web::test]
async fn a_letter_that_is_escaped_once_is_still_that_letter() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    assert_eq!(
        app.raw(app.request("GET", "/api/v1/%6De", &ann)).await.status,
        200
    );
    assert_eq!(
        app.raw(app.request("GET", "/api/v1/%256De", &ann)).await.status,
        404
    );
}

#[actix_web::test]
async fn headers_that_are_too_large_are_refused_as_a_problem() {
    let app = TestApp::start().await;
    let request = app
        .request("GET", "/api/v1/me", As::Nobody)
        .insert_header(("authorization", format!("Bearer {}", "x".repeat(64 * 1024))));
    let answer = app.raw(request).await;
    assert_eq!((answer.status, answer.code()), (431, "headers_too_large"));
}

#[actix_web::test]
async fn a_panic_in_a_handler_is_a_problem_and_not_a_lost_connection() {
    let app = TestApp::start().await;
    let with_trap =
        backend::app::assemble(app.state.clone(), app.front.clone()).route("/trap", web::get().to(trap));
    let service = init_service(with_trap).await;
    let request = TestRequest::with_uri("/trap").insert_header(("host", "clearance.test"));
    let error = service.call(request.to_request()).await.unwrap_err();
    let answer = error.error_response();
    assert_eq!(answer.status(), 500);
    assert_protected("a panic", answer.headers());
    let body = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
    let problem: shared::error::Problem = serde_json::from_slice(&body).unwrap();
    assert_eq!((problem.code.as_str(), problem.detail), ("internal", None));
    // The next request is none the worse for it.
    let request = TestRequest::with_uri("/healthz").insert_header(("host", "clearance.test"));
    let answer = service.call(request.to_request()).await.unwrap();
    assert_eq!(read_body(answer).await, "ok\n");
    assert_eq!(app.front.traffic().in_flight(), 0);
}

async fn trap() -> String {
    panic!("a trap in a test")
}

#[actix_web::test]
async fn attack_45_a_body_that_does_not_come_is_not_waited_for() {
    let app = TestApp::start().await;
    let service = Rc::new(init_service(backend::app::assemble(app.state.clone(), app.front.clone())).await);
    let request = TestRequest::post()
        .uri("/api/v1/session")
        .insert_header(("host", "clearance.test"))
        .insert_header(("content-type", "application/json"))
        .to_request();
    let silence: BoxedPayloadStream = Box::pin(stream::pending());
    let (request, _) = request.replace_payload(Payload::from(silence));
    tokio::time::pause();
    let answer = service.call(request).await.unwrap();
    assert_eq!(answer.status(), 408);
    let problem: shared::error::Problem = serde_json::from_slice(&read_body(answer).await).unwrap();
    assert_eq!(problem.code.as_str(), "timeout");
}

#[actix_web::test]
async fn figures_are_for_this_machine_only() {
    let app = TestApp::start().await;
    let asked = || TestRequest::with_uri("/metrics").insert_header(("host", "127.0.0.1:8080"));
    app.raw(app.request("GET", "/api/v1/nope", As::Nobody)).await;
    let answer = app.raw(asked()).await;
    assert_eq!(answer.status, 200);
    let text = answer.text();
    assert!(
        text.contains("clearance_http_requests_total{status=\"4xx\"} 1\n"),
        "{text}"
    );
    assert!(text.contains("clearance_http_requests_in_flight 0\n"), "{text}");
    assert!(
        text.contains("clearance_db_connections{pool=\"readers\"}"),
        "{text}"
    );
    assert!(text.contains("process_uptime_seconds "), "{text}");
    // Through a proxy on this machine, everybody comes from this machine.
    for proxied in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
        let answer = app.raw(asked().insert_header((proxied, "1"))).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{proxied}");
    }
    app.calls_from("192.0.2.1");
    assert_eq!(app.raw(asked()).await.status, 404);
}

#[actix_web::test]
async fn a_server_without_its_tables_is_alive_but_not_ready() {
    let app = TestApp::start().await;
    let probe = |path: &str| TestRequest::with_uri(path).insert_header(("host", "10.0.0.1"));
    assert_eq!(app.raw(probe("/readyz")).await.status, 200);
    app.change(|conn| {
        use diesel::prelude::*;
        diesel::delete(db::schema::access_epoch::table).execute(conn)
    });
    assert_eq!(app.raw(probe("/readyz")).await.status, 503);
    assert_eq!(app.raw(probe("/healthz")).await.status, 200);
}
