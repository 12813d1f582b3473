//! Connections, pools, column types, schema and migrations. Knows nothing of HTTP or of features. One query runs on
//! `SQLite` and on `PostgreSQL`; [`on_each!`] is for the few statements that differ.

pub mod columns;
mod connection;
pub mod migrations;
mod pools;
pub mod schema;

pub use connection::{Conn, MultiBackend};
pub use pools::{Db, DbError, Kind};

/// Runs one statement on whichever database is behind `conn`, for what `Conn` cannot say.
#[macro_export]
macro_rules! on_each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Pg($c) => $body,
            $crate::Conn::Sqlite($c) => $body,
        }
    };
}

/// Exactly what a change must have found: zero rows changed is `NotFound`, not success.
pub fn one(changed: usize) -> diesel::QueryResult<()> {
    match changed {
        0 => Err(diesel::result::Error::NotFound),
        _ => Ok(()),
    }
}
