//! The journal. Every change runs in a [`Tx`], which writes what was done, by whom and from where into the same
//! transaction; a change without an entry is undone. Entries of one workspace form a chain of hashes.

pub mod verify;

use chrono::NaiveDateTime;
use db::{Conn, on_each, schema::*};
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::ids::{UserId, WorkspaceId};

use crate::{
    access::{Actor, count_epoch_up, count_notices_up},
    clock::Clock,
    error::AppError,
    state::State,
};

/// The chain of what belongs to no workspace.
pub const SERVER_CHAIN: &str = "server";

/// The action of the entry that says what the retention setting removed from its chain.
pub const RETAIN: &str = "audit.retain";

/// One thing that was done. Values must hold no secrets.
#[derive(Debug, Clone)]
pub struct Entry {
    chain: Option<String>,
    action: &'static str,
    subject_kind: &'static str,
    subject_id: String,
    before: Option<String>,
    after: Option<String>,
    fault: Option<String>,
}

impl Entry {
    /// `action` is `noun.verb`; the subject is what it was done to.
    #[must_use]
    pub fn new(action: &'static str, subject_kind: &'static str, subject_id: impl ToString) -> Self {
        Self {
            chain: None,
            action,
            subject_kind,
            subject_id: subject_id.to_string(),
            before: None,
            after: None,
            fault: None,
        }
    }

    /// The workspace whose chain it belongs to. Entries made within a workspace's scope have it by themselves.
    #[must_use]
    pub fn in_workspace(mut self, workspace: WorkspaceId) -> Self {
        self.chain = Some(workspace.to_string());
        self
    }

    /// For the server's own chain, though it is made within a workspace's scope.
    #[must_use]
    pub fn on_server(mut self) -> Self {
        self.chain = Some(SERVER_CHAIN.to_owned());
        self
    }

    /// What it was before.
    #[must_use]
    pub fn before(mut self, value: &impl Serialize) -> Self {
        self.before = self.text(value);
        self
    }

    /// What it is now.
    #[must_use]
    pub fn after(mut self, value: &impl Serialize) -> Self {
        self.after = self.text(value);
        self
    }

    /// The value as JSON. One that has none fails when the entry is written.
    fn text(&mut self, value: &impl Serialize) -> Option<String> {
        match serde_json::to_string(value) {
            Ok(text) => Some(text),
            Err(error) => {
                self.fault = Some(error.to_string());
                None
            }
        }
    }
}

/// A transaction with a journal.
pub struct Tx<'a> {
    /// The connection, for queries.
    pub conn: &'a mut Conn,
    clock: &'a Clock,
    now: NaiveDateTime,
    actor: Actor,
    workspace: Option<WorkspaceId>,
    accounted_for: bool,
    authority_ended: bool,
    told: Vec<UserId>,
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

