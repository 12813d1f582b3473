//! The one row that says that the server was set up.

use db::Conn;
use diesel::prelude::*;

use crate::access::Anonymous;

/// Whether the first administrator was made.
pub fn is_set_up(conn: &mut Conn, anonymous: &Anonymous) -> QueryResult<bool> {
    let rows: i64 = anonymous.server().count().get_result(conn)?;
    Ok(rows > 0)
}
