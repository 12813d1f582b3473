//! The features, one folder each, with the same names as in the contract. `sections` says which of them make up a
//! settings page, `app` which address shows a page outside the frame.

pub mod access_rules;
pub mod account;
pub mod audit;
pub mod credentials;
pub mod invitations;
pub mod members;
pub mod notifications;
pub mod server;
pub mod server_users;
pub mod server_workspaces;
pub mod session;
pub mod setup;
pub mod storage;
pub mod usage;
pub mod vaults;
pub mod workspaces;
