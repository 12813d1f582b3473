//! Layers over each other, and where each value comes from.

use clientconf::merge::{Effective, Layer, merge};
use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::secret::MASK;
use clientconf::value::Value;

fn merged(texts: &[&str]) -> Effective {
    let trees: Vec<_> = texts
        .iter()
        .map(|text| {
            parse(text, Resolve::Never)
                .unwrap_or_else(|fault| panic!("{fault}"))
                .tree
        })
        .collect();
    let layers: Vec<Layer<'_>> = trees.iter().map(|tree| Layer { tree }).collect();
    merge(&layers)
}

fn rows(effective: &Effective) -> Vec<(String, String, usize, Vec<usize>)> {
    effective
        .entries
        .iter()
        .map(|e| (e.path.join("."), e.value.to_json(), e.origin, e.overrides.clone()))
        .collect()
}

fn row(path: &str, value: &str, origin: usize, overrides: &[usize]) -> (String, String, usize, Vec<usize>) {
    (path.to_owned(), value.to_owned(), origin, overrides.to_vec())
}

#[test]
fn later_layers_win_key_by_key() {
    let effective = merged(&[
        "a { b = 1, c = 2 }\nl = [1]",
        "a { c = 3, d = 4 }",
        "a.c = 5\nl = [2]",
    ]);
    assert_eq!(
        rows(&effective),
        [
            row("a.b", "1", 0, &[]),
            row("a.c", "5", 2, &[0, 1]),
            row("a.d", "4", 1, &[]),
            row("l", "[2]", 2, &[0])
        ]
    );
}

#[test]
fn a_value_takes_the_place_of_a_section_and_back() {
    assert_eq!(
        rows(&merged(&["a { b = 1 }", "a { c = 2 }", "a = x"])),
        [row("a", "\"x\"", 2, &[0, 1])]
    );
    assert_eq!(
        rows(&merged(&["a = x", "a { b { c = 1 }, d = 2 }"])),
        [row("a.b.c", "1", 1, &[0]), row("a.d", "2", 1, &[0])]
    );
    assert_eq!(rows(&merged(&["a = x", "a {}"])), [row("a", "{}", 1, &[0])]);
    assert_eq!(rows(&merged(&["a { b = 1 }", "a {}"])), [row("a.b", "1", 0, &[])]);
    assert_eq!(rows(&merged(&["a = 1", "a = null"])), [row("a", "null", 1, &[0])]);
}

#[test]
fn the_tree_of_the_result_is_what_the_layers_make() {
    let effective = merged(&["a { b = 1 }\n\"x.y\" = 1", "a { c {} }\nz = [ { k = 1 } ]"]);
    assert_eq!(
        Value::Map(effective.tree()).to_json(),
        r#"{"a":{"b":1,"c":{}},"x.y":1,"z":[{"k":1}]}"#
    );
}

#[test]
fn no_secret_is_shown() {
    let text = "sdk.aws.s3 { key: hunter2, region: eu, credentials: [ { bucket: b, secret: hunter2 } ] }\nenvironment { A = hunter2 }\n\
                agent.package_manager.extra_index_url: [\"https://u:hunter2@host/simple\"]\nfiles.one { path: p, contents: hunter2 }\n\
                agent.git_host = ${HOST}\n";
    let shown: Vec<_> = merged(&[text])
        .entries
        .iter()
        .map(clientconf::merge::Entry::shown)
        .collect();
    assert!(
        shown.iter().all(|entry| !entry.value.contains("hunter2")),
        "{shown:?}"
    );
    let value = |path: &str| {
        shown
            .iter()
            .find(|entry| entry.path.join(".") == path)
            .map(|entry| (entry.value.as_str(), entry.masked, entry.on_client))
    };
    assert_eq!(value("sdk.aws.s3.region"), Some(("\"eu\"", false, false)));
    assert_eq!(
        value("sdk.aws.s3.credentials"),
        Some((
            format!("[{{\"bucket\":\"b\",\"secret\":\"{MASK}\"}}]").as_str(),
            true,
            false
        ))
    );
    assert_eq!(value("agent.git_host"), Some(("\"${HOST}\"", false, true)));
}

#[test]
fn what_only_a_client_can_answer_stays_an_expression() {
    let tree = |text: &str, resolve: Resolve<'_>| Value::Map(parse(text, resolve).unwrap().tree).to_json();
    let environment = [("HOME".to_owned(), "/h".to_owned())];
    let text = "a = ${HOME}\"/x\"\nb = 1\nb = ${?NOPE}\nc = [1] ${?NOPE}\nd = ${b} z\n";
    assert_eq!(
        tree(text, Resolve::Never),
        r#"{"a":"${HOME}/x","b":"${?NOPE}","c":[1],"d":"${?NOPE}z"}"#.replace("}z", "} z")
    );
    assert_eq!(
        tree(text, Resolve::With(&environment)),
        r#"{"a":"/h/x","b":1,"c":[1],"d":"1 z"}"#
    );
}

#[test]
fn no_environment_and_no_file_of_this_process_is_read() {
    let here = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .find(|name| name == "PATH");
    assert!(here.is_some());
    let text = format!(
        "a = ${{PATH}}\ninclude \"{}\"\ninclude url(\"file:///etc/passwd\")\nb = 1\n",
        file!()
    );
    let tree = parse(&text, Resolve::Never).unwrap().tree;
    assert_eq!(Value::Map(tree).to_json(), r#"{"a":"${PATH}","b":1}"#);
}
