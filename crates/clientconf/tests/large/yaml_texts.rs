//! YAML: anchors and aliases, styles of texts, nesting.

use super::{LENGTH, Large, nested, yaml};

/// All of them.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn texts() -> Vec<Large> {
    vec![
        yaml(
            "an anchor that many use",
            "x: &x {a: 1, b: 2}\n",
            |n| format!("k{n}: *x\n"),
            "",
        ),
        yaml(
            "many anchors",
            "",
            |n| format!("k{n}: &a{n} 1\nl{n}: *a{n}\n"),
            "",
        ),
        yaml(
            "aliases that double",
            "k0: &a0 [1]\n",
            |n| format!("k{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1),
            "",
        ),
        yaml(
            "aliases that nest",
            "k0: &a0 [1]\n",
            |n| format!("k{}: &a{} [*a{n}]\n", n + 1, n + 1),
            "",
        ),
        yaml(
            "an alias of a long text",
            &format!("x: &x {}\n", "long ".repeat(LENGTH.get() / 10)),
            |n| format!("k{n}: *x\n"),
            "",
        ),
        yaml("one list in YAML", "a:\n", |n| format!("- {n}\n"), ""),
        yaml("one flow list in YAML", "a: [", |n| format!("{n}, "), "1]"),
        yaml(
            "one flow list over lines in YAML",
            "a: [\n",
            |n| format!("  {n},\n"),
            "  1]",
        ),
        yaml("open lists in YAML", "a: ", |_| "[".to_owned(), ""),
        yaml("open blocks in YAML", "a: ", |_| "{a: ".to_owned(), ""),
        yaml(
            "lists to the limit in YAML",
            "",
            |n| format!("k{n}: {}\n", nested("[", "]", 35)),
            "",
        ),
        yaml(
            "a literal text in YAML",
            "a: |\n",
            |n| format!("  line {n}\n"),
            "",
        ),
        yaml("a folded text in YAML", "a: >\n", |n| format!("  line {n}\n"), ""),
        yaml(
            "a plain text over lines in YAML",
            "a: x\n",
            |n| format!("  line {n}\n"),
            "",
        ),
        yaml(
            "a quoted text over lines in YAML",
            "a: \"x\n",
            |n| format!("  line {n}\n"),
            "\"",
        ),
        yaml("a long line in YAML", "a: ", |n| format!("word{n} "), ""),
        yaml("comments in YAML", "", |n| format!("# {n}\n"), "a: 1\n"),
        yaml(
            "comments between keys in YAML",
            "",
            |n| format!("a{n}: 1 # why\n"),
            "",
        ),
        yaml("empty lines in YAML", "a: 1\n", |_| "\n".repeat(100), "b: 1\n"),
        yaml("spaces in YAML", "a: 1", |_| " ".repeat(100), "\nb: 1\n"),
        yaml(
            "texts that look like keys in YAML",
            "a: \"",
            |_| "b: ".to_owned(),
            "\"",
        ),
        yaml("signs in a line of YAML", "a: [", |_| "|,>,- ,".to_owned(), "]"),
        yaml(
            "keys with question marks in YAML",
            "",
            |n| format!("? k{n}\n: 1\n"),
            "",
        ),
        yaml("tags in YAML", "", |n| format!("k{n}: !!str 1\n"), ""),
        yaml("documents in YAML", "", |_| "---\n".to_owned(), ""),
    ]
}
