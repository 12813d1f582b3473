//! Who may import whom.

use super::source::{Source, root, sources};

/// A part of the code, and what it must not name.
struct Rule {
    /// Folder or file below the root; every file that begins so is meant.
    of: &'static str,
    never: &'static [&'static str],
    /// Files that are the exception, for a reason that stands beside them.
    but: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        of: "shared/src/",
        never: &[
            "actix_web",
            "diesel",
            "leptos",
            "tokio",
            "db",
            "secrets",
            "backend",
            "std::fs",
            "std::env",
            "std::net",
        ],
        but: &[],
    },
    Rule {
        of: "crates/db/src/",
        never: &[
            "actix_web",
            "backend",
            "secrets",
            "shared::contract",
            "shared::account",
            "shared::session",
            "shared::workspaces",
        ],
        but: &[],
    },
    Rule {
        of: "crates/secrets/src/",
        never: &["actix_web", "backend", "db", "diesel", "shared", "chrono"],
        but: &[],
    },
    Rule {
        of: "backend/src/access/",
        never: &["crate::features", "crate::http", "crate::clearml"],
        but: &[],
    },
    Rule {
        of: "backend/src/http/",
        never: &["crate::features", "crate::clearml", "db::schema"],
        // Keys of repeated requests are kept where all requests come by.
        but: &["backend/src/http/idempotency.rs"],
    },
    Rule {
        // Other hosts are asked where it is looked at who they are.
        of: "backend/src/",
        never: &[
            "reqwest::Client",
            "reqwest::ClientBuilder",
            "reqwest::get",
            "reqwest::blocking",
        ],
        but: &["backend/src/outbound.rs"],
    },
    Rule {
        of: "backend/src/clearml/",
        never: &["db::schema"],
        but: &["backend/src/clearml/store.rs"],
    },
    Rule {
        of: "backend/src/features/",
        never: &[
            "actix_web",
            "crate::state",
            "crate::clock",
            "crate::app",
            "crate::clearml",
            "db::Db",
            "std::env",
        ],
        // What the start does before anybody can call: no handler.
        but: &["backend/src/features/setup/mod.rs"],
    },
    Rule {
        of: "frontend/src/ui/",
        never: &[
            "crate::api",
            "crate::session",
            "crate::features",
            "crate::frame",
            "crate::pages",
            "shared",
        ],
        but: &[],
    },
    Rule {
        of: "frontend/src/frame/",
        never: &["crate::features"],
        but: &[],
    },
];

