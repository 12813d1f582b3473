//! Members whose name or address contains a text. Each database has an index of its own over the one, two and three
//! characters that begin at each place (see the migration `member_search`), in which every word begins with the
//! workspace's id: what a search costs depends on what it finds, not on who else is on the server.

use std::fmt::Write as _;

use db::{Conn, MultiBackend};
use diesel::{
    prelude::*,
    query_builder::BoxedSqlQuery,
    sql_types::{BigInt, Text, Timestamp},
};
use shared::members::SEARCH_COUNTS_TO;

use super::{MemberPlace, MemberRow, Part, in_order};
use crate::{
    access::Scope,
    features::members::rules::{MemberOrder, MemberSort},
};

/// Members in order that are looked at in one go, where many match.
const CHUNK: usize = 256;
/// How many times.
const MOST_CHUNKS: usize = 8;

/// One page of the members whose name or address contains `text`, which is as [`super::super::rules::searched`] makes it.
pub fn part(
    conn: &mut Conn,
    scope: &Scope,
    text: &str,
    order: MemberOrder,
    after: Option<MemberPlace>,
    limit: u32,
) -> QueryResult<Part> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let total = count(conn, scope, text)?;
    let counted_all = u64::try_from(total).is_ok_and(|total| total <= SEARCH_COUNTS_TO);
    let rows = if counted_all {
        None
    } else {
        walk(conn, scope, text, order, after.clone(), wanted)?
    };
    let rows = match rows {
        Some(rows) => rows,
        None => indexed(conn, scope, text, order, after, wanted)?,
    };
    Ok(Part::new(rows, limit, total))
}

/// Goes through the members in order, which is faster than sorting all that match if many do. Gives up when it would take
/// too long.
fn walk(
    conn: &mut Conn,
    scope: &Scope,
    text: &str,
    order: MemberOrder,
    mut after: Option<MemberPlace>,
    wanted: usize,
) -> QueryResult<Option<Vec<MemberRow>>> {
    let mut found = Vec::new();
    for chunk in 1..=MOST_CHUNKS {
        let most = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let rows = in_order(conn, scope, order, after.take(), most)?;
        let is_last = rows.len() < CHUNK;
        after = rows.last().map(MemberRow::place);
        found.extend(rows.into_iter().filter(|row| row.search_key.contains(text)));
        if is_last || found.len() >= wanted {
            found.truncate(wanted);
            return Ok(Some(found));
        }
        // At this rate the page would not be full in time.
        if found.len() * MOST_CHUNKS < wanted * chunk {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The words by which the index of this database is asked. No text that is searched for has a line break.
fn words(conn: &Conn, scope: &Scope, text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let workspace = scope.workspace_id().0;
    let size = characters.len().clamp(1, 3);
    let grams = characters.windows(size).map(String::from_iter);
    match conn {
        Conn::Pg(_) => {
            let words: Vec<String> = grams.map(|gram| format!("{workspace}{gram}")).collect();
            words.join("\n")
        }
        Conn::Sqlite(_) => {
            let column = ["one", "two", "three"].get(size - 1).copied().unwrap_or("three");
            let mut phrase = format!("{column} : \"");
            for gram in grams {
                let _ = write!(phrase, "{workspace}");
                for byte in gram.bytes() {
                    let _ = write!(phrase, "{byte:02x}");
                }
                phrase.push(' ');
            }
            phrase.push('"');
            phrase
        }
    }
}

/// `text` as a pattern that finds it anywhere.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Those whom the index finds, as the rest of a statement. The index of `PostgreSQL` does not know whether what it finds
/// stands in a row.
fn found(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => {
            "FROM members m WHERE member_grams(m.workspace_id, m.search_key) @> string_to_array($1, chr(10)) \
             AND m.workspace_id = $2 AND m.search_key LIKE $3"
        }
        // `CROSS JOIN` keeps the order: SQLite would rather go through the whole workspace.
        Conn::Sqlite(_) => {
            "FROM member_search CROSS JOIN member_search_rows r ON r.id = member_search.rowid \
             CROSS JOIN members m ON m.workspace_id = r.workspace_id AND m.user_id = r.user_id \
             WHERE member_search MATCH $1 AND m.workspace_id = $2 AND length($3) > 0"
        }
    }
}

/// Raw SQL with the words, the workspace and the pattern as its first values: neither index can be said in another way.
fn asked(
    conn: &Conn,
    scope: &Scope,
    text: &str,
    statement: String,
) -> BoxedSqlQuery<'static, MultiBackend, diesel::query_builder::SqlQuery> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the query builder knows neither full-text tables nor arrays of both databases"
    )]
    let query = diesel::sql_query(statement).into_boxed();
    query
        .bind::<Text, _>(words(conn, scope, text))
        .bind::<Text, _>(scope.workspace_id())
        .bind::<Text, _>(pattern(text))
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many match, counted one further than [`SEARCH_COUNTS_TO`].
fn count(conn: &mut Conn, scope: &Scope, text: &str) -> QueryResult<i64> {
    let statement = format!(
        "SELECT count(*) AS total FROM (SELECT 1 {} LIMIT {}) counted",
        found(conn),
        SEARCH_COUNTS_TO + 1
    );
    let counted: Counted = asked(conn, scope, text, statement).get_result(conn)?;
    Ok(counted.total)
}

/// The next that match behind `after`: all that match, sorted.
fn indexed(
    conn: &mut Conn,
    scope: &Scope,
    text: &str,
    order: MemberOrder,
    after: Option<MemberPlace>,
    wanted: usize,
) -> QueryResult<Vec<MemberRow>> {
    let key = match order.by {
        MemberSort::Name => "name_key",
        MemberSort::AddedAt => "added_at",
    };
    let (beyond, direction) = if order.descending {
        ("<", "DESC")
    } else {
        (">", "ASC")
    };
    let behind = if after.is_some() {
        format!("WHERE (f.{key}, f.user_id) {beyond} ($4, $5)")
    } else {
        String::new()
    };
    let statement = format!(
        "WITH f AS MATERIALIZED (SELECT m.user_id, m.role, m.added_at, m.name_key, m.search_key {}), \
         p AS (SELECT f.* FROM f {behind} ORDER BY f.{key} {direction}, f.user_id {direction} LIMIT {wanted}) \
         SELECT p.user_id, u.name, u.email, p.role, p.added_at, p.name_key, p.search_key, u.last_sign_in_at \
         FROM p JOIN users u ON u.id = p.user_id ORDER BY p.{key} {direction}, p.user_id {direction}",
        found(conn)
    );
    let query = asked(conn, scope, text, statement);
    let query = match (after, order.by) {
        (None, _) => query,
        (Some(after), MemberSort::Name) => query
            .bind::<Text, _>(after.name_key)
            .bind::<Text, _>(db::columns::UserId(after.user_id)),
        (Some(after), MemberSort::AddedAt) => query
            .bind::<Timestamp, _>(after.added_at)
            .bind::<Text, _>(db::columns::UserId(after.user_id)),
    };
    query.load(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_stands_for_itself() {
        assert_eq!(pattern("ann"), "%ann%");
        assert_eq!(pattern("50%_\\é"), "%50\\%\\_\\\\é%");
    }
}
