//! What a workspace uses: members and calls of the running month, from the counters that metering writes.

mod rules;
mod store;

use shared::usage::{GetUsage, Usage};

use crate::{
    error::AppError,
    http::{Ctx, Mount, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![serve(GetUsage, get)]
}

async fn get(ctx: Ctx<GetUsage>) -> Result<Usage, AppError> {
    let now = ctx.now();
    let since = rules::first_of_month(now.date());
    let (members, calls_by_endpoint) = ctx
        .read(move |conn, scope| {
            Ok((
                store::count_members(conn, scope)?,
                store::calls_since(conn, scope, since)?,
            ))
        })
        .await?;
    Ok(Usage {
        since,
        counted_at: now.and_utc(),
        members,
        calls: calls_by_endpoint.iter().map(|counted| counted.calls).sum(),
        calls_by_endpoint,
    })
}
