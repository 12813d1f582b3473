//! What the server holds about one account, section by section and page by page. No secret and no hash of one, and of other
//! people nothing but names that the account's owner was shown anyway.

mod history;
mod storage;

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::*};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::me;
use crate::{access::OwnAccount, error::AppError};

/// Rows in one page.
const PAGE: usize = 500;

/// The moment of the export: what happens while it is sent is not in it.
#[derive(Debug, Clone, Copy)]
pub struct Until(pub NaiveDateTime);

/// Part of a section, and the place behind it if there is more.
#[derive(Debug)]
pub struct Part {
    /// Its items, as they stand in the file.
    pub items: Vec<Value>,
    /// Where to go on.
    pub next: Option<String>,
}

type Section = fn(&mut Conn, &OwnAccount, Until, Option<String>) -> Result<Part, AppError>;

/// The lists of the file, by their names.
pub const SECTIONS: &[(&str, Section)] = &[
    ("sessions", browser_sessions),
    ("memberships", memberships),
    ("credentials", keys),
    ("storage_entries", storage::entries),
    ("invitations_sent", sent),
    ("invitations_received", received),
    ("invitations_accepted", accepted),
    ("notifications", told),
    ("call_counts", history::calls),
    ("journal", history::deeds),
];

/// The account, and whether its address was proven.
pub fn account(conn: &mut Conn, own: &OwnAccount) -> Result<Value, AppError> {
    let (proven, must_change): (bool, bool) = own
        .account()
        .select((users::email_proven, users::must_change_password))
        .first(conn)?;
    let mut account =
        serde_json::to_value(me(conn, own)?).map_err(|error| AppError::Internal(error.into()))?;
    if let Value::Object(fields) = &mut account {
        fields.insert("email_proven".to_owned(), proven.into());
        fields.insert("must_change_password".to_owned(), must_change.into());
    }
    Ok(account)
}

/// A page that ends behind the place of its last row, if it is full.
fn page<R>(rows: Vec<R>, place: impl Fn(&R) -> String, item: impl Fn(R) -> Value) -> Part {
    let next = rows.last().filter(|_| rows.len() >= PAGE).map(place);
    Part {
        items: rows.into_iter().map(item).collect(),
        next,
    }
}

fn limit() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
}

fn utc(time: Option<NaiveDateTime>) -> Value {
    time.map_or(Value::Null, |time| json!(time.and_utc()))
}

fn browser_sessions(
    conn: &mut Conn,
    own: &OwnAccount,
    _: Until,
    after: Option<String>,
) -> Result<Part, AppError> {
    type Row = (
        String,
        NaiveDateTime,
        NaiveDateTime,
        NaiveDateTime,
        String,
        String,
    );
    let rows: Vec<Row> = own
        .sessions()
        .filter(sessions::id.gt(after.unwrap_or_default()))
        .order(sessions::id.asc())
        .limit(limit())
        .select((
            sessions::id,
            sessions::created_at,
            sessions::last_seen_at,
            sessions::expires_at,
            sessions::address,
            sessions::user_agent,
        ))
        .load(conn)?;
    Ok(page(
        rows,
        |row| row.0.clone(),
        |(id, created_at, last_seen_at, expires_at, address, user_agent)| {
            json!({
                "id": id,
                "created_at": created_at.and_utc(),
                "last_seen_at": last_seen_at.and_utc(),
                "expires_at": expires_at.and_utc(),
                "address": address,
                "user_agent": user_agent,
            })
        },
    ))
}

fn memberships(conn: &mut Conn, own: &OwnAccount, _: Until, after: Option<String>) -> Result<Part, AppError> {
    type Row = (
        String,
        String,
        String,
        NaiveDateTime,
        columns::UserId,
        Option<columns::UserId>,
    );
    let me = own.user_id();
    let rows: Vec<Row> = own
        .memberships()
        .inner_join(workspaces::table)
        .filter(members::workspace_id.gt(after.unwrap_or_default()))
        .order(members::workspace_id.asc())
        .limit(limit())
        .select((
            members::workspace_id,
            workspaces::name,
            members::role,
            members::added_at,
            workspaces::owner_id,
            workspaces::personal_of,
        ))
        .load(conn)?;
    Ok(page(
        rows,
        |row| row.0.clone(),
        |(id, name, role, added_at, owner, personal_of)| {
            json!({
                "workspace_id": id,
                "workspace_name": name,
                "role": role,
                "added_at": added_at.and_utc(),
                "is_owner": owner == me,
                "is_personal": personal_of == Some(me),
            })
        },
    ))
}

fn keys(conn: &mut Conn, own: &OwnAccount, _: Until, after: Option<String>) -> Result<Part, AppError> {
    type Times = (
        NaiveDateTime,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
    );
    type Row = (
        (String, String, String),
        Times,
        (Option<String>, Option<String>, Option<String>),
    );
    let rows: Vec<Row> = own
        .credentials()
        .filter(credentials::access_key.gt(after.unwrap_or_default()))
        .order(credentials::access_key.asc())
        .limit(limit())
        .select((
            (
                credentials::access_key,
                credentials::workspace_id,
                credentials::label,
            ),
            (
                credentials::created_at,
                credentials::expires_at,
                credentials::revoked_at,
                credentials::rotated_at,
                credentials::last_used_at,
            ),
            (
                credentials::rotated_from,
                credentials::rotated_to,
                credentials::last_used_from,
            ),
        ))
        .load(conn)?;
    Ok(page(
        rows,
        |row| row.0.0.clone(),
        |((access_key, workspace, label), times, (rotated_from, rotated_to, last_used_from))| {
            json!({
                "access_key": access_key,
                "workspace_id": workspace,
                "label": label,
                "created_at": times.0.and_utc(),
                "expires_at": utc(times.1),
                "revoked_at": utc(times.2),
                "rotated_at": utc(times.3),
                "rotated_from": rotated_from,
                "rotated_to": rotated_to,
                "last_used_at": utc(times.4),
                "last_used_from": last_used_from,
            })
        },
    ))
}

