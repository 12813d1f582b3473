//! What anybody may know of the server: versions, addresses, and whether it has been set up.

use shared::server::{GetServer, Server};

use crate::{
    access::API_VERSION,
    error::AppError,
    features::setup::store as setup,
    http::{Ctx, Mount, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![serve(GetServer, get)]
}

async fn get(ctx: Ctx<GetServer>) -> Result<Server, AppError> {
    let is_set_up = ctx
        .read_brief(|conn, anonymous| Ok(setup::is_set_up(conn, anonymous)?))
        .await?;
    Ok(Server {
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        api_version: API_VERSION.to_owned(),
        needs_setup: !is_set_up,
        sends_mail: ctx.config().smtp.is_some(),
        addresses: ctx.config().addresses(),
    })
}
