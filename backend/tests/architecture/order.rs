//! Files and error codes are in order.

use std::collections::BTreeSet;

use shared::error::ErrorCode;

use super::source::sources;

const FOLDERS: &[&str] = &["shared", "backend", "frontend", "crates"];
const MOST_LINES: usize = 500;

#[test]
fn every_file_says_what_it_is_for_and_has_one_subject() {
    for folder in FOLDERS {
        let all = sources(folder);
        assert!(!all.is_empty(), "{folder} is empty");
        for source in all {
            assert!(
                source.text.starts_with("//!"),
                "{} does not open with what it is for",
                source.path
            );
            let lines = source.text.lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines", source.path);
        }
    }
}

#[test]
fn no_file_has_a_name_that_fits_anything() {
    let words = [
        "utils", "util", "helpers", "helper", "common", "manager", "service", "misc", "base",
    ];
    for source in FOLDERS.iter().flat_map(|folder| sources(folder)) {
        for part in source.path.trim_end_matches(".rs").split('/') {
            assert!(!words.contains(&part), "{}", source.path);
        }
    }
}

#[test]
fn every_error_code_can_happen() {
    let all: String = sources("backend/src")
        .into_iter()
        .map(|source| source.code)
        .collect();
    let unused: Vec<String> = ErrorCode::ALL
        .iter()
        .map(|code| format!("{code:?}"))
        .filter(|name| {
            let used = |(at, text): (usize, &str)| {
                !all[at + text.len()..].starts_with(|c: char| c.is_alphanumeric())
            };
            !all.match_indices(&format!("ErrorCode::{name}")).any(used)
        })
        .collect();
    assert!(unused.is_empty(), "no place answers {unused:?}");
}

#[test]
fn every_error_code_has_a_meaning_of_its_own() {
    let of = |f: fn(&ErrorCode) -> &'static str| ErrorCode::ALL.iter().map(f).collect::<BTreeSet<_>>().len();
    assert_eq!(
        of(|code| code.as_str()),
        ErrorCode::ALL.len(),
        "two codes have the same word"
    );
    assert_eq!(
        of(|code| code.title()),
        ErrorCode::ALL.len(),
        "two codes have the same sentence"
    );
    for code in ErrorCode::ALL {
        assert!((400..=599).contains(&code.status()), "{code:?}");
        let word = code.as_str();
        assert!(
            word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{word}"
        );
        assert!(code.title().ends_with('.'), "{word} has no sentence");
    }
}
