//! Whatever is sent, to whichever address, with whichever headers: never the server's fault, and every refusal is
//! in the form that belongs to its door.

use actix_web::{
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    test::TestRequest,
};
use backend::clearml;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::Value;
use testkit::{Answer, As};

use super::world::{World, mounts};

/// One request, as plain values.
#[derive(Debug, Clone)]
struct Sent {
    method: &'static str,
    address: String,
    who: usize,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

const METHODS: &[&str] = &["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"];
const HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "origin",
    "range",
    "referer",
    "sec-fetch-site",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-clearance-client",
    "x-clearml-impersonate-as",
    "x-clearml-worker",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-http-method-override",
    "x-request-id",
];
const VALUES: &[&str] = &[
    "",
    "*",
    "0",
    "-1",
    "identity",
    "gzip",
    "application/json",
    "text/plain",
    "application/json-lines",
    "same-origin",
    "cross-site",
    "https://clearance.test",
    "https://evil.test",
    "null",
    "clearance.test",
    "W/\"x\"",
    "\"x\", *",
    "bytes=0-99999999999",
    "Basic Og==",
    "Bearer a.b.c",
    "__Host-session=x",
    "chunked",
    "100-continue",
    "127.0.0.1, 10.0.0.1",
    "a, b, c",
];

fn addresses() -> Vec<String> {
    let mut all: Vec<String> = mounts().iter().map(|mount| mount.path.to_owned()).collect();
    for call in clearml::calls() {
        all.push(format!("/api/{}", call.action));
        all.push(format!("/api/v2.31/{}", call.action));
    }
    all.extend(
        [
            "/", "/api", "/api/", "/api/v1", "/api/x.y", "/files/x", "/healthz", "/readyz", "/sign-in",
        ]
        .map(str::to_owned),
    );
    all.sort();
    all.dedup();
    all
}

/// Random JSON, with the field names that the contract uses.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[a-z0-9]{0,50}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        select(
            &[
                "name",
                "email",
                "password",
                "token",
                "label",
                "expires_at",
                "role",
                "current",
                "new",
                "hosting"
            ][..]
        )
        .prop_map(str::to_owned),
        select(
            &[
                "access_key",
                "secret_key",
                "overlap_seconds",
                "max_credential_days",
                "expires_in_seconds"
            ][..]
        )
        .prop_map(str::to_owned),
        ".{0,10}",
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), inner), 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn sent() -> impl Strategy<Value = Sent> {
    let value = prop_oneof![
        3 => select(VALUES).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..40),
    ];
    let body = prop_oneof![
        3 => json().prop_map(|value| value.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..200),
        1 => Just(Vec::new()),
    ];
    let query = option::of(prop_oneof!["[a-z_]{1,8}=[ -~&&[^#]]{0,20}", "[!-~&&[^#]]{0,40}"]);
    let suffix = prop_oneof![6 => Just(String::new()), 1 => "[!-~&&[^#?]]{0,20}"];
    (
        (select(METHODS), select(addresses()), suffix, query),
        0..5_usize,
        vec((select(HEADERS), value), 0..5),
        body,
    )
        .prop_map(|((method, path, suffix, query), who, headers, body)| Sent {
            method,
            address: path + &suffix + &query.map(|query| format!("?{query}")).unwrap_or_default(),
            who,
            headers,
            body,
        })
}

/// The request, or none if these bytes cannot be one.
fn request(world: &World, callers: &[As], sent: &Sent) -> Option<TestRequest> {
    let address = sent
        .address
        .replace("{workspace_id}", &world.ann.person.workspace.to_string())
        .replace("{access_key}", &world.ann.key.access_key)
        .replace("{session_id}", &world.ann.other_session)
        .replace("{invitation_id}", &world.ann.invitation)
        .replace("{user_id}", &world.ann.person.id.to_string())
        .replace("{server_workspace_id}", &world.ann.person.workspace.to_string());
    address.parse::<actix_web::http::Uri>().ok()?;
    Method::from_bytes(sent.method.as_bytes()).ok()?;
    let mut request = world.app.request(sent.method, &address, &callers[sent.who]);
    request = request
        .insert_header(("content-type", "application/json"))
        .set_payload(sent.body.clone());
    for (name, value) in &sent.headers {
        let value = HeaderValue::from_bytes(value).ok()?;
        request = request.append_header((HeaderName::from_static(name), value));
    }
    Some(request)
}

/// Whether an address belongs to the `ClearML` wire: all below the API's that is not REST's.
fn is_wire(address: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    path.strip_prefix("/api/").is_some_and(|rest| {
        let rest_files = ["openapi.json", "docs.css"];
        !matches!(rest.split('/').next(), Some("v1" | "docs")) && !rest_files.contains(&rest)
    })
}

fn check(sent: &Sent, answer: &Answer<Value>) -> Result<(), TestCaseError> {
    let shown = || format!("{} {}", answer.status, answer.text());
    prop_assert!(answer.status < 500, "{}", shown());
    if answer.status < 400 || sent.method == "HEAD" || !sent.address.starts_with("/api/") {
        return Ok(());
    }
    let kind = answer.header("content-type").unwrap_or_default();
    if is_wire(&sent.address) {
        prop_assert!(kind.starts_with("application/json"), "{kind}: {}", shown());
        let envelope = answer.json();
        prop_assert_eq!(
            &envelope["meta"]["result_code"],
            &Value::from(answer.status),
            "{}",
            shown()
        );
        prop_assert!(
            envelope["meta"]["id"].is_string() && envelope["meta"]["trx"].is_string(),
            "{}",
            shown()
        );
        prop_assert!(envelope.get("data").is_some(), "{}", shown());
    } else {
        prop_assert_eq!(kind, "application/problem+json", "{}", shown());
        let problem = answer.problem();
        prop_assert_eq!(problem.status, answer.status);
        prop_assert!(!problem.request_id.is_empty());
    }
    Ok(())
}

#[test]
fn whatever_is_sent_the_server_stays_in_order() {
    let system = actix_web::rt::System::new();
    let world = system.block_on(World::new());
    let app = &world.app;
    let callers = [
        As::Nobody,
        As::from(&world.ann.person),
        As::from(&world.bob.person),
        As::from(&world.ann.key),
        app.bearer(&world.eve.key),
    ];
    let mut runner = TestRunner::new(Config {
        // `PROPTEST_CASES` asks for more.
        cases: Config::default().cases.max(1_500),
        failure_persistence: None,
        ..Config::default()
    });
    let ran = runner.run(&sent(), |sent| {
        let Some(request) = request(&world, &callers, &sent) else {
            return Ok(());
        };
        let answer = system.block_on(app.raw(request));
        check(&sent, &answer)
    });
    if let Err(found) = ran {
        panic!("{found}");
    }
}
