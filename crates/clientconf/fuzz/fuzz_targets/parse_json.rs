//! Any text read as Json: an answer within 100 ms, and the same one from `check` and `lint`.

#![no_main]

use std::time::{Duration, Instant};

use clientconf::check::{Format, check};
use clientconf::lint::lint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let started = Instant::now();
    let checked = check(Format::Json, text);
    assert!(
        started.elapsed() < Duration::from_millis(100),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(checked.err(), lint(Format::Json, text).err());
});
