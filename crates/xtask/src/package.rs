//! What is handed to others: one archive with the binary, the README and the licences, and its SHA-256.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::app::AppProfile;
use crate::job::Job;
use crate::{paths, say, server};

/// Builds everything and packs it.
pub fn package() -> Result<()> {
    server::build(AppProfile::Release)?;
    let name = format!("clearance-{}-{}", env!("CARGO_PKG_VERSION"), host()?);
    let folder = paths::target().join("package");
    let staging = folder.join(&name);
    fs::create_dir_all(&staging).with_context(|| format!("could not make {}", staging.display()))?;
    let packed = pack(&staging, &name);
    fs::remove_dir_all(&staging).with_context(|| format!("could not remove {}", staging.display()))?;
    let sum = packed?;
    say::line(&format!("{}/{name}.tar.gz", folder.display()));
    say::line(&format!("SHA-256 {sum}"));
    Ok(())
}

/// Packs the staging folder; answers the SHA-256 of the archive.
fn pack(staging: &Path, name: &str) -> Result<String> {
    for file in contents()? {
        let file_name = file
            .file_name()
            .with_context(|| format!("{} has no name", file.display()))?;
        fs::copy(&file, staging.join(file_name))
            .with_context(|| format!("could not copy {}", file.display()))?;
    }
    let folder = staging.parent().context("the archive has no folder")?;
    let archive = format!("{name}.tar.gz");
    // Owners and order do not depend on who packs.
    Job::new("tar")
        .args([
            "--sort=name",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "-czf",
            &archive,
            name,
        ])
        .dir(folder)
        .quietly()?;
    let told = Job::new("sha256sum").arg(&archive).dir(folder).quietly()?;
    let sums = folder.join(format!("{archive}.sha256"));
    fs::write(&sums, &told).with_context(|| format!("could not write {}", sums.display()))?;
    told.split_whitespace()
        .next()
        .map(ToOwned::to_owned)
        .context("sha256sum told nothing")
}

fn contents() -> Result<Vec<PathBuf>> {
    let root = paths::root();
    let mut files = vec![paths::target().join("release/clearance"), root.join("README.md")];
    let before = files.len();
    for entry in root.read_dir().context("could not read the repository")? {
        let path = entry.context("could not read the repository")?.path();
        if path.is_file()
            && path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("LICENSE"))
        {
            files.push(path);
        }
    }
    if files.len() == before {
        bail!("there is no LICENSE file to pack");
    }
    Ok(files)
}

fn host() -> Result<String> {
    let told = Job::new("rustc").arg("-vV").dir(paths::root()).quietly()?;
    told.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(ToOwned::to_owned)
        .context("rustc names no host")
}
