//! The only place that talks to the reader of client configurations: whether clients can read a text, what they get, how large it
//! is, and what several texts come to. Nothing in a text is looked up here.

use clientconf::{
    check::{self, Format},
    defaults,
    fault::Fault,
    lint::{self, Finding},
    merge::{self, Layer},
    parse::parse,
    reference,
    resolve::Resolve,
};
use shared::{
    error::FieldError,
    vaults::{ConfigurationEntry, Severity, VaultFinding, VaultFormat, VaultReport},
};

use crate::error::AppError;

/// Faults that a refusal names.
const MOST_TOLD: usize = 20;
/// Bytes of a key and of a sentence in a finding: there are many of them, and both repeat what is written.
const LONGEST_KEY: usize = 300;
const LONGEST_MESSAGE: usize = 600;
/// The layer of the clients' own defaults.
const DEFAULTS: usize = 0;

/// How large a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Lines.
    pub lines: i64,
    /// Bytes.
    pub bytes: i64,
}

/// Counts.
#[must_use]
pub fn size(text: &str) -> Size {
    let summary = clientconf::text::summary(text);
    Size {
        lines: i64::try_from(summary.lines).unwrap_or(i64::MAX),
        bytes: i64::try_from(summary.bytes).unwrap_or(i64::MAX),
    }
}

/// Whether there is nothing in a text: no client gets it.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// What clients would make of a text.
#[must_use]
pub fn report(format: VaultFormat, text: &str) -> VaultReport {
    // In every language, nothing is nothing.
    let format = if is_blank(text) {
        Format::Hocon
    } else {
        named(format)
    };
    let findings: Vec<VaultFinding> = match lint::lint(format, text) {
        Ok(findings) => findings.into_iter().map(found).collect(),
        Err(fault) => vec![unreadable(fault)],
    };
    VaultReport {
        is_readable: findings.iter().all(|finding| finding.severity != Severity::Error),
        findings,
    }
}

/// Refuses a text that clients could not read, and says where.
pub fn check(format: VaultFormat, text: &str) -> Result<(), AppError> {
    if is_blank(text) {
        return Ok(());
    }
    let report = report(format, text);
    let errors = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let told: Vec<FieldError> = errors
        .take(MOST_TOLD)
        .map(|finding| FieldError {
            pointer: "/content".to_owned(),
            detail: format!(
                "Line {}, column {}: {}",
                finding.line, finding.column, finding.message
            ),
        })
        .collect();
    if told.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(told))
    }
}

