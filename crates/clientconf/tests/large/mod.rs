//! Texts of any length, each of a shape that could cost more than its length. The tests of large texts and the example that
//! prints times use the same ones.

use std::cell::Cell;
use std::fmt::Write;

use clientconf::check::Format;

mod keys;
mod substitutions;
mod values;
mod yaml_texts;

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

/// All of them, each of at most so many bytes.
pub fn all(length: usize) -> Vec<Large> {
    LENGTH.set(length);
    [
        keys::texts(),
        values::texts(),
        substitutions::texts(),
        yaml_texts::texts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
