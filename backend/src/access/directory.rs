//! Live keys, sessions and memberships in memory, so that a call need not ask the database who is calling. Every
//! change that takes authority away starts a new generation; what was read before it is not used after it.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::*};
use diesel::prelude::*;
use shared::{
    ids::{SessionId, UserId, WorkspaceId},
    permission::Role,
};

/// Entries kept of each kind; past it the memory is emptied and fills again.
const MOST: usize = 100_000;

/// A live key pair: not revoked, its owner enabled and a member. Whether it has expired is for the caller to see.
#[derive(Debug)]
pub struct KeyRecord {
    /// The public half.
    pub access_key: Arc<str>,
    /// Keyed hash of the secret half.
    pub secret_hash: String,
    /// Whose it is.
    pub user_id: UserId,
    /// Where it works.
    pub workspace_id: WorkspaceId,
    /// The owner's role there.
    pub role: Role,
    /// When it ends by itself.
    pub expires_at: Option<NaiveDateTime>,
}

/// A live browser session of an enabled account.
#[derive(Debug)]
pub struct SessionRecord {
    /// Its id in the owner's list.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Whether its owner operates this server.
    pub is_operator: bool,
    /// When it ends in any case.
    pub expires_at: NaiveDateTime,
    /// Its last use, microseconds since 1970.
    pub last_seen: AtomicI64,
}

#[derive(Debug, Default)]
struct Entries {
    generation: u64,
    keys: HashMap<String, Arc<KeyRecord>>,
    sessions: HashMap<String, Arc<SessionRecord>>,
    roles: HashMap<(WorkspaceId, UserId), Role>,
}

/// How long what is remembered may be believed after the last look at the epoch: revoked means refused within a
/// second on every running instance, also on one that has lost sight of the others.
const BELIEVED_FOR: Duration = Duration::from_secs(1);

/// The memory of who may come in.
#[derive(Debug, Default)]
pub struct Directory {
    generation: AtomicU64,
    /// When the epoch was last seen; nothing while no job follows it, as where there is one process only.
    followed_at: RwLock<Option<Instant>>,
    /// The database's epoch when this process last looked.
    epoch: AtomicI64,
    entries: RwLock<Entries>,
}

impl Directory {
    /// Forgets everything read before now. Called after a change that takes authority away was committed, and before
    /// its answer leaves.
    pub fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// Forgets everything if another process counted the epoch up. Once called, it must be called again and again:
    /// without it nothing is believed from memory.
    pub fn follow(&self, epoch: i64) {
        *self.followed_at.write().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        if self.epoch.swap(epoch, Ordering::SeqCst) != epoch {
            self.forget();
        }
    }

    /// The generation to name when storing what is about to be read. Another one later means that somebody may do less.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(super) fn key(&self, access_key: &str) -> Option<Arc<KeyRecord>> {
        self.look(|entries| entries.keys.get(access_key).cloned())
    }

    pub(super) fn session(&self, token_hash: &str) -> Option<Arc<SessionRecord>> {
        self.look(|entries| entries.sessions.get(token_hash).cloned())
    }

    pub(super) fn role(&self, workspace: WorkspaceId, user: UserId) -> Option<Role> {
        self.look(|entries| entries.roles.get(&(workspace, user)).copied())
    }

    pub(super) fn keep_key(&self, generation: u64, record: &Arc<KeyRecord>) {
        self.keep(generation, |entries| {
            make_room(&mut entries.keys);
            entries
                .keys
                .insert(record.access_key.to_string(), Arc::clone(record));
        });
    }

    pub(super) fn keep_session(&self, generation: u64, token_hash: &str, record: &Arc<SessionRecord>) {
        self.keep(generation, |entries| {
            make_room(&mut entries.sessions);
            entries.sessions.insert(token_hash.to_owned(), Arc::clone(record));
        });
    }

    pub(super) fn keep_role(&self, generation: u64, workspace: WorkspaceId, user: UserId, role: Role) {
        self.keep(generation, |entries| {
            make_room(&mut entries.roles);
            entries.roles.insert((workspace, user), role);
        });
    }

    fn look<T>(&self, f: impl FnOnce(&Entries) -> Option<T>) -> Option<T> {
        let followed_at = *self.followed_at.read().unwrap_or_else(PoisonError::into_inner);
        if followed_at.is_some_and(|at| at.elapsed() > BELIEVED_FOR) {
            return None;
        }
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        if entries.generation == self.generation() {
            f(&entries)
        } else {
            None
        }
    }

    fn keep(&self, generation: u64, f: impl FnOnce(&mut Entries)) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let now = self.generation();
        if entries.generation != now {
            *entries = Entries {
                generation: now,
                ..Entries::default()
            };
        }
        // What was read before a change must not outlive it.
        if generation == now {
            f(&mut entries);
        }
    }
}

