//! `clearance keys`: another key for what is sealed in the database, while servers run. A key is put in front of those in the key
//! file, running servers find it there, and then everything that another key sealed is sealed anew, some rows at a time.

use std::{io::Write, thread, time::Duration};

use db::{
    Conn, columns,
    schema::{idempotency, outbox, storage_entries, vault_versions},
};
use diesel::prelude::*;
use secrets::{keys::InstanceKeys, seal};
use serde::Serialize;

use super::told;
use crate::{
    access::System,
    audit::{Entry, Tx},
    error::AppError,
    features::{storage::store as storage, vaults::content},
    http::idempotency_context,
    jobs::READ_KEYS_EVERY,
    mail,
    state::State,
};

const WHY: &str = "an operator has what is sealed sealed anew";
/// Rows in one transaction: each may hold a mebibyte.
const BATCH: i64 = 16;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Resealed {
    /// Values that the current key seals now, and another one did before.
    pub resealed: u64,
    /// Values that no key of the key file opens. They stay as they are.
    pub unreadable: u64,
}

/// As long as a change may be under way that sealed something before: it waits for a connection and for locks.
pub const UNDER_WAY: Duration = Duration::from_secs(20);

/// Puts a new key into the key file, waits until running servers use it, and has everything sealed with it, until nothing is left
/// that took longer than `under_way` to be stored.
pub fn rotate(state: &State, out: &mut impl Write, under_way: Duration) -> anyhow::Result<Resealed> {
    let id = InstanceKeys::add_sealing_key(&state.config().data_dir)?;
    state.keys().read_again()?;
    writeln!(
        out,
        "The key {id} is in the key file and seals from now on. Keep a copy of that file."
    )?;
    out.flush()?;
    // A server that has not looked yet still seals with the key before.
    thread::sleep(2 * READ_KEYS_EVERY);
    let mut all = pass(state, out)?;
    loop {
        writeln!(out, "Waiting for changes that were under way.")?;
        out.flush()?;
        thread::sleep(under_way);
        let late = pass(state, out)?;
        all.resealed += late.resealed;
        all.unreadable = late.unreadable;
        if late.resealed == 0 {
            return ended(state, out, all);
        }
    }
}

/// Has everything sealed with the current key that another one sealed.
pub fn reseal(state: &State, out: &mut impl Write) -> anyhow::Result<Resealed> {
    let all = pass(state, out)?;
    ended(state, out, all)
}

fn pass(state: &State, out: &mut impl Write) -> anyhow::Result<Resealed> {
    let mut all = Resealed::default();
    for (name, column) in COLUMNS {
        let done = column_of(state, *column).map_err(told)?;
        writeln!(
            out,
            "{name}: {} sealed anew, {} unreadable",
            done.resealed, done.unreadable
        )?;
        all.resealed += done.resealed;
        all.unreadable += done.unreadable;
    }
    Ok(all)
}

fn ended(state: &State, out: &mut impl Write, all: Resealed) -> anyhow::Result<Resealed> {
    let key = state.keys().sealing_key_id();
    let noted = serde_json::json!({ "key": key, "resealed": all.resealed, "unreadable": all.unreadable });
    state
        .system(WHY, |tx, _| {
            tx.record(Entry::new("keys.reseal", "key", &key).on_server().after(&noted))
        })
        .map_err(told)?;
    if all.unreadable > 0 {
        writeln!(
            out,
            "What is unreadable was sealed with a key that is not in the key file; keep every key you still find."
        )?;
    } else {
        writeln!(
            out,
            "Nothing needs the former keys any more, except backups of the database and servers that were not running."
        )?;
    }
    Ok(all)
}

/// One sealed value, and what it is sealed for.
struct Sealed {
    /// The key of its row.
    row: (String, String),
    context: String,
    text: String,
}

type Read = fn(&mut Conn, &System, &(String, String)) -> QueryResult<Vec<Sealed>>;

/// How one column is read, behind a row and in order, and how one value of it is replaced if it still is the one that was read.
#[derive(Clone, Copy)]
struct Column {
    read: Read,
    replace: fn(&mut Conn, &System, &Sealed, &str) -> QueryResult<usize>,
}