impl Tx<'_> {
    /// Runs `f` in one transaction. Undone when `f` fails, or when it neither journalled anything nor said why not.
    pub(crate) fn run<T>(
        state: &State,
        actor: &Actor,
        workspace: Option<WorkspaceId>,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let (value, authority_ended, told) = state.db.write(|conn| {
            let now = state.clock.now();
            let actor = actor.clone();
            let mut tx = Tx {
                conn,
                clock: &state.clock,
                now,
                actor,
                workspace,
                accounted_for: false,
                authority_ended: false,
                told: Vec::new(),
            };
            let value = f(&mut tx)?;
            if !tx.accounted_for {
                return Err(AppError::bug("a change was not journalled"));
            }
            if tx.authority_ended {
                count_epoch_up(tx.conn)?;
            }
            if !tx.told.is_empty() {
                count_notices_up(tx.conn)?;
            }
            Ok::<_, AppError>((value, tx.authority_ended, tx.told))
        })?;
        if authority_ended {
            state.directory.forget();
        }
        state.notices.wake(&told);
        Ok(value)
    }

    /// The time of this transaction.
    #[must_use]
    pub fn now(&self) -> NaiveDateTime {
        self.now
    }

    /// A new id.
    #[must_use]
    pub fn new_id(&self) -> uuid::Uuid {
        self.clock.new_id()
    }

    /// The account that acts, if one does.
    #[must_use]
    pub fn actor_id(&self) -> Option<UserId> {
        self.actor.user_id
    }

    /// From now on it is `user` who acts: after a password or a link has been proven.
    pub fn acts_as(&mut self, user: UserId) {
        self.actor.user_id = Some(user);
    }

    /// Says that somebody can do less than before: everything remembered about callers is forgotten at the commit,
    /// here and in every other process.
    pub fn ends_authority(&mut self) {
        self.authority_ended = true;
    }

    /// Says that what `user` is told has changed: open streams hear of it at the commit, here and in every other process.
    pub fn tells(&mut self, user: UserId) {
        self.told.push(user);
    }

    /// Says why this transaction needs no entry.
    pub fn needs_no_entry(&mut self, why: &'static str) {
        tracing::trace!(why, "not journalled");
        self.accounted_for = true;
    }

    /// Writes an entry. If it cannot be written, the change must fail: pass the error on.
    pub fn record(&mut self, entry: Entry) -> Result<(), AppError> {
        if let Some(fault) = entry.fault {
            return Err(AppError::Internal(anyhow::Error::msg(fault)));
        }
        let chain = entry
            .chain
            .or_else(|| self.workspace.map(|id| id.to_string()))
            .unwrap_or_else(|| SERVER_CHAIN.to_owned());
        let (seq, previous) = next_link(self.conn, &chain)?;
        let mut row = AuditRow {
            seq,
            at: self.now,
            actor_kind: self.actor.kind.to_owned(),
            actor_id: self.actor.user_id.map(|id| id.to_string()),
            actor_credential: self.actor.credential.clone(),
            address: self.actor.address.to_string(),
            action: entry.action.to_owned(),
            subject_kind: entry.subject_kind.to_owned(),
            subject_id: entry.subject_id,
            before: entry.before,
            after: entry.after,
            hash: String::new(),
            chain,
        };
        row.hash = row.link(&previous);
        diesel::insert_into(audit_entries::table)
            .values(&row)
            .execute(self.conn)?;
        diesel::update(audit_chains::table.find(&row.chain))
            .set(audit_chains::hash.eq(&row.hash))
            .execute(self.conn)?;
        self.accounted_for = true;
        Ok(())
    }
}

/// Takes the next number of a chain, and with it the chain's lock until the transaction ends.
fn next_link(conn: &mut Conn, chain: &str) -> QueryResult<(i64, String)> {
    let first = (
        audit_chains::chain.eq(chain),
        audit_chains::seq.eq(1),
        audit_chains::hash.eq(""),
    );
    // `Conn` has no upsert.
    on_each!(conn, c => diesel::insert_into(audit_chains::table)
        .values(first)
        .on_conflict(audit_chains::chain)
        .do_update()
        .set(audit_chains::seq.eq(audit_chains::seq + 1))
        .returning((audit_chains::seq, audit_chains::hash))
        .get_result(c))
}

/// An entry as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = audit_entries)]
pub struct AuditRow {
    /// A workspace's id, or [`SERVER_CHAIN`].
    pub chain: String,
    /// Number in the chain, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: NaiveDateTime,
    /// [`Actor::kind`].
    pub actor_kind: String,
    /// Which account.
    pub actor_id: Option<String>,
    /// With which key.
    pub actor_credential: Option<String>,
    /// From where.
    pub address: String,
    /// What: `noun.verb`.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject_id: String,
    /// What it was before, JSON.
    pub before: Option<String>,
    /// What it is now, JSON.
    pub after: Option<String>,
    /// Covers this entry and the one before, SHA-256 in hex.
    pub hash: String,
}

impl AuditRow {
    /// The hash that belongs to this entry after one with the hash `previous`.
    #[must_use]
    pub fn link(&self, previous: &str) -> String {
        let content = (
            (
                previous,
                &self.chain,
                self.seq,
                self.at.and_utc().timestamp_micros(),
                &self.actor_kind,
                &self.actor_id,
            ),
            (
                &self.actor_credential,
                &self.address,
                &self.action,
                &self.subject_kind,
                &self.subject_id,
            ),
            (&self.before, &self.after),
        );
        let bytes = serde_json::to_vec(&content).unwrap_or_default();
        hex(&Sha256::digest(bytes))
    }
}

/// Bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
