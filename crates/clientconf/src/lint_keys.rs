//! Each key of a text against the keys that clients know.

use std::collections::BTreeSet;

use crate::grammar::Mark;
use crate::lint::{Code, MOST_FINDINGS, Raw, Severity, steps};
use crate::parse::Parsed;
use crate::reference::{Kind, Known, look_up, nearest};
use crate::value::{Map, Value};

/// Agents put their own values of these back after they have read their vaults.
pub(crate) const NOT_FROM_VAULTS: [&str; 6] = [
    "cuda_version",
    "cudnn_version",
    "default_python",
    "worker_id",
    "worker_name",
    "debug",
];

/// The names at the top that clients read.
const SECTIONS: [&str; 5] = ["sdk", "agent", "api", "environment", "files"];

pub(crate) struct KeyLint<'a> {
    pub(crate) parsed: &'a Parsed,
    pub(crate) out: &'a mut Vec<Raw>,
}

impl KeyLint<'_> {
    pub(crate) fn run(&mut self) {
        let marks = &self.parsed.reading.marks;
        let mut told: BTreeSet<String> = BTreeSet::new();
        let mut last = None;
        for (index, mark) in marks.iter().enumerate() {
            if self.out.len() > 3 * MOST_FINDINGS {
                return;
            }
            // What stands below something unknown is not told again: the marks below a mark follow it at once.
            if last.is_some_and(|last| is_below(marks, index, last)) {
                continue;
            }
            let path = steps(marks, Some(index));
            if let Some(raw) = self.judge(&path, mark, index) {
                if raw.code == Code::UnknownKey {
                    last = Some(index);
                }
                if told.insert(format!("{:?} {}", raw.code, path.join("\n"))) {
                    self.out.push(raw);
                }
            }
        }
    }

    fn judge(&self, path: &[&str], mark: &Mark, index: usize) -> Option<Raw> {
        let raw = |severity, code, message: String| {
            Some(Raw {
                severity,
                code,
                mark: Some(index),
                at: mark.at,
                message,
            })
        };
        if let ["agent", key] = path
            && NOT_FROM_VAULTS.contains(key)
        {
            let message = format!(
                "Agents keep their own agent.{key}, a vault does not set it. Set it in the agent's file."
            );
            return raw(Severity::Warning, Code::NotFromVaults, message);
        }
        if let ["api", "api_server" | "web_server" | "credentials"] | ["api", "credentials", _] = path {
            let message = "The session that reads a vault is open already and keeps its host and its credentials. Set this in the \
                           client's file."
                .to_owned();
            return raw(Severity::Note, Code::SessionKey, message);
        }
        match look_up(path) {
            Known::Unknown { steps } => {
                let message = unknown(path, steps)?;
                let severity = if message.contains("Did you mean") {
                    Severity::Warning
                } else {
                    Severity::Note
                };
                raw(severity, Code::UnknownKey, message)
            }
            Known::Above => {
                let value = value_at(&self.parsed.tree, path)?;
                let is_list = matches!(value, Value::List(_))
                    && matches!(look_up(&[path, &["[]"]].concat()), Known::Above);
                if is_list || matches!(value, Value::Map(_)) || path.is_empty() {
                    return None;
                }
                let message = format!(
                    "Clients have a section here. {} in its place takes the whole section away from them. Write keys in braces.",
                    capital(value.kind())
                );
                raw(Severity::Error, Code::ReplacesSection, message)
            }
            Known::Leaf(kind) => {
                let value = value_at(&self.parsed.tree, path)?;
                let wanted = wanted(kind, value)?;
                let message = format!(
                    "Clients expect {wanted} here, and this is {}. Change it.",
                    value.kind()
                );
                raw(Severity::Warning, Code::WrongKind, message)
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}

fn is_below(marks: &[Mark], index: usize, above: usize) -> bool {
    let mut next = Some(index);
    while let Some(here) = next.filter(|here| *here >= above) {
        if here == above {
            return true;
        }
        next = marks.get(here).and_then(|mark| mark.above);
    }
    false
}

fn unknown(path: &[&str], steps: usize) -> Option<String> {
    let step = path.get(steps)?;
    if *step == "[]" {
        return None;
    }
    if step.contains('.') {
        return Some("In quotes dots make no path, so clients look for a key with dots in its name. Write the steps as blocks.".to_owned());
    }
    let found = if steps == 0 {
        SECTIONS
            .into_iter()
            .find(|section| section.eq_ignore_ascii_case(step))
    } else {
        None
    };
    match found.or_else(|| nearest(path, steps)) {
        Some(near) => Some(format!("Clients know no key {step} here. Did you mean {near}?")),
        None if steps == 0 => Some(format!(
            "Clients read nothing below {step} by themselves; scripts may."
        )),
        None => Some(format!("Clients known to this server read no key {step} here.")),
    }
}

/// The value at a path without list elements.
fn value_at<'a>(tree: &'a Map, path: &[&str]) -> Option<&'a Value> {
    if path.contains(&"[]") { None } else { tree.at(path) }
}

/// What clients want instead of the value, if it is something else.
fn wanted(kind: Kind, value: &Value) -> Option<&'static str> {
    if matches!(value, Value::Null | Value::OnClient(_)) {
        return None;
    }
    match (kind, value) {
        // What stands below a block that the writer names is the writer's own.
        (Kind::Switch, Value::Bool(_))
        | (Kind::Number, Value::Int(_) | Value::Float(_))
        | (Kind::List, Value::List(_))
        | (Kind::Text, Value::Text(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_))
        | (Kind::Any | Kind::Block, _) => None,
        (Kind::Text, _) => Some("text"),
        (Kind::Switch, _) => Some("true or false (any text counts as true)"),
        (Kind::Number, _) => Some("a number"),
        (Kind::List, _) => Some("a list"),
    }
}
