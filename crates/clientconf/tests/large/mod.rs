//! Texts of any length, each of a shape that could cost more than its length. The tests of large texts and the example that
//! prints times use the same ones.

use std::cell::Cell;
use std::fmt::Write;

use clientconf::check::Format;

/// A text and what it is.
pub struct Large {
    /// What it is made of.
    pub name: &'static str,
    /// How it is written.
    pub format: Format,
    /// The text.
    pub text: String,
}

thread_local! {
    /// How long the texts become that are made next.
    static LENGTH: Cell<usize> = const { Cell::new(0) };
}

/// A head, as many numbered pieces as there is room for, and a tail.
fn filled(head: &str, piece: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = head.to_owned();
    for number in 0.. {
        let next = piece(number);
        if text.len() + next.len() + tail.len() > LENGTH.get() {
            break;
        }
        text.push_str(&next);
    }
    text.push_str(tail);
    text
}

fn hocon(name: &'static str, head: &str, piece: impl Fn(usize) -> String, tail: &str) -> Large {
    Large {
        name,
        format: Format::Hocon,
        text: filled(head, piece, tail),
    }
}

fn yaml(name: &'static str, head: &str, piece: impl Fn(usize) -> String, tail: &str) -> Large {
    Large {
        format: Format::Yaml,
        ..hocon(name, head, piece, tail)
    }
}

fn json(name: &'static str, head: &str, piece: impl Fn(usize) -> String, tail: &str) -> Large {
    Large {
        format: Format::Json,
        ..hocon(name, head, piece, tail)
    }
}

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}{}", open.repeat(depth), close.repeat(depth))
}

/// A key of so many steps, which the number tells from others.
fn steps(number: usize, count: usize) -> String {
    let mut key = format!("k{number}");
    for step in 1..count {
        let _ = write!(key, ".s{step}");
    }
    key
}

/// Keys: many, the same one, with many steps, in sections that clients know and that they do not.
fn keys() -> Vec<Large> {
    vec![
        hocon(
            "keys of one known section",
            "sdk {\n",
            |n| format!("  development_{n} = {n}\n"),
            "}\n",
        ),
        hocon(
            "long keys of one known section",
            "agent {\n",
            |n| format!("  some_quite_long_name_of_a_key_{n} = \"x\"\n"),
            "}\n",
        ),
        hocon(
            "keys of one unknown section",
            "own {\n",
            |n| format!("  key_{n} = {n}\n"),
            "}\n",
        ),
        hocon("keys of the root", "", |n| format!("key_{n} = {n}\n"), ""),
        hocon(
            "variables of the environment",
            "environment {\n",
            |n| format!("  NAME_{n} = \"value {n}\"\n"),
            "}\n",
        ),
        hocon(
            "files",
            "files {\n",
            |n| format!("  f{n} {{ contents = \"x\", path = \"~/x\", mode = 1 }}\n"),
            "}\n",
        ),
        hocon("the same key", "", |_| "a = 1\n".to_owned(), ""),
        hocon(
            "the same known key",
            "",
            |_| "sdk.aws.s3.region = x\n".to_owned(),
            "",
        ),
        hocon(
            "the same misspelt key",
            "",
            |_| "agent.git_usr = x\n".to_owned(),
            "",
        ),
        hocon(
            "the same known section",
            "",
            |_| "sdk { aws { s3 { region = x } } }\n".to_owned(),
            "",
        ),
        hocon(
            "another key of the same section in blocks",
            "",
            |n| format!("sdk {{ key_{n} = 1 }}\n"),
            "",
        ),
        hocon(
            "another key of the same section below the root",
            "x {\n",
            |n| format!("sdk {{ key_{n} = 1 }}\n"),
            "}",
        ),
        hocon("dotted keys", "", |n| format!("sdk.a.b.c.key_{n} = {n}\n"), ""),
        hocon(
            "dotted keys that differ in the first step",
            "",
            |n| format!("key_{n}.a.b.c = {n}\n"),
            "",
        ),
        hocon(
            "keys of 100 steps",
            "",
            |n| format!("{} = {n}\n", steps(n, 100)),
            "",
        ),
        hocon(
            "the same key of 140 steps",
            "",
            |_| format!("{} = 1\n", steps(0, 140)),
            "",
        ),
        hocon(
            "quoted keys",
            "sdk {\n",
            |n| format!("  \"a.{n}\" = {n}\n"),
            "}\n",
        ),
        json(
            "keys of one known section in JSON",
            "{\"sdk\": {\n",
            |n| format!("\"development_{n}\": {n},\n"),
            "\"x\": 1}}\n",
        ),
        json(
            "keys of one unknown section in JSON",
            "{\"own\": {\n",
            |n| format!("\"key_{n}\": \"{n}\",\n"),
            "\"x\": 1}}\n",
        ),
        yaml(
            "keys of one known section in YAML",
            "sdk:\n",
            |n| format!("  development_{n}: {n}\n"),
            "",
        ),
        yaml(
            "keys of the root in YAML",
            "",
            |n| format!("key_{n}: [a, \"b\", {n}]\n"),
            "",
        ),
    ]
}