fn make_room<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= MOST {
        map.clear();
    }
}

/// The live key pair with this access key.
pub(super) fn load_key(conn: &mut Conn, access_key: &str) -> QueryResult<Option<KeyRecord>> {
    type Row = (
        String,
        String,
        columns::UserId,
        columns::WorkspaceId,
        columns::Role,
        Option<NaiveDateTime>,
    );
    let row: Option<Row> = credentials::table
        .inner_join(users::table)
        .inner_join(
            members::table.on(members::workspace_id
                .eq(credentials::workspace_id)
                .and(members::user_id.eq(credentials::user_id))),
        )
        .filter(credentials::access_key.eq(access_key))
        .filter(credentials::revoked_at.is_null())
        .filter(users::is_disabled.eq(false))
        .select((
            credentials::access_key,
            credentials::secret_hash,
            credentials::user_id,
            credentials::workspace_id,
            members::role,
            credentials::expires_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(
        |(access_key, secret_hash, user, workspace, role, expires_at)| KeyRecord {
            access_key: access_key.into(),
            secret_hash,
            user_id: user.into(),
            workspace_id: workspace.into(),
            role: role.into(),
            expires_at,
        },
    ))
}

/// The browser session whose cookie hashes to `token_hash`.
pub(super) fn load_session(conn: &mut Conn, token_hash: &str) -> QueryResult<Option<SessionRecord>> {
    type Row = (
        columns::SessionId,
        columns::UserId,
        bool,
        NaiveDateTime,
        NaiveDateTime,
    );
    let row: Option<Row> = sessions::table
        .inner_join(users::table)
        .filter(sessions::token_hash.eq(token_hash))
        .filter(users::is_disabled.eq(false))
        .select((
            sessions::id,
            sessions::user_id,
            users::is_operator,
            sessions::expires_at,
            sessions::last_seen_at,
        ))
        .first(conn)
        .optional()?;
    Ok(
        row.map(|(id, user, is_operator, expires_at, last_seen)| SessionRecord {
            id: id.into(),
            user_id: user.into(),
            is_operator,
            expires_at,
            last_seen: AtomicI64::new(last_seen.and_utc().timestamp_micros()),
        }),
    )
}

/// A member's role.
pub(super) fn load_role(conn: &mut Conn, workspace: WorkspaceId, user: UserId) -> QueryResult<Option<Role>> {
    members::table
        .find((columns::WorkspaceId(workspace), columns::UserId(user)))
        .select(members::role)
        .first::<columns::Role>(conn)
        .optional()
        .map(|role| role.map(Role::from))
}

/// The number that every change of authority counts up.
pub(crate) fn load_epoch(conn: &mut Conn) -> QueryResult<i64> {
    access_epoch::table
        .find(1)
        .select(access_epoch::value)
        .first(conn)
}

/// Counts the epoch up, so that other processes forget what they read.
pub(crate) fn count_epoch_up(conn: &mut Conn) -> QueryResult<()> {
    let changed = diesel::update(access_epoch::table.find(1))
        .set(access_epoch::value.eq(access_epoch::value + 1))
        .execute(conn)?;
    db::one(changed)
}

/// Counts up that somebody was told something, so that every process looks whether it concerns a stream that it holds open.
pub(crate) fn count_notices_up(conn: &mut Conn) -> QueryResult<()> {
    let changed = diesel::update(notice_epoch::table.find(1))
        .set(notice_epoch::value.eq(notice_epoch::value + 1))
        .execute(conn)?;
    db::one(changed)
}
