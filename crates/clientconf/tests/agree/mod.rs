//! What must hold of any text, for the tests and the fuzzers: one function for each way to write a text, each with what is its own.

use clientconf::check::{Format, check, served};
use clientconf::fault::FaultKind;
use clientconf::highlight::{State, highlight};
use clientconf::lint::{MOST_FINDINGS, lint};
use clientconf::merge::{Layer, merge};
use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::value::{Map, Value};
use serde_json::Value as Json;

/// Two texts of HOCON: read, linted, coloured, put over each other.
pub fn hocon(text: &str, other: &str) {
    told(Format::Hocon, text);
    coloured(Format::Hocon, text);
    let (Ok(one), Ok(two)) = (parse(text, Resolve::Never), parse(other, Resolve::Never)) else {
        return;
    };
    let layers = [&one.tree, &two.tree, &one.tree].map(|tree| Layer { tree });
    let effective = merge(&layers);
    for entry in &effective.entries {
        assert!(entry.origin < layers.len());
        assert!(
            entry.overrides.iter().all(|layer| *layer < entry.origin),
            "{entry:?}"
        );
        drop(entry.shown());
    }
    let tree = effective.tree();
    assert_eq!(
        merge(&[Layer { tree: &tree }]).tree(),
        tree,
        "merging the result changes nothing"
    );
    let alone = merge(&[Layer { tree: &one.tree }, Layer { tree: &one.tree }]).tree();
    assert_eq!(alone, one.tree, "a text over itself is itself");
}

/// A text of JSON: what is JSON here is JSON to others and the other way round, and a client reads it.
pub fn json(text: &str) {
    told(Format::Json, text);
    coloured(Format::Json, text);
    let theirs = serde_json::from_str::<Json>(text);
    let known = clientconf::json::check_json(text);
    match (&known, &theirs) {
        (Ok(()), Ok(json)) => assert!(json.is_object()),
        // Halves of signs and numbers beyond any range are JSON by the letter.
        (Ok(()), Err(fault)) => {
            let text = fault.to_string();
            let known = ["out of range", "surrogate", "escape", "recursion"];
            assert!(known.iter().any(|known| text.contains(known)), "{text}");
        }
        (Err(fault), Ok(json)) => {
            assert!(fault.kind == FaultKind::Limit || !json.is_object(), "{fault}");
        }
        (Err(_), Err(_)) => {}
    }
    // Where a client reads another thing than is written: escapes, texts that are empty, and keys that stand twice.
    if let (Ok(()), Ok(json), Ok(parsed)) = (known, theirs, parse(text, Resolve::Never))
        && !text.contains('\\')
        && !text.contains("\"\"")
        && text.matches("\":").count() == names(&json)
        && text.matches(':').count() == names(&json)
    {
        same_map(&parsed.tree, &json);
    }
}

/// A text of YAML: the JSON that stands for it is JSON, and a client has the same of it.
pub fn yaml(text: &str) {
    told(Format::Yaml, text);
    coloured(Format::Yaml, text);
    let Ok(json) = served(Format::Yaml, text) else {
        return;
    };
    let theirs: Json = match serde_json::from_str(&json) {
        Ok(theirs) => theirs,
        // Clients read whole numbers of any length.
        Err(fault) if fault.to_string().contains("out of range") => return,
        Err(fault) => panic!("{fault}: {json}"),
    };
    match parse(&json, Resolve::Never) {
        Ok(parsed) => same_map(&parsed.tree, &theirs),
        Err(fault) => assert_eq!(fault.kind, FaultKind::Limit, "{fault}: {json}"),
    }
}

/// A tree, its JSON and its YAML are one.
pub fn written(tree: &Map, as_json: &str, as_yaml: &str) {
    json(as_json);
    yaml(as_yaml);
    for (format, text) in [(Format::Json, as_json), (Format::Yaml, as_yaml)] {
        let served = served(format, text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
        let parsed = parse(&served, Resolve::Never).unwrap_or_else(|fault| panic!("{fault}: {text}"));
        assert_eq!(&parsed.tree, tree, "{format:?} {text}");
    }
}

fn told(format: Format, text: &str) {
    match (check(format, text), lint(format, text)) {
        (Ok(()), Ok(findings)) => {
            assert!(findings.len() <= MOST_FINDINGS);
            assert!(
                findings.is_sorted_by_key(|finding| (finding.line, finding.column)),
                "{findings:?}"
            );
        }
        (Err(one), Err(other)) => {
            assert_eq!(one, other);
            // YAML ends a line at a carriage return as well.
            assert!(
                one.line as usize <= text.split(['\n', '\r']).count() && one.line > 0 && one.column > 0,
                "{one}"
            );
        }
        (one, other) => panic!("{one:?} and {other:?}"),
    }
}

fn coloured(format: Format, text: &str) {
    text.split('\n').fold(State::default(), |state, line| {
        let (spans, next) = highlight(format, line, state);
        let mut end = 0;
        for span in spans {
            assert!(
                span.start >= end
                    && line
                        .get(span.start..span.end)
                        .is_some_and(|piece| !piece.is_empty())
            );
            end = span.end;
        }
        next
    });
}

/// How many names stand in it.
fn names(json: &Json) -> usize {
    match json {
        Json::Object(map) => map.len() + map.values().map(names).sum::<usize>(),
        Json::Array(values) => values.iter().map(names).sum(),
        _ => 0,
    }
}

fn same_map(map: &Map, json: &Json) {
    let Json::Object(theirs) = json else {
        panic!("{map:?} and {json}")
    };
    assert_eq!(map.entries().len(), theirs.len(), "{map:?} and {json}");
    for (key, value) in map.entries() {
        let other = theirs.get(key);
        same(value, other.unwrap_or_else(|| panic!("{key:?} is not in {json}")));
    }
}

fn same(value: &Value, json: &Json) {
    let is_same = match (value, json) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(one), Json::Bool(other)) => one == other,
        (Value::Text(one), Json::String(other)) => one == other,
        (Value::Int(one), Json::Number(other)) if other.is_i64() || other.is_u64() => {
            *one == other.to_string()
        }
        // The reader of JSON is quick, and wrong in the last digit of some floats.
        (Value::Int(one) | Value::Float(one), Json::Number(other)) => {
            let (one, other) = (one.parse().unwrap_or(0.0_f64), other.as_f64().unwrap_or(0.0));
            (one - other).abs() <= one.abs() * 1e-15
        }
        (Value::List(one), Json::Array(other)) => {
            one.iter().zip(other).for_each(|(one, other)| same(one, other));
            one.len() == other.len()
        }
        (Value::Map(one), Json::Object(_)) => {
            same_map(one, json);
            true
        }
        _ => false,
    };
    assert!(is_same, "{value:?} and {json}");
}
