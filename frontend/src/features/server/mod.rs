//! What anybody may know of the server.

pub mod connection;
pub mod usage_data;
