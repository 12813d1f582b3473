//! Signing in, the way back in when the password is forgotten, and the browsers in which one is signed in.

pub mod browsers;
pub mod forgotten;
pub mod sign_in_page;
pub mod user_agent;
