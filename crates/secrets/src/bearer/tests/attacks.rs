//! Attacks on bearer tokens, one by one. Each forgery is rightly signed wherever an attacker could hope for it.

use super::*;

#[test]
fn attack_36_another_algorithm_is_refused_whatever_the_signature() {
    let keys = InstanceKeys::for_tests();
    for alg in [
        "none", "None", "NONE", "", "hs256", "HS384", "HS512", "RS256", "ES256", "EdDSA", "PS512",
    ] {
        let header = json!({"alg": alg, "kid": keys.signing_key_id(), "typ": "JWT"});
        assert_eq!(
            with_header(&keys, &header),
            Err(BearerFault::WrongAlgorithm),
            "{alg}"
        );
        let payload = URL_SAFE_NO_PAD.encode(json!({"exp": NOW + 60}).to_string());
        let unsigned = format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert_eq!(
            verify::<Value>(&keys, &unsigned, NOW),
            Err(BearerFault::WrongAlgorithm),
            "{alg}"
        );
    }
}

#[test]
fn attack_36_a_key_id_that_is_foreign_missing_or_a_path_is_refused() {
    let keys = InstanceKeys::for_tests();
    for kid in [
        json!("other"),
        json!(""),
        json!("../../dev/null"),
        json!("test-signing\0"),
        Value::Null,
    ] {
        let header = json!({"alg": "HS256", "kid": kid, "typ": "JWT"});
        assert_eq!(with_header(&keys, &header), Err(BearerFault::UnknownKey), "{kid}");
    }
    assert_eq!(
        with_header(&keys, &json!({"alg": "HS256"})),
        Err(BearerFault::UnknownKey)
    );
    assert_eq!(
        with_header(&keys, &json!({"alg": "HS256", "kid": ["test-signing"]})),
        Err(BearerFault::Malformed)
    );
}

#[test]
fn attack_36_no_other_header_field_is_accepted_even_when_rightly_signed() {
    let keys = InstanceKeys::for_tests();
    let kid = keys.signing_key_id();
    let fields = [
        "jku",
        "jwk",
        "x5u",
        "x5c",
        "crit",
        "zip",
        "b64",
        "cty",
        "enc",
        "unheard-of",
    ];
    for field in fields {
        for value in [
            json!("https://attacker.example/keys"),
            json!(["exp"]),
            json!({"kty": "oct", "k": "AA"}),
        ] {
            let header = json!({"alg": "HS256", "kid": kid, "typ": "JWT", field: value});
            assert_eq!(
                with_header(&keys, &header),
                Err(BearerFault::Malformed),
                "{header}"
            );
        }
    }
    let twice = format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"JWT","alg":"none"}}"#);
    let token = forged(&keys, &twice, &json!({"exp": NOW + 60}).to_string());
    assert_eq!(verify::<Value>(&keys, &token, NOW), Err(BearerFault::Malformed));
}

#[test]
fn attack_36_expiry_must_be_there_in_whole_seconds_and_within_a_year() {
    let keys = InstanceKeys::for_tests();
    let cases = [
        (json!({"sub": "ada"}), BearerFault::NoExpiry),
        (json!({"exp": NOW}), BearerFault::Expired),
        (json!({"exp": 0}), BearerFault::Expired),
        (json!({"exp": -1}), BearerFault::Expired),
        (json!({"exp": i64::MIN}), BearerFault::Expired),
        (
            json!({"exp": NOW + MAX_LIFETIME_SECONDS + 1}),
            BearerFault::ExpiresTooLate,
        ),
        (json!({"exp": i64::MAX}), BearerFault::ExpiresTooLate),
        (json!({"exp": u64::MAX}), BearerFault::Malformed),
        (json!({"exp": 1.9e9}), BearerFault::Malformed),
        (json!({"exp": (NOW + 60).to_string()}), BearerFault::Malformed),
        (json!({"exp": null}), BearerFault::Malformed),
        (json!({"exp": [NOW + 60]}), BearerFault::Malformed),
        (json!({"exp": true}), BearerFault::Malformed),
    ];
    for (payload, fault) in cases {
        assert_eq!(with_payload(&keys, &payload.to_string()), Err(fault), "{payload}");
    }
    for overflowing in [
        r#"{"exp":1e400}"#,
        r#"{"exp":99999999999999999999999999}"#,
        r#"{"exp":NaN}"#,
    ] {
        assert_eq!(
            with_payload(&keys, overflowing),
            Err(BearerFault::Malformed),
            "{overflowing}"
        );
    }
    let longest = json!({"exp": NOW + MAX_LIFETIME_SECONDS});
    assert_eq!(with_payload(&keys, &longest.to_string()), Ok(longest));
}

#[test]
fn attack_36_not_before_in_the_future_is_refused_beyond_the_leeway() {
    let keys = InstanceKeys::for_tests();
    for (nbf, accepted) in [
        (NOW - 1, true),
        (NOW + 60, true),
        (NOW + 61, false),
        (i64::MAX, false),
    ] {
        let payload = json!({"exp": NOW + 600, "nbf": nbf}).to_string();
        let expected = if accepted {
            None
        } else {
            Some(BearerFault::NotYetValid)
        };
        assert_eq!(with_payload(&keys, &payload).err(), expected, "{nbf}");
    }
    let text = json!({"exp": NOW + 600, "nbf": "now"}).to_string();
    assert_eq!(with_payload(&keys, &text), Err(BearerFault::Malformed));
}

