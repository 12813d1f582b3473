//! YAML becomes the JSON that says the same to clients.

use clientconf::check::{Format, check};
use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::value::Value;
use clientconf::yaml::yaml_to_json;

fn read(text: &str) -> String {
    let json = yaml_to_json(text).unwrap_or_else(|fault| panic!("{fault}"));
    check(Format::Json, &json).unwrap_or_else(|fault| panic!("{fault} in {json}"));
    Value::Map(
        parse(&json, Resolve::Never)
            .unwrap_or_else(|fault| panic!("{fault} in {json}"))
            .tree,
    )
    .to_json()
}

#[test]
fn nested_yaml_stays_nested() {
    assert_eq!(
        read(
            "sdk:\n  aws:\n    s3:\n      key: \"x\"\n      multipart: true\n  list:\n    - 1\n    - {a: b, c: [~, 2.50]}\n"
        ),
        r#"{"sdk":{"aws":{"s3":{"key":"x","multipart":true}},"list":[1,{"a":"b","c":[null,2.5]}]}}"#
    );
}

#[test]
fn every_text_of_yaml_arrives_as_it_is() {
    let text = "a: |\n  line # no comment\n    \"quoted\" \\n ${HOME}\n\ttab\nb: 'it''s: #5'\nc: \"é\\u00e9\\t\\\\\"\nd: yes\ne: 5s\nf: >-\n  one\n  two\n";
    let text = text.replace("\n\ttab", "\n  \ttab");
    assert_eq!(
        read(&text),
        r#"{"a":"line # no comment\n  \"quoted\" \\n ${HOME}\n\ttab\n","b":"it's: #5","c":"éé\t\\","d":"yes","e":"5s","f":"one two"}"#
    );
}

#[test]
fn keys_stay_what_they_are() {
    assert_eq!(
        read("a.b: 1\n5: x\n\"s3://b\": {k@: 1}\ntrue: 2\n"),
        r#"{"a.b":1,"5":"x","s3://b":{"k@":1},"true":2}"#
    );
}

#[test]
fn aliases_are_written_out_and_an_empty_text_has_no_keys() {
    assert_eq!(
        read("a: &x {b: 1}\nc: *x\nd: [*x]\n"),
        r#"{"a":{"b":1},"c":{"b":1},"d":[{"b":1}]}"#
    );
    assert_eq!(read(""), "{}");
    assert_eq!(read("# nothing\n---\n"), "{}");
    assert_eq!(read("!!map\na: !!str 5\n"), r#"{"a":"5"}"#);
}

#[test]
fn what_cannot_be_said_to_clients_is_refused_at_its_place() {
    for (text, line, column) in [
        ("a: 1\n---\nb: 2\n", 2, 1),
        ("- 1\n", 1, 1),
        ("x\n", 1, 1),
        ("a: !own 5\n", 1, 4),
        ("a:\n  <<: {b: 1}\n", 2, 3),
        ("? [a]\n: 1\n", 1, 3),
        ("\"\": 1\n", 1, 1),
        ("'a\"b': 1\n", 1, 1),
        ("a: .nan\n", 1, 4),
        ("a: \"\\0\"\n", 1, 4),
        ("a: &x [*x]\n", 1, 8),
        ("a: {b: 1, b: 2}\n", 1, 11),
        ("a: [1, 2\n", 2, 1),
        ("a:\n\tb: 1\n", 2, 2),
    ] {
        let fault = yaml_to_json(text).unwrap_err();
        assert_eq!((fault.line, fault.column), (line, column), "{text:?}: {fault}");
    }
}

#[test]
fn keys_of_the_json_are_on_the_lines_of_the_yaml() {
    let json = yaml_to_json("# one\n\na:\n  # two\n  b: |\n    x\n    y\n  c: 1\nd: [1,\n 2]\n").unwrap();
    let line_of = |wanted: &str| {
        json.lines()
            .position(|line| line.contains(wanted))
            .map(|at| at + 1)
    };
    assert_eq!(
        [
            line_of("\"a\""),
            line_of("\"b\""),
            line_of("\"c\""),
            line_of("\"d\""),
            line_of(" 2")
        ],
        [Some(3), Some(5), Some(8), Some(9), Some(10)]
    );
}
