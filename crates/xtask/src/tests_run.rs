//! The Rust tests: all of them on `SQLite`, those that touch a database again on `PostgreSQL`, and the examples in
//! the documentation. By cargo-nextest where it is installed, else by cargo itself.

use std::ffi::OsString;

use anyhow::Result;

use crate::checks::NATIVE;
use crate::counts::{self, Counts};
use crate::job::{Job, Show};
use crate::postgres::Cluster;
use crate::suite::{Lacking, Report};
use crate::{azurite, say, suite};

/// Names the database of the tests; without it each test makes a `SQLite` file.
const DATABASE: &str = "TEST_DATABASE_URL";

/// Every test, on `SQLite`.
pub fn on_sqlite() -> Result<Report> {
    let (azurite, lacking) = with_azurite();
    let mut report = counted(job(&[]).without_env(DATABASE).env(azurite::VARIABLE, azurite))?;
    report.lacking.extend(lacking);
    Ok(report)
}

/// What the tests are told of Azurite, and that it is lacking if it cannot be had.
fn with_azurite() -> (OsString, Option<Lacking>) {
    match azurite::ready() {
        Ok(program) => (program.into_os_string(), None),
        Err(error) => {
            let lacking = Lacking {
                what: "the tests with Azure's protocol",
                why: say::in_one_line(&error),
            };
            (azurite::LACKING.into(), Some(lacking))
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
    let (azurite, lacking) = with_azurite();
    let tests = job(&["backend", "db"]).env(azurite::VARIABLE, azurite);
    let mut report = counted(tests.env(DATABASE, cluster.url()))?;
    report.lacking.extend(lacking);
    Ok(report)
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
