//! `cargo xtask test`: the steps in order, each with its time, going on after failures, and one line at the end
//! that says how many things passed and failed.

use std::sync::OnceLock;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::app::AppProfile;
use crate::counts::Counts;
use crate::job::Job;
use crate::{app, browser, checks, interrupt, paths, say, tests_run};

/// Below this many thousands of kibibytes on the disk a build may well fail.
const ROOM_KIB: u64 = 8_000_000;

static STRICT: OnceLock<bool> = OnceLock::new();

/// What the caller chose.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    only: Vec<String>,
    strict: bool,
    list: bool,
}

/// What a step found.
#[derive(Debug, Default)]
pub struct Report {
    /// Passed and failed.
    pub counts: Counts,
    /// What could not be had; counts as failed when strict.
    pub lacking: Vec<Lacking>,
    /// Why the step had nothing to do, which is never a failure.
    pub nothing: Option<String>,
}

/// Something that belongs to the tests and could not be had.
#[derive(Debug)]
pub struct Lacking {
    /// What.
    pub what: &'static str,
    /// Why.
    pub why: String,
}

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Report>,
    quick: bool,
}

const STEPS: [Step; 14] = [
    Step {
        name: "fmt",
        about: "the code is formatted",
        run: checks::formatting,
        quick: true,
    },
    Step {
        name: "clippy",
        about: "lints of server and tools",
        run: checks::lints,
        quick: true,
    },
    Step {
        name: "clippy-app",
        about: "lints of the app",
        run: checks::lints_of_the_app,
        quick: true,
    },
    Step {
        name: "doc",
        about: "documentation",
        run: checks::documentation,
        quick: true,
    },
    Step {
        name: "wasm",
        about: "contract and app compile for browsers",
        run: checks::webassembly,
        quick: true,
    },
    Step {
        name: "contract",
        about: "the contract needs no server",
        run: checks::contract,
        quick: true,
    },
    Step {
        name: "typos",
        about: "spelling",
        run: checks::spelling,
        quick: false,
    },
    Step {
        name: "deny",
        about: "licences and advisories",
        run: checks::dependencies,
        quick: false,
    },
    Step {
        name: "machete",
        about: "unused dependencies",
        run: checks::unused_dependencies,
        quick: false,
    },
    Step {
        name: "unit",
        about: "unit and API tests on SQLite",
        run: tests_run::on_sqlite,
        quick: false,
    },
    Step {
        name: "unit-app",
        about: "unit tests of the app",
        run: tests_run::of_the_app,
        quick: false,
    },
    Step {
        name: "examples",
        about: "examples in the documentation",
        run: tests_run::examples,
        quick: false,
    },
    Step {
        name: "postgres",
        about: "API tests on PostgreSQL",
        run: tests_run::on_postgres,
        quick: false,
    },
    Step {
        name: "e2e",
        about: "the app in a browser, the Python SDK",
        run: app_in_a_browser,
        quick: false,
    },
];

impl Options {
    /// Reads the flags of `test`.
    pub fn from_arguments(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            strict: paths::is_ci(),
            ..Self::default()
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--strict" => options.strict = true,
                "--list" => options.list = true,
                "--only" => match arguments.next() {
                    Some(names) => options.only.extend(names.split(',').map(ToOwned::to_owned)),
                    None => bail!("--only needs the name of a step; `--list` names them"),
                },
                unknown => match unknown.strip_prefix("--only=") {
                    Some(names) => options.only.extend(names.split(',').map(ToOwned::to_owned)),
                    None => bail!("`test` knows --only, --strict and --list, not {unknown:?}"),
                },
            }
        }
        match options
            .only
            .iter()
            .find(|name| STEPS.iter().all(|step| step.name != **name))
        {
            Some(name) => bail!("there is no step {name:?}; they are {}", names().join(", ")),
            None => Ok(options),
        }
    }

    fn wants(&self, step: &Step) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == step.name)
    }
}

impl Report {
    /// One check, passed.
    pub fn passed() -> Self {
        Self {
            counts: Counts::PASSED,
            ..Self::default()
        }
    }

    /// A check by a tool that nobody has to have.
    pub fn not_here(what: &str, why: &str) -> Self {
        Self {
            nothing: Some(format!("without {what}: {why}")),
            ..Self::default()
        }
    }
}

impl Lacking {
    /// As people read it.
    pub fn sentence(&self) -> String {
        format!("could not have {} because {}", self.what, self.why)
    }
}

