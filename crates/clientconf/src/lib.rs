//! The configuration of ClearML clients: reads `clearml.conf` texts and vaults as the stock client does, merges them, says what
//! is odd about them, and colours them for an editor.
//!
//! It has no input or output and no clock, and compiles for the browser. Nothing in a text makes it read a file, an address
//! or the environment: includes are reported, and substitutions that only a client can answer stay expressions.

pub mod check;
pub mod defaults;
pub mod fault;
pub mod highlight;
pub mod json;
pub mod lint;
pub mod merge;
pub mod parse;
pub mod reference;
pub mod resolve;
pub mod secret;
pub mod text;
pub mod value;
#[cfg(feature = "yaml")]
pub mod yaml;

mod copy;
mod grammar;
mod graph;
mod highlight_yaml;
mod includes;
mod itself;
mod join;
mod key;
mod lint_keys;
mod scalar;
mod tokens;
mod values;
#[cfg(feature = "yaml")]
mod yaml_scalar;
