//! Keys: many, the same one, with many steps, in sections that clients know and that they do not.

use super::{Large, hocon, json, steps, yaml};

/// All of them.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn texts() -> Vec<Large> {
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
