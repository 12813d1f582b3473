//! Any text of YAML: what is served for it is JSON, and a client has of that the tree that the JSON is.

#![no_main]

use clientconf_fuzz::{agree, soon};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| soon(|| agree::yaml(text)));
