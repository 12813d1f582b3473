//! Values that stand for others.

use std::fmt::Write;

use super::{LENGTH, Large, hocon};

/// All of them.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn texts() -> Vec<Large> {
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