/// What clients get: the text, or the JSON of YAML; nothing if it cannot be said to them.
#[must_use]
pub fn served(format: VaultFormat, text: &str) -> Option<String> {
    check::served(named(format), text)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// What the layer of the clients' own defaults is called.
#[must_use]
pub fn defaults_name() -> String {
    format!("Client defaults ({})", defaults::CLIENTS)
}

/// Several texts, each as clients get it, put over each other and over the clients' own defaults.
#[derive(Debug)]
pub struct Merged {
    /// Every key, sorted, with secrets masked. Origins count the defaults first, and then the texts that can be read.
    pub entries: Vec<ConfigurationEntry>,
    /// Whether those are all: some texts come to more than can be shown.
    pub is_whole: bool,
    /// Of each text whether it can be read.
    pub readable: Vec<bool>,
}

/// Merges texts as a client does, the first lowest, below it the defaults. One that clients cannot read is left out.
#[must_use]
pub fn merged(texts: &[&str]) -> Merged {
    let parsed: Vec<_> = texts
        .iter()
        .map(|text| parse(text, Resolve::Never).ok())
        .collect();
    let texts = parsed.iter().flatten().map(|parsed| &parsed.tree);
    let layers: Vec<Layer<'_>> = std::iter::once(defaults::tree())
        .chain(texts)
        .map(|tree| Layer { tree })
        .collect();
    let merged = merge::merge(&layers);
    let mut entries: Vec<ConfigurationEntry> = merged.entries.iter().map(entry).collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Merged {
        entries,
        is_whole: merged.is_whole,
        readable: parsed.iter().map(Option::is_some).collect(),
    }
}

fn entry(entry: &merge::Entry) -> ConfigurationEntry {
    // Everyone has the defaults: an empty key is no secret, and words for secrets are none.
    if entry.origin == DEFAULTS {
        return shown(merge::ShownEntry {
            value: entry.value.to_json(),
            masked: false,
            ..entry.shown()
        });
    }
    shown(entry.shown())
}

/// Whether clients know a switch or a number at this path, in which no secret is.
#[must_use]
pub fn holds_no_text(path: &[String]) -> bool {
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(
        reference::look_up(&steps),
        reference::Known::Leaf(reference::Kind::Switch | reference::Kind::Number)
    )
}

fn shown(entry: merge::ShownEntry) -> ConfigurationEntry {
    let number = |layer: usize| u32::try_from(layer).unwrap_or(u32::MAX);
    ConfigurationEntry {
        path: entry.path,
        value: (!entry.masked).then_some(entry.value),
        is_masked: entry.masked,
        is_resolved_by_client: entry.on_client,
        origin: number(entry.origin),
        overrides: entry.overrides.into_iter().rev().map(number).collect(),
    }
}

fn named(format: VaultFormat) -> Format {
    match format {
        VaultFormat::Hocon => Format::Hocon,
        VaultFormat::Json => Format::Json,
        VaultFormat::Yaml => Format::Yaml,
    }
}

/// A word of the reader as it is sent.
fn word(word: &impl serde::Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn found(finding: Finding) -> VaultFinding {
    VaultFinding {
        severity: match finding.severity {
            lint::Severity::Error => Severity::Error,
            lint::Severity::Warning => Severity::Warning,
            lint::Severity::Note => Severity::Note,
        },
        code: word(&finding.code),
        key: (!finding.path.is_empty()).then(|| shortened(finding.path.join("."), LONGEST_KEY)),
        line: u64::from(finding.line),
        column: u64::from(finding.column),
        message: shortened(finding.message, LONGEST_MESSAGE),
    }
}

/// A text of at most so many bytes.
fn shortened(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    format!("{}...", text.get(..text.floor_char_boundary(most)).unwrap_or(""))
}

fn unreadable(fault: Fault) -> VaultFinding {
    VaultFinding {
        severity: Severity::Error,
        code: word(&fault.kind),
        key: None,
        line: u64::from(fault.line),
        column: u64::from(fault.column),
        message: shortened(fault.message, LONGEST_MESSAGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(format: VaultFormat, text: &str) -> String {
        match check(format, text).unwrap_err() {
            AppError::Invalid(errors) => format!("{} {}", errors[0].pointer, errors[0].detail),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn n04_what_clients_cannot_read_is_refused_with_its_place() {
        let hocon = told(VaultFormat::Hocon, "a = 1\nb = {\n");
        assert!(hocon.starts_with("/content Line "), "{hocon}");
        assert!(told(VaultFormat::Json, "{\n  \"a\": }").contains("Line 2"));
        assert!(told(VaultFormat::Yaml, "a:\n  - 1\n b: 2\n").contains("Line "));
        assert!(told(VaultFormat::Hocon, "a = ${some.key}").contains("some.key"));
        for format in VaultFormat::ALL {
            assert!(check(format, " \r\n").is_ok(), "{format:?}: nothing is nothing");
            assert!(report(format, "").is_readable, "{format:?}");
        }
    }

    #[test]
    fn yaml_is_served_as_json_and_the_others_as_they_are() {
        for (format, text) in [
            (VaultFormat::Hocon, "a = 1\r\n# é"),
            (VaultFormat::Json, "{ \"a\": 1 }"),
        ] {
            assert_eq!(served(format, text).as_deref(), Some(text));
        }
        let json = served(VaultFormat::Yaml, "sdk:\n  a: [1, x]\n").unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&json).unwrap(),
            serde_json::json!({ "sdk": { "a": [1, "x"] } })
        );
        assert_eq!(served(VaultFormat::Yaml, "a: [1\n"), None);
    }

    #[test]
    fn n03_texts_are_merged_with_their_origins_and_without_secrets() {
        let found = merged(&[
            "a { x = 1, y = 2 }",
            "b = {",
            "a.x = 3, sdk.aws.s3.secret = hunter2",
        ]);
        assert_eq!(found.readable, [true, false, true]);
        let by = |path: &[&str]| found.entries.iter().find(|entry| entry.path == path).unwrap();
        let x = by(&["a", "x"]);
        assert_eq!(
            (x.value.as_deref(), x.origin, x.overrides.as_slice()),
            (Some("3"), 2, &[1][..])
        );
        assert_eq!(by(&["a", "y"]).origin, 1);
        let secret = by(&["sdk", "aws", "s3", "secret"]);
        assert!(secret.is_masked && secret.value.is_none());
        assert_eq!((secret.origin, secret.overrides.as_slice()), (2, &[0][..]));
    }

    #[test]
    fn n03_below_all_texts_are_the_defaults_of_clients_which_hide_nothing() {
        let found = merged(&["sdk.metrics.images.quality = 50", "agent = off"]);
        let by = |path: &str| found.entries.iter().find(|entry| entry.path.join(".") == path);
        let quality = by("sdk.metrics.images.quality").unwrap();
        assert_eq!(
            (
                quality.value.as_deref(),
                quality.origin,
                quality.overrides.as_slice()
            ),
            (Some("50"), 1, &[0][..])
        );
        let key = by("sdk.aws.s3.key").unwrap();
        assert_eq!(
            (key.value.as_deref(), key.is_masked, key.origin),
            (Some("\"\""), false, 0)
        );
        let agent = by("agent").unwrap();
        assert_eq!((agent.origin, agent.overrides.as_slice()), (2, &[0][..]));
        assert!(
            by("agent.venvs_dir").is_none(),
            "a text in its place takes the section away"
        );
        let bare = merged(&[]);
        assert!(
            bare.entries.len() > 140
                && bare
                    .entries
                    .iter()
                    .all(|entry| entry.origin == 0 && !entry.is_masked)
        );
    }
}
