//! The configuration of ClearML clients: reads `clearml.conf` texts and vaults as the stock client does, merges them, says what
//! is odd about them, and colours them for an editor.
//!
//! It has no input or output and no clock, and compiles for the browser. Nothing in a text makes it read a file, an address
//! or the environment: includes are reported, and substitutions that only a client can answer stay expressions.

pub mod fault;
pub mod parse;
pub mod resolve;
pub mod text;
pub mod value;

mod copy;
mod grammar;
mod graph;
mod join;
mod key;
mod scalar;
mod tokens;
mod values;
