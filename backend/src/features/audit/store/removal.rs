//! Removes entries that are older than they are to be kept. The last one that goes leaves its number and hash behind as the
//! chain's anchor, and an entry in the chain says so: what remains can be verified, the anchor included.

use chrono::NaiveDateTime;
use db::{Conn, on_each, schema::*};
use diesel::{dsl::exists, prelude::*};
use serde::Serialize;
use shared::ids::WorkspaceId;

use crate::{
    access::{Chain, System},
    audit::{
        AuditRow, Entry, RETAIN, SERVER_CHAIN, Tx,
        verify::{Check, Mark},
    },
    error::AppError,
};

use super::links;

/// Entries removed in one transaction: for as long as it takes, other changes wait.
const BATCH: usize = 1000;

/// What the journal keeps of what was removed.
#[derive(Debug, Serialize)]
struct Removed {
    #[serde(flatten)]
    last: Mark,
    entries: usize,
    older_than: NaiveDateTime,
}

/// The next chain behind `after` of which something may go: from before `cutoff`, neither about a removal itself nor the
/// last thing that was done.
pub fn next_chain_with_old(
    conn: &mut Conn,
    _: &System,
    after: &str,
    cutoff: NaiveDateTime,
) -> QueryResult<Option<String>> {
    let later = diesel::alias!(audit_entries as later);
    let newer = later
        .filter(later.field(audit_entries::chain).eq(audit_entries::chain))
        .filter(later.field(audit_entries::seq).gt(audit_entries::seq))
        .filter(later.field(audit_entries::action).ne(RETAIN));
    let old = audit_entries::table
        .filter(audit_entries::chain.eq(audit_chains::chain))
        .filter(audit_entries::at.lt(cutoff))
        .filter(audit_entries::action.ne(RETAIN))
        .filter(exists(newer));
    audit_chains::table
        .filter(audit_chains::chain.gt(after))
        .filter(exists(old))
        .order(audit_chains::chain.asc())
        .select(audit_chains::chain)
        .first(conn)
        .optional()
}

/// Removes the oldest entries of a chain, a bounded number of those from before `cutoff`; answers how many. Never the last
/// thing that was done, and nothing of a chain that is broken: that is for somebody to look at.
pub fn remove_oldest(
    tx: &mut Tx<'_>,
    system: &System,
    name: &str,
    cutoff: NaiveDateTime,
) -> Result<usize, AppError> {
    let chain = system.audit(name);
    lock(tx.conn, &chain)?;
    let Some((last, removed)) = removable(tx.conn, &chain, cutoff)? else {
        tx.needs_no_entry("nothing is removed");
        return Ok(0);
    };
    diesel::delete(chain.entries().filter(audit_entries::seq.le(last.seq))).execute(tx.conn)?;
    put_anchor(tx.conn, name, &last, tx.now())?;
    let entry = Entry::new(RETAIN, "chain", name).after(&Removed {
        last,
        entries: removed,
        older_than: cutoff,
    });
    tx.record(match workspace_of(name)? {
        Some(workspace) => entry.in_workspace(workspace),
        None => entry,
    })?;
    Ok(removed)
}

/// Takes the chain's turn until the transaction ends: nothing is added meanwhile, and of several processes that remove each
/// sees what the one before it has left.
fn lock(conn: &mut Conn, chain: &Chain) -> QueryResult<()> {
    // An update that changes nothing locks the row in both databases; `Conn` has no `FOR UPDATE`.
    diesel::update(chain.head())
        .set(audit_chains::seq.eq(audit_chains::seq))
        .execute(conn)
        .and_then(db::one)
}

/// The last entry that may go now, and how many go with it.
fn removable(
    conn: &mut Conn,
    chain: &Chain,
    cutoff: NaiveDateTime,
) -> Result<Option<(Mark, usize)>, AppError> {
    let last: Option<i64> = chain
        .entries()
        .filter(audit_entries::action.ne(RETAIN))
        .select(audit_entries::seq)
        .order(audit_entries::seq.desc())
        .first(conn)
        .optional()?;
    let Some(last) = last else {
        return Ok(None);
    };
    let rows: Vec<AuditRow> = chain
        .entries()
        .filter(audit_entries::seq.lt(last))
        .order(audit_entries::seq.asc())
        .limit(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .load(conn)?;
    let is_full = rows.len() == BATCH;
    let old: Vec<AuditRow> = rows.into_iter().take_while(|row| row.at < cutoff).collect();
    // An entry about a removal grows old as well; alone it is no reason for the next removal, or there would be no end.
    let Some(last) = old
        .last()
        .filter(|_| is_full || old.iter().any(|row| row.action != RETAIN))
    else {
        return Ok(None);
    };
    let last = Mark {
        seq: last.seq,
        hash: last.hash.clone(),
    };
    let mut check = Check::begin(links::ends(conn, chain)?);
    for row in &old {
        check.take(row);
    }
    if check.is_broken() {
        tracing::error!(
            chain = chain.name(),
            "the journal is broken: nothing old is removed; see `clearance audit verify`"
        );
        return Ok(None);
    }
    Ok(Some((last, old.len())))
}

fn put_anchor(conn: &mut Conn, chain: &str, last: &Mark, now: NaiveDateTime) -> QueryResult<()> {
    let values = (
        audit_anchors::seq.eq(last.seq),
        audit_anchors::hash.eq(&last.hash),
        audit_anchors::removed_at.eq(now),
    );
    // `Conn` has no upsert.
    on_each!(conn, c => diesel::insert_into(audit_anchors::table)
        .values((audit_anchors::chain.eq(chain), values))
        .on_conflict(audit_anchors::chain)
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// The workspace whose chain it is; none for the server's own.
fn workspace_of(chain: &str) -> Result<Option<WorkspaceId>, AppError> {
    if chain == SERVER_CHAIN {
        return Ok(None);
    }
    chain
        .parse()
        .map(Some)
        .map_err(|_other| AppError::bug("a chain of the journal belongs to nothing"))
}
