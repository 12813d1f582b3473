//! Proofs that prove nothing: tokens that are not ours, or say what none of ours says, and headers that are no proof
//! at all.

use actix_web::http::header;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::TimeDelta;
use secrets::keys::InstanceKeys;
use serde_json::{Value, json};
use testkit::As;

use super::world::{World, mounts};

fn text_of(bearer: As) -> String {
    match bearer {
        As::Bearer(token) => token,
        other => panic!("{other:?} has no token"),
    }
}

/// Tokens under a header, a signature or a key that is not ours.
fn forged(world: &World) -> Vec<(&'static str, String)> {
    let good = text_of(world.app.bearer(&world.ann.key));
    let parts: Vec<&str> = good.split('.').collect();
    let (ours, claims, signature) = (parts[0], parts[1], parts[2]);
    let headed = |header: &str, signature: &str| format!("{}.{claims}.{signature}", BASE64.encode(header));
    let mut in_eves = claims_of(claims);
    in_eves["tenant"] = json!(world.eve.person.workspace);
    let other_claims = BASE64.encode(in_eves.to_string());
    let foreign = secrets::bearer::sign(&InstanceKeys::generate().unwrap(), &claims_of(claims)).unwrap();
    let (none, other) = (r#"{"alg":"none","typ":"JWT"}"#, BASE64.encode([0; 32]));
    vec![
        ("no algorithm", headed(none, "")),
        ("no algorithm, with the signature", headed(none, signature)),
        (
            "none, under our key's name",
            headed(r#"{"alg":"none","kid":"test-signing","typ":"JWT"}"#, signature),
        ),
        (
            "none in capitals",
            headed(r#"{"alg":"NONE","typ":"JWT"}"#, signature),
        ),
        (
            "another algorithm",
            headed(r#"{"alg":"RS256","kid":"test-signing","typ":"JWT"}"#, signature),
        ),
        (
            "a key by address",
            headed(
                r#"{"alg":"HS256","jku":"https://evil.test","kid":"test-signing"}"#,
                signature,
            ),
        ),
        ("no signature", format!("{ours}.{claims}.")),
        ("another signature", format!("{ours}.{claims}.{other}")),
        (
            "other claims under the signature",
            format!("{ours}.{other_claims}.{signature}"),
        ),
        ("another server's key", foreign),
        ("empty", String::new()),
        ("dots", "..".to_owned()),
        ("many dots", ".".repeat(1_000)),
        ("one kilobyte", "a".repeat(1_000)),
        ("twenty kilobytes", "a".repeat(20_000)),
    ]
}

fn claims_of(encoded: &str) -> Value {
    serde_json::from_slice(&BASE64.decode(encoded).unwrap()).unwrap()
}

/// Tokens under our own key that say something which no token of ours says.
fn impossible(world: &World) -> Vec<(&'static str, String)> {
    let app = &world.app;
    let good = text_of(app.bearer(&world.ann.key));
    let signed = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims_of(good.split('.').nth(1).unwrap());
        change(&mut claims);
        secrets::bearer::sign(app.state.keys(), &claims).unwrap()
    };
    let eve = &world.eve.person;
    let yesterday = app.clock.now() - TimeDelta::days(1);
    vec![
        ("expired", text_of(app.bearer_until(&world.ann.key, yesterday))),
        (
            "without an end",
            signed(&|claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ),
        (
            "an end too far away",
            signed(&|claims| claims["exp"] = json!(i64::MAX)),
        ),
        (
            "a key of somebody else",
            signed(&|claims| claims["identity"]["user"] = json!(eve.id)),
        ),
        (
            "a workspace of somebody else",
            signed(&|claims| claims["tenant"] = json!(eve.workspace)),
        ),
        ("no key", signed(&|claims| claims["key"] = json!(""))),
        (
            "a key that is none",
            signed(&|claims| claims["key"] = json!("' OR 1=1 --")),
        ),
    ]
}

#[actix_web::test]
async fn a_token_that_is_not_ours_is_refused_at_every_door() {
    let world = World::new().await;
    let guarded = mounts().into_iter().filter(|mount| mount.caller != "public");
    let mut tokens = forged(&world);
    tokens.extend(impossible(&world));
    for mount in guarded {
        for (what, token) in &tokens {
            let answer = world.send(&mount, As::Bearer(token.clone()), &Value::Null).await;
            assert_eq!(
                (answer.status, answer.code()),
                (401, "unauthenticated"),
                "{what}: {mount:?}"
            );
            assert!(
                token.len() < 10 || !answer.text().contains(token.as_str()),
                "{what}: {mount:?} repeats the token"
            );
        }
    }
    for (what, token) in &tokens {
        let answer = world
            .app
            .wire("users.get_current_user", json!({}), As::Bearer(token.clone()))
            .await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    }
}

#[actix_web::test]
async fn headers_that_are_double_huge_or_unreadable_are_refused() {
    let world = World::new().await;
    let huge = "a".repeat(64 * 1024);
    for mount in mounts().iter().filter(|mount| mount.caller != "public") {
        let request = || world.request(mount, &world.ann, &world.ann.person, &Value::Null);
        let twice = request()
            .insert_header(("authorization", "Bearer a"))
            .append_header(("authorization", "Bearer b"));
        let answer = world.app.raw(twice).await;
        assert_eq!((answer.status, answer.code()), (400, "malformed"), "{mount:?}");
        let answer = world
            .app
            .raw(request().insert_header(("authorization", format!("Bearer {huge}"))))
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (431, "headers_too_large"),
            "{mount:?}"
        );
        for scheme in [
            "Basic",
            "Basic ",
            "Basic !!!",
            "Basic Og==",
            "Basic YTpi",
            "Digest x",
            "Negotiate",
            "Bearer",
            "",
            "a b c",
            "Basic \u{7f}",
            "bearer \u{e9}",
        ] {
            let value = header::HeaderValue::from_bytes(scheme.as_bytes());
            let Ok(value) = value else { continue };
            let answer = world
                .app
                .raw(request().insert_header((header::AUTHORIZATION, value)))
                .await;
            assert_eq!(
                (answer.status, answer.code()),
                (401, "unauthenticated"),
                "{mount:?} {scheme:?}"
            );
        }
    }
}
