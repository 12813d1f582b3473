//! Colours of lines.

use clientconf::check::Format;
use clientconf::highlight::{Class, State, highlight};

/// Each line's pieces as `letter:text`.
#[cfg(test)]
fn shown(format: Format, text: &str) -> Vec<String> {
    let mut state = State::default();
    let mut all = Vec::new();
    for line in text.split('\n') {
        let (spans, next) = highlight(format, line, state);
        let mut end = 0;
        for span in &spans {
            assert!(
                span.start >= end
                    && span.end > span.start
                    && line.get(end..span.start).unwrap().trim().is_empty(),
                "{line:?} {spans:?}"
            );
            end = span.end;
        }
        assert!(line.get(end..).unwrap().trim().is_empty(), "{line:?} {spans:?}");
        all.push(
            spans
                .iter()
                .map(|span| format!("{}:{}", letter(span.class), &line[span.start..span.end]))
                .collect::<Vec<_>>()
                .join(" "),
        );
        state = next;
    }
    all
}

fn letter(class: Class) -> char {
    match class {
        Class::Comment => 'c',
        Class::Key => 'k',
        Class::Text => 't',
        Class::Number => 'n',
        Class::Keyword => 'w',
        Class::Punctuation => 'p',
        Class::Substitution => 's',
        Class::Error => 'e',
    }
}

#[test]
fn hocon_has_its_colours() {
    assert_eq!(
        shown(
            Format::Hocon,
            "a.b = 5 # five\nc { \"d e\": \"x\", f: true }\ng = ${h} 1.5 x\nt = \"\"\"one\ntwo \"x\"\nthree\"\"\" // end\ni: [1, no]\nopen = \"x"
        ),
        [
            "k:a.b p:= n:5 c:# five",
            "k:c p:{ k:\"d e\" p:: t:\"x\" p:, k:f p:: w:true p:}",
            "k:g p:= s:${h} n:1.5 t:x",
            "k:t p:= t:\"\"\"one",
            "t:two \"x\"",
            "t:three\"\"\" c:// end",
            "k:i p:: p:[ n:1 p:, t:no p:]",
            "k:open p:= e:\"x",
        ]
    );
}

#[test]
fn json_has_its_colours() {
    assert_eq!(
        shown(Format::Json, "{\"a\": [1, null, \"x\"], // no\n\"b\": tru}"),
        [
            "p:{ k:\"a\" p:: p:[ n:1 p:, w:null p:, t:\"x\" p:] p:, e:// e:no",
            "k:\"b\" p:: e:tru p:}"
        ]
    );
}

#[test]
fn yaml_has_its_colours() {
    assert_eq!(
        shown(
            Format::Yaml,
            "a: 5 # five\nb:\n  - x y\n  - \"q\": [1, true]\nc: |\n  text: no key\n\n  more\nd: 'open\n  closed' # c\ne: &x *y http://h:1"
        ),
        [
            "k:a p:: n:5 c:# five",
            "k:b p::",
            "p:- t:x y",
            "p:- k:\"q\" p:: p:[ n:1 p:, w:true p:]",
            "k:c p:: p:|",
            "t:text: no key",
            "",
            "t:more",
            "k:d p:: t:'open",
            "t:  closed' c:# c",
            "k:e p:: s:&x s:*y t:http://h:1",
        ]
    );
}