type InvitationTimes = (
    NaiveDateTime,
    NaiveDateTime,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
);

/// The columns that say when something happened to an invitation.
const INVITATION_TIMES: (
    invitations::created_at,
    invitations::expires_at,
    invitations::used_at,
    invitations::revoked_at,
    invitations::declined_at,
) = (
    invitations::created_at,
    invitations::expires_at,
    invitations::used_at,
    invitations::revoked_at,
    invitations::declined_at,
);

fn invitation(id: &str, workspace: &str, role: &str, times: InvitationTimes) -> Value {
    json!({
        "id": id,
        "workspace_id": workspace,
        "role": role,
        "created_at": times.0.and_utc(),
        "expires_at": times.1.and_utc(),
        "accepted_at": utc(times.2),
        "revoked_at": utc(times.3),
        "declined_at": utc(times.4),
    })
}

/// Without the address that it was sent to: that is somebody else's.
fn sent(conn: &mut Conn, own: &OwnAccount, _: Until, after: Option<String>) -> Result<Part, AppError> {
    let rows: Vec<(String, String, String, InvitationTimes)> = own
        .invitations_sent()
        .filter(invitations::id.gt(after.unwrap_or_default()))
        .order(invitations::id.asc())
        .limit(limit())
        .select((
            invitations::id,
            invitations::workspace_id,
            invitations::role,
            INVITATION_TIMES,
        ))
        .load(conn)?;
    Ok(page(
        rows,
        |row| row.0.clone(),
        |(id, workspace, role, times)| invitation(&id, &workspace, &role, times),
    ))
}

type Received = (String, String, String, String, String, InvitationTimes);

/// An invitation with what its link shows.
fn with_names((id, workspace, name, role, invited_by, times): Received) -> Value {
    let mut item = invitation(&id, &workspace, &role, times);
    if let Value::Object(fields) = &mut item {
        fields.insert("workspace_name".to_owned(), name.into());
        fields.insert("invited_by".to_owned(), invited_by.into());
    }
    item
}

/// Those to the account's address, if it is proven to be its owner's: anybody can register with any address.
fn received(conn: &mut Conn, own: &OwnAccount, _: Until, after: Option<String>) -> Result<Part, AppError> {
    let (email_key, proven): (String, bool) = own
        .account()
        .select((users::email_key, users::email_proven))
        .first(conn)?;
    if !proven {
        return Ok(Part {
            items: Vec::new(),
            next: None,
        });
    }
    let rows: Vec<Received> = own
        .invitations_to(email_key)
        .inner_join(workspaces::table)
        .inner_join(users::table)
        .filter(invitations::id.gt(after.unwrap_or_default()))
        .order(invitations::id.asc())
        .limit(limit())
        .select((
            invitations::id,
            invitations::workspace_id,
            workspaces::name,
            invitations::role,
            users::name,
            INVITATION_TIMES,
        ))
        .load(conn)?;
    Ok(page(rows, |row| row.0.clone(), with_names))
}

/// Those by which the account joined, also by a link without an address.
fn accepted(conn: &mut Conn, own: &OwnAccount, _: Until, after: Option<String>) -> Result<Part, AppError> {
    let rows: Vec<Received> = own
        .invitations_used()
        .inner_join(workspaces::table)
        .inner_join(users::table)
        .filter(invitations::id.gt(after.unwrap_or_default()))
        .order(invitations::id.asc())
        .limit(limit())
        .select((
            invitations::id,
            invitations::workspace_id,
            workspaces::name,
            invitations::role,
            users::name,
            INVITATION_TIMES,
        ))
        .load(conn)?;
    Ok(page(rows, |row| row.0.clone(), with_names))
}

fn told(conn: &mut Conn, own: &OwnAccount, until: Until, after: Option<String>) -> Result<Part, AppError> {
    type Row = (
        String,
        String,
        (Option<String>, Option<String>, Option<String>, Option<String>),
        NaiveDateTime,
        Option<NaiveDateTime>,
    );
    let rows: Vec<Row> = own
        .notifications()
        .filter(notifications::id.gt(after.unwrap_or_default()))
        .filter(notifications::created_at.le(until.0))
        .order(notifications::id.asc())
        .limit(limit())
        .select((
            notifications::id,
            notifications::kind,
            (
                notifications::actor_name,
                notifications::workspace_id,
                notifications::workspace_name,
                notifications::role,
            ),
            notifications::created_at,
            notifications::read_at,
        ))
        .load(conn)?;
    Ok(page(
        rows,
        |row| row.0.clone(),
        |(id, kind, (actor, workspace_id, workspace_name, role), created_at, read_at)| {
            json!({
                "id": id,
                "kind": kind,
                "actor": actor,
                "workspace_id": workspace_id,
                "workspace_name": workspace_name,
                "role": role,
                "created_at": created_at.and_utc(),
                "read_at": utc(read_at),
            })
        },
    ))
}