/// Whether what could not be had counts as failed.
pub fn is_strict() -> bool {
    STRICT.get().copied().unwrap_or_default()
}

/// Every step, or those chosen.
pub fn test(options: &Options) -> bool {
    if options.list {
        for step in &STEPS {
            say::text(&format!("{:<12}{}\n", step.name, step.about));
        }
        return true;
    }
    let _set_before = STRICT.set(options.strict);
    tell_room();
    let before = checks::working_tree();
    let mut total = all(|step| options.wants(step));
    if options.strict && options.only.is_empty() && !interrupt::asked() {
        total += one("tree", "the steps before left no files behind", || {
            checks::unchanged(before.as_deref())
        });
    }
    ended(total)
}

/// The quick steps.
pub fn check() -> bool {
    ended(all(|step| step.quick))
}

fn all(wanted: impl Fn(&Step) -> bool) -> Counts {
    let mut total = Counts::default();
    for step in STEPS.iter().filter(|step| wanted(step)) {
        if !interrupt::asked() {
            total += one(step.name, step.about, step.run);
        }
    }
    total
}

/// Runs one step and says how it went.
fn one(name: &str, about: &str, run: impl FnOnce() -> Result<Report>) -> Counts {
    say::heading(name, about);
    let began = Instant::now();
    let report = run().unwrap_or_else(|error| {
        say::failure(&error);
        Report {
            counts: Counts::FAILED,
            ..Report::default()
        }
    });
    let mut counts = report.counts;
    for lacking in &report.lacking {
        say::line(&lacking.sentence());
        counts.failed += u64::from(is_strict());
    }
    if let Some(nothing) = &report.nothing {
        say::line(nothing);
    }
    let skipped = if counts.skipped > 0 {
        format!(", {} not run", counts.skipped)
    } else {
        String::new()
    };
    let took = say::duration(began.elapsed());
    say::line(&format!(
        "{name}: {} passed, {} failed{skipped} in {took}",
        counts.passed, counts.failed
    ));
    counts
}

/// Says the last line; `true` when nothing failed.
fn ended(mut total: Counts) -> bool {
    if interrupt::asked() {
        say::text("\nstopped before the end\n");
        total.failed = total.failed.max(1);
    }
    say::text(&format!("\n{} passed, {} failed\n", total.passed, total.failed));
    total.failed == 0
}

/// Builds the app as it is delivered, which includes its size budget, then tests it in a browser.
fn app_in_a_browser() -> Result<Report> {
    app::build(AppProfile::Release)?;
    let mut report = browser::step()?;
    report.counts += Counts::PASSED;
    Ok(report)
}

/// Warns when the disk is nearly full.
fn tell_room() {
    let told = Job::new("df")
        .args(["-Pk"])
        .arg(paths::root())
        .quietly()
        .unwrap_or_default();
    let free = told
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    if let Some(free) = free.filter(|free| *free < ROOM_KIB) {
        say::line(&format!(
            "only {} MB are free on this disk; builds may fail",
            free / 1024
        ));
    }
}

fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<Options> {
        Options::from_arguments(&arguments.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn steps_are_chosen_one_by_one_or_with_commas() {
        let chosen = options(&["--only", "fmt,clippy", "--only=e2e", "--strict"]).unwrap();
        assert_eq!(chosen.only, ["fmt", "clippy", "e2e"]);
        assert!(chosen.strict);
        let wanted: Vec<_> = STEPS
            .iter()
            .filter(|step| chosen.wants(step))
            .map(|step| step.name)
            .collect();
        assert_eq!(wanted, ["fmt", "clippy", "e2e"]);
    }

    #[test]
    fn an_unknown_step_or_flag_is_refused_by_name() {
        assert!(
            options(&["--only", "lint"])
                .unwrap_err()
                .to_string()
                .contains("\"lint\"")
        );
        assert!(
            options(&["--fast"])
                .unwrap_err()
                .to_string()
                .contains("\"--fast\"")
        );
        assert!(options(&["--only"]).is_err());
    }

    #[test]
    fn steps_have_different_names() {
        let mut unique = names();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), STEPS.len());
    }

    #[test]
    fn a_step_that_breaks_counts_as_one_failure() {
        assert_eq!(one("x", "breaks", || bail!("no")), Counts::FAILED);
        assert_eq!(one("x", "works", || Ok(Report::passed())), Counts::PASSED);
    }
}
