//! Groups of members: what vaults and access rules are for.

pub mod store;

use shared::{
    groups::{Group, ListGroups},
    page::Page,
};

use crate::{
    error::AppError,
    http::{Ctx, Mount, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![serve(ListGroups, list)]
}

async fn list(ctx: Ctx<ListGroups>) -> Result<Page<Group>, AppError> {
    ctx.read(store::all).await.map(Page::whole)
}
