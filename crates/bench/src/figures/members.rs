//! A page of 50 members of a workspace of 100,000, beside the same page of one of 1,000 on the same server: sorted, and
//! searched for what few and what all of them have in their names. Members are put into the database as rows.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use db::{Conn, Db, DbError, Kind, schema::*};
use diesel::prelude::*;

use crate::{
    figures::calls::in_pairs,
    load::Shape,
    report::{Figure, Goal},
    rounds::{Contender, Effort, interleave},
    rows::{first_account, insert_workspace},
    server::{Admin, Place, Server},
    set_up::Account,
    wire::{Reply, Request, Wire},
};

/// Members of the two workspaces.
const SIZES: [(Workspace, u32); 2] = [
    (Workspace("00000000000000000000000000001000"), 1_000),
    (Workspace("00000000000000000000000000100000"), 100_000),
];
/// How many of either have the rare name.
const RARE: u32 = 60;
/// The members of one page.
const PAGE: usize = 50;

#[derive(Debug, Clone, Copy)]
struct Workspace(&'static str);

/// What is asked for, and how. Each finds a whole page in both workspaces.
const LISTS: [(&str, &str); 6] = [
    ("by name", "sort=name"),
    ("the newest first", "sort=-added_at"),
    ("searched for a name that 60 have, by name", "q=quokka&sort=name"),
    ("the same, the newest first", "q=Quokka&sort=-added_at"),
    ("searched for what all have, by name", "q=example.com&sort=name"),
    ("searched for two letters, by name", "q=an&sort=name"),
];

/// Measures every list of [`LISTS`] on one server, all of them in the same rounds.
pub fn measure(place: &Place, effort: Effort) -> Result<Vec<Figure>> {
    let data = "members";
    let server = place.clearance(data, Admin::Made)?;
    let account = Account::prepare(server.address)?;
    server.stop()?;
    fill(&place.folder.join(data).join("clearance.db")).context("could not fill the database")?;
    let server = &place.clearance(data, Admin::Later)?;
    let mut contenders = Vec::new();
    for (what, query) in LISTS {
        for (workspace, _) in SIZES {
            contenders.push(contender(server, &account, workspace, query).context(what)?);
        }
    }
    let courses = interleave(effort, &contenders)?;
    let whats = LISTS.map(|(what, _)| format!("50 of 100,000 members, {what}"));
    in_pairs("members", whats, &courses, "50 of 1,000", Goal::RatioAtMost(2.0))
}

fn contender(server: &Server, account: &Account, workspace: Workspace, query: &str) -> Result<Contender> {
    let path = format!("/api/v1/workspaces/{}/members?limit={PAGE}&{query}", workspace.0);
    let request = Request::get(server.address, &path, &[("cookie", &account.cookie)]);
    let reply = Wire::open(server.address)?.ask(&request)?;
    check(&reply)?;
    Ok(Contender {
        pid: server.pid(),
        address: server.address,
        request,
        shape: Shape::exactly(&reply),
    })
}

/// A page that is not full would cost less.
fn check(reply: &Reply) -> Result<()> {
    let page = reply.json()?;
    let items = page.pointer("/items").and_then(serde_json::Value::as_array);
    let count = items.map_or(0, Vec::len);
    anyhow::ensure!(count == PAGE, "{count} members on a page of {PAGE}");
    Ok(())
}

/// Makes both workspaces, of which the first account is an administrator.
fn fill(file: &Path) -> Result<()> {
    let db = Db::open(Kind::Sqlite(file.to_path_buf()), 1);
    let admin = first_account(&db)?;
    let start = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(20_000);
    db.write(|conn| {
        for (workspace, size) in SIZES {
            insert_workspace(conn, workspace.0, "A large team", &admin, start)?;
            for number in 1..size {
                insert_member(conn, workspace, size, number, start)?;
            }
        }
        Ok::<(), DbError>(())
    })?;
    Ok(())
}

fn insert_member(
    conn: &mut Conn,
    workspace: Workspace,
    size: u32,
    number: u32,
    start: NaiveDateTime,
) -> QueryResult<()> {
    let (id, name) = (format!("{:024x}{size:08x}", spread(number)), name(size, number));
    let email = format!("{}.{number}.{size}@example.com", name.replace(' ', "."));
    diesel::insert_into(users::table)
        .values((
            (
                users::id.eq(&id),
                users::name.eq(&name),
                users::name_key.eq(name.to_lowercase()),
            ),
            users::email.eq(&email),
            users::email_key.eq(email.to_lowercase()),
            users::is_operator.eq(false),
            users::is_disabled.eq(false),
            users::created_at.eq(start),
        ))
        .execute(conn)?;
    let row = (
        members::workspace_id.eq(workspace.0),
        members::user_id.eq(&id),
        members::role.eq("user"),
        members::added_at.eq(start + TimeDelta::seconds(i64::from(number))),
    );
    diesel::insert_into(members::table)
        .values(row)
        .execute(conn)
        .and_then(db::one)
}

/// Two made-up names; [`RARE`] members, anywhere in the order, have a third.
fn name(size: u32, number: u32) -> String {
    let mut name = format!("{} {}", word(spread(number)), word(spread(number + size)));
    if number.is_multiple_of(size.div_ceil(RARE + 1)) {
        name += " Quokka";
    }
    name
}

/// A number that says little about the one before it, the same in every run.
fn spread(number: u32) -> u32 {
    number.wrapping_mul(2_654_435_761).rotate_left(16) ^ number
}

/// A name of two to four syllables.
fn word(mut seed: u32) -> String {
    const SYLLABLES: [&str; 16] = [
        "an", "ber", "cor", "di", "el", "fa", "gor", "hi", "ja", "ka", "lo", "mir", "no", "ro", "sa", "ta",
    ];
    let mut word = String::new();
    for _ in 0..2 + seed % 3 {
        let syllable = usize::try_from(seed >> 4).unwrap_or(0) % SYLLABLES.len();
        word.push_str(SYLLABLES.get(syllable).copied().unwrap_or_default());
        seed = seed.rotate_right(5);
    }
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_many_and_the_rare_one_fills_a_page_of_either_workspace() {
        for (_, size) in SIZES {
            let names: Vec<String> = (1..size).map(|number| name(size, number)).collect();
            let rare = names.iter().filter(|name| name.ends_with(" Quokka")).count();
            assert!((PAGE + 1..=70).contains(&rare), "{rare} of {size}");
            let different: BTreeSet<_> = names.iter().collect();
            assert!(different.len() * 2 > names.len(), "{} of {size}", different.len());
        }
    }
}
