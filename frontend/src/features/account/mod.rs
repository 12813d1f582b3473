//! One's own account: who one is, the password, and how the app looks.

pub mod appearance;
pub mod data;
pub mod password;
pub mod profile;
