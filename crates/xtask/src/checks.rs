//! Checks that need no server: formatting, lints, documentation, WebAssembly, what may depend on what.
//! Each passes or fails as one.

use anyhow::{Result, bail};

use crate::job::Job;
use crate::suite::Report;
use crate::{paths, python, say, tools};

/// Everything but the app, which is built for browsers only.
pub const NATIVE: [&str; 3] = ["--workspace", "--exclude", "frontend"];
const APP: [&str; 4] = ["--package", "frontend", "--target", tools::WASM];
/// What the contract must never pull in: it is compiled for browsers.
const NOT_IN_SHARED: [&str; 5] = ["actix-web", "diesel", "leptos", "reqwest", "tokio"];

/// Formats all Rust code.
pub fn format() -> Result<()> {
    Job::cargo().args(["fmt", "--all"]).run()
}

/// Whether all Rust code is formatted.
pub fn formatting() -> Result<Report> {
    passed(Job::cargo().args(["fmt", "--all", "--", "--check", "-l"]))
}

/// Lints of everything that runs natively, tests too.
pub fn lints() -> Result<Report> {
    passed(
        Job::cargo()
            .arg("clippy")
            .args(NATIVE)
            .args(["--all-targets", "--", "-D", "warnings"]),
    )
}

/// Lints of the app.
pub fn lints_of_the_app() -> Result<Report> {
    tools::wasm_target()?;
    passed(
        Job::cargo()
            .arg("clippy")
            .args(APP)
            .args(["--", "-D", "warnings"]),
    )
}

/// Documentation without a warning.
pub fn documentation() -> Result<Report> {
    tools::wasm_target()?;
    let doc = || {
        Job::cargo()
            .args(["doc", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings")
    };
    doc().args(NATIVE).run()?;
    passed(doc().args(APP))
}

/// The contract and the app compile for browsers.
pub fn webassembly() -> Result<Report> {
    tools::wasm_target()?;
    passed(Job::cargo().args(["check", "--package", "shared"]).args(APP))
}

/// The contract stays free of the server, the database and the app.
pub fn contract() -> Result<Report> {
    let tree = Job::cargo()
        .args([
            "tree",
            "--package",
            "shared",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .quietly()?;
    if !tree.lines().any(|line| line.starts_with("shared v")) {
        bail!("cargo tree does not name the contract");
    }
    let found = strangers(&tree, &NOT_IN_SHARED);
    if found.is_empty() {
        return Ok(Report::passed());
    }
    bail!("shared depends on {}", found.join(", "))
}

/// Licences, advisories and sources of all dependencies.
pub fn dependencies() -> Result<Report> {
    if_there("deny", &["check"])
}

/// Dependencies that nobody uses.
pub fn unused_dependencies() -> Result<Report> {
    if_there("machete", &[])
}

/// Spelling.
pub fn spelling() -> Result<Report> {
    let program = match paths::on_path("typos") {
        Some(program) => program,
        None => match python::TYPOS.ready() {
            Ok(programs) => programs.join("typos"),
            Err(error) => return Ok(Report::not_here("typos", &say::in_one_line(&error))),
        },
    };
    passed(
        Job::new(program)
            .dir(paths::root())
            .args(["--force-exclude", "."]),
    )
}

/// One check made of one command.
fn passed(job: Job) -> Result<Report> {
    job.run().map(|()| Report::passed())
}

/// A check by a cargo command that people may or may not have.
fn if_there(command: &str, arguments: &[&str]) -> Result<Report> {
    if Job::cargo().args([command, "--version"]).quietly().is_err() {
        return Ok(Report::not_here(
            &format!("cargo {command}"),
            "it is not installed",
        ));
    }
    passed(Job::cargo().arg(command).args(arguments))
}

/// The forbidden names among the lines `name v1.2.3 ...`.
fn strangers<'a>(tree: &str, forbidden: &[&'a str]) -> Vec<&'a str> {
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    forbidden
        .iter()
        .copied()
        .filter(|name| names.contains(name))
        .collect()
}

/// The state of the working tree, if this is a checkout.
pub fn working_tree() -> Option<String> {
    Job::new("git")
        .args(["status", "--porcelain"])
        .dir(paths::root())
        .quietly()
        .ok()
}

/// Whether the steps before changed files that are kept: generated ones must be committed as they are generated.
pub fn unchanged(before: Option<&str>) -> Result<Report> {
    let after = working_tree();
    let (Some(before), Some(after)) = (before, after.as_deref()) else {
        return Ok(Report::not_here(
            "the comparison of files",
            "this is not a checkout",
        ));
    };
    let news: Vec<&str> = after
        .lines()
        .filter(|line| !before.lines().any(|had| had == *line))
        .collect();
    if news.is_empty() {
        return Ok(Report::passed());
    }
    bail!("the tests left changed files: {}", news.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_dependency_is_found_by_its_whole_name() {
        let tree = "shared v0.1.0 (/x/shared)\nserde v1.0.219\ndiesel_derives v2.3.0\ntokio v1.48.0 (*)\n";
        assert_eq!(strangers(tree, &NOT_IN_SHARED), ["tokio"]);
    }
}
