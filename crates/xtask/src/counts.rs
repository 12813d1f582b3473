//! How many tests passed and failed, read from what the test programs say: cargo-nextest, `cargo test`, Playwright.

use std::ops::AddAssign;

/// Passed and failed, and those that did not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: u64,
    /// Failed, or ended in another way than passing.
    pub failed: u64,
    /// Not run on purpose.
    pub skipped: u64,
}

impl Counts {
    /// One thing that passed.
    pub const PASSED: Self = Self {
        passed: 1,
        failed: 0,
        skipped: 0,
    };
    /// One thing that failed.
    pub const FAILED: Self = Self {
        passed: 0,
        failed: 1,
        skipped: 0,
    };

    /// The counts of a program that ended like this: failing without a failed test is a failure (it may not even
    /// have compiled), and so is passing without a test.
    pub fn ended(counts: Option<Self>, success: bool) -> Self {
        let mut counts = counts.unwrap_or_default();
        if counts.failed == 0 && (!success || counts.passed == 0) {
            counts.failed = 1;
        }
        counts
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Reads the summary line of cargo-nextest.
pub fn nextest(output: &str) -> Option<Counts> {
    let plain = without_colour(output);
    let line = plain
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Summary ["))?;
    let (before, results) = line
        .split_once("tests run:")
        .or_else(|| line.split_once("test run:"))?;
    let mut counts = Counts::default();
    for result in without_brackets(results).split(',') {
        let (number, word) = result.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match word.trim() {
            "passed" => counts.passed += number,
            "skipped" => counts.skipped += number,
            // "failed", "exec failed", "timed out": whatever is not a pass.
            _ => counts.failed += number,
        }
    }
    // "7/10 tests run" is a run that was cut short.
    let share = before.rsplit(' ').find(|word| !word.is_empty())?;
    if let Some((run, all)) = share.split_once('/') {
        counts.failed += all.parse::<u64>().ok()?.saturating_sub(run.parse().ok()?);
    }
    Some(counts)
}

/// Adds up the result lines of `cargo test`, one per test program.
pub fn libtest(output: &str) -> Option<Counts> {
    let plain = without_colour(output);
    let mut total = None;
    for line in plain.lines() {
        let Some((_, results)) = line.split_once("test result: ") else {
            continue;
        };
        let number = |word: &str| -> Option<u64> {
            let before = results.split(word).next()?;
            before
                .rsplit([' ', '.', ';'])
                .find(|piece| !piece.is_empty())?
                .parse()
                .ok()
        };
        let counts = Counts {
            passed: number(" passed")?,
            failed: number(" failed")?,
            skipped: number(" ignored")?,
        };
        *total.get_or_insert_with(Counts::default) += counts;
    }
    total
}

/// Reads the totals at the end of Playwright's JSON report. Quotes inside strings are escaped there, so the bare
/// word in quotes can only be the key.
pub fn playwright(report: &str) -> Option<Counts> {
    let (_, stats) = report.rsplit_once("\"stats\"")?;
    let number = |key: &str| -> Option<u64> {
        let (_, value) = stats.split_once(&format!("\"{key}\""))?;
        let value = value.trim_start().strip_prefix(':')?.trim_start();
        let end = value
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(value.len());
        value.get(..end)?.parse().ok()
    };
    // A test that passed at the second try did fail.
    Some(Counts {
        passed: number("expected")?,
        failed: number("unexpected")? + number("flaky")?,
        skipped: number("skipped")?,
    })
}

/// The text without the escape sequences that colour it.
fn without_colour(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // Up to the letter that ends the sequence.
            let _end = letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let keep = |letter: &char| {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    const NEXTEST: &str = "\
    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.09s
────────────
 Nextest run ID 2c1b8b0a-58b3-4c2b-9e0c-0dd0a3f3b5b3 with nextest profile: default
    Starting 12 tests across 3 binaries (1 test skipped)
        PASS [   0.007s] xtask::bin/xtask counts::tests::adds
────────────
     Summary [   2.413s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 1 skipped
        FAIL [   0.012s] shared errors::tests::each_code_has_a_sentence
error: test run failed
";

    #[test]
    fn nextest_counts_everything_but_a_pass_as_failed() {
        assert_eq!(nextest(NEXTEST), Some(counts(10, 2, 1)));
    }

    #[test]
    fn nextest_is_read_through_colours_and_brackets_with_commas() {
        let coloured = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.012s] \u{1b}[1m3\u{1b}[0m tests run: \
                        \u{1b}[1m3\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m (1 slow, 1 leaky), \
                        \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m\n";
        assert_eq!(nextest(coloured), Some(counts(3, 0, 0)));
        assert_eq!(
            nextest("     Summary [   0.002s] 1 test run: 1 passed, 0 skipped\n"),
            Some(counts(1, 0, 0))
        );
    }

    #[test]
    fn nextest_cut_short_fails_for_each_test_that_did_not_run() {
        let cut = "     Summary [   5.1s] 7/10 tests run: 6 passed, 1 failed, 2 skipped\n";
        assert_eq!(nextest(cut), Some(counts(6, 4, 2)));
        assert_eq!(nextest("error: could not compile `backend`\n"), None);
    }

    const LIBTEST: &str = "
     Running unittests src/lib.rs (target/debug/deps/shared-0d3f)

running 2 tests
test ids::tests::an_id_sorts_by_age ... ok
test errors::tests::each_code_has_a_sentence ... FAILED

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/api.rs (target/debug/deps/api-77c1)

test result: ok. 41 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out; finished in 8.31s
";

    #[test]
    fn libtest_adds_up_its_programs() {
        assert_eq!(libtest(LIBTEST), Some(counts(42, 1, 2)));
        assert_eq!(libtest("error: could not compile `backend`\n"), None);
        let coloured = "test result: \u{1b}[32mok\u{1b}[m. 5 passed; 0 failed; 0 ignored; 0 measured\n";
        assert_eq!(libtest(coloured), Some(counts(5, 0, 0)));
    }

    const PLAYWRIGHT: &str = r#"{
  "suites": [{ "title": "keys.spec.ts", "specs": [{ "title": "a name like \"stats\": { \"expected\": 9 }", "ok": true,
    "tests": [{ "expectedStatus": "passed", "status": "expected" }] }] }],
  "errors": [],
  "stats": {
    "startTime": "2026-11-21T19:05:00.000Z",
    "duration": 8123.4,
    "expected": 13,
    "skipped": 2,
    "unexpected": 1,
    "flaky": 1
  }
}"#;

    #[test]
    fn playwright_reads_the_totals_and_not_a_title_that_looks_like_them() {
        assert_eq!(playwright(PLAYWRIGHT), Some(counts(13, 2, 2)));
        assert_eq!(playwright("{}"), None);
    }

    #[test]
    fn a_program_that_failed_or_ran_nothing_never_counts_as_passed() {
        assert_eq!(Counts::ended(None, false), Counts::FAILED);
        assert_eq!(Counts::ended(None, true), Counts::FAILED);
        assert_eq!(
            Counts::ended(Some(counts(5, 0, 0)), false),
            Counts {
                passed: 5,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(
            Counts::ended(Some(counts(5, 2, 0)), false),
            Counts {
                passed: 5,
                failed: 2,
                skipped: 0
            }
        );
        assert_eq!(
            Counts::ended(Some(counts(5, 0, 1)), true),
            Counts {
                passed: 5,
                failed: 0,
                skipped: 1
            }
        );
    }
}
