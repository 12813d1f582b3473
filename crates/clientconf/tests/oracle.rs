//! The stock client is the oracle: for every text of the corpus we have what its own parser has (`corpus/expected.json`, made by
//! `e2e/sdk/parse_corpus.py`), or refuse the text as it does. `corpus/limits.json` names the texts at which we stop earlier, and why.

use std::collections::BTreeMap;
use std::path::Path;

use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::value::Value;

fn corpus() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

#[cfg(test)]
fn json(name: &str) -> BTreeMap<String, String> {
    serde_json::from_str(&std::fs::read_to_string(corpus().join(name)).unwrap()).unwrap()
}

#[test]
fn texts_are_read_as_the_client_reads_them() {
    let environment = [("HOME".to_owned(), "/home/someone".to_owned())];
    let expected = json("expected.json");
    let limits = json("limits.json");
    let mut differences = Vec::new();
    for (name, theirs) in &expected {
        let text = std::fs::read_to_string(corpus().join(name)).unwrap();
        let read = parse(&text, Resolve::With(&environment));
        let ours = read.as_ref().map_or_else(
            |_| "refused".to_owned(),
            |parsed| Value::Map(parsed.tree.clone()).to_json(),
        );
        let wanted = if limits.contains_key(name) {
            "refused"
        } else {
            theirs
        };
        if ours != wanted {
            differences.push(format!(
                "{name}\n  client: {wanted:.300}\n  ours:   {ours:.300}\n  {read:.300?}"
            ));
        }
        if limits.contains_key(name) {
            assert_ne!(theirs, "refused", "{name} is no limit of ours");
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {}:\n{}",
        differences.len(),
        expected.len(),
        differences.join("\n")
    );
    assert!(expected.len() >= 200, "{}", expected.len());
    assert!(limits.len() * 20 < expected.len(), "{}", limits.len());
}

#[test]
fn every_text_of_the_corpus_has_an_answer() {
    let expected = json("expected.json");
    for entry in std::fs::read_dir(corpus()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "expected.json" && name != "limits.json" {
            assert!(
                expected.contains_key(&name),
                "{name}: run e2e/sdk/parse_corpus.py --write"
            );
        }
    }
}

#[test]
fn without_an_environment_a_client_reads_no_less() {
    for (name, theirs) in json("expected.json") {
        let text = std::fs::read_to_string(corpus().join(&name)).unwrap();
        if theirs != "refused" && !json("limits.json").contains_key(&name) {
            assert!(
                parse(&text, Resolve::Never).is_ok(),
                "{name}: {:?}",
                parse(&text, Resolve::Never).unwrap_err()
            );
        }
    }
}
