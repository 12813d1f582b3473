//! What the app asks of the language of client configurations: colours, whether a text can be read, and how large it is. What
//! takes more code than that, YAML and the finer findings, the server says.

use std::rc::Rc;

use clientconf::{
    check::Format,
    highlight::{Class, State, highlight},
    json::check_json,
    text::Summary,
};
use shared::vaults::{Severity, Vault, VaultFinding, VaultFormat, VaultTarget};

use crate::ui::{
    code_editor::Coloured,
    code_sheet::{Colours, Piece},
};

/// Texts up to this many bytes are checked here, while one types; larger ones only by the server.
const CHECKED_HERE: usize = 128 * 1024;

const fn format(format: VaultFormat) -> Format {
    match format {
        VaultFormat::Hocon => Format::Hocon,
        VaultFormat::Json => Format::Json,
        VaultFormat::Yaml => Format::Yaml,
    }
}

/// The name of a format.
pub const fn name(format: VaultFormat) -> &'static str {
    match format {
        VaultFormat::Hocon => "HOCON",
        VaultFormat::Json => "JSON",
        VaultFormat::Yaml => "YAML",
    }
}

/// The format that the name of a file says.
pub fn of_file(name: &str) -> VaultFormat {
    match name.rsplit('.').next() {
        Some("json") => VaultFormat::Json,
        Some("yaml" | "yml") => VaultFormat::Yaml,
        _ => VaultFormat::Hocon,
    }
}

/// What is in a vault, without saying it (R162).
pub fn summary(vault: &Vault) -> String {
    if let Some(entries) = vault.entries {
        return format!("{entries} credentials");
    }
    size(vault.lines, vault.bytes)
}

/// Lines and bytes: "28 lines (1.1 KB)".
pub fn size(lines: u64, bytes: u64) -> String {
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Summary {
        lines: whole(lines),
        bytes: whole(bytes),
    }
    .to_string()
}

/// The first fault because of which clients could not read a text, as far as it is known without the server, which is for JSON
/// alone: what else clients make of a text takes more code than an app should bring along. In every language, nothing is nothing.
pub fn fault(written: VaultFormat, target: VaultTarget, text: &str) -> Option<VaultFinding> {
    let said_by_server = written != VaultFormat::Json || target == VaultTarget::Storage;
    if said_by_server || text.len() > CHECKED_HERE || text.trim().is_empty() {
        return None;
    }
    let fault = check_json(text).err()?;
    Some(VaultFinding {
        severity: Severity::Error,
        code: String::new(),
        key: None,
        line: u64::from(fault.line),
        column: u64::from(fault.column),
        message: fault.message,
    })
}

/// Colours texts of the format that `written` says.
pub fn colours(written: impl Fn() -> VaultFormat + 'static) -> Coloured {
    Rc::new(move || {
        Box::new(Painter {
            format: format(written()),
            states: vec![State::default()],
        })
    })
}

/// Remembers for each line what it has to know of those before it.
struct Painter {
    format: Format,
    states: Vec<State>,
}

impl Colours for Painter {
    fn known(&self) -> usize {
        self.states.len() - 1
    }

    fn forget(&mut self, from: usize) {
        self.states.truncate(from + 1);
    }

    fn line(&mut self, number: usize, text: &str) -> Vec<Piece> {
        let before = self.states.get(number).copied().unwrap_or_default();
        let (spans, next) = highlight(self.format, text, before);
        if self.states.len() == number + 1 {
            self.states.push(next);
        }
        spans
            .into_iter()
            .map(|span| Piece {
                start: span.start,
                end: span.end,
                class: class(span.class),
            })
            .collect()
    }
}

const fn class(class: Class) -> &'static str {
    match class {
        Class::Comment => "c-comment",
        Class::Key => "c-key",
        Class::Text => "c-text",
        Class::Number => "c-number",
        Class::Keyword => "c-keyword",
        Class::Punctuation => "c-sign",
        Class::Substitution => "c-reference",
        Class::Error => "c-error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_coloured_by_what_stands_before_it() {
        let make = colours(|| VaultFormat::Hocon);
        let mut colours = make();
        let first = colours.line(0, "a = \"\"\"one");
        assert_eq!(first.first().map(|piece| piece.class), Some("c-key"));
        assert_eq!(
            colours.line(1, "b = 2").first().map(|piece| piece.class),
            Some("c-text")
        );
        assert_eq!(colours.known(), 2);
        colours.forget(0);
        assert_eq!(colours.known(), 0);
        colours.line(0, "a = 1");
        assert_eq!(
            colours.line(1, "b = 2").first().map(|piece| piece.class),
            Some("c-key")
        );
    }

    #[test]
    fn a_fault_has_a_place_and_a_sentence() {
        let found = fault(VaultFormat::Json, VaultTarget::Config, "{\n\"a\": }").unwrap();
        assert_eq!(found.line, 2);
        assert!(found.message.ends_with('.'));
        assert!(fault(VaultFormat::Json, VaultTarget::Config, "{\"a\": 1}").is_none());
        for (format, text) in [(VaultFormat::Hocon, "b = [1"), (VaultFormat::Yaml, "\t: [")] {
            assert!(
                fault(format, VaultTarget::Config, text).is_none(),
                "the server says"
            );
        }
        assert!(fault(VaultFormat::Json, VaultTarget::Config, " \n").is_none());
        assert!(
            fault(VaultFormat::Json, VaultTarget::Storage, "[]").is_none(),
            "the server says"
        );
    }

    #[test]
    fn a_file_says_its_format() {
        for (name, format) in [
            ("clearml.conf", VaultFormat::Hocon),
            ("a.b.json", VaultFormat::Json),
            ("x.yaml", VaultFormat::Yaml),
            ("x.yml", VaultFormat::Yaml),
            ("noname", VaultFormat::Hocon),
        ] {
            assert_eq!(of_file(name), format, "{name}");
        }
    }
}