/// Values: long lists, many of them, nested ones, long texts, things that are odd.
fn values() -> Vec<Large> {
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

/// Values that stand for others.
fn substitutions() -> Vec<Large> {
    vec![
        hocon("a list that grows", "a = []\n", |n| format!("a += {n}\n"), ""),
        hocon(
            "a list that grows by lists",
            "a = []\n",
            |n| format!("a += [{n}]\n"),
            "",
        ),
        hocon(
            "a list that grows below a section",
            "s.a = []\n",
            |n| format!("s.a += [{n}]\n"),
            "",
        ),
        hocon(
            "a list that grows by naming itself",
            "a = []\n",
            |n| format!("a = ${{a}} [{n}]\n"),
            "",
        ),
        hocon("lists that grow once", "", |n| format!("a{n} += [1]\n"), ""),
        hocon(
            "lists that grow twice",
            "",
            |n| format!("a{n} = [0]\na{n} += [1]\n"),
            "",
        ),
        hocon("a text that grows", "a = x\n", |_| "a = ${a}y\n".to_owned(), ""),
        hocon(
            "a section that grows",
            "a {}\n",
            |n| format!("a = ${{a}} {{ k{n} = 1 }}\n"),
            "",
        ),
        hocon("a chain", "k0 = 1\n", |n| format!("k{} = ${{k{n}}}\n", n + 1), ""),
        hocon(
            "a chain from its end",
            "",
            |n| format!("k{n} = ${{k{}}}\n", n + 1),
            "",
        ),
        hocon(
            "a chain that doubles",
            "k0 = [1]\n",
            |n| format!("k{} = ${{k{n}}} ${{k{n}}}\n", n + 1),
            "",
        ),
        hocon(
            "a short chain that doubles texts",
            "k0 = xxxxxxxxxxxx\n",
            |n| format!("k{} = ${{k{n}}}${{k{n}}}\n", n + 1),
            "",
        ),
        hocon(
            "the same key in many values",
            "base = 1\n",
            |n| format!("k{n} = ${{base}}\n"),
            "",
        ),
        hocon(
            "the same key in one value",
            "base = 1\na = ",
            |_| "${base}".to_owned(),
            "",
        ),
        hocon(
            "the same key in one list",
            "base = 1\na = [",
            |_| "${base}, ".to_owned(),
            "]",
        ),
        hocon(
            "the same section in many values",
            "base { a = 1, b = 2 }\n",
            |n| format!("k{n} = ${{base}} {{ c = {n} }}\n"),
            "",
        ),
        hocon(
            "a large section in several values",
            &filled_section(),
            |n| format!("k{n} = ${{base}}\n"),
            "",
        ),
        hocon(
            "variables in many values",
            "",
            |n| format!("k{n} = ${{NAME_{n}}}\n"),
            "",
        ),
        hocon(
            "optional variables in many values",
            "",
            |n| format!("k{n} = ${{?NAME_{n}}}\n"),
            "",
        ),
        hocon(
            "the same variable in one value",
            "a = ",
            |_| "${?N}".to_owned(),
            "",
        ),
        hocon(
            "the same variable in one list",
            "a = [",
            |_| "${?N}, ".to_owned(),
            "]",
        ),
        hocon(
            "keys that go away",
            "b {\n",
            |n| format!("k{n} = ${{?b.k{n}}}\n"),
            "}\n",
        ),
        hocon(
            "keys of a section that name themselves",
            "b {\n",
            |n| format!("k{n} = 1\nk{n} = ${{?b.k{n}}}\n"),
            "}\n",
        ),
        hocon(
            "keys of the root that go away",
            "",
            |n| format!("k{n} = ${{?k{n}}}\n"),
            "",
        ),
        hocon(
            "nulls in a list",
            "x = null\nb = [",
            |_| "${x}, ".to_owned(),
            "]\n",
        ),
        hocon(
            "nulls in a section",
            "x = null\nb {\n",
            |n| format!("k{n} = ${{x}}\n"),
            "}\n",
        ),
        hocon(
            "elements that go away",
            "x = 0\nb = [",
            |n| format!("${{?b.k{n}}}, {n}, "),
            "]\n",
        ),
    ]
}

fn filled_section() -> String {
    let mut text = "base {\n".to_owned();
    for number in 0..LENGTH.get() / 500 {
        let _ = writeln!(text, "key_{number} = {number}");
    }
    text.push_str("}\n");
    text
}

/// YAML: anchors and aliases, styles of texts, nesting.
fn yaml_texts() -> Vec<Large> {
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

/// All of them, each of at most so many bytes.
pub fn all(length: usize) -> Vec<Large> {
    LENGTH.set(length);
    [keys(), values(), substitutions(), yaml_texts()]
        .into_iter()
        .flatten()
        .collect()
}
