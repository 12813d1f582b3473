//! What people read: headings, lines and failures, each written and flushed at once so that they stay in order
//! with the output of the programs started in between.

use std::io::Write;
use std::time::Duration;

/// Begins a step.
pub fn heading(name: &str, about: &str) {
    text(&format!("\n== {name}: {about}\n"));
}

/// One indented line of progress.
pub fn line(words: &str) {
    text(&format!("   {words}\n"));
}

/// Why a command stopped: the outermost sentence first, each cause on a line of its own.
pub fn failure(error: &anyhow::Error) {
    text(&format!("failed: {error}\n"));
    for cause in error.chain().skip(1) {
        text(&format!("  because {cause}\n"));
    }
}

/// An error and its causes in one sentence.
pub fn in_one_line(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// Writes as it is. A reader that went away is no reason to stop working.
pub fn text(words: &str) {
    let mut out = std::io::stdout().lock();
    let _gone = out.write_all(words.as_bytes()).and_then(|()| out.flush());
}

/// A duration as people say it: `0.4 s`, `2 min 5 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=59 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Thousands of bytes with one digit.
pub fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_read_like_speech() {
        assert_eq!(duration(Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(kilobytes(204_450), "204.4 KB");
    }

    #[test]
    fn an_error_names_its_causes_in_order() {
        let error = anyhow::anyhow!("disk full").context("could not write dist/app.wasm.br");
        assert_eq!(in_one_line(&error), "could not write dist/app.wasm.br: disk full");
    }
}
