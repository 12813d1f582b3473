//! One's own account: who one is, the password, how the app looks and what one prefers.

pub mod appearance;
pub mod data;
pub mod password;
pub mod preferences;
pub mod profile;
pub mod tips;