fn names(path: &str, forbidden: &str) -> bool {
    path.strip_prefix(forbidden)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn violations(source: &Source, never: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = source
        .paths()
        .iter()
        .filter(|path| never.iter().any(|forbidden| names(path, forbidden)))
        .map(|path| format!("{} names {path}", source.path))
        .collect();
    found.dedup();
    found
}

#[test]
fn no_module_imports_what_it_must_not_know() {
    let mut found = Vec::new();
    for rule in RULES {
        let folder = rule.of.trim_end_matches('/');
        let all = sources(folder);
        assert!(!all.is_empty(), "{folder} is empty: the rule means nothing");
        for source in all
            .iter()
            .filter(|source| !rule.but.contains(&source.path.as_str()))
        {
            found.extend(violations(source, rule.never));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The feature that a file below `features/` belongs to, and the file's role in it.
fn place(path: &str) -> Option<(String, String)> {
    let below = path.split_once("src/features/")?.1;
    let (feature, role) = below.split_once('/')?;
    Some((feature.to_owned(), role.split(['/', '.']).next()?.to_owned()))
}

#[test]
fn rules_decide_without_database_clock_and_settings() {
    let never = [
        "db",
        "diesel",
        "actix_web",
        "crate::http",
        "crate::clock",
        "crate::config",
        "crate::state",
        "crate::access::Caller",
        "crate::audit",
        "std::time",
        "std::env",
    ];
    let found: Vec<String> = sources("backend/src/features")
        .iter()
        .filter(|source| place(&source.path).is_some_and(|(_, role)| role == "rules"))
        // The form in which an id or a word is stored is no connection.
        .flat_map(|source| {
            violations(source, &never)
                .into_iter()
                .filter(|line| !line.contains("db::columns"))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn stores_query_and_decide_nothing() {
    let mut found = Vec::new();
    for source in sources("backend/src/features") {
        let Some((feature, _)) = place(&source.path).filter(|(_, role)| role == "store") else {
            continue;
        };
        found.extend(violations(
            &source,
            &["actix_web", "crate::http", "crate::config", "crate::state"],
        ));
        let own = format!("crate::features::{feature}::");
        let rules = source.paths().into_iter().filter(|path| {
            path.starts_with("crate::features") && path.contains("::rules") && !path.starts_with(&own)
        });
        found.extend(rules.map(|path| format!("{} names {path}", source.path)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The parts of other features that a file names: `account::store`.
fn of_others(source: &Source, feature: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in source.paths() {
        let Some(other) = path
            .strip_prefix("crate::features::")
            .filter(|other| *other != "self")
        else {
            continue;
        };
        let mut parts = other.split("::");
        let other = parts.next().unwrap_or_default();
        if other == feature {
            continue;
        }
        if let Some(part) = parts.next() {
            found.push(format!("{other}::{part}"));
            continue;
        }
        // The module itself is named: what of it is used stands where it is used.
        let named = format!("{other}::");
        for (at, _) in source.code.match_indices(&named) {
            let rest = &source.code[at + named.len()..];
            let part: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if ["store", "rules", "mounts"].contains(&part.as_str()) {
                found.push(format!("{other}::{part}"));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_feature_uses_another_ones_queries_only_where_the_map_says_so() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut found = Vec::new();
    for source in sources("backend/src/features") {
        let Some((feature, _)) = place(&source.path) else {
            continue;
        };
        // A line of a list or table that begins with the feature.
        let begins = format!("`{feature}`");
        let lines = map
            .lines()
            .filter(|line| line.trim_start_matches(['-', '|', ' ']).starts_with(&begins));
        let said: String = lines.collect();
        for part in of_others(&source, &feature) {
            if !part.ends_with("::store") {
                found.push(format!(
                    "{} uses {part}, which belongs to the other feature alone",
                    source.path
                ));
            } else if !said.contains(&format!("`{part}`")) {
                found.push(format!(
                    "{} uses {part}; no line of the map begins with {begins} and names it",
                    source.path
                ));
            }
        }
    }
    found.dedup();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn pages_of_the_app_link_to_each_other_and_import_nothing() {
    let mut found = Vec::new();
    for source in sources("frontend/src/features") {
        let Some((feature, _)) = place(&source.path) else {
            continue;
        };
        for path in source.paths() {
            let other = path
                .strip_prefix("crate::features::")
                .and_then(|path| path.split("::").next());
            if other.is_some_and(|other| other != feature) {
                found.push(format!("{} names {path}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_server_is_put_together_from_mounts_alone() {
    for file in sources("backend/src")
        .iter()
        .filter(|source| source.path == "backend/src/app.rs")
    {
        let features: Vec<&str> = file
            .code
            .match_indices("features::")
            .map(|(at, _)| &file.code[at..at + 30])
            .collect();
        assert!(!features.is_empty());
        assert!(
            features.iter().all(|text| text.starts_with("features::mounts")),
            "{features:?}"
        );
    }
}

#[test]
fn the_test_kit_is_in_no_product() {
    for manifest in [
        "shared",
        "backend",
        "frontend",
        "crates/db",
        "crates/secrets",
        "crates/bench",
        "crates/xtask",
    ] {
        let text = std::fs::read_to_string(root().join(manifest).join("Cargo.toml")).unwrap();
        let normal = text
            .split("\n[")
            .find(|section| section.starts_with("dependencies]"))
            .unwrap_or_default();
        assert!(!normal.contains("testkit"), "{manifest} depends on testkit");
    }
}
