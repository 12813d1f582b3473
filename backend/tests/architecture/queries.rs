//! Where queries begin: at a reach. A table by its bare name sees every row of everybody.

use std::collections::BTreeSet;

use super::source::{Source, root, sources};

/// What every request comes by, and what all tables are known to: these read and write rows of everybody.
const INFRASTRUCTURE: &[&str] = &[
    "backend/src/access/reach.rs",
    "backend/src/access/journal.rs",
    "backend/src/access/directory.rs",
    "backend/src/audit.rs",
    "backend/src/metering.rs",
    "backend/src/throttle.rs",
    "backend/src/http/idempotency.rs",
];

/// Calls in whose parentheses a bare table is no query of its own, and a type's.
const HARMLESS: &[&str] = &["insert_into(", "inner_join(", "left_join(", "dsl::Filter<"];

fn tables() -> BTreeSet<String> {
    let schema = std::fs::read_to_string(root().join("crates/db/src/schema.rs")).unwrap();
    let names = schema.split("diesel::table!").skip(1).map(|text| {
        let text = text.trim_start().trim_start_matches('{').trim_start();
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    });
    names.collect()
}

/// Places where a table stands bare though its function holds no [`System`](backend::access::System).
fn bare_tables(source: &Source, tables: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices("::table") {
        let after = &source.code[at + "::table".len()..];
        if after.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let before = &source.code[..at];
        let name: String = last_name(before);
        if !tables.contains(&name) {
            continue;
        }
        let leading = before[..before.len() - name.len()].trim_end();
        let leading = leading
            .strip_suffix("schema::")
            .map_or(leading, |rest| rest.strip_suffix("db::").unwrap_or(rest));
        let leading = leading.trim_end();
        let harmless = HARMLESS.iter().any(|call| leading.ends_with(call));
        if !harmless && !signature(leading).contains("System") {
            found.push(format!(
                "{}:{} begins at {name}::table",
                source.path,
                source.line(at)
            ));
        }
    }
    found
}

fn last_name(text: &str) -> String {
    let reversed: String = text
        .chars()
        .rev()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    reversed.chars().rev().collect()
}

/// The signature of the function that `code` ends in.
fn signature(code: &str) -> &str {
    let start = code
        .rmatch_indices("fn ")
        .find(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    let Some((start, _)) = start else {
        return "";
    };
    let rest = &code[start..];
    rest.split('{').next().unwrap_or(rest)
}

#[test]
fn every_query_begins_at_a_reach() {
    let tables = tables();
    assert!(tables.contains("users"));
    let all = sources("backend/src");
    let guarded = all
        .iter()
        .filter(|source| !INFRASTRUCTURE.contains(&source.path.as_str()));
    let found: Vec<String> = guarded.flat_map(|source| bare_tables(source, &tables)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_table_goes_by_another_name() {
    let tables = tables();
    for source in sources("backend/src") {
        for table in &tables {
            for other in ["::dsl", " as ", "::table as ", "::*"] {
                let renamed = format!("schema::{table}{other}");
                assert!(!source.code.contains(&renamed), "{} says {renamed}", source.path);
                let listed = [format!("{{{table}{other}"), format!(", {table}{other}")];
                let of_schema = source.code.contains("schema::{");
                let found = of_schema && listed.iter().any(|text| source.code.contains(text));
                assert!(!found || other == "::*", "{} renames {table}", source.path);
            }
        }
    }
}

#[test]
fn a_planted_leak_is_found() {
    let source = |code: &str| Source {
        path: "planted.rs".to_owned(),
        text: String::new(),
        code: code.to_owned(),
    };
    let tables = tables();
    let leaks = [
        "pub fn all(conn: &mut Conn, scope: &Scope) -> X { users::table.load(conn) }",
        "fn f(c: &mut Conn, s: &Scope) { diesel::delete(credentials::table.find(key)).execute(c) }",
        "fn f(c: &mut Conn, s: &System) { 1 }\nfn g(c: &mut Conn) { db::schema::members::table.count() }",
        "fn f(c: &mut Conn, o: &OwnAccount) { exists(members::table) }",
    ];
    for leak in leaks {
        assert_eq!(bare_tables(&source(leak), &tables).len(), 1, "{leak}");
    }
    let sound = [
        "fn f(c: &mut Conn, s: &Scope) { diesel::insert_into(\n users::table).values(v) }",
        "fn f(c: &mut Conn, s: &Scope) { s.members().inner_join(users::table) }",
        "fn f(c: &mut Conn, _: &System) { diesel::delete(throttles::table) }",
        "fn f() { other::table.load() }",
    ];
    for sound in sound {
        assert!(bare_tables(&source(sound), &tables).is_empty(), "{sound}");
    }
}

#[test]
fn an_account_is_believed_only_after_it_was_proven() {
    let allowed = [
        "backend/src/features/session/",
        "backend/src/features/setup/",
        // Its link is proven, and the account made, in the same transaction.
        "backend/src/features/invitations/",
        "backend/src/access/reach.rs",
    ];
    for source in sources("backend/src") {
        let named = source.code.contains(".proven(") || source.code.contains("::proven");
        assert!(
            !named || allowed.iter().any(|path| source.path.starts_with(path)),
            "{} calls proven()",
            source.path
        );
    }
}

#[test]
fn the_rows_of_an_account_are_an_operators_only_where_accounts_are_managed() {
    let allowed = [
        "backend/src/features/server_users/",
        "backend/src/commands/user.rs",
        "backend/src/jobs/usage_data.rs",
        "backend/src/access/reach.rs",
    ];
    for source in sources("backend/src") {
        for call in ["rows_of(", ".operates()"] {
            assert!(
                !source.code.contains(call) || allowed.iter().any(|path| source.path.starts_with(path)),
                "{} calls {call}",
                source.path
            );
        }
    }
}

#[test]
fn statements_that_differ_stand_in_stores_and_say_why() {
    for source in sources("backend/src") {
        for (at, _) in source.code.match_indices("on_each!(") {
            let store = source.path.ends_with("/store.rs") || source.path.contains("/store/");
            assert!(
                store || INFRASTRUCTURE.contains(&source.path.as_str()),
                "{} uses on_each!",
                source.path
            );
            let line = source.line(at);
            let above: Vec<&str> = source.text.lines().skip(line.saturating_sub(4)).take(3).collect();
            assert!(
                above.iter().any(|line| line.contains("//")),
                "{}:{line} does not say why",
                source.path
            );
        }
    }
}
