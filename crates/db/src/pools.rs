//! Two pools: readers, for which a write fails, and writers. On `SQLite` the write pool holds one connection, so
//! that writers queue instead of failing on a stale snapshot.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::{
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    prelude::*,
    r2d2::{
        CustomizeConnection, Error as R2d2Error, ManageConnection, Pool, PooledConnection, R2D2Connection,
    },
};

use crate::Conn;

type Transactions = <Conn as Connection>::TransactionManager;

/// How long a statement of `PostgreSQL` may run, and wait for a lock.
pub(crate) const LIMITS: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s';";

/// Longest wait for a free connection.
const POOL_WAIT: Duration = Duration::from_secs(5);

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The embedded database, in this file.
    Sqlite(PathBuf),
    /// `PostgreSQL`, at this URL.
    Postgres(String),
}

/// Why the database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The URL is not one that we know.
    #[error("the database URL must begin with sqlite:// or postgres://")]
    Url,
    /// No connection within the wait.
    #[error("no database connection within {} s", POOL_WAIT.as_secs())]
    Busy(#[source] diesel::r2d2::PoolError),
    /// A statement failed.
    #[error("a database statement failed")]
    Query(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("the database could not be migrated: {0}")]
    Migration(String),
}

impl Kind {
    /// Reads `sqlite://PATH` or `postgres://...`.
    pub fn parse(url: &str) -> Result<Self, DbError> {
        match url.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(Path::new(path).to_owned())),
            _ => Err(DbError::Url),
        }
    }
}

/// Makes connections to one database.
struct Manager {
    kind: Kind,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = R2d2Error;

    fn connect(&self) -> Result<Conn, R2d2Error> {
        match &self.kind {
            Kind::Postgres(url) => Ok(Conn::Pg(PgConnection::establish(url)?)),
            Kind::Sqlite(path) => Ok(Conn::Sqlite(SqliteConnection::establish(
                &path.to_string_lossy(),
            )?)),
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), R2d2Error> {
        match conn {
            // A file does not hang up.
            Conn::Sqlite(_) => Ok(()),
            Conn::Pg(pg) => pg.ping().map_err(R2d2Error::QueryError),
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        match conn {
            Conn::Sqlite(sqlite) => sqlite.is_broken(),
            Conn::Pg(pg) => pg.is_broken(),
        }
    }
}

/// What every new connection is told.
#[derive(Debug)]
struct Setup {
    read_only: bool,
}

impl CustomizeConnection<Conn, R2d2Error> for Setup {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), R2d2Error> {
        let said = match conn {
            Conn::Sqlite(sqlite) => sqlite.batch_execute(&format!(
                "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
                 PRAGMA query_only={};",
                u8::from(self.read_only)
            )),
            Conn::Pg(pg) => pg.batch_execute(&format!(
                "SET TIME ZONE 'UTC'; {LIMITS} \
                 SET default_transaction_read_only = {};",
                if self.read_only { "on" } else { "off" }
            )),
        };
        said.map_err(R2d2Error::QueryError)
    }
}

/// The database: a pool of readers and a pool of writers. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    kind: Kind,
    readers: Pool<Manager>,
    writers: Pool<Manager>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").finish_non_exhaustive()
    }
}

impl Db {
    /// Opens both pools. `connections` bounds each on `PostgreSQL` and the readers on `SQLite`; there is one reader more,
    /// for the job that watches the epoch all the time. Opens no connection yet.
    #[must_use]
    pub fn open(kind: Kind, connections: u32) -> Self {
        let pool = |size: u32, read_only: bool| {
            Pool::builder()
                .max_size(size.max(1))
                .min_idle(Some(0))
                .connection_timeout(POOL_WAIT)
                .test_on_check_out(matches!(kind, Kind::Postgres(_)))
                .connection_customizer(Box::new(Setup { read_only }))
                .build_unchecked(Manager { kind: kind.clone() })
        };
        let writers = match kind {
            Kind::Sqlite(_) => 1,
            Kind::Postgres(_) => connections,
        };
        Self {
            readers: pool(connections.saturating_add(1), true),
            writers: pool(writers, false),
            kind,
        }
    }

    /// Which database this is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// How many connections each pool has open, and how many of them are idle.
    #[must_use]
    pub fn pool_sizes(&self) -> [(&'static str, diesel::r2d2::State); 2] {
        [
            ("readers", self.readers.state()),
            ("writers", self.writers.state()),
        ]
    }

    /// Runs queries that change nothing; one that tries to fails.
    ///
    /// # Errors
    /// The closure's error, or [`DbError::Busy`] when no connection became free in time.
    pub fn read<T, E: From<DbError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = take(&self.readers)?;
        f(&mut conn)
    }

    /// Runs queries as [`Self::read`] does, if that needs no waiting: on `SQLite`, on a connection that is idle. Else
    /// gives `f` back, to be run where waiting harms nobody.
    ///
    /// # Errors
    /// `f`, which has not run.
    pub fn read_at_once<T, F: FnOnce(&mut Conn) -> T>(&self, f: F) -> Result<T, F> {
        let idle = match self.kind {
            Kind::Sqlite(_) => self.readers.try_get(),
            Kind::Postgres(_) => None,
        };
        match idle {
            Some(mut conn) => Ok(f(&mut conn)),
            None => Err(f),
        }
    }

    /// Runs queries in one transaction, which is undone if the closure fails.
    ///
    /// # Errors
    /// The closure's error, a failed commit, or [`DbError::Busy`] when no connection became free in time.
    pub fn write<T, E: From<DbError>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = take(&self.writers)?;
        let conn: &mut Conn = &mut conn;
        let query = |error| E::from(DbError::Query(error));
        begin(conn).map_err(query)?;
        match f(conn) {
            Ok(value) => {
                Transactions::commit_transaction(conn).map_err(query)?;
                Ok(value)
            }
            Err(error) => {
                // The closure's error is the one to tell; a connection that cannot roll back is broken and dropped.
                let _ = Transactions::rollback_transaction(conn);
                Err(error)
            }
        }
    }

    /// Runs `f` on a write connection outside a transaction, for migrations.
    pub(crate) fn bare<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T, DbError>) -> Result<T, DbError> {
        let mut conn = take(&self.writers)?;
        f(&mut conn)
    }
}

fn take(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, DbError> {
    pool.get().map_err(DbError::Busy)
}

/// Begins a transaction that will write. `SQLite` is told at once: a command beside the server must wait for its turn
/// instead of failing when its first read has gone stale.
fn begin(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        Conn::Pg(pg) => AnsiTransactionManager::begin_transaction(pg),
    }
}
