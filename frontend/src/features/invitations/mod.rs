//! Invitations: making a link, the links that are still open, and the page behind a link.

pub mod invite;
pub mod join;
pub mod pending;
