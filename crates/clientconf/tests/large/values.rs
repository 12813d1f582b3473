//! Values: long lists, many of them, nested ones, long texts, things that are odd.

use super::{Large, hocon, json, nested};

/// All of them.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn texts() -> Vec<Large> {
    vec![
        hocon("one list", "a = [", |n| format!("{n}, "), "1]"),
        hocon(
            "one list of blocks",
            "sdk.aws.s3.credentials = [",
            |n| format!("{{bucket: b{n}, key: k, secret: s}}, "),
            "{}]",
        ),
        hocon(
            "lists to the limit",
            "",
            |n| format!("k{n} = {}\n", nested("[", "]", 40)),
            "",
        ),
        hocon(
            "blocks to the limit",
            "",
            |n| format!("k{n} = {}\n", nested("{a = ", "}", 20)),
            "",
        ),
        hocon(
            "one block in a block, over and over",
            "",
            |_| nested("a {", "}", 20),
            "",
        ),
        hocon("words beside each other", "a = ", |n| format!("word{n} "), ""),
        hocon(
            "words without a sign of assignment",
            "",
            |n| format!("word{n} "),
            "",
        ),
        hocon(
            "texts beside each other",
            "a = ",
            |n| format!("\"text {n}\" "),
            "",
        ),
        hocon("lists beside each other", "a = ", |n| format!("[{n}] "), ""),
        hocon(
            "blocks beside each other",
            "a = ",
            |n| format!("{{k{n} = 1}} "),
            "",
        ),
        hocon("numbers beside each other", "a = ", |n| format!("{n} "), ""),
        hocon("lines that go on", "a = ", |n| format!("x{n} \\\n"), ""),
        hocon("one text", "a = \"", |_| "x".repeat(1000), "\""),
        hocon(
            "signs of assignment in one text",
            "a = \"",
            |_| "name = ".to_owned(),
            "\"",
        ),
        hocon(
            "addresses in one text",
            "a = \"",
            |n| format!("https://u{n}:p@host/ "),
            "\"",
        ),
        hocon(
            "one text with three quotes",
            "a = \"\"\"",
            |_| "x \"\" y\n".to_owned(),
            "\"\"\"",
        ),
        hocon(
            "texts with three quotes",
            "",
            |n| format!("k{n} = \"\"\"x\"\"\"\n"),
            "",
        ),
        hocon(
            "three quotes that nothing closes",
            "a = \"\"\"",
            |_| "x\n".to_owned(),
            "",
        ),
        hocon("quotes that nothing closes", "a = \"", |_| "x ".to_owned(), ""),
        hocon("comments with #", "", |n| format!("# {n}\n"), "a = 1\n"),
        hocon("comments with //", "", |_| "//\n".to_owned(), "a = 1\n"),
        hocon("comments in a list", "a = [\n", |n| format!("# {n}\n{n},\n"), "]"),
        hocon("one comment", "#", |_| "x".repeat(1000), ""),
        hocon("comments between keys", "", |n| format!("a{n} = 1 # why\n"), ""),
        hocon("empty lines", "a = 1", |_| "\n".repeat(100), "b = 1"),
        hocon("spaces", "a = 1", |_| " ".repeat(100), "\nb = 1"),
        hocon("tabs", "a = 1", |_| "\t".to_owned(), "\nb = 1"),
        hocon("commas", "a = [1", |_| ",".to_owned(), "2]"),
        hocon("words that are no switch", "", |n| format!("a{n} = yes\n"), ""),
        hocon("escapes", "", |n| format!("a{n} = \"\\u00e9\"\n"), ""),
        hocon("quoted substitutions", "", |n| format!("a{n} = \"${{x}}\"\n"), ""),
        hocon("empty texts in a list", "a = [", |_| "\"\", ".to_owned(), "]"),
        hocon("includes", "", |_| "include \"a\"\n".to_owned(), ""),
        hocon(
            "wrong kinds",
            "",
            |_| "sdk.apply_files = 5, agent.venvs_cache = 1\n".to_owned(),
            "",
        ),
        hocon("one long number", "a = ", |_| "1".to_owned(), ""),
        hocon(
            "numbers with many digits",
            "",
            |n| format!("a{n} = {}\n", "1".repeat(4000)),
            "",
        ),
        json("one list in JSON", "{\"a\": [", |n| format!("{n}, "), "1]}"),
        json(
            "lists to the limit in JSON",
            "{",
            |n| format!("\"k{n}\": {},\n", nested("[", "]", 40)),
            "\"x\": 1}",
        ),
        json("escapes in JSON", "{\"a\": \"", |_| "\\u00e9".to_owned(), "\"}"),
    ]
}
