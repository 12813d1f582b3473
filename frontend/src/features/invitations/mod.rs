//! Invitations: the dialog that makes them, what is done with open ones, those that are for oneself, and the page behind
//! a link.

pub mod addresses;
pub mod invite;
pub mod join;
pub mod links;
pub mod mine;
pub mod pending;
