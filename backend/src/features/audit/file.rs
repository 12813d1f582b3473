//! Entries of the journal as a file: for a spreadsheet, and for programs, with everything that a check without this server
//! needs.

use std::io::Write as _;

use serde::Serialize;
use shared::audit::AuditEntry;

/// What a spreadsheet gets first: the sign by which it knows UTF-8, and the heading.
pub const CSV_HEADING: &[u8] =
    b"\xef\xbb\xbfseq,at,actor_kind,actor_id,actor_name,actor_credential,address,action,\
subject_kind,subject_id,subject_name,before,after,hash\r\n";

/// One entry as a line of CSV (RFC 4180).
pub fn csv_line(entry: &AuditEntry, out: &mut Vec<u8>) {
    let (seq, at) = (entry.seq.to_string(), time(entry));
    let actor_id = entry.actor_id.map(|id| id.to_string());
    let json = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string);
    let (before, after) = (json(&entry.before), json(&entry.after));
    let cells = [
        seq.as_str(),
        &at,
        &entry.actor_kind,
        actor_id.as_deref().unwrap_or_default(),
        entry.actor_name.as_ref().map_or("", |name| name.as_str()),
        entry.actor_credential.as_deref().unwrap_or_default(),
        &entry.address,
        &entry.action,
        &entry.subject_kind,
        &entry.subject_id,
        entry.subject_name.as_deref().unwrap_or_default(),
        before.as_deref().unwrap_or_default(),
        after.as_deref().unwrap_or_default(),
        &entry.hash,
    ];
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        push_cell(out, cell);
    }
    out.extend_from_slice(b"\r\n");
}

/// Letters with which a spreadsheet begins a formula or a command, also in the wide forms of East Asian keyboards.
fn is_dangerous(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
    )
}

/// What separates cells where commas do not, so that a new cell would begin behind it.
fn is_separator(c: char) -> bool {
    matches!(c, ',' | ';' | '|' | '\t' | '\r' | '\n')
}

/// What a spreadsheet passes over before a cell begins.
fn is_passed_over(c: char) -> bool {
    c == '"' || c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

/// A cell that is text to every spreadsheet: an apostrophe stands before each place where a formula could begin, at the
/// start and behind whatever another language's spreadsheet takes for a separator.
fn push_cell(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut at_start = true;
    for c in text.chars() {
        if at_start && is_dangerous(c) {
            out.push(b'\'');
        }
        at_start = is_separator(c) || (at_start && is_passed_over(c));
        match c {
            '"' => out.extend_from_slice(b"\"\""),
            '\0' => {}
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// What a line for programs holds. `before` and `after` are texts, as the hash covers them.
#[derive(Serialize)]
struct Line<'a> {
    chain: &'a str,
    seq: u64,
    at: &'a str,
    actor_kind: &'a str,
    actor_id: Option<String>,
    actor_name: Option<&'a str>,
    actor_credential: Option<&'a str>,
    address: &'a str,
    action: &'a str,
    subject_kind: &'a str,
    subject_id: &'a str,
    subject_name: Option<&'a str>,
    before: Option<&'a str>,
    after: Option<&'a str>,
    previous_hash: Option<&'a str>,
    hash: &'a str,
}

/// What of an entry is not in the contract: as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Its chain.
    pub chain: &'a str,
    /// What it was before.
    pub before: Option<&'a str>,
    /// What it was afterwards.
    pub after: Option<&'a str>,
    /// The hash of the entry before; empty before the first.
    pub previous_hash: Option<&'a str>,
}

/// One entry as a line of JSON.
pub fn json_line(entry: &AuditEntry, stored: Stored<'_>, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let at = time(entry);
    let line = Line {
        chain: stored.chain,
        seq: entry.seq,
        at: &at,
        actor_kind: &entry.actor_kind,
        actor_id: entry.actor_id.map(|id| id.to_string()),
        actor_name: entry.actor_name.as_ref().map(shared::text::Name::as_str),
        actor_credential: entry.actor_credential.as_deref(),
        address: &entry.address,
        action: &entry.action,
        subject_kind: &entry.subject_kind,
        subject_id: &entry.subject_id,
        subject_name: entry.subject_name.as_deref(),
        before: stored.before,
        after: stored.after,
        previous_hash: stored.previous_hash,
        hash: &entry.hash,
    };
    serde_json::to_writer(out.by_ref(), &line)?;
    out.push(b'\n');
    Ok(())
}

/// The time with all its microseconds: the hash covers them.
fn time(entry: &AuditEntry) -> String {
    entry.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell(text: &str) -> String {
        let mut out = Vec::new();
        push_cell(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_cell_begins_like_a_formula_in_any_language() {
        assert_eq!(cell("Ann"), "\"Ann\"");
        assert_eq!(cell("a \"b\""), "\"a \"\"b\"\"\"");
        for formula in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1",
        ] {
            assert!(cell(formula).starts_with("\"'"), "{formula:?}: {}", cell(formula));
        }
        for hidden in [" =1", "\"=1", "\u{feff}\u{a0}=1", "\0=1"] {
            assert!(cell(hidden).contains("'="), "{hidden:?}: {}", cell(hidden));
        }
        assert_eq!(cell("'=1"), "\"'=1\"", "it is text already");
        // Where a semicolon separates, a new cell would begin in the middle of this one.
        assert_eq!(cell("Ann;=cmd|'/c calc'!A1"), "\"Ann;'=cmd|'/c calc'!A1\"");
        assert_eq!(cell("Ann; \"=1"), "\"Ann; \"\"'=1\"");
        assert_eq!(cell("{\"expires_in\":-1}"), "\"{\"\"expires_in\"\":-1}\"");
        assert_eq!(cell("a-b=c"), "\"a-b=c\"");
    }

    proptest! {
        #[test]
        fn behind_every_separator_stands_text(text in "[ab;,|\"'=+@\t\r\n -]{0,12}") {
            let out = cell(&text);
            let inner = &out[1..out.len() - 1];
            for part in inner.split([';', ',', '|', '\t', '\r', '\n']) {
                let begins = part.trim_start_matches([' ', '"']);
                prop_assert!(!begins.starts_with(['=', '+', '-', '@']), "{:?}: {}", text, out);
            }
            // What was written can be read back, but for the apostrophes.
            let without = |text: &str| text.replace('\'', "");
            prop_assert_eq!(without(&inner.replace("\"\"", "\"")), without(&text));
        }
    }
}
