//! The contract between the server, the app and every other client: endpoints as types, what they carry, and
//! the errors they answer. No clock, no files, no server: compiles for the browser.

pub mod account;
pub mod audit;
pub mod client_config;
pub mod contract;
pub mod credentials;
pub mod error;
pub mod groups;
pub mod ids;
pub mod invitations;
pub mod members;
pub mod notifications;
pub mod page;
pub mod permission;
pub mod preferences;
pub mod server;
pub mod server_users;
pub mod server_workspaces;
pub mod session;
pub mod setup;
pub mod storage;
pub mod text;
pub mod usage;
pub mod usage_data;
pub mod vaults;
pub mod workspaces;
