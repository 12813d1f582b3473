//! Everything that the server holds about the account that asks, as one JSON file. What is in it is listed in
//! `docs/own-data.md`; whoever changes that counts [`FORMAT_VERSION`] up.

use chrono::NaiveDateTime;
use db::Conn;
use secrets::keys::InstanceKeys;
use serde_json::{Value, json};
use shared::account::ExportMe;

use super::store::{
    self,
    own_data::{SECTIONS, Until},
};
use crate::{
    access::OwnAccount,
    error::AppError,
    features::vaults::store::own_data as vaults,
    http::{
        Ctx,
        download::{Attachment, Piece, file_name},
    },
};

const JSON: &str = "application/json";
/// The types of files.
pub(super) const FILES: &[&str] = &[JSON];
/// The version of the file's form.
const FORMAT_VERSION: u32 = 1;
/// The last list of the file: what was saved in one's own vaults.
const SAVES: &str = "vault_versions";

/// How far the file has come.
enum Progress {
    Begins,
    /// In this section, behind this place of it.
    In(usize, Option<String>),
    /// In what was saved in vaults, behind this vault and save.
    Saves(Option<(String, i64)>),
}

pub(super) async fn export(ctx: Ctx<ExportMe>) -> Result<Attachment, AppError> {
    let (now, server, keys) = (ctx.now(), ctx.config().public_url(), ctx.keys_for_queries());
    let name = file_name(&format!("clearance-own-data-{}", now.date()), "json");
    Ok(ctx.attach(
        name,
        JSON,
        Progress::Begins,
        move |conn, own, progress| match progress {
            Progress::Begins => head(conn, own, now, &server),
            Progress::In(section, after) => part(conn, own, now, section, after),
            Progress::Saves(after) => saves(conn, own, now, &keys, after),
        },
    ))
}

/// The account itself and its preferences; the object stays open.
fn head(
    conn: &mut Conn,
    own: &OwnAccount,
    now: NaiveDateTime,
    server: &str,
) -> Result<Piece<Progress>, AppError> {
    let head = json!({
        "format_version": FORMAT_VERSION,
        "server": server,
        "exported_at": now.and_utc(),
        "account": store::own_data::account(conn, own)?,
        "preferences": store::preferences(conn, own)?,
    });
    let mut bytes = serde_json::to_vec(&head).map_err(|error| AppError::Internal(error.into()))?;
    bytes.pop();
    Ok(Piece {
        bytes,
        next: Some(Progress::In(0, None)),
    })
}

/// A page of one section, a list; after the last section come the saves of vaults.
fn part(
    conn: &mut Conn,
    own: &OwnAccount,
    now: NaiveDateTime,
    section: usize,
    after: Option<String>,
) -> Result<Piece<Progress>, AppError> {
    let Some((name, read)) = SECTIONS.get(section) else {
        return Ok(Piece {
            bytes: Vec::new(),
            next: Some(Progress::Saves(None)),
        });
    };
    let is_first = after.is_none();
    let page = read(conn, own, Until(now), after)?;
    let mut bytes = listed(name, is_first, &page.items)?;
    let next = if page.next.is_some() {
        Progress::In(section, page.next)
    } else {
        bytes.push(b']');
        Progress::In(section + 1, None)
    };
    Ok(Piece {
        bytes,
        next: Some(next),
    })
}

/// Some of what was saved in one's own vaults; after the last the object is closed.
fn saves(
    conn: &mut Conn,
    own: &OwnAccount,
    now: NaiveDateTime,
    keys: &InstanceKeys,
    after: Option<(String, i64)>,
) -> Result<Piece<Progress>, AppError> {
    let is_first = after.is_none();
    let saves = vaults::saves(conn, own, keys, now, after)?;
    let mut bytes = listed(SAVES, is_first, &saves.items)?;
    if saves.next.is_none() {
        bytes.extend_from_slice(b"]\n}\n");
    }
    Ok(Piece {
        bytes,
        next: saves.next.map(|place| Progress::Saves(Some(place))),
    })
}

/// Items of a list that stays open, with its name if they are its first.
fn listed(name: &str, mut is_first: bool, items: &[Value]) -> Result<Vec<u8>, AppError> {
    let mut bytes = Vec::new();
    if is_first {
        bytes.extend_from_slice(format!(",\n\"{name}\": [").as_bytes());
    }
    for item in items {
        bytes.extend_from_slice(if is_first { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut bytes, item).map_err(|error| AppError::Internal(error.into()))?;
        is_first = false;
    }
    Ok(bytes)
}
