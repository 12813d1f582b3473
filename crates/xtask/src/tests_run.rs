//! The Rust tests: all of them on `SQLite`, those that touch a database again on `PostgreSQL`, and the examples in
//! the documentation. By cargo-nextest where it is installed, else by cargo itself.

use anyhow::Result;

use crate::checks::NATIVE;
use crate::counts::{self, Counts};
use crate::job::{Job, Show};
use crate::postgres::Cluster;
use crate::suite::{Lacking, Report};
use crate::{npm, say, suite};

/// Names the database of the tests; without it each test makes a `SQLite` file.
const DATABASE: &str = "TEST_DATABASE_URL";
/// Tells the tests which program Azurite is, or that it cannot be had.
const AZURITE: &str = "CLEARANCE_AZURITE";
/// What the variable says then.
const LACKING: &str = "lacking";

/// Every test, on `SQLite`.
pub fn on_sqlite() -> Result<Report> {
    counted_with_azurite(job(&[]).without_env(DATABASE))
}

/// Runs tests that speak with Azurite, or reports that it is lacking.
fn counted_with_azurite(job: Job) -> Result<Report> {
    match npm::AZURITE.ready() {
        Ok((program, path)) => counted(job.env(AZURITE, program).env("PATH", path)),
        Err(error) => {
            let mut report = counted(job.env(AZURITE, LACKING))?;
            report.lacking.push(Lacking {
                what: "the tests with Azure's protocol",
                why: say::in_one_line(&error),
            });
            Ok(report)
        }
    }
}

/// The unit tests of the app, as a program of this machine: what they test needs no browser.
pub fn of_the_app() -> Result<Report> {
    let tool: &[&str] = if nextest_is_here() {
        &["nextest", "run"]
    } else {
        &["test"]
    };
    counted(
        Job::cargo()
            .args(tool)
            .args(["--no-fail-fast", "--package", "frontend", "--lib"])
            .at_most_minutes(15),
    )
}

/// The tests of the server and of its database layer, on a `PostgreSQL` started for them.
pub fn on_postgres() -> Result<Report> {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(error) => {
            let lacking = Lacking {
                what: "the tests on PostgreSQL",
                why: say::in_one_line(&error),
            };
            return Ok(Report {
                lacking: vec![lacking],
                ..Report::default()
            });
        }
    };
    say::line("a PostgreSQL of our own is running");
    counted_with_azurite(job(&["backend", "db"]).env(DATABASE, cluster.url()))
}

/// Examples in the documentation. Plain `cargo test` has run them already, and then there is nothing to do.
pub fn examples() -> Result<Report> {
    if !nextest_is_here() {
        return Ok(Report::not_here(
            "a run of its own",
            "`cargo test` ran the examples with the other tests",
        ));
    }
    let ended = Job::cargo()
        .args(["test", "--doc"])
        .args(NATIVE)
        .ended(Show::Nothing)?;
    if !ended.status.success() {
        say::text(&ended.output);
    }
    let mut counts = counts::libtest(&ended.output).unwrap_or_default();
    // A code base without examples is no failure.
    counts += if ended.status.success() {
        Counts::default()
    } else {
        Counts::ended(Some(counts), false)
    };
    Ok(Report {
        counts,
        ..Report::default()
    })
}

fn nextest_is_here() -> bool {
    Job::cargo().args(["nextest", "--version"]).quietly().is_ok()
}

/// All tests, or those of some packages. The same packages are compiled either way, because a smaller set would
/// choose other features and compile the dependencies again.
fn job(packages: &[&str]) -> Job {
    let job = if nextest_is_here() {
        let filter: Vec<String> = packages
            .iter()
            .map(|package| format!("package({package})"))
            .collect();
        let job = Job::cargo()
            .args(["nextest", "run", "--no-fail-fast", "--no-tests=pass"])
            .args(NATIVE);
        if filter.is_empty() {
            job
        } else {
            job.arg("-E").arg(filter.join(" | "))
        }
    } else {
        let job = Job::cargo().args(["test", "--no-fail-fast"]);
        match packages {
            [] => job.args(NATIVE),
            some => job.args(some.iter().flat_map(|package| ["--package", package])),
        }
    };
    let job = job.at_most_minutes(25);
    if suite::is_strict() {
        job.env("INSTA_UPDATE", "no")
    } else {
        job
    }
}

fn counted(job: Job) -> Result<Report> {
    let ended = job.ended(Show::Everything)?;
    let found = counts::nextest(&ended.output).or_else(|| counts::libtest(&ended.output));
    Ok(Report {
        counts: Counts::ended(found, ended.status.success()),
        ..Report::default()
    })
}
