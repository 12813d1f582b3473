//! Everything Clearance keeps secret: passwords, key pairs, tokens, and what is sealed in the database.
//! Pure but for the key file of `keys`; knows no clock (time is an argument), no database and no server.

pub mod bearer;
pub mod key_pair;
pub mod keyed_hash;
pub mod keys;
pub mod password;
pub mod published;
pub mod scan;
pub mod seal;
pub mod secret;
pub mod token_text;

mod argon_memory;
mod common_passwords;
mod hs256;
mod key_file;
mod random;