#[test]
fn attack_36_a_claim_that_occurs_twice_is_refused_at_any_depth() {
    let keys = InstanceKeys::for_tests();
    let exp = NOW + 60;
    let repeated = [
        format!(r#"{{"exp":{exp},"exp":{exp}}}"#),
        format!(r#"{{"exp":{exp},"sub":"a","sub":"b"}}"#),
        format!(r#"{{"exp":{exp},"s\u0075b":"a","sub":"b"}}"#),
        format!(r#"{{"exp":{exp},"identity":{{"user":"a","user":"b"}}}}"#),
        format!(r#"{{"exp":{exp},"list":[1,{{"x":{{"y":1,"y":2}}}}]}}"#),
    ];
    for payload in repeated {
        assert_eq!(
            with_payload(&keys, &payload),
            Err(BearerFault::Malformed),
            "{payload}"
        );
    }
    let same_name_elsewhere =
        format!(r#"{{"exp":{exp},"user":"a","identity":{{"user":"b","n":[null,true,-1,1.5]}}}}"#);
    assert!(with_payload(&keys, &same_name_elsewhere).is_ok());
}

#[test]
fn attack_36_a_token_of_64_kilobytes_is_refused_before_it_is_read() {
    let keys = InstanceKeys::for_tests();
    let long = forged(
        &keys,
        &our_header(&keys),
        &json!({"exp": NOW + 60, "x": "a".repeat(64 * 1024)}).to_string(),
    );
    assert_eq!(verify::<Value>(&keys, &long, NOW), Err(BearerFault::TooLong));
    for text in ["a".repeat(65_536), ".".repeat(65_536), "a.".repeat(32_768)] {
        assert_eq!(verify::<Value>(&keys, &text, NOW), Err(BearerFault::TooLong));
    }
    let claims = json!({"exp": NOW + 60, "x": "a".repeat(8_000)});
    assert_eq!(
        sign(&keys, &claims),
        Err(BearerFault::TooLong),
        "what would be refused is not handed out"
    );
    let fitting = json!({"exp": NOW + 60, "x": "a".repeat(5_900)});
    assert!(verify::<Value>(&keys, &sign(&keys, &fitting).unwrap(), NOW).is_ok());
}

#[test]
fn attack_36_a_token_of_a_retired_signing_key_is_refused() {
    let named = |id: &str, byte: u8, until| {
        let key = zeroize::Zeroizing::new([byte; 32]);
        NamedKey {
            id: id.to_owned(),
            key,
            until,
        }
    };
    let instance = |current: NamedKey, former: Vec<NamedKey>| {
        let sealing = KeyRing::of(named("seal", 9, None));
        let signing = KeyRing { current, former };
        InstanceKeys::from_material(Material {
            pepper: zeroize::Zeroizing::new([8; 32]),
            signing,
            sealing,
        })
    };
    let before = instance(named("old", 1, None), Vec::new());
    let token = sign(&before, &json!({"exp": NOW + 600})).unwrap();
    let rotated = instance(named("new", 2, None), vec![named("old", 1, Some(NOW + 100))]);
    assert!(verify::<Value>(&rotated, &token, NOW + 99).is_ok());
    assert_eq!(
        verify::<Value>(&rotated, &token, NOW + 100),
        Err(BearerFault::RetiredKey)
    );
    let token_of_new = sign(&rotated, &json!({"exp": NOW + 600})).unwrap();
    assert_eq!(
        verify::<Value>(&before, &token_of_new, NOW),
        Err(BearerFault::UnknownKey)
    );
    // The old id with another key is not the old key.
    let replaced = instance(named("old", 3, None), Vec::new());
    assert_eq!(
        verify::<Value>(&replaced, &token, NOW),
        Err(BearerFault::BadSignature)
    );
}

#[test]
fn attack_10_a_token_signed_with_a_published_key_is_refused() {
    let keys = InstanceKeys::for_tests();
    let published =
        jsonwebtoken::EncodingKey::from_secret(b"Rq8FW84sSqVgq7WvBB_4EzNl9y8z8IGiDXX3C345_a5AZfcwZcwCIA");
    let payload = json!({"exp": NOW + 60, "identity": {"user": "root", "role": "system"}});
    let mut header = jsonwebtoken::Header::new(Algorithm::HS256);
    let without_kid = jsonwebtoken::encode(&header, &payload, &published).unwrap();
    assert_eq!(
        verify::<Value>(&keys, &without_kid, NOW),
        Err(BearerFault::UnknownKey)
    );
    header.kid = Some(keys.signing_key_id().to_owned());
    let message = format!(
        "{}{}",
        keys.current_signing().header,
        URL_SAFE_NO_PAD.encode(payload.to_string())
    );
    let signature = crypto::sign(message.as_bytes(), &published, Algorithm::HS256).unwrap();
    let with_our_header = format!("{message}.{signature}");
    assert_eq!(
        verify::<Value>(&keys, &with_our_header, NOW),
        Err(BearerFault::BadSignature)
    );
    let other = InstanceKeys::generate().unwrap();
    assert_eq!(
        verify::<Value>(&other, &sign(&keys, &payload).unwrap(), NOW),
        Err(BearerFault::UnknownKey)
    );
}
