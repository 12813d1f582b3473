//! Counted calls and members of one workspace.

use chrono::NaiveDate;
use db::{
    Conn,
    schema::{call_counts, workspaces},
};
use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use shared::usage::EndpointCalls;

use crate::access::Scope;

/// How many members the workspace has.
pub fn count_members(conn: &mut Conn, scope: &Scope) -> QueryResult<u64> {
    let members: i64 = scope.workspace().select(workspaces::member_count).first(conn)?;
    Ok(u64::try_from(members).unwrap_or(0))
}

/// The calls from `since` on by endpoint, the most called first.
pub fn calls_since(conn: &mut Conn, scope: &Scope, since: NaiveDate) -> QueryResult<Vec<EndpointCalls>> {
    // `SUM` of whole numbers has another type in each database.
    let sum = sql::<BigInt>("CAST(SUM(calls) AS BIGINT)");
    let rows: Vec<(String, i64)> = scope
        .call_counts()
        .filter(call_counts::day.ge(since))
        .group_by(call_counts::endpoint)
        .select((call_counts::endpoint, sum))
        .load(conn)?;
    let mut counted: Vec<EndpointCalls> = rows
        .into_iter()
        .map(|(endpoint, calls)| EndpointCalls {
            endpoint,
            calls: u64::try_from(calls).unwrap_or(0),
        })
        .collect();
    counted.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.endpoint.cmp(&b.endpoint)));
    Ok(counted)
}
