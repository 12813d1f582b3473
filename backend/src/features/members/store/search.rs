//! Members whose name or address contains a text. Each database has an index of its own over the one, two and three
//! characters that begin at each place (see the migration `member_search`), in which every word begins with the
//! workspace's id: what a search costs depends on what it finds, not on who else is on the server.

use std::fmt::Write as _;

use db::{Conn, MultiBackend, columns, schema::members};
use diesel::{
    prelude::*,
    query_builder::{BoxedSqlQuery, SqlQuery},
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
    let grams: Vec<String> = characters.windows(size).map(String::from_iter).collect();
    match conn {
        Conn::Pg(_) => {
            // Every third and the last hold every character; the pattern does the rest.
            let last = grams.len().saturating_sub(1);
            let some = grams
                .iter()
                .enumerate()
                .filter(|(place, _)| place % 3 == 0 || *place == last);
            let words: Vec<String> = some.map(|(_, gram)| format!("{workspace}{gram}")).collect();
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

type Asked = BoxedSqlQuery<'static, MultiBackend, SqlQuery>;

/// A statement about the index, with the words to ask it by as its first value. The words name the workspace.
fn asked(conn: &Conn, scope: &Scope, text: &str, statement: String) -> Asked {
    #[expect(
        clippy::disallowed_methods,
        reason = "the query builder knows neither full-text tables nor functions that give rows"
    )]
    let query = diesel::sql_query(statement).into_boxed();
    let query = query.bind::<Text, _>(words(conn, scope, text));
    match conn {
        Conn::Pg(_) => query.bind::<Text, _>(pattern(text)),
        Conn::Sqlite(_) => query,
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many match, counted one further than [`SEARCH_COUNTS_TO`].
fn count(conn: &mut Conn, scope: &Scope, text: &str) -> QueryResult<i64> {
    let most = i64::try_from(SEARCH_COUNTS_TO).unwrap_or(i64::MAX) + 1;
    let from = match conn {
        Conn::Pg(_) => {
            // Its index finds all that match before it gives the first.
            if most_match(conn, scope, text, most)? {
                return Ok(most);
            }
            format!("members_found(string_to_array($1, chr(10)), $2, {most})")
        }
        Conn::Sqlite(_) => {
            format!("(SELECT 1 FROM member_search WHERE member_search MATCH $1 LIMIT {most})")
        }
    };
    let statement = format!("SELECT count(*) AS total FROM {from} counted");
    let counted: Counted = asked(conn, scope, text, statement).get_result(conn)?;
    Ok(counted.total)
}

/// Whether at least `many` are found among twice as many members, whoever those are.
fn most_match(conn: &mut Conn, scope: &Scope, text: &str, many: i64) -> QueryResult<bool> {
    let some: Vec<String> = scope
        .members()
        .order(members::user_id)
        .limit(2 * many)
        .select(members::search_key)
        .load(conn)?;
    let matching = some.iter().filter(|key| key.contains(text)).count();
    Ok(usize::try_from(many).is_ok_and(|many| matching >= many))
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
    // The values behind those of `asked`: the workspace once more, and where to begin.
    let (found, [here, at, id]) = match conn {
        Conn::Pg(_) => (
            format!("members_found(string_to_array($1, chr(10)), $2, {}) m", i64::MAX),
            ["$3", "$4", "$5"],
        ),
        // `CROSS JOIN` keeps the order: SQLite would rather go through the whole workspace.
        Conn::Sqlite(_) => (
            "(SELECT rowid AS id FROM member_search WHERE member_search MATCH $1) s \
             CROSS JOIN member_search_rows r ON r.id = s.id \
             CROSS JOIN members m ON m.workspace_id = r.workspace_id AND m.user_id = r.user_id"
                .to_owned(),
            ["$2", "$3", "$4"],
        ),
    };
    let behind = match after {
        Some(_) => format!("AND (m.{key}, m.user_id) {beyond} ({at}, {id})"),
        None => String::new(),
    };
    let statement = format!(
        "WITH page AS MATERIALIZED (SELECT m.user_id, m.role, m.added_at, m.name_key, m.search_key \
         FROM {found} WHERE m.workspace_id = {here} {behind} \
         ORDER BY m.{key} {direction}, m.user_id {direction} LIMIT {wanted}) \
         SELECT page.user_id, users.name, users.email, page.role, page.added_at, page.name_key, page.search_key, \
         users.last_sign_in_at FROM page JOIN users ON users.id = page.user_id \
         ORDER BY page.{key} {direction}, page.user_id {direction}"
    );
    let query = asked(conn, scope, text, statement).bind::<Text, _>(scope.workspace_id());
    let query = match (after, order.by) {
        (None, _) => query,
        (Some(after), MemberSort::Name) => query
            .bind::<Text, _>(after.name_key)
            .bind::<Text, _>(columns::UserId(after.user_id)),
        (Some(after), MemberSort::AddedAt) => query
            .bind::<Timestamp, _>(after.added_at)
            .bind::<Text, _>(columns::UserId(after.user_id)),
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