const COLUMNS: &[(&str, Column)] = &[
    (
        "vaults",
        Column {
            read: vaults_from,
            replace: replace_vault,
        },
    ),
    (
        "cloud storage secrets",
        Column {
            read: secrets_from,
            replace: replace_secret,
        },
    ),
    (
        "cloud storage tokens",
        Column {
            read: tokens_from,
            replace: replace_token,
        },
    ),
    (
        "mail",
        Column {
            read: mail_from,
            replace: replace_mail,
        },
    ),
    (
        "kept answers",
        Column {
            read: answers_from,
            replace: replace_answer,
        },
    ),
];

fn column_of(state: &State, column: Column) -> Result<Resealed, AppError> {
    let mut done = Resealed::default();
    let mut place = (String::new(), String::new());
    loop {
        let values = state.system_read(WHY, |conn, system| Ok((column.read)(conn, system, &place)?))?;
        let Some(last) = values.last() else {
            return Ok(done);
        };
        place.clone_from(&last.row);
        let old: Vec<&Sealed> = values
            .iter()
            .filter(|value| seal::needs_resealing(state.keys(), &value.text))
            .collect();
        if old.is_empty() {
            continue;
        }
        let batch = state.system(WHY, |tx, system| replace(tx, system, state.keys(), column, &old))?;
        done.resealed += batch.resealed;
        done.unreadable += batch.unreadable;
    }
}

fn replace(
    tx: &mut Tx<'_>,
    system: &System,
    keys: &InstanceKeys,
    column: Column,
    old: &[&Sealed],
) -> Result<Resealed, AppError> {
    tx.needs_no_entry("the whole has one entry at its end");
    let mut done = Resealed::default();
    for value in old {
        let Ok(plain) = seal::open(keys, &value.context, &value.text) else {
            done.unreadable += 1;
            continue;
        };
        let anew = seal::seal(keys, &value.context, plain.expose()).map_err(anyhow::Error::from)?;
        // One that was changed meanwhile was sealed by somebody who knows the current key.
        done.resealed += u64::try_from((column.replace)(tx.conn, system, value, &anew)?).unwrap_or(0);
    }
    Ok(done)
}

fn vaults_from(conn: &mut Conn, _: &System, place: &(String, String)) -> QueryResult<Vec<Sealed>> {
    let number: i64 = place.1.parse().unwrap_or(0);
    let further = vault_versions::vault_id
        .eq(&place.0)
        .and(vault_versions::version.gt(number));
    let rows: Vec<(columns::VaultId, i64, String)> = vault_versions::table
        .filter(vault_versions::vault_id.gt(&place.0).or(further))
        .order((vault_versions::vault_id, vault_versions::version))
        .limit(BATCH)
        .select((
            vault_versions::vault_id,
            vault_versions::version,
            vault_versions::sealed_content,
        ))
        .load(conn)?;
    let sealed = |(vault, version, text): (columns::VaultId, i64, String)| Sealed {
        row: (vault.0.to_string(), version.to_string()),
        context: content::place(vault.into(), version),
        text,
    };
    Ok(rows.into_iter().map(sealed).collect())
}

fn replace_vault(conn: &mut Conn, _: &System, old: &Sealed, anew: &str) -> QueryResult<usize> {
    let number: i64 = old.row.1.parse().unwrap_or(0);
    let row = vault_versions::table
        .filter(vault_versions::vault_id.eq(&old.row.0))
        .filter(vault_versions::version.eq(number))
        .filter(vault_versions::sealed_content.eq(&old.text));
    diesel::update(row)
        .set(vault_versions::sealed_content.eq(anew))
        .execute(conn)
}

fn secrets_from(conn: &mut Conn, _: &System, place: &(String, String)) -> QueryResult<Vec<Sealed>> {
    let rows: Vec<(columns::StorageEntryId, String)> = storage_entries::table
        .filter(storage_entries::id.gt(&place.0))
        .order(storage_entries::id)
        .limit(BATCH)
        .select((storage_entries::id, storage_entries::sealed_secret))
        .load(conn)?;
    let sealed = |(id, text): (columns::StorageEntryId, String)| Sealed {
        row: (id.0.to_string(), String::new()),
        context: storage::secret_place(id.into()),
        text,
    };
    Ok(rows.into_iter().map(sealed).collect())
}

