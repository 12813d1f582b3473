//! Azurite, which stands in for Azure Blob Storage and checks signatures: from npm, into the cache.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::job::Job;
use crate::{browser, paths, say};

/// Tells the tests which program it is, or that it cannot be had.
pub const VARIABLE: &str = "CLEARANCE_AZURITE";
/// What the variable says then.
pub const LACKING: &str = "lacking";
const VERSION: &str = "3.35.0";

/// Makes sure it is there; answers the program, and the search path with the Node.js that runs it.
pub fn ready() -> Result<(PathBuf, OsString)> {
    let path = browser::node()?;
    let folder = paths::cache()?.join(format!("tools/azurite-{VERSION}"));
    let program = folder.join("node_modules/.bin/azurite-blob");
    if paths::is_program(&program) {
        return Ok((program, path));
    }
    say::line(&format!("getting Azurite {VERSION}"));
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let got = Job::new("npm")
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
            "--cache",
        ])
        .arg(paths::cache()?.join("npm"))
        .arg("--prefix")
        .arg(&folder)
        .arg(format!("azurite@{VERSION}"))
        .env("PATH", &path)
        .at_most_minutes(10)
        .quietly();
    if let Err(error) = got {
        // Half of it must not be taken for all of it the next time.
        let _nothing_got = fs::remove_dir_all(&folder);
        return Err(error).context("could not install Azurite");
    }
    Ok((program, path))
}
