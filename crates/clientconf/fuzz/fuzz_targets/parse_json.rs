//! Any text of JSON: it is JSON here exactly if it is JSON to another reader, and then a client has of it what that reader has.

#![no_main]

use clientconf_fuzz::{agree, soon};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| soon(|| agree::json(text)));
