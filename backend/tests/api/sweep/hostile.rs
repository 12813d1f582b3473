//! What no client of ours sends. Every answer is a problem document, and none is the server's fault.

use actix_web::{http::header, test::TestRequest};
use backend::http::Mount;
use serde_json::{Value, json};
use testkit::Answer;

use super::world::{World, mounts};

/// A refusal is a problem document with a code and a request id; nothing is the server's fault.
fn is_in_order(what: &str, answer: &Answer<Value>) {
    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.text());
    if answer.status >= 400 {
        let problem = answer.problem();
        assert!(!problem.request_id.is_empty(), "{what}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    }
}

fn is_refused(what: &str, answer: &Answer<Value>) {
    is_in_order(what, answer);
    assert!(
        answer.status >= 400,
        "{what} was taken: {} {}",
        answer.status,
        answer.text()
    );
}

impl World {
    /// A request by the right caller with these bytes as its JSON.
    fn bytes(&self, mount: &Mount, bytes: &[u8]) -> TestRequest {
        let request = self.request(mount, &self.ann, self.right_caller(mount), &Value::Null);
        request
            .insert_header(header::ContentType::json())
            .set_payload(bytes.to_vec())
    }
}

fn takes_a_body(body: &Value) -> bool {
    body.is_object()
}

#[actix_web::test]
async fn a_body_that_is_no_json_is_refused() {
    let world = World::new().await;
    let deep = "[".repeat(100_000);
    let deep_object = "{\"a\":".repeat(50_000);
    let broken: [&[u8]; 12] = [
        b"{",
        b"}",
        b"{\"a\":}",
        b"\xff\xfe\x00",
        b"nul",
        b"{\"a\": 1,}",
        b"'a'",
        b"{} {}",
        b"\0",
        b"1e999999",
        deep.as_bytes(),
        deep_object.as_bytes(),
    ];
    for mount in &mounts() {
        let takes = takes_a_body(&world.good_body(mount).await);
        for bytes in broken {
            let what = format!(
                "{mount:?} {}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(20)])
            );
            let answer = world.app.raw(world.bytes(mount, bytes)).await;
            is_refused(&what, &answer);
            if takes {
                assert!([400, 422].contains(&answer.status), "{what}: {}", answer.text());
            }
        }
    }
}

#[actix_web::test]
async fn a_field_that_is_unknown_or_of_another_type_is_refused_and_named() {
    let world = World::new().await;
    let wrong = [
        json!([]),
        json!({}),
        json!({"a": 1}),
        json!(1.5),
        json!(-1),
        json!(1e300),
        json!(true),
    ];
    for mount in &mounts() {
        let good = world.good_body(mount).await;
        // One's preferences may hold anything.
        if !takes_a_body(&good) || mount.name == "ChangePreferences" {
            continue;
        }
        for whole in [
            json!([]),
            json!("x"),
            json!(5),
            json!(true),
            json!([good.clone()]),
        ] {
            is_refused(
                &format!("{mount:?} {whole}"),
                &world.send(mount, world.right_caller(mount), &whole).await,
            );
        }
        let mut unknown = good.clone();
        let one_of_another = if mount.name == "ChangeServerUser" {
            "email"
        } else {
            "is_operator"
        };
        unknown[one_of_another] = json!(true);
        let answer = world.send(mount, world.right_caller(mount), &unknown).await;
        assert_eq!(
            (answer.status, answer.code()),
            (422, "invalid"),
            "{mount:?}: {}",
            answer.text()
        );
        let fields: Vec<String> = good.as_object().unwrap().keys().cloned().collect();
        for field in fields {
            for value in &wrong {
                let mut body = good.clone();
                if body[&field].is_number() && value.is_number() {
                    continue;
                }
                if body[&field].is_boolean() && value.is_boolean() {
                    continue;
                }
                body[&field] = value.clone();
                let what = format!("{mount:?} {field}={value}");
                let answer = world.send(mount, world.right_caller(mount), &body).await;
                is_refused(&what, &answer);
                let named = answer
                    .problem()
                    .errors
                    .iter()
                    .any(|error| error.pointer.starts_with(&format!("/{field}")));
                assert!(named, "{what}: {}", answer.text());
            }
        }
    }
}

#[actix_web::test]
async fn text_that_is_too_long_or_hides_something_does_no_harm() {
    let mut world = World::new().await;
    let long = "x".repeat(100_000);
    let hostile = [
        "",
        " ",
        "\0",
        "a\0b",
        "a\r\nSet-Cookie: x=y",
        "\u{202e}gpj.exe",
        "\u{200b}",
        "\u{feff}",
        "'; DROP TABLE users; --",
        "<script>alert(1)</script>",
        "../../../etc/passwd",
        "%s%n%00",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "\u{1F4A9}",
        "e\u{301}",
        long.as_str(),
    ];
    let mut number = 0;
    for mount in &mounts() {
        let good = world.good_body(mount).await;
        let fields: Vec<String> = good
            .as_object()
            .map(|fields| fields.keys().cloned().collect())
            .unwrap_or_default();
        for field in fields.iter().filter(|field| good[field.as_str()].is_string()) {
            for text in hostile {
                // From another place each time, or only the first few would be looked at.
                number += 1;
                world.app.calls_from(&format!("2001:db8::{number:x}"));
                let mut body = good.clone();
                body[field] = json!(text);
                let what = format!(
                    "{mount:?} {field}={:?}",
                    text.chars().take(20).collect::<String>()
                );
                let answer = world.send(mount, world.right_caller(mount), &body).await;
                is_in_order(&what, &answer);
                if answer.status < 300 {
                    // A password may be anything, and so may what one keeps in one's preferences.
                    let any = ["password", "current", "new", "theme"].contains(&field.as_str());
                    // A found key that is none gets the answer that a real one gets.
                    let any = any || mount.name == "ReportFoundKey";
                    let hides = text.contains(['\0', '\r', '\u{202e}', '\u{200b}']);
                    assert!(any || !hides, "{what} was taken");
                    world = World::new().await;
                }
            }
        }
    }
}

#[actix_web::test]
async fn a_body_of_another_kind_or_compressed_is_refused() {
    let world = World::new().await;
    for mount in &mounts() {
        let good = world.good_body(mount).await;
        if !takes_a_body(&good) {
            continue;
        }
        let bytes = good.to_string();
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx",
            "application/xml",
            "*/*",
            "",
        ] {
            let request = world
                .bytes(mount, bytes.as_bytes())
                .insert_header(("content-type", kind));
            let answer = world.app.raw(request).await;
            assert_eq!(
                (answer.status, answer.code()),
                (415, "unsupported_media_type"),
                "{mount:?} {kind}"
            );
        }
        for encoding in ["gzip", "br", "deflate", "zstd", "x"] {
            let request = world
                .bytes(mount, bytes.as_bytes())
                .insert_header(("content-encoding", encoding));
            let answer = world.app.raw(request).await;
            assert_eq!(
                (answer.status, answer.code()),
                (415, "unsupported_media_type"),
                "{mount:?} {encoding}"
            );
        }
    }
}

