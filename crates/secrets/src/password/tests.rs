//! Passwords: what verifies and what does not, what it costs, and which new passwords are accepted.

use proptest::prelude::*;

use super::*;

const PASSWORD: &str = "the red fox jumps";

#[test]
fn a_password_verifies_against_its_own_hash_alone() {
    let phc = hash(PASSWORD).unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert!(verify(&phc, PASSWORD));
    for wrong in [
        "",
        "the red fox jump",
        "The red fox jumps",
        "the red fox jumps ",
        "the red fox jumps\0",
    ] {
        assert!(!verify(&phc, wrong), "{wrong:?}");
    }
    assert!(!phc.contains("fox"));
    assert_ne!(phc, hash(PASSWORD).unwrap(), "each hash has a salt of its own");
    assert!(!needs_rehash(&phc));
}

#[test]
fn many_at_once_and_memory_given_back_in_between_change_no_verdict() {
    let phc = hash(PASSWORD).unwrap();
    std::thread::scope(|scope| {
        for number in 0..6 {
            let phc = &phc;
            scope.spawn(move || {
                for round in 0..8 {
                    assert!(verify(phc, PASSWORD), "{number} {round}");
                    assert!(!verify(phc, &format!("{PASSWORD}{round}")), "{number} {round}");
                    if round % 3 == number % 3 {
                        release_memory();
                    }
                }
            });
        }
    });
}

#[test]
fn nobody_has_no_password() {
    for password in ["", PASSWORD, "\0"] {
        assert!(!verify_nobody(password));
    }
    assert!(
        Stored::parse(NOBODY).unwrap().is_current(),
        "nobody must cost what somebody costs"
    );
}

/// The reference implementation's own test vector for version 19, Argon2id, m=65536, t=2, p=1.
#[test]
fn hashes_of_other_programs_verify_and_are_due_for_rehashing() {
    let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert!(verify(phc, "password"));
    assert!(!verify(phc, "passwort"));
    assert!(needs_rehash(phc));
}

#[test]
fn a_stored_hash_that_is_damaged_foreign_or_greedy_is_false() {
    let phc = hash(PASSWORD).unwrap();
    let unusable = [
        String::new(),
        "plain text".to_owned(),
        PASSWORD.to_owned(),
        phc[..phc.len() - 1].to_owned(),
        phc.replace("argon2id", "argon2i"),
        phc.replace("argon2id", "argon2d"),
        phc.replace("v=19", "v=16"),
        phc.replace("m=19456", "m=4194304"),
        phc.replace("t=2", "t=4000000000"),
        phc.replace("p=1", "p=255"),
        phc.replace("m=19456", "m=1"),
        phc.rsplit_once('$').unwrap().0.to_owned(),
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
    ];
    for phc in unusable {
        assert!(!verify(&phc, PASSWORD), "{phc}");
        assert!(needs_rehash(&phc), "{phc}");
    }
}

#[test]
fn a_new_password_has_at_least_12_characters_and_at_most_512_bytes() {
    let cases = [
        ("", Err(PolicyFault::TooShort)),
        ("eleven char", Err(PolicyFault::TooShort)),
        ("twelve chars", Ok(())),
        ("zwölf Zeiche", Ok(())),
        ("пароль-длинн", Ok(())),
        ("ééééééé", Err(PolicyFault::TooShort)),
    ];
    for (password, expected) in cases {
        assert_eq!(check_policy(password, &[]), expected, "{password}");
    }
    let longest: String = (0..512_u32)
        .map(|n| char::from(b'a' + u8::try_from(n * n % 26).unwrap()))
        .collect();
    assert_eq!(check_policy(&longest, &[]), Ok(()));
    assert_eq!(
        check_policy(&format!("{longest}x"), &[]),
        Err(PolicyFault::TooLong)
    );
    assert_eq!(check_policy(&"ü".repeat(257), &[]), Err(PolicyFault::TooLong));
}

#[test]
fn common_passwords_are_refused_in_any_case_and_spacing() {
    for password in [
        "password1234",
        "Password1234",
        "PASSWORD 1234",
        "aaaaaaaaaaaa",
        "qwertyuiop123",
        "1q2w3e4r5t6y",
    ] {
        assert_eq!(
            check_policy(password, &[]),
            Err(PolicyFault::TooCommon),
            "{password}"
        );
    }
    assert_eq!(check_policy("password1234 but longer", &[]), Ok(()));
}

#[test]
fn name_and_email_are_no_password() {
    let personal = ["Ada Augusta Lovelace", "ada.lovelace@example.org", ""];
    for password in [
        "Ada Augusta Lovelace",
        "adaaugustalovelace",
        "ADA.LOVELACE@example.org",
        "Ada.Lovelace",
    ] {
        assert_eq!(
            check_policy(password, &personal),
            Err(PolicyFault::Personal),
            "{password}"
        );
    }
    assert_eq!(check_policy("ada.lovelace writes", &personal), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_text_can_be_a_password(password in ".{0,200}", other in ".{0,200}") {
        prop_assume!(password != other);
        let phc = hash(&password).unwrap();
        prop_assert!(verify(&phc, &password));
        prop_assert!(!verify(&phc, &other));
    }
}

proptest! {
    #[test]
    fn any_stored_text_is_read_without_a_panic(text in "(\\$?.{0,20}){0,6}") {
        prop_assert!(needs_rehash(&text));
    }

    #[test]
    fn the_policy_judges_any_text_without_a_panic(password in ".{0,600}", known in ".{0,40}") {
        let verdict = check_policy(&password, &[&known]);
        prop_assert_eq!(verdict == Err(PolicyFault::TooLong), password.len() > MAX_BYTES);
    }
}
