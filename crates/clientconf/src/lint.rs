//! What is legal in a vault and probably not what its author wants (N04): by the client's own grammar, against the keys that
//! clients know, and by what clients do with a vault.

use std::collections::{BTreeMap, HashMap};

use crate::check::{Format, served};
use crate::fault::Fault;
use crate::grammar::{Mark, Oddity};
use crate::lint_keys::KeyLint;
use crate::parse::{Parsed, parse};
use crate::resolve::{Need, Resolve};
use crate::text::Places;
use crate::value::{Map, Value};

/// So many findings are told at most: of more the worst, and of those the first.
pub const MOST_FINDINGS: usize = 200;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Clients lose something by it: the vault, or a section.
    Error,
    /// It has no effect, or another one than it seems.
    Warning,
    /// Worth knowing.
    Note,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Code {
    /// No client reads this key.
    UnknownKey,
    /// One of the six keys that agents take from themselves.
    NotFromVaults,
    /// Too late for the session that reads the vault.
    SessionKey,
    /// A value of another kind than clients expect.
    WrongKind,
    /// A value where clients have a section, which it replaces.
    ReplacesSection,
    /// An include.
    Include,
    /// A substitution that only the client's environment can answer.
    FromEnvironment,
    /// A substitution that names a key of another text.
    OtherText,
    /// `${...}` in quotes.
    QuotedSubstitution,
    /// `environment` without the switch that applies it.
    EnvironmentOff,
    /// `files` without the switch that applies it.
    FilesOff,
    /// A key that is set twice.
    Duplicate,
    /// `yes`, `no`, `on`, `off` without quotes.
    Word,
    /// A duration at the end of the text.
    Duration,
    /// A number that clients read as text.
    NumberAsText,
    /// An escape that clients do not know.
    Escape,
    /// An empty text in a list.
    EmptyElement,
    /// Nothing in it.
    Empty,
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub code: Code,
    /// The steps of the key, `[]` for list elements; empty if it is about no key.
    pub path: Vec<String>,
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
    /// One or two sentences: what clients do, and what to write instead. It never quotes a value.
    pub message: String,
}

/// A finding before its place is known.
pub(crate) struct Raw {
    pub(crate) severity: Severity,
    pub(crate) code: Code,
    pub(crate) mark: Option<usize>,
    pub(crate) at: usize,
    pub(crate) message: String,
}

/// Everything to tell about a text, by line. Lines of YAML are those of the YAML, columns are near.
///
/// # Errors
/// The fault because of which clients cannot read it at all.
pub fn lint(format: Format, text: &str) -> Result<Vec<Finding>, Fault> {
    let served = served(format, text)?;
    let parsed = parse(&served, Resolve::Never)?;
    let mut raw = Vec::new();
    odd_values(&parsed, &mut raw);
    from_elsewhere(&parsed, &mut raw);
    switches(&parsed, &mut raw);
    duplicates(&parsed.reading.marks, &mut raw);
    KeyLint {
        parsed: &parsed,
        out: &mut raw,
    }
    .run();
    if parsed.tree.entries().is_empty() {
        raw.push(note(
            Code::Empty,
            0,
            "There is nothing here for clients. Write keys, or switch the vault off.",
        ));
    }
    raw.sort_by_key(|finding| (finding.severity, finding.at));
    raw.truncate(MOST_FINDINGS);
    raw.sort_by_key(|finding| (finding.at, finding.severity));
    let mut places = Places::new(&served);
    Ok(raw
        .into_iter()
        .map(|raw| placed(raw, &parsed.reading.marks, &mut places))
        .collect())
}

fn placed(raw: Raw, marks: &[Mark], places: &mut Places<'_>) -> Finding {
    let (line, column) = places.of(raw.at);
    let path = steps(marks, raw.mark).iter().map(ToString::to_string).collect();
    Finding {
        severity: raw.severity,
        code: raw.code,
        path,
        line,
        column,
        message: raw.message,
    }
}

/// The steps down to a mark.
pub(crate) fn steps(marks: &[Mark], mark: Option<usize>) -> Vec<&str> {
    let mut steps = Vec::new();
    let mut next = mark;
    while let Some(mark) = next.and_then(|mark| marks.get(mark)) {
        steps.push(&*mark.step);
        next = mark.above;
    }
    steps.reverse();
    steps
}

fn note(code: Code, at: usize, message: &str) -> Raw {
    Raw {
        severity: Severity::Note,
        code,
        mark: None,
        at,
        message: message.to_owned(),
    }
}

fn odd_values(parsed: &Parsed, out: &mut Vec<Raw>) {
    let mut notes = 0;
    let mut warnings = 0;
    let mut oddities: Vec<_> = parsed.reading.oddities.iter().collect();
    oddities.sort_by_key(|(_, at, _)| *at);
    for (oddity, at, mark) in oddities {
        let (code, severity, message) = odd_value(*oddity);
        let told = if severity == Severity::Note {
            &mut notes
        } else {
            &mut warnings
        };
        *told += 1;
        if *told <= MOST_FINDINGS {
            out.push(Raw {
                severity,
                code,
                mark: *mark,
                at: *at,
                message: message.to_owned(),
            });
        }
    }
}

