//! Large texts: what clients have of them is right, and it is found without looking at everything for each key. A shape of which
//! the work grew with the square of its length would keep these tests busy for minutes.

use std::fmt::Write;

use clientconf::check::{Format, check};
use clientconf::highlight::{State, highlight};
use clientconf::lint::{Code, MOST_FINDINGS, Severity, lint};
use clientconf::merge::{Layer, merge};
use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::value::{Map, Value};

#[path = "large/mod.rs"]
mod large;

fn tree(text: &str) -> Map {
    parse(text, Resolve::Never)
        .unwrap_or_else(|fault| panic!("{fault}"))
        .tree
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

#[test]
fn every_shape_has_an_answer_and_the_same_from_all() {
    let texts = large::all(50_000);
    assert!(texts.len() > 100);
    for large::Large { name, format, text } in texts {
        assert!(text.len() <= 50_000 || text.len() < 60_000, "{name}");
        match lint(format, &text) {
            Ok(findings) => {
                assert_eq!(check(format, &text), Ok(()), "{name}");
                assert!(findings.len() <= MOST_FINDINGS, "{name}");
                assert!(
                    findings.is_sorted_by_key(|finding| (finding.line, finding.column)),
                    "{name}"
                );
            }
            Err(fault) => assert_eq!(check(format, &text), Err(fault), "{name}"),
        }
        let mut state = State::default();
        for line in text.split('\n') {
            let (spans, next) = highlight(format, line, state);
            assert!(spans.is_sorted_by_key(|span| span.start), "{name}");
            state = next;
        }
    }
}

#[test]
fn eighteen_thousand_keys_of_one_section_are_linted() {
    let keys = lines(18_000, |n| {
        format!("  some_quite_long_name_of_a_key_{n:0>11} = {n}")
    });
    let text = format!("agent {{\n{keys}}}\n");
    assert!(text.len() > 900_000, "{}", text.len());
    let findings = lint(Format::Hocon, &text).unwrap();
    assert_eq!(findings.len(), MOST_FINDINGS);
    assert!(findings.iter().all(|finding| finding.code == Code::UnknownKey));
    let all = tree(&text);
    let Some(Value::Map(section)) = all.get("agent") else {
        panic!("no section")
    };
    assert_eq!(section.entries().len(), 18_000);
    let last = section.get(&format!("some_quite_long_name_of_a_key_{:0>11}", 17_999));
    assert_eq!(last, Some(&Value::Int("17999".to_owned())));
}

#[test]
fn the_same_key_a_hundred_thousand_times_is_its_last_value() {
    let text = lines(100_000, |n| format!("k = {n}"));
    assert_eq!(tree(&text).to_string_of("k"), "99999");
    let findings = lint(Format::Hocon, &text).unwrap();
    assert_eq!(
        findings.iter().filter(|f| f.code == Code::Duplicate).count(),
        MOST_FINDINGS
    );
    let misspelt = lines(50_000, |_| "agent.git_usr = x".to_owned());
    let findings = lint(Format::Hocon, &misspelt).unwrap();
    let unknown: Vec<_> = findings.iter().filter(|f| f.code == Code::UnknownKey).collect();
    assert_eq!(unknown.len(), 1, "a place is told once");
    assert!(unknown[0].message.contains("git_user"), "{}", unknown[0].message);
}

trait Told {
    fn to_string_of(&self, key: &str) -> String;
}

impl Told for Map {
    fn to_string_of(&self, key: &str) -> String {
        self.get(key).map_or_else(String::new, Value::to_json)
    }
}

#[test]
fn dotted_keys_and_deep_keys_come_to_one_tree() {
    let text = lines(30_000, |n| format!("sdk.a.b.c.key_{n} = {n}"));
    let all = tree(&text);
    let path = ["sdk", "a", "b", "c", "key_29999"];
    assert_eq!(all.at(&path), Some(&Value::Int("29999".to_owned())));
    let deep = (0..140).map(|step| format!("s{step}")).collect::<Vec<_>>();
    let text = lines(1500, |n| format!("{} = {n}", deep.join(".")));
    let steps: Vec<&str> = deep.iter().map(String::as_str).collect();
    assert_eq!(tree(&text).at(&steps), Some(&Value::Int("1499".to_owned())));
}

#[test]
fn a_value_that_many_name_is_put_into_all_of_them() {
    let text = format!("base = [1]\n{}", lines(20_000, |n| format!("k{n} = ${{base}}")));
    let all = tree(&text);
    assert_eq!(all.entries().len(), 20_001);
    assert_eq!(all.to_string_of("k19999"), "[1]");
    let chain = format!("k0 = x\n{}", lines(20_000, |n| format!("k{} = ${{k{n}}}", n + 1)));
    assert_eq!(tree(&chain).to_string_of("k20000"), "\"x\"");
    let list = format!("base = 7\nl = [{}]", "${base}, ".repeat(20_000));
    assert!(matches!(tree(&list).get("l"), Some(Value::List(values)) if values.len() == 20_000));
}

#[test]
fn keys_that_go_away_leave_the_others_in_their_places() {
    let text = format!(
        "none = null\nb {{\n{}}}\n",
        lines(20_000, |n| if n % 2 == 0 {
            format!("k{n} = ${{none}}")
        } else {
            format!("k{n} = {n}")
        })
    );
    let all = tree(&text);
    let Some(Value::Map(section)) = all.get("b") else {
        panic!("no section")
    };
    assert_eq!(section.entries().len(), 10_000);
    let numbers = section.entries().iter().zip((1..20_000).step_by(2));
    for ((key, value), number) in numbers {
        assert_eq!(
            (key.as_str(), value.to_json()),
            (format!("k{number}").as_str(), number.to_string())
        );
    }
}

#[test]
fn lists_that_grow_one_by_one_grow_up_to_the_limit() {
    let text = format!("a = []\n{}", lines(200, |n| format!("a += [{n}]")));
    let Some(Value::List(values)) = tree(&text).get("a").cloned() else {
        panic!("no list")
    };
    assert_eq!(values.len(), 200);
    assert_eq!(values.last(), Some(&Value::Int("199".to_owned())));
    let text = format!("a = []\n{}", lines(50_000, |n| format!("a += [{n}]")));
    assert!(check(Format::Hocon, &text).is_err_and(|fault| fault.message.contains("grows too large")));
}

#[test]
fn n04_the_worst_findings_are_told_however_many_others_there_are() {
    let text = format!(
        "{}include \"x\"\nsdk.aws = 1\n",
        lines(30_000, |n| format!("k{n} = yes"))
    );
    let findings = lint(Format::Hocon, &text).unwrap();
    assert_eq!(findings.len(), MOST_FINDINGS);
    let errors: Vec<Code> = findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| f.code)
        .collect();
    assert_eq!(errors, [Code::Include, Code::ReplacesSection]);
    assert!(findings.is_sorted_by_key(|finding| (finding.line, finding.column)));
}