fn replace_secret(conn: &mut Conn, _: &System, old: &Sealed, anew: &str) -> QueryResult<usize> {
    let row = storage_entries::table
        .filter(storage_entries::id.eq(&old.row.0))
        .filter(storage_entries::sealed_secret.eq(&old.text));
    diesel::update(row)
        .set(storage_entries::sealed_secret.eq(anew))
        .execute(conn)
}

fn tokens_from(conn: &mut Conn, _: &System, place: &(String, String)) -> QueryResult<Vec<Sealed>> {
    let rows: Vec<(columns::StorageEntryId, Option<String>)> = storage_entries::table
        .filter(storage_entries::id.gt(&place.0))
        .filter(storage_entries::sealed_token.is_not_null())
        .order(storage_entries::id)
        .limit(BATCH)
        .select((storage_entries::id, storage_entries::sealed_token))
        .load(conn)?;
    let sealed = |(id, text): (columns::StorageEntryId, Option<String>)| {
        Some(Sealed {
            row: (id.0.to_string(), String::new()),
            context: storage::token_place(id.into()),
            text: text?,
        })
    };
    Ok(rows.into_iter().filter_map(sealed).collect())
}

fn replace_token(conn: &mut Conn, _: &System, old: &Sealed, anew: &str) -> QueryResult<usize> {
    let row = storage_entries::table
        .filter(storage_entries::id.eq(&old.row.0))
        .filter(storage_entries::sealed_token.eq(Some(&old.text)));
    diesel::update(row)
        .set(storage_entries::sealed_token.eq(Some(anew)))
        .execute(conn)
}

fn mail_from(conn: &mut Conn, _: &System, place: &(String, String)) -> QueryResult<Vec<Sealed>> {
    let rows: Vec<(String, String)> = outbox::table
        .filter(outbox::id.gt(&place.0))
        .order(outbox::id)
        .limit(BATCH)
        .select((outbox::id, outbox::sealed_body))
        .load(conn)?;
    let sealed = |(id, text): (String, String)| Sealed {
        context: mail::context(&id),
        row: (id, String::new()),
        text,
    };
    Ok(rows.into_iter().map(sealed).collect())
}

fn replace_mail(conn: &mut Conn, _: &System, old: &Sealed, anew: &str) -> QueryResult<usize> {
    let row = outbox::table
        .filter(outbox::id.eq(&old.row.0))
        .filter(outbox::sealed_body.eq(&old.text));
    diesel::update(row)
        .set(outbox::sealed_body.eq(anew))
        .execute(conn)
}

fn answers_from(conn: &mut Conn, _: &System, place: &(String, String)) -> QueryResult<Vec<Sealed>> {
    let further = idempotency::caller
        .eq(&place.0)
        .and(idempotency::idempotency_key.gt(&place.1));
    let rows: Vec<(String, String, Option<String>)> = idempotency::table
        .filter(idempotency::caller.gt(&place.0).or(further))
        .filter(idempotency::sealed_body.is_not_null())
        .order((idempotency::caller, idempotency::idempotency_key))
        .limit(BATCH)
        .select((
            idempotency::caller,
            idempotency::idempotency_key,
            idempotency::sealed_body,
        ))
        .load(conn)?;
    let answers = rows.into_iter().filter_map(|(caller, key, text)| {
        Some(Sealed {
            context: idempotency_context(&caller, &key),
            row: (caller, key),
            text: text?,
        })
    });
    Ok(answers.collect())
}

fn replace_answer(conn: &mut Conn, _: &System, old: &Sealed, anew: &str) -> QueryResult<usize> {
    let row = idempotency::table
        .filter(idempotency::caller.eq(&old.row.0))
        .filter(idempotency::idempotency_key.eq(&old.row.1))
        .filter(idempotency::sealed_body.eq(Some(&old.text)));
    diesel::update(row)
        .set(idempotency::sealed_body.eq(Some(anew)))
        .execute(conn)
}
