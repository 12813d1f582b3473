//! Reads a chain for whoever verifies it: its ends at one moment, its entries a page at a time, and single hashes.

use std::collections::HashMap;

use db::{Conn, schema::*};
use diesel::{
    dsl::{max, min},
    prelude::*,
};

use crate::{
    access::{Chain, System},
    audit::{
        AuditRow, SERVER_CHAIN,
        verify::{Check, Ends, Mark},
    },
};

/// Entries read at a time.
const PAGE: i64 = 1000;

/// The chain's ends. One statement, so that no change comes between.
pub fn ends(conn: &mut Conn, chain: &Chain) -> QueryResult<Ends> {
    type Row = (
        Option<i64>,
        Option<String>,
        Option<i64>,
        Option<String>,
        Option<i64>,
    );
    let anchor = chain.anchor();
    let head = chain.head();
    let (anchor_seq, anchor_hash, head_seq, head_hash, highest): Row = diesel::select((
        anchor.clone().select(audit_anchors::seq).single_value(),
        anchor.select(audit_anchors::hash).single_value(),
        head.clone().select(audit_chains::seq).single_value(),
        head.select(audit_chains::hash).single_value(),
        chain.entries().select(max(audit_entries::seq)).single_value(),
    ))
    .get_result(conn)?;
    let mark = |seq: Option<i64>, hash: Option<String>| {
        Some(Mark {
            seq: seq?,
            hash: hash?,
        })
    };
    Ok(Ends {
        anchor: mark(anchor_seq, anchor_hash),
        head: mark(head_seq, head_hash),
        highest,
    })
}

/// Feeds the next page of entries to `check`; false when there is none left.
pub fn feed(conn: &mut Conn, chain: &Chain, check: &mut Check) -> QueryResult<bool> {
    let Some((above, until)) = check.next() else {
        return Ok(false);
    };
    let rows: Vec<AuditRow> = chain
        .entries()
        .filter(audit_entries::seq.gt(above))
        .filter(audit_entries::seq.le(until))
        .order(audit_entries::seq.asc())
        .limit(PAGE)
        .load(conn)?;
    if rows.is_empty() {
        check.exhausted();
    }
    for row in &rows {
        check.take(row);
    }
    Ok(true)
}

/// The hash of the entry before each of these, which are in the order of their numbers, by the number before.
pub fn previous_hashes(
    conn: &mut Conn,
    chain: &Chain,
    rows: &[AuditRow],
) -> QueryResult<HashMap<i64, String>> {
    let mut known: HashMap<i64, String> = rows.iter().map(|row| (row.seq, row.hash.clone())).collect();
    let unknown: Vec<i64> = rows
        .iter()
        .map(|row| row.seq - 1)
        .filter(|seq| !known.contains_key(seq))
        .collect();
    if unknown.is_empty() {
        return Ok(known);
    }
    let found: Vec<(i64, String)> = chain
        .entries()
        .filter(audit_entries::seq.eq_any(unknown))
        .select((audit_entries::seq, audit_entries::hash))
        .load(conn)?;
    known.extend(found);
    let anchor: Option<(i64, String)> = chain
        .anchor()
        .select((audit_anchors::seq, audit_anchors::hash))
        .first(conn)
        .optional()?;
    known.extend(anchor);
    Ok(known)
}

/// The hash of one entry, or of the last one that was removed; none if there is neither.
pub fn hash_at(conn: &mut Conn, chain: &Chain, seq: i64) -> QueryResult<Option<String>> {
    let kept = chain
        .entries()
        .filter(audit_entries::seq.eq(seq))
        .select(audit_entries::hash)
        .first(conn)
        .optional()?;
    if kept.is_some() {
        return Ok(kept);
    }
    chain
        .anchor()
        .filter(audit_anchors::seq.eq(seq))
        .select(audit_anchors::hash)
        .first(conn)
        .optional()
}

/// The next chain that there should be, by name: the server's own from its set-up on, one for each workspace, and any that
/// has left a trace in a table.
pub fn next_chain(conn: &mut Conn, system: &System, after: Option<&str>) -> QueryResult<Option<String>> {
    let after = match after {
        Some(after) => after,
        None if has_own_chain(conn, system)? => return Ok(Some(SERVER_CHAIN.to_owned())),
        None => "",
    };
    // The server's own comes first, and is passed over where it stands by its name.
    let after = if after == SERVER_CHAIN { "" } else { after };
    let names: [Option<String>; 4] = [
        workspaces::table
            .select(min(workspaces::id))
            .filter(workspaces::id.gt(after))
            .first(conn)?,
        audit_chains::table
            .select(min(audit_chains::chain))
            .filter(
                audit_chains::chain
                    .gt(after)
                    .and(audit_chains::chain.ne(SERVER_CHAIN)),
            )
            .first(conn)?,
        audit_entries::table
            .select(min(audit_entries::chain))
            .filter(
                audit_entries::chain
                    .gt(after)
                    .and(audit_entries::chain.ne(SERVER_CHAIN)),
            )
            .first(conn)?,
        audit_anchors::table
            .select(min(audit_anchors::chain))
            .filter(
                audit_anchors::chain
                    .gt(after)
                    .and(audit_anchors::chain.ne(SERVER_CHAIN)),
            )
            .first(conn)?,
    ];
    Ok(names.into_iter().flatten().min())
}

fn has_own_chain(conn: &mut Conn, system: &System) -> QueryResult<bool> {
    let set_up: Option<i64> = server::table.select(server::id).first(conn).optional()?;
    if set_up.is_some() {
        return Ok(true);
    }
    let ends = ends(conn, &system.audit(SERVER_CHAIN))?;
    Ok(ends.anchor.is_some() || ends.head.is_some() || ends.highest.is_some())
}

/// What the workspace of a chain is called, if it is still there.
pub fn workspace_name(conn: &mut Conn, _: &System, chain: &str) -> QueryResult<Option<String>> {
    workspaces::table
        .filter(workspaces::id.eq(chain))
        .select(workspaces::name)
        .first(conn)
        .optional()
}
