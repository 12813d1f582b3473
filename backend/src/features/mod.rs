//! The features, each a slice with the same name in `shared`, here, in the app and in the tests.

pub mod account;
pub mod audit;
pub mod credentials;
pub mod groups;
pub mod invitations;
pub mod members;
pub mod notifications;
pub mod server;
pub mod server_users;
pub mod server_workspaces;
pub mod session;
pub mod setup;
pub mod usage;
pub mod vaults;
pub mod workspaces;

use crate::http::Mount;

/// Every REST endpoint.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    [
        server::mounts(),
        setup::mounts(),
        session::mounts(),
        account::mounts(),
        workspaces::mounts(),
        members::mounts(),
        credentials::mounts(),
        groups::mounts(),
        vaults::mounts(),
        invitations::mounts(),
        notifications::mounts(),
        usage::mounts(),
        audit::mounts(),
        server_users::mounts(),
        server_workspaces::mounts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
