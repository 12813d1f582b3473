//! `clearance audit verify`: recomputes every chain of the journal, and compares with what was noted earlier. Reads only, a
//! page at a time, also while the server runs.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use shared::ids::WorkspaceId;

use super::told;
use crate::{
    audit::verify::{Check, Verdict},
    error::AppError,
    features::audit::store::links,
    state::State,
};

/// The version of what `--json` prints.
const FORMAT_VERSION: u32 = 1;
/// How often a check begins again because old entries were removed under its hands.
const TRIES: usize = 100;
/// Why this command reads everything.
const WHY: &str = "the operator verifies the journal";

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One line for each chain.
    Lines,
    /// One JSON document, to be kept for a later comparison.
    Json,
}

/// What `--json` prints and `--expect` reads.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heads {
    format_version: u32,
    chains: Vec<Head>,
}

/// One chain, as it was found.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Head {
    chain: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workspace: Option<String>,
    entries: u64,
    first_seq: i64,
    last_seq: i64,
    last_hash: String,
    whole: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    broken_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Reads an earlier output of `--json`.
pub fn read_heads(file: &Path) -> anyhow::Result<Heads> {
    let cannot = || format!("--expect: {} cannot be read", file.display());
    let text = std::fs::read_to_string(file).with_context(cannot)?;
    let heads: Heads = serde_json::from_str(&text)
        .with_context(|| format!("--expect: {} is no output of `--json`", file.display()))?;
    if heads.format_version != FORMAT_VERSION {
        bail!("--expect: {} was written by another version", file.display());
    }
    Ok(heads)
}

/// Looks at all chains, or at that of one workspace, and prints each; says whether all is well.
pub fn verify(
    state: &State,
    workspace: Option<WorkspaceId>,
    earlier: Option<&Heads>,
    form: Form,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let only = workspace.map(|id| id.to_string());
    let mut expected: BTreeMap<&str, &Head> = earlier
        .into_iter()
        .flat_map(|heads| &heads.chains)
        .filter(|head| only.as_ref().is_none_or(|only| *only == head.chain))
        .map(|head| (head.chain.as_str(), head))
        .collect();
    let mut found = Vec::new();
    let mut all_well = true;
    let mut tell = |head: Head| -> io::Result<()> {
        all_well &= head.whole;
        match form {
            Form::Json => found.push(head),
            Form::Lines => writeln!(out, "{}", line(&head))?,
        }
        Ok(())
    };
    let mut next = match &only {
        Some(only) => Some(only.clone()),
        None => following(state, None)?,
    };
    while let Some(chain) = next {
        let earlier = expected.remove(chain.as_str());
        tell(look(state, &chain, earlier)?)?;
        next = match only {
            Some(_) => None,
            None => following(state, Some(&chain))?,
        };
    }
    // Chains that are in the file and of which nothing at all is left.
    for head in expected.into_values() {
        tell(look(state, &head.chain, Some(head))?)?;
    }
    if form == Form::Json {
        let heads = Heads {
            format_version: FORMAT_VERSION,
            chains: found,
        };
        serde_json::to_writer_pretty(&mut *out, &heads)?;
        writeln!(out)?;
    }
    out.flush()?;
    Ok(all_well)
}

fn following(state: &State, after: Option<&str>) -> anyhow::Result<Option<String>> {
    let next = state.system_read(WHY, |conn, system| Ok(links::next_chain(conn, system, after)?));
    next.map_err(told)
}

/// One chain by itself, and compared with what was noted of it earlier.
fn look(state: &State, chain: &str, earlier: Option<&Head>) -> anyhow::Result<Head> {
    let found = check(state, chain).map_err(told)?;
    let mut head = Head {
        chain: chain.to_owned(),
        workspace: state
            .system_read(WHY, |conn, system| {
                Ok(links::workspace_name(conn, system, chain)?)
            })
            .map_err(told)?,
        entries: found.entries,
        first_seq: found.first,
        last_seq: found.last.seq,
        last_hash: found.last.hash,
        whole: found.fault.is_none(),
        broken_at: found.fault.map(crate::audit::verify::Fault::at),
        why: found.fault.map(|fault| fault.to_string()),
    };
    let Some(earlier) = earlier.filter(|_| head.whole) else {
        return Ok(head);
    };
    if let Some(why) = differs(state, chain, &head, earlier).map_err(told)? {
        head.whole = false;
        head.broken_at = u64::try_from(earlier.last_seq).ok();
        head.why = Some(why);
    }
    Ok(head)
}

/// Why the chain is not a continuation of what it was, if it is none.
fn differs(state: &State, chain: &str, now: &Head, earlier: &Head) -> Result<Option<String>, AppError> {
    if earlier.last_seq > now.last_seq {
        return Ok(Some(format!(
            "it ends before entry {}, which was there earlier",
            earlier.last_seq
        )));
    }
    let hash = state.system_read(WHY, |conn, system| {
        Ok(links::hash_at(conn, &system.audit(chain), earlier.last_seq)?)
    })?;
    Ok(match hash {
        Some(hash) if hash == earlier.last_hash => None,
        Some(_) => Some(format!(
            "entry {} is not the one that was there earlier",
            earlier.last_seq
        )),
        None => Some(format!(
            "entry {} was removed because of its age, so it cannot be compared; take a younger file",
            earlier.last_seq
        )),
    })
}

fn check(state: &State, chain: &str) -> Result<Verdict, AppError> {
    let mut left = TRIES;
    loop {
        let ends = || state.system_read(WHY, |conn, system| Ok(links::ends(conn, &system.audit(chain))?));
        let mut check = Check::begin(ends()?);
        while state.system_read(WHY, |conn, system| {
            Ok(links::feed(conn, &system.audit(chain), &mut check)?)
        })? {}
        let (began, found) = (check.ends().anchor.clone(), check.finish());
        left -= 1;
        // Unless old entries were removed meanwhile, what was found is so.
        if found.fault.is_none() || left == 0 || ends()?.anchor == began {
            return Ok(found);
        }
    }
}

/// Chain, entries, first and last number, last hash, verdict; and what the workspace is called.
fn line(head: &Head) -> String {
    let verdict = match (&head.why, head.broken_at) {
        (Some(why), Some(at)) => format!("BROKEN at {at}: {why}"),
        (Some(why), None) => format!("BROKEN: {why}"),
        (None, _) => "whole".to_owned(),
    };
    let hash = if head.last_hash.is_empty() {
        "-"
    } else {
        &head.last_hash
    };
    let name = head
        .workspace
        .as_ref()
        .map_or(String::new(), |name| format!("\t{name}"));
    format!(
        "{}\t{} entries\t{}-{}\t{hash}\t{verdict}{name}",
        head.chain, head.entries, head.first_seq, head.last_seq
    )
}
