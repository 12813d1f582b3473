//! Builds the server with the app inside, starts it, and measures it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::app::{self, AppProfile};
use crate::job::Job;
use crate::{paths, say};

/// Builds the app, then the server around it.
pub fn build(profile: AppProfile) -> Result<()> {
    app::build(profile)?;
    let binary = binary(profile)?;
    let bytes = binary
        .metadata()
        .with_context(|| format!("could not find {}", binary.display()))?
        .len();
    say::line(&format!("{} is {}", binary.display(), say::kilobytes(bytes)));
    Ok(())
}

/// Builds the server and answers where it is.
pub fn binary(profile: AppProfile) -> Result<PathBuf> {
    say::line("building the server");
    let job = Job::cargo().args(["build", "--package", "backend", "--bin", "clearance"]);
    let (job, folder) = match profile {
        AppProfile::Debug => (job, "debug"),
        AppProfile::Release => (job.arg("--release"), "release"),
    };
    job.run().context("the server did not build")?;
    Ok(paths::target().join(folder).join("clearance"))
}

/// Builds everything and becomes the server.
pub fn run(arguments: &[String]) -> Result<()> {
    build(AppProfile::Release)?;
    let binary = paths::target().join("release/clearance");
    // Ctrl-C must reach the server itself, which drains before it ends.
    Job::new(binary)
        .dir(paths::root())
        .arg("serve")
        .args(with_data_folder(arguments))
        .become_it()
}

/// Builds everything and becomes the benchmark.
pub fn bench(arguments: &[String]) -> Result<bool> {
    build(AppProfile::Release)?;
    let status = Job::cargo()
        .args(["run", "--release", "--package", "bench", "--"])
        .args(arguments)
        .env("CLEARANCE_BIN", paths::target().join("release/clearance"))
        .status()?;
    Ok(status.success())
}

/// The data goes to ./data unless the caller says otherwise.
pub fn with_data_folder(arguments: &[String]) -> Vec<String> {
    let said = arguments
        .iter()
        .any(|argument| argument == "--data-dir" || argument.starts_with("--data-dir="));
    let set = std::env::var_os("CLEARANCE_DATA_DIR").is_some();
    let folder = (!said && !set).then(|| ["--data-dir".to_owned(), "data".to_owned()]);
    folder
        .into_iter()
        .flatten()
        .chain(arguments.iter().cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_added_only_when_nobody_chose_one() {
        let chosen = ["--data-dir=/srv".to_owned()];
        assert_eq!(with_data_folder(&chosen), chosen);
        let listen = ["--listen".to_owned(), "127.0.0.1:9000".to_owned()];
        assert_eq!(
            with_data_folder(&listen),
            ["--data-dir", "data", "--listen", "127.0.0.1:9000"]
        );
    }
}
