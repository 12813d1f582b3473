//! The connection that is one of two.

#![expect(missing_docs, reason = "the derive writes public items without a docstring")]

use diesel::prelude::*;

/// A connection to whichever database the server runs on.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// `PostgreSQL`.
    Pg(PgConnection),
    /// Embedded `SQLite`.
    Sqlite(SqliteConnection),
}
