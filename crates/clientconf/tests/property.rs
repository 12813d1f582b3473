//! Whatever the text: an answer, soon, and without a panic.

use std::time::{Duration, Instant};

use clientconf::check::{Format, check, served};
use clientconf::highlight::{State, highlight};
use clientconf::lint::lint;
use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::text::summary;
use clientconf::value::Value;
use proptest::prelude::*;

/// Pieces that mean something to one of the grammars.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "{", "}", "[", "]", "=", ":", "+=", ",", "\n", "\r", "\t", " ", "#", "//", "\"", "\"\"\"", "'", "\\", "${", "${a}", "${?b}", "${a.b}", "a",
            "b", "a.b", "\"a.b\"", "1", "2.5e3", "-", "- ", "true", "null", "5s", "include ", "file(", ")", "é", "日", "🚀", "\u{feff}", "&x ", "*x",
            "!!str ", "|\n", ">", "<<", "---\n", "? ", "%", "~", ".inf", "a: ", "b:\n  ",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered_soon(text in text()) {
        let started = Instant::now();
        for format in [Format::Hocon, Format::Json, Format::Yaml] {
            match check(format, &text) {
                Ok(()) => prop_assert!(lint(format, &text).is_ok()),
                Err(fault) => {
                    prop_assert_eq!(lint(format, &text).err(), Some(fault.clone()));
                    // YAML ends a line at a carriage return as well.
                    let lines = u32::try_from(text.split(['\n', '\r']).count()).unwrap();
                    prop_assert!(fault.line >= 1 && fault.line <= lines && fault.column >= 1, "{} of {}", fault, lines);
                    prop_assert!(fault.message.ends_with('.'), "{}", fault);
                }
            }
            let mut state = State::default();
            for line in text.split('\n') {
                let (spans, next) = highlight(format, line, state);
                prop_assert!(spans.iter().all(|span| line.get(span.start..span.end).is_some_and(|piece| !piece.is_empty())), "{:?} {:?}", line, spans);
                state = next;
            }
        }
        prop_assert_eq!(summary(&text).bytes, text.len());
        prop_assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn what_a_client_has_can_be_said_to_it_as_json(text in text()) {
        if let Ok(parsed) = parse(&text, Resolve::Never) {
            let json = Value::Map(parsed.tree).to_json();
            prop_assert!(check(Format::Json, &json).is_ok() || json.contains("\\u00") || json.contains("\"\"") || json.contains("\\\\\""), "{}", json);
        }
    }

    #[test]
    fn json_of_yaml_is_json(text in text()) {
        if let Ok(json) = served(Format::Yaml, &text) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
        }
    }
}
