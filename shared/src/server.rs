//! What anybody may know of the server: its versions, its addresses, and how one can sign in.

use serde::{Deserialize, Serialize};

use crate::endpoint;

endpoint!(
    /// The server's versions and public addresses.
    GetServer = reads Get "/api/v1/server", public, path (), query (), body () => Server);

/// What the sign-in page and the footer show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Server {
    /// Version of the server.
    pub server_version: String,
    /// Version of the `ClearML` API that clients may speak.
    pub api_version: String,
    /// Whether the first administrator must still be made.
    pub needs_setup: bool,
    /// Whether the server can send mail.
    pub sends_mail: bool,
    /// The three addresses that clients are configured with.
    pub addresses: Addresses,
}

/// The three addresses that `ClearML` clients are configured with; pairwise distinct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Addresses {
    /// The app: `web_server`.
    pub web_server: String,
    /// The API: `api_server`.
    pub api_server: String,
    /// The files server: `files_server`.
    pub files_server: String,
}
