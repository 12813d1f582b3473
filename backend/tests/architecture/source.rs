//! Source files as the other modules need them: without comments and texts, with every path that they name.

use std::path::{Path, PathBuf};

/// One source file of the workspace.
#[derive(Debug)]
pub struct Source {
    /// Path below the root, with `/`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// Without comments, the content of texts, and the tests at its end. Lines stay where they are.
    pub code: String,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// Every Rust file in `folder` (below the root), in the order of their paths.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    files.sort();
    let root = root();
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let path = file
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            let own = text
                .find("#[cfg(test)]\nmod ")
                .map_or(text.as_str(), |end| &text[..end]);
            Source {
                code: without_comments_and_texts(own),
                path,
                text,
            }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
}

impl Source {
    /// The line of a place in `code`.
    pub fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// The module in the way Rust names it, without the crate: `features::session::store`.
    pub fn module(&self) -> String {
        let below = self.path.split_once("src/").map_or("", |(_, below)| below);
        let below = below.trim_end_matches(".rs").trim_end_matches("/mod");
        match below {
            "lib" | "main" | "mod" => String::new(),
            _ => below.replace('/', "::"),
        }
    }

    /// Every path that the code names in a `use`, and every one that begins with `crate`, `super` or `self`
    /// elsewhere; all of them from their crate's root, as in `crate::http::Ctx`.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for (at, _) in self.code.match_indices("use ") {
            let starts_a_word = self.code[..at]
                .chars()
                .next_back()
                .is_none_or(|c| c.is_whitespace() || c == ')');
            if let Some(end) = self.code[at..].find(';').filter(|_| starts_a_word) {
                let tree: String = self.code[at + 4..at + end]
                    .chars()
                    .filter(|c| !c.is_whitespace() || *c == ' ')
                    .collect();
                spread("", tree.trim(), &mut paths);
            }
        }
        for start in ["crate::", "super::"] {
            for (at, _) in self.code.match_indices(start) {
                let part_of_longer = self.code[..at].ends_with("::") || self.code[..at].ends_with(is_in_name);
                if !part_of_longer {
                    let path: String = self.code[at..]
                        .chars()
                        .take_while(|c| is_in_name(*c) || *c == ':')
                        .collect();
                    paths.push(path.trim_end_matches(':').to_owned());
                }
            }
        }
        paths.iter().map(|path| self.rooted(path)).collect()
    }

    fn rooted(&self, path: &str) -> String {
        let mut module: Vec<String> = self
            .module()
            .split("::")
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        let mut rest = path;
        if let Some(below) = rest.strip_prefix("self::") {
            return join(&module, below);
        }
        if !rest.starts_with("super::") {
            return path.to_owned();
        }
        while let Some(above) = rest.strip_prefix("super::") {
            module.pop();
            rest = above;
        }
        join(&module, rest)
    }
}

fn join(module: &[String], rest: &str) -> String {
    let module = module
        .iter()
        .fold("crate".to_owned(), |path, part| path + "::" + part);
    format!("{module}::{rest}")
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Spreads `a::{b, c::{d, e}}` into `a::b`, `a::c::d`, `a::c::e`.
fn spread(before: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, inner)) = tree.split_once('{') else {
        let path = tree
            .split(" as ")
            .next()
            .unwrap_or_default()
            .trim()
            .trim_end_matches("::self");
        if !path.is_empty() {
            paths.push(format!("{before}{path}"));
        }
        return;
    };
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                spread(&format!("{before}{head}"), &inner[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Blanks out comments and what stands between quotes.
fn without_comments_and_texts(text: &str) -> String {
    #[derive(PartialEq)]
    enum In {
        Code,
        Line,
        Block,
        Text,
        Raw(usize),
    }
    let mut out = String::with_capacity(text.len());
    let (mut state, mut chars) = (In::Code, text.char_indices());
    while let Some((at, c)) = chars.next() {
        let rest = &text[at..];
        let blank = if c == '\n' { '\n' } else { ' ' };
        match state {
            In::Code if rest.starts_with("//") => state = In::Line,
            In::Code if rest.starts_with("/*") => state = In::Block,
            In::Code if c == '"' => {
                let hashes = out.len() - out.trim_end_matches('#').len();
                let raw = out.trim_end_matches('#').ends_with('r');
                state = if raw { In::Raw(hashes) } else { In::Text };
                out.push(c);
                continue;
            }
            In::Code if rest.starts_with("'\"'") || rest.starts_with("'\\") => {
                // A character, not a text that begins.
                out.push_str("' ");
                for _ in 0..=rest.chars().skip(2).position(|c| c == '\'').unwrap_or(0) {
                    chars.next();
                }
                out.push('\'');
                continue;
            }
            In::Code => {
                out.push(c);
                continue;
            }
            In::Line if c == '\n' => state = In::Code,
            In::Block if rest.starts_with("*/") => {
                chars.next();
                state = In::Code;
            }
            In::Text if c == '\\' => {
                let escaped = chars.next().map(|(_, c)| c);
                out.push_str(if escaped == Some('\n') { "\n" } else { "" });
            }
            In::Text if c == '"' => {
                state = In::Code;
                out.push(c);
                continue;
            }
            In::Raw(hashes) if c == '"' && rest[1..].starts_with(&"#".repeat(hashes)) => {
                state = In::Code;
                out.push(c);
                continue;
            }
            _ => {}
        }
        out.push(blank);
    }
    out
}

#[test]
fn comments_and_texts_are_blanked_and_lines_stay() {
    let code = without_comments_and_texts("a // b\nc(\"d \\\" e\") /* f\n */ g r#\"h \" i\"# '\"' j");
    assert_eq!(code.lines().count(), 3);
    for gone in ["b", "d", "e", "f", "h", "i"] {
        assert!(!code.contains(gone), "{gone}: {code}");
    }
    for here in ["a", "c(", "g", "j"] {
        assert!(code.contains(here), "{here}: {code}");
    }
}

#[test]
fn a_use_is_spread_and_counted_from_the_root() {
    let source = Source {
        path: "backend/src/features/session/store.rs".to_owned(),
        text: String::new(),
        code: "use crate::{access::{A, b::C as D}, state::State};\nuse super::{rules, super::x};\nfn f() { crate::http::g() }\n".to_owned(),
    };
    let paths = source.paths();
    for path in [
        "crate::access::A",
        "crate::access::b::C",
        "crate::state::State",
        "crate::features::session::rules",
        "crate::http::g",
    ] {
        assert!(paths.iter().any(|found| found == path), "{path}: {paths:?}");
    }
}
