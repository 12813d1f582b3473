//! `docs/attacks.md` names tests that are there.

use std::collections::BTreeMap;

use super::source::{root, sources};

/// The attacks that must have a row.
const WANTED: [u32; 18] = [
    7, 9, 17, 18, 19, 20, 21, 22, 31, 32, 33, 34, 35, 36, 37, 38, 43, 44,
];

/// The tests of each row, by its number.
fn rows(table: &str) -> BTreeMap<u32, Vec<&str>> {
    let mut rows = BTreeMap::new();
    for line in table.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, _, tests, _] = cells.as_slice() else {
            continue;
        };
        if let Ok(number) = number.parse() {
            let named = tests.split('`').skip(1).step_by(2).collect();
            assert_eq!(
                rows.insert(number, named),
                None,
                "two rows have the number {number}"
            );
        }
    }
    rows
}

#[test]
fn every_test_that_is_named_for_an_attack_exists() {
    let table = std::fs::read_to_string(root().join("docs/attacks.md")).unwrap();
    let rows = rows(&table);
    let tests: String = ["backend", "crates", "shared"]
        .iter()
        .flat_map(|folder| sources(folder))
        .map(|source| source.text)
        .collect();
    for number in WANTED {
        let named = rows.get(&number).map_or(0, Vec::len);
        assert!(named > 0, "attack {number} has no test");
    }
    let missing: Vec<(&u32, &&str)> = rows
        .iter()
        .flat_map(|(number, named)| named.iter().map(move |name| (number, name)))
        .filter(|(_, name)| !tests.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "not there: {missing:?}");
}

#[test]
fn a_row_is_read_and_anything_else_is_not() {
    let read =
        rows("| # | attack | tests |\n|---|---|---|\n| 7 | `x` of others | `a_test`, `another` |\ntext `b`");
    assert_eq!(read, BTreeMap::from([(7, vec!["a_test", "another"])]));
}