#[actix_web::test]
async fn a_body_that_is_too_large_is_refused() {
    let world = World::new().await;
    for mount in &mounts() {
        let large = json!({"name": "x".repeat(mount.most_bytes)}).to_string();
        let answer = world.app.raw(world.bytes(mount, large.as_bytes())).await;
        assert_eq!((answer.status, answer.code()), (413, "too_large"), "{mount:?}");
    }
}

#[actix_web::test]
async fn an_unknown_or_unreadable_parameter_is_refused() {
    let world = World::new().await;
    for mount in &mounts() {
        let body = world.good_body(mount).await;
        for query in [
            "unknown=1",
            "limit=%00",
            "%ff=%ff",
            "a[b]=c",
            "limit=-1",
            "cursor=x&sort=;",
            "&=&=",
            "%",
        ] {
            let address = format!("{}?{query}", world.ann.fill(mount.path));
            let request = world
                .app
                .request(mount.method.as_str(), &address, world.right_caller(mount));
            let answer = world
                .app
                .raw(if body.is_null() {
                    request
                } else {
                    request.set_json(&body)
                })
                .await;
            is_in_order(&format!("{mount:?} {query}"), &answer);
            if query == "unknown=1" {
                assert_eq!((answer.status, answer.code()), (422, "invalid"), "{mount:?}");
            }
        }
    }
}

#[actix_web::test]
async fn an_address_with_something_else_for_an_id_names_nothing() {
    let world = World::new().await;
    let strange = [
        "0",
        "%00",
        "..",
        "%2e%2e%2f",
        "-1",
        "00000000-0000-0000-0000-000000000000",
        "%ff",
        "null",
        "me",
        "*",
        "'",
        "%F0%9F%92%A9",
    ];
    let parameters = [
        "{workspace_id}",
        "{access_key}",
        "{session_id}",
        "{invitation_id}",
        "{user_id}",
        "{server_workspace_id}",
        "{notification_id}",
    ];
    for mount in &mounts() {
        for parameter in parameters
            .iter()
            .filter(|parameter| mount.path.contains(*parameter))
        {
            for text in strange
                .iter()
                .map(|text| (*text).to_owned())
                .chain(["a".repeat(5_000)])
            {
                let address = world.ann.fill(&mount.path.replace(parameter, &text));
                let request = world
                    .app
                    .request(mount.method.as_str(), &address, world.right_caller(mount));
                let body = world.good_body(mount).await;
                let answer = world
                    .app
                    .raw(if body.is_null() {
                        request
                    } else {
                        request.set_json(&body)
                    })
                    .await;
                let what = format!(
                    "{mount:?} {parameter}={}",
                    text.chars().take(20).collect::<String>()
                );
                is_in_order(&what, &answer);
                assert!(
                    [400, 404, 405].contains(&answer.status),
                    "{what}: {} {}",
                    answer.status,
                    answer.text()
                );
            }
        }
    }
}
