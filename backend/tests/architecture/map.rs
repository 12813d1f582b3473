//! `ARCHITECTURE.md` names what is there.

use std::path::Path;

use super::source::{root, sources};

/// What stands between backticks outside code blocks.
fn quoted(text: &str) -> Vec<&str> {
    let outside = text.split("```").step_by(2);
    outside
        .flat_map(|part| part.split('`').skip(1).step_by(2))
        .collect()
}

/// Whether it is meant as a path: with a slash, and nothing that no path of ours has.
fn is_path(text: &str) -> bool {
    text.contains('/')
        && !text.starts_with('/')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
}

#[test]
fn every_path_in_the_map_exists() {
    let root = root();
    let Ok(map) = std::fs::read_to_string(root.join("ARCHITECTURE.md")) else {
        panic!("ARCHITECTURE.md is not there");
    };
    let exists = |path: &str| {
        ["", "backend/src", "shared/src"]
            .iter()
            .any(|base| root.join(base).join(path).exists())
    };
    let names = quoted(&map);
    let paths: Vec<&str> = names.iter().copied().filter(|text| is_path(text)).collect();
    assert!(paths.len() > 10, "the map names no paths");
    let missing: Vec<&str> = paths.into_iter().filter(|path| !exists(path)).collect();
    assert!(missing.is_empty(), "not there: {missing:?}");
    // A file by its bare name is one of ours too.
    let all = sources("");
    let is_file = |text: &&str| {
        !text.contains(['/', ' ', '*']) && Path::new(text).extension().is_some_and(|kind| kind == "rs")
    };
    for name in names.into_iter().filter(is_file) {
        let here = all
            .iter()
            .any(|source| source.path.rsplit('/').next() == Some(name));
        assert!(here, "no file is called {name}");
    }
}

#[test]
fn every_folder_of_the_server_and_every_crate_is_on_the_map() {
    let root = root();
    let map = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let mut missing = Vec::new();
    for parent in ["crates", "backend/src"] {
        let entries = root.join(parent).read_dir().unwrap().flatten();
        for entry in entries.filter(|entry| entry.path().is_dir()) {
            let name = format!("{parent}/{}/", entry.file_name().to_string_lossy());
            if !map.contains(&format!("`{name}`")) {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "not on the map: {missing:?}");
}