#[test]
fn aliases_nest_no_deeper_than_what_is_written_out() {
    let chain = |levels: usize| {
        format!(
            "k0: &a0 [1]\n{}",
            lines(levels, |n| format!("k{}: &a{} [*a{n}]", n + 1, n + 1))
        )
    };
    assert_eq!(check(Format::Yaml, &chain(10)), Ok(()));
    let fault = check(Format::Yaml, &chain(40_000)).unwrap_err();
    assert!(fault.message.contains("nested this deep"), "{fault}");
    let many = format!("x: &x {{a: 1}}\n{}", lines(10_000, |n| format!("k{n}: *x")));
    assert_eq!(check(Format::Yaml, &many), Ok(()));
}

#[test]
fn a_line_of_any_length_is_coloured() {
    for (line, pieces) in [
        ("word ".repeat(100_000), 100_000),
        (
            format!("{}{}", "a b ".repeat(50_000), " ".repeat(400_000)),
            100_000,
        ),
        (
            format!("a = {}{}\\", "x ".repeat(100_000), " ".repeat(400_000)),
            100_003,
        ),
        (format!("{} = 1", "a ".repeat(200_000).trim_end()), 3),
    ] {
        let (spans, _) = highlight(Format::Hocon, &line, State::default());
        assert_eq!(spans.len(), pieces, "{line:.20}");
    }
    let line = format!("[{}]{}", "|,".repeat(50_000), " ".repeat(400_000));
    assert_eq!(highlight(Format::Yaml, &line, State::default()).0.len(), 100_002);
}

#[test]
fn two_hundred_layers_name_all_that_they_override() {
    let one = tree(&lines(1000, |n| format!("sdk.own.key_{n} = {n}")));
    let layers = vec![Layer { tree: &one }; 200];
    let effective = merge(&layers);
    assert_eq!(effective.entries.len(), 1000);
    let before: Vec<usize> = (0..199).collect();
    for entry in &effective.entries {
        assert_eq!((entry.origin, &entry.overrides), (199, &before));
    }
    assert_eq!(effective.tree(), one);
}
