//! What an account is told: invitations that wait for an answer, and changes that others made about it.

pub(crate) mod store;
