//! The account's entries of cloud storage access, without their secrets.

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::*};
use diesel::prelude::*;
use serde_json::json;

use super::{Part, Until, limit, page};
use crate::{access::OwnAccount, error::AppError};

/// By id.
pub(super) fn entries(
    conn: &mut Conn,
    own: &OwnAccount,
    _: Until,
    after: Option<String>,
) -> Result<Part, AppError> {
    type Row = (
        (String, columns::StorageProvider, String, String),
        (Option<String>, Option<String>, Option<String>),
        (NaiveDateTime, NaiveDateTime),
    );
    let rows: Vec<Row> = own
        .storage_entries()
        .filter(storage_entries::id.gt(after.unwrap_or_default()))
        .order(storage_entries::id.asc())
        .limit(limit())
        .select((
            (
                storage_entries::id,
                storage_entries::provider,
                storage_entries::bucket,
                storage_entries::access_key,
            ),
            (
                storage_entries::sealed_token,
                storage_entries::region,
                storage_entries::host,
            ),
            (storage_entries::created_at, storage_entries::updated_at),
        ))
        .load(conn)?;
    Ok(page(
        rows,
        |row| row.0.0.clone(),
        |((id, provider, bucket, key), (token, region, host), (created_at, updated_at))| {
            json!({
                "id": id,
                "provider": provider.0,
                "bucket": bucket,
                "key": key,
                "has_token": token.is_some(),
                "region": region,
                "host": host,
                "created_at": created_at.and_utc(),
                "updated_at": updated_at.and_utc(),
            })
        },
    ))
}
