//! What an account did: its counted calls, and its entries in the journal.

use chrono::{NaiveDate, NaiveDateTime};
use db::{Conn, schema::*};
use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use serde_json::{Value, json};
use shared::ids::UserId;

use super::{Part, Until, limit, page};
use crate::{access::OwnAccount, error::AppError};

/// Days whose counted calls are in one page.
const DAYS: i64 = 31;

/// By day, workspace, key and endpoint, summed over the processes that counted. A page is a number of days.
pub(super) fn calls(
    conn: &mut Conn,
    own: &OwnAccount,
    until: Until,
    after: Option<String>,
) -> Result<Part, AppError> {
    let after: NaiveDate = after
        .and_then(|day| day.parse().ok())
        .unwrap_or(NaiveDate::default() - chrono::Days::new(1));
    let days: Vec<NaiveDate> = own
        .call_counts()
        .filter(call_counts::day.gt(after))
        .filter(call_counts::day.le(until.0.date()))
        .select(call_counts::day)
        .distinct()
        .order(call_counts::day.asc())
        .limit(DAYS)
        .load(conn)?;
    let Some(last) = days.last().copied() else {
        return Ok(Part {
            items: Vec::new(),
            next: None,
        });
    };
    // `SUM` of whole numbers has another type in each database.
    let sum = sql::<BigInt>("CAST(SUM(calls) AS BIGINT)");
    let by = (
        call_counts::day,
        call_counts::workspace_id,
        call_counts::credential,
        call_counts::endpoint,
    );
    let rows: Vec<(NaiveDate, String, String, String, i64)> = own
        .call_counts()
        .filter(call_counts::day.gt(after))
        .filter(call_counts::day.le(last))
        .group_by(by)
        .order(by)
        .select((
            call_counts::day,
            call_counts::workspace_id,
            call_counts::credential,
            call_counts::endpoint,
            sum,
        ))
        .load(conn)?;
    let given = |text: String| (!text.is_empty()).then_some(text);
    let items = rows.into_iter().map(|(day, workspace, key, endpoint, calls)| {
        json!({
            "day": day,
            "workspace_id": given(workspace),
            "access_key": given(key),
            "endpoint": endpoint,
            "calls": calls,
        })
    });
    let is_full = i64::try_from(days.len()).unwrap_or(i64::MAX) == DAYS;
    Ok(Part {
        items: items.collect(),
        next: is_full.then(|| last.to_string()),
    })
}

type Columns = (
    (audit_entries::chain, audit_entries::seq, audit_entries::at),
    (
        audit_entries::actor_kind,
        audit_entries::actor_credential,
        audit_entries::address,
    ),
    (
        audit_entries::action,
        audit_entries::subject_kind,
        audit_entries::subject_id,
    ),
    (audit_entries::before, audit_entries::after),
);
const COLUMNS: Columns = (
    (audit_entries::chain, audit_entries::seq, audit_entries::at),
    (
        audit_entries::actor_kind,
        audit_entries::actor_credential,
        audit_entries::address,
    ),
    (
        audit_entries::action,
        audit_entries::subject_kind,
        audit_entries::subject_id,
    ),
    (audit_entries::before, audit_entries::after),
);
type Row = (
    (String, i64, NaiveDateTime),
    (String, Option<String>, String),
    (String, String, String),
    (Option<String>, Option<String>),
);

/// What the account did itself, in whichever chain. The place is a chain and a number in it.
pub(super) fn deeds(
    conn: &mut Conn,
    own: &OwnAccount,
    until: Until,
    after: Option<String>,
) -> Result<Part, AppError> {
    let (chain, seq) = after
        .as_deref()
        .and_then(|place| place.split_once(' '))
        .and_then(|(chain, seq)| Some((chain.to_owned(), seq.parse().ok()?)))
        .unwrap_or((String::new(), 0));
    // The rest of the chain that was begun, then the chains behind it: each is a range of one index.
    let mut rows: Vec<Row> = own
        .deeds()
        .filter(audit_entries::at.le(until.0))
        .filter(audit_entries::chain.eq(chain.clone()))
        .filter(audit_entries::seq.gt::<i64>(seq))
        .order(audit_entries::seq.asc())
        .limit(limit())
        .select(COLUMNS)
        .load(conn)?;
    let room = limit() - i64::try_from(rows.len()).unwrap_or(0);
    if room > 0 {
        let further: Vec<Row> = own
            .deeds()
            .filter(audit_entries::at.le(until.0))
            .filter(audit_entries::chain.gt(chain))
            .order((audit_entries::chain.asc(), audit_entries::seq.asc()))
            .limit(room)
            .select(COLUMNS)
            .load(conn)?;
        rows.extend(further);
    }
    let me = UserId::from(own.user_id()).to_string();
    Ok(page(
        rows,
        |row| format!("{} {}", row.0.0, row.0.1),
        |row| deed(&me, row),
    ))
}

/// An entry without what something was before and after, unless it is about the account itself: the rest is about others,
/// and may not be shown to somebody who has left.
fn deed(me: &str, row: Row) -> Value {
    let ((chain, seq, at), (actor_kind, key, address), (action, subject_kind, subject_id), (before, after)) =
        row;
    let about_me = subject_kind == "account" && subject_id == me;
    let value =
        |text: Option<String>| -> Option<Value> { serde_json::from_str(&text.filter(|_| about_me)?).ok() };
    json!({
        "chain": chain,
        "seq": seq,
        "at": at.and_utc(),
        "actor_kind": actor_kind,
        "access_key": key,
        "address": address,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "before": value(before),
        "after": value(after),
    })
}
