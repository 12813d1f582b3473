//! Each key of a text against the keys that clients know.

use std::collections::{BTreeMap, HashMap};

use crate::grammar::Mark;
use crate::lint::{Code, MOST_FINDINGS, Raw, Severity, steps};
use crate::parse::Parsed;
use crate::reference::{Kind, Known, closeness, look_up, nearest};
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
    /// Looks at each place of the text once, however often it is written.
    pub(crate) fn run(&mut self) {
        let marks = &self.parsed.reading.marks;
        // Each place by the place above it; all elements of a list are one place.
        let mut places: HashMap<(Option<usize>, &str), usize> = HashMap::new();
        let mut place_of: Vec<usize> = Vec::with_capacity(marks.len());
        // Whether nothing is to be told of what stands below.
        let mut quiet = vec![false; marks.len()];
        let mut told = Told::default();
        for (index, mark) in marks.iter().enumerate() {
            let above = mark.above.and_then(|above| place_of.get(above).copied());
            if above.and_then(|above| quiet.get(above).copied()).unwrap_or(false) {
                if let Some(quiet) = quiet.get_mut(index) {
                    *quiet = true;
                }
                place_of.push(index);
                continue;
            }
            let place = *places.entry((above, &mark.step)).or_insert(index);
            place_of.push(place);
            if place != index {
                continue;
            }
            let raw = match self.judge(&steps(marks, Some(index)), mark, index, &told) {
                Verdict::Fine => None,
                Verdict::Tell(raw) => Some(raw),
                Verdict::Quiet(raw) => {
                    if let Some(quiet) = quiet.get_mut(index) {
                        *quiet = true;
                    }
                    raw
                }
            };
            if let Some(raw) = raw.filter(|raw| told.has_room(raw)) {
                self.out.push(raw);
            }
        }
    }

    fn judge(&self, path: &[&str], mark: &Mark, index: usize, told: &Told) -> Verdict {
        let raw = |(severity, code, message)| Raw {
            severity,
            code,
            mark: Some(index),
            at: mark.at,
            message,
        };
        // There may be many, and every name is right.
        if let ["environment", _] = path {
            return Verdict::Fine;
        }
        if let Some(found) = without_effect(path) {
            return Verdict::Tell(raw(found));
        }
        let found = match look_up(path) {
            // What stands below something unknown is not told as well. Looking for what was meant takes its time.
            Known::Unknown { steps } => {
                let found = told.more_unknown().then(|| unknown(path, steps)).flatten();
                return Verdict::Quiet(found.map(raw));
            }
            // What stands below it is the writer's own.
            Known::Leaf(Kind::Block) => return Verdict::Quiet(None),
            Known::Above => value_at(&self.parsed.tree, path).and_then(|value| no_section(path, value)),
            Known::Leaf(kind) => value_at(&self.parsed.tree, path).and_then(|value| wrong_kind(kind, value)),
        };
        found.map_or(Verdict::Fine, |found| Verdict::Tell(raw(found)))
    }
}

/// What is told of a place.
type Found = (Severity, Code, String);

/// What clients read before vaults, or put back after them.
fn without_effect(path: &[&str]) -> Option<Found> {
    match path {
        ["agent", key] if NOT_FROM_VAULTS.contains(key) => {
            let message = format!(
                "Agents keep their own agent.{key}, a vault does not set it. Set it in the agent's file."
            );
            Some((Severity::Warning, Code::NotFromVaults, message))
        }
        ["api", "api_server" | "web_server" | "credentials"] | ["api", "credentials", _] => {
            let message = "The session that reads a vault is open already and keeps its host and its credentials. Set this in the \
                           client's file.";
            Some((Severity::Note, Code::SessionKey, message.to_owned()))
        }
        _ => None,
    }
}

/// A value where known keys stand below.
fn no_section(path: &[&str], value: &Value) -> Option<Found> {
    let is_list =
        matches!(value, Value::List(_)) && matches!(look_up(&[path, &["[]"]].concat()), Known::Above);
    if is_list || matches!(value, Value::Map(_)) || path.is_empty() {
        return None;
    }
    let message = format!(
        "Clients have a section here. {} in its place takes the whole section away from them. Write keys in braces.",
        capital(value.kind())
    );
    Some((Severity::Error, Code::ReplacesSection, message))
}

fn wrong_kind(kind: Kind, value: &Value) -> Option<Found> {
    let wanted = wanted(kind, value)?;
    let message = format!(
        "Clients expect {wanted} here, and this is {}. Change it.",
        value.kind()
    );
    Some((Severity::Warning, Code::WrongKind, message))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}

/// What there is to tell of a place.
enum Verdict {
    /// Nothing.
    Fine,
    /// This.
    Tell(Raw),
    /// This, if anything, and nothing of what stands below.
    Quiet(Option<Raw>),
}

/// How much was told.
#[derive(Default)]
struct Told {
    by_severity: BTreeMap<Severity, usize>,
    unknown: usize,
}

impl Told {
    /// Counts a finding; whether there is room for it.
    fn has_room(&mut self, raw: &Raw) -> bool {
        self.unknown += usize::from(raw.code == Code::UnknownKey);
        let same = self.by_severity.entry(raw.severity).or_default();
        *same += 1;
        *same <= MOST_FINDINGS
    }

    fn more_unknown(&self) -> bool {
        self.unknown < MOST_FINDINGS
    }
}

fn unknown(path: &[&str], steps: usize) -> Option<Found> {
    let step = path.get(steps)?;
    if *step == "[]" {
        return None;
    }
    let told = |severity, message| Some((severity, Code::UnknownKey, message));
    if step.contains('.') {
        let message = "In quotes dots make no path, so clients look for a key with dots in its name. Write the steps as blocks.";
        return told(Severity::Note, message.to_owned());
    }
    let near = if steps == 0 {
        SECTIONS
            .into_iter()
            .filter_map(|section| Some((closeness(section, step)?, section)))
            .min()
            .map(|(_, section)| section)
    } else {
        nearest(path, steps)
    };
    match near {
        Some(near) => told(
            Severity::Warning,
            format!("Clients know no key {step} here. Did you mean {near}?"),
        ),
        None if steps == 0 => told(
            Severity::Note,
            format!("Clients read nothing below {step} by themselves; scripts may."),
        ),
        None => told(
            Severity::Note,
            format!("Clients known to this server read no key {step} here."),
        ),
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
