//! Bearer tokens: what comes back, what odd texts do, and the shape that clients of today already rely on.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::key_file::{KeyRing, Material, NamedKey};

mod attacks;

const NOW: i64 = 1_800_000_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    exp: i64,
    sub: String,
    identity: Option<Identity>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    user: String,
    company: String,
}

fn claims() -> Claims {
    let identity = Identity {
        user: "u".to_owned(),
        company: "c".to_owned(),
    };
    Claims {
        exp: NOW + 60,
        sub: "ada".to_owned(),
        identity: Some(identity),
    }
}

/// A token with any header and payload, rightly signed with the current key of `keys`.
fn forged(keys: &InstanceKeys, header: &str, payload: &str) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = crypto::sign(
        message.as_bytes(),
        &keys.current_signing().encoding,
        Algorithm::HS256,
    )
    .unwrap();
    format!("{message}.{signature}")
}

fn our_header(keys: &InstanceKeys) -> String {
    format!(
        r#"{{"alg":"HS256","kid":"{}","typ":"JWT"}}"#,
        keys.signing_key_id()
    )
}

fn with_payload(keys: &InstanceKeys, payload: &str) -> Result<Value, BearerFault> {
    verify(keys, &forged(keys, &our_header(keys), payload), NOW)
}

fn with_header(keys: &InstanceKeys, header: &Value) -> Result<Value, BearerFault> {
    verify(
        keys,
        &forged(keys, &header.to_string(), &json!({"exp": NOW + 60}).to_string()),
        NOW,
    )
}

#[test]
fn a_token_gives_back_its_claims_until_it_expires() {
    let keys = InstanceKeys::for_tests();
    let token = sign(&keys, &claims()).unwrap();
    assert_eq!(verify(&keys, &token, NOW), Ok(claims()));
    assert_eq!(verify(&keys, &token, NOW + 59), Ok(claims()));
    assert_eq!(
        verify::<Claims>(&keys, &token, NOW + 60),
        Err(BearerFault::Expired)
    );
    assert_eq!(
        verify::<Claims>(&keys, &token, i64::MAX),
        Err(BearerFault::Expired)
    );
}

/// Tokens live for 30 days, so the next version must write and accept the same header.
#[test]
fn a_token_stays_the_same_across_versions() {
    let token = sign(&InstanceKeys::for_tests(), &json!({"exp": NOW})).unwrap();
    let expected = concat!(
        "eyJhbGciOiJIUzI1NiIsImtpZCI6InRlc3Qtc2lnbmluZyIsInR5cCI6IkpXVCJ9.eyJleHAiOjE4MDAwMDAwMDB9",
        ".vHikEn1u9yMjPDELxcUCKZ26jM-iUSlXvpyiO51gncU"
    );
    assert_eq!(token, expected);
}

#[test]
fn any_client_can_read_a_token_without_checking_it() {
    let token = sign(&InstanceKeys::for_tests(), &claims()).unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(
        (header.alg, header.typ.as_deref()),
        (Algorithm::HS256, Some("JWT"))
    );
    assert_eq!(header.kid.as_deref(), Some("test-signing"));
    let read: Claims = jsonwebtoken::dangerous::insecure_decode_claims(&token).unwrap();
    assert_eq!(read, claims());
}

#[test]
fn a_payload_that_is_no_object_of_the_wanted_shape_is_refused() {
    let keys = InstanceKeys::for_tests();
    for payload in ["", "null", "1", "[]", "\"exp\"", "{", "{\"exp\":1} {}", "\u{0}"] {
        assert_eq!(
            with_payload(&keys, payload),
            Err(BearerFault::Malformed),
            "{payload}"
        );
    }
    let deep = format!(
        "{{\"exp\":{},\"x\":{}{}}}",
        NOW + 60,
        "[".repeat(2_000),
        "]".repeat(2_000)
    );
    assert_eq!(with_payload(&keys, &deep), Err(BearerFault::Malformed));
    let token = sign(&keys, &json!({"exp": NOW + 60})).unwrap();
    assert_eq!(verify::<Claims>(&keys, &token, NOW), Err(BearerFault::Malformed));
}

#[test]
fn odd_numbers_of_parts_and_odd_encodings_are_refused() {
    let keys = InstanceKeys::for_tests();
    let token = sign(&keys, &claims()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let odd = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        message.to_owned(),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("Bearer {token}"),
        token.replace('.', ".."),
        format!("{message}."),
        format!("{message}.é"),
    ];
    for text in odd {
        assert!(verify::<Value>(&keys, &text, NOW).is_err(), "{text}");
    }
}

#[test]
fn claims_that_are_no_object_are_not_signed() {
    let keys = InstanceKeys::for_tests();
    assert_eq!(sign(&keys, &1), Err(BearerFault::Unwritable));
    assert_eq!(sign(&keys, &[1]), Err(BearerFault::Unwritable));
    assert_eq!(sign(&keys, &"exp"), Err(BearerFault::Unwritable));
}

proptest! {
    #[test]
    fn any_claims_come_back_unchanged(sub in ".{0,100}", lifetime in 1..MAX_LIFETIME_SECONDS, user in ".{0,40}") {
        let keys = InstanceKeys::for_tests();
        let identity = Some(Identity { user, company: String::new() });
        let claims = Claims { exp: NOW + lifetime, sub, identity };
        prop_assert_eq!(verify(&keys, &sign(&keys, &claims).unwrap(), NOW), Ok(claims));
    }

    #[test]
    fn a_token_with_any_other_character_anywhere_is_refused(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.=-]") {
        let keys = InstanceKeys::for_tests();
        let token = sign(&keys, &claims()).unwrap();
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &with);
        prop_assume!(changed != token);
        prop_assert!(verify::<Value>(&keys, &changed, NOW).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in "(.{0,60}\\.){0,3}.{0,60}", now in any::<i64>()) {
        prop_assert!(verify::<Value>(&InstanceKeys::for_tests(), &text, now).is_err());
    }

    #[test]
    fn any_times_are_judged_without_a_panic(exp in any::<i64>(), nbf in any::<i64>(), now in any::<i64>()) {
        let keys = InstanceKeys::for_tests();
        let token = sign(&keys, &json!({"exp": exp, "nbf": nbf})).unwrap();
        let accepted = verify::<Value>(&keys, &token, now).is_ok();
        let (exp, nbf, now) = (i128::from(exp), i128::from(nbf), i128::from(now));
        let valid = exp > now && exp - now <= i128::from(MAX_LIFETIME_SECONDS) && nbf <= now + 60;
        prop_assert_eq!(accepted, valid);
    }
}
