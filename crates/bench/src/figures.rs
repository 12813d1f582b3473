//! What is measured, one file for each kind of measurement.

pub mod app_size;
pub mod calls;
pub mod flood;
pub mod members;
pub mod sign_in;
pub mod start;
pub mod vaults;
