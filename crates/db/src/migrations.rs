//! The migrations of both databases, inside the binary.

use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{Conn, Db, DbError};

/// For embedded `SQLite`.
pub const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
/// For `PostgreSQL`.
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Serialises the migrations of several instances that start at once. Any number that no one else uses.
const LOCK: i64 = 0x0063_6c65_6172_616e;

/// Brings the database to the newest schema and names the migrations that ran.
///
/// # Errors
/// When a migration fails, or the database holds one that this version does not know.
pub fn run(db: &Db) -> Result<Vec<String>, DbError> {
    db.bare(|conn| match conn {
        // At once, so that of two processes one waits and then finds nothing to do.
        Conn::Sqlite(sqlite) => sqlite.immediate_transaction(|sqlite| pending(sqlite, SQLITE)),
        Conn::Pg(pg) => {
            // The harness takes no lock of its own: two instances that start together would race.
            // It may take its time, and so may whoever comes second.
            pg.batch_execute(&format!(
                "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock({LOCK})"
            ))?;
            let ran = pending(pg, POSTGRES);
            let unlocked = pg.batch_execute(&format!(
                "SELECT pg_advisory_unlock({LOCK}); {}",
                crate::pools::LIMITS
            ));
            let ran = ran?;
            unlocked?;
            Ok(ran)
        }
    })
}

fn pending<DB: diesel::backend::Backend, C: MigrationHarness<DB>>(
    conn: &mut C,
    source: EmbeddedMigrations,
) -> Result<Vec<String>, DbError> {
    let ran = conn
        .run_pending_migrations(source)
        .map_err(|error| DbError::Migration(error.to_string()))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}