fn odd_value(oddity: Oddity) -> (Code, Severity, &'static str) {
    match oddity {
        Oddity::Word => (
            Code::Word,
            Severity::Warning,
            "Clients read this as text, not as a switch. Write true or false.",
        ),
        Oddity::Duration => (
            Code::Duration,
            Severity::Warning,
            "At the end of a text clients make an object of this duration. Put it in quotes, or write the number that the key wants.",
        ),
        Oddity::NumberAsText => (
            Code::NumberAsText,
            Severity::Warning,
            "Clients read this number as text, because of what follows it. Remove that.",
        ),
        Oddity::Escape => (
            Code::Escape,
            Severity::Warning,
            "Clients know only \\n, \\r, \\t, \\\" and \\\\ in quotes and keep other escapes as they are. Write the letter itself.",
        ),
        Oddity::EmptyElement => (
            Code::EmptyElement,
            Severity::Warning,
            "Clients leave an empty text out of a list. Write what it stands for.",
        ),
        Oddity::QuotedSubstitution => (
            Code::QuotedSubstitution,
            Severity::Note,
            "In quotes this is text and nothing is put in. Outside of quotes it is.",
        ),
    }
}

fn from_elsewhere(parsed: &Parsed, out: &mut Vec<Raw>) {
    for include in parsed.reading.includes.iter().take(MOST_FINDINGS) {
        let message = "A client reads this from its own disk or network when it starts; the server does not, so nobody knows what it \
                       adds. Write its contents into this text.";
        out.push(Raw {
            severity: Severity::Error,
            code: Code::Include,
            mark: None,
            at: include.at,
            message: message.to_owned(),
        });
    }
    let mut needs: Vec<&Need> = parsed.needs.iter().collect();
    needs.sort_by_key(|need| need.at);
    needs.dedup_by_key(|need| need.at);
    let mut told: BTreeMap<Severity, usize> = BTreeMap::new();
    for need in needs {
        let (severity, code) = need_kind(need);
        let told = told.entry(severity).or_default();
        *told += 1;
        if *told <= MOST_FINDINGS {
            out.push(need_told(need, severity, code));
        }
    }
}

fn need_kind(need: &Need) -> (Severity, Code) {
    if need.optional {
        (Severity::Note, Code::FromEnvironment)
    } else if need.variable.contains('.') {
        (Severity::Error, Code::OtherText)
    } else {
        (Severity::Warning, Code::FromEnvironment)
    }
}

fn need_told(need: &Need, severity: Severity, code: Code) -> Raw {
    let name = &need.variable;
    let message = match severity {
        Severity::Note => format!(
            "The client puts its environment variable {name} in, or nothing. It is not answered on the server."
        ),
        Severity::Error => format!(
            "This text has no key {name}, and it cannot name keys of clearml.conf or of other vaults: the client drops the whole \
             vault. Write the value, or ${{?{name}}} to go without."
        ),
        Severity::Warning => format!(
            "This text has no key {name}, so the client takes its environment variable {name}. Where that is not set, it drops the \
             whole vault. Write ${{?{name}}} to go without."
        ),
    };
    Raw {
        severity,
        code,
        mark: None,
        at: need.at,
        message,
    }
}

fn switches(parsed: &Parsed, out: &mut Vec<Raw>) {
    let marks = &parsed.reading.marks;
    for (section, code, switch) in [
        ("environment", Code::EnvironmentOff, "apply_environment"),
        ("files", Code::FilesOff, "apply_files"),
    ] {
        let on = |owner: &str| {
            parsed
                .tree
                .at(&[owner, switch])
                .is_some_and(|value| *value == Value::Bool(true))
        };
        let filled = |map: &Map| {
            map.get(section)
                .is_some_and(|value| !matches!(value, Value::Map(map) if map.entries().is_empty()))
        };
        if !filled(&parsed.tree) || on("sdk") {
            continue;
        }
        let mark = marks
            .iter()
            .position(|mark| mark.above.is_none() && &*mark.step == section);
        let at = mark.and_then(|mark| marks.get(mark)).map_or(0, |mark| mark.at);
        let message = format!(
            "Clients apply {section} only where sdk.{switch} (for agents agent.{switch}) is true, here, in another vault or in their \
             file. Write sdk.{switch} = true to be sure."
        );
        out.push(Raw {
            severity: Severity::Warning,
            code,
            mark,
            at,
            message,
        });
    }
}

fn duplicates(marks: &[Mark], out: &mut Vec<Raw>) {
    // Each place in the tree by the place above it; elements of lists are places of their own.
    let mut places: HashMap<(Option<usize>, &str), usize> = HashMap::with_capacity(marks.len());
    let mut place_of = Vec::with_capacity(marks.len());
    let mut set = vec![false; marks.len()];
    let mut told = 0;
    for (index, mark) in marks.iter().enumerate() {
        let above = mark.above.and_then(|above| place_of.get(above).copied());
        let place = if &*mark.step == "[]" {
            index
        } else {
            *places.entry((above, &mark.step)).or_insert(index)
        };
        place_of.push(place);
        let Some(before) = set.get_mut(place) else {
            continue;
        };
        if mark.sets && *before && told < MOST_FINDINGS {
            told += 1;
            let message = "This key has a value above already, and the last one wins. Remove one of the two.";
            out.push(Raw {
                severity: Severity::Warning,
                code: Code::Duplicate,
                mark: Some(index),
                at: mark.at,
                message: message.to_owned(),
            });
        }
        *before |= mark.sets;
    }
}
