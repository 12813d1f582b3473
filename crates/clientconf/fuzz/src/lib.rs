//! What the fuzzers share: what must hold of a text (`tests/agree`), and that it is known soon.

use std::time::{Duration, Instant};

#[path = "../../tests/agree/mod.rs"]
pub mod agree;

/// Does it, within 100 ms: the best of up to five, because other processes may have had the processor.
pub fn soon(work: impl Fn()) {
    let in_time = (0..5).any(|_| {
        let started = Instant::now();
        work();
        started.elapsed() < Duration::from_millis(100)
    });
    assert!(in_time, "100 ms or more");
}
