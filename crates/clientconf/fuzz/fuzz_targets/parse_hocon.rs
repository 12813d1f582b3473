//! Any two texts of HOCON, which a zero byte separates: read, linted, coloured, and put over each other.

#![no_main]

use clientconf_fuzz::{agree, soon};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (one, other) = text.split_once('\0').unwrap_or((text, "a { b = 1 }"));
    soon(|| agree::hocon(one, other));
});
