//! Installing what Debian and Ubuntu offer, where we may.

use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::job::Job;
use crate::{paths, say};

static LISTS_ARE_FRESH: OnceLock<()> = OnceLock::new();

/// Installs packages, or says what keeps us from it.
pub fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if paths::on_path("apt-get").is_none() {
        bail!("there is no apt-get here; install {names} by hand");
    }
    if !paths::is_root() {
        bail!("only root may install it; `sudo apt-get install {names}` does");
    }
    say::line(&format!("installing {names} with apt-get"));
    if LISTS_ARE_FRESH.get().is_none() {
        apt_get(&["update"])?;
        let _set_before = LISTS_ARE_FRESH.set(());
    }
    apt_get(&[["install", "-y", "--no-install-recommends"].as_slice(), packages].concat())
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    Job::new("apt-get")
        .args(["-qq", "-o", "DPkg::Lock::Timeout=120"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .at_most_minutes(15)
        .quietly()
        .map(drop)
        .context("apt-get failed")
}
