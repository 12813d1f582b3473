//! Builds `frontend/` into `dist/` with Trunk, compresses it and holds it to its size budget.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::job::Job;
use crate::precompress::{Asset, precompress};
use crate::{paths, say, tools};

/// P12: the whole app must load in fewer bytes than this, compressed with brotli.
const BUDGET: u64 = 450_000;
/// How Trunk is told to shrink the WebAssembly with a tool that may be absent.
const SHRINKING: &str = "data-wasm-opt=\"z\"";
const NOT_SHRINKING: &str = "data-wasm-opt=\"0\"";

/// How the app is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AppProfile {
    /// Fast to build.
    Debug,
    /// Small to load, compressed, within the budget.
    Release,
}

/// Builds the app into `dist/`.
pub fn build(profile: AppProfile) -> Result<()> {
    let folders = tools::ready()?;
    fetch()?;
    match profile {
        AppProfile::Debug => trunk(&folders)?
            .arg("build")
            .run()
            .context("the app did not build"),
        AppProfile::Release => {
            say::line("building the app");
            release(&folders).context("the app did not build")?;
            say::line("compressing the app");
            within_budget(&precompress(&paths::dist())?)
        }
    }
}

/// Trunk, in the root of the repository, with its tools in reach.
pub fn trunk(folders: &[PathBuf]) -> Result<Job> {
    let program = folders
        .iter()
        .map(|folder| folder.join("trunk"))
        .find(|file| paths::is_program(file));
    let job = Job::new(program.context("Trunk is not where it was installed")?);
    // Trunk takes NO_COLOR=1 for a wrong argument.
    Ok(job
        .dir(paths::root())
        .env("PATH", paths::path_with(folders)?)
        .without_env("NO_COLOR"))
}

/// Gets every dependency, for Trunk builds without the network.
pub fn fetch() -> Result<()> {
    let job = Job::cargo().arg("fetch");
    let job = if paths::is_ci() { job.arg("--locked") } else { job };
    job.quietly()
        .map(drop)
        .context("could not fetch the dependencies")
}

fn release(folders: &[PathBuf]) -> Result<()> {
    let page = paths::root().join("frontend/index.html");
    if paths::on_path("wasm-opt").is_some() {
        return trunk(folders)?.args(["build", "--offline", "--release"]).run();
    }
    // Without wasm-opt the page must not ask for it, and the compiler has to drop the names that it would drop.
    let html = fs::read_to_string(&page).with_context(|| format!("could not read {}", page.display()))?;
    let plain = page.with_file_name(format!("index-{}.html", std::process::id()));
    fs::write(&plain, html.replace(SHRINKING, NOT_SHRINKING))
        .with_context(|| format!("could not write {}", plain.display()))?;
    let built = trunk(folders)?
        .args(["build", "--offline", "--release", "--html-output", "index.html"])
        .arg(&plain)
        .env("CARGO_PROFILE_WEB_STRIP", "symbols")
        .run();
    fs::remove_file(&plain).with_context(|| format!("could not remove {}", plain.display()))?;
    built
}

fn within_budget(assets: &[Asset]) -> Result<()> {
    let raw: u64 = assets.iter().map(|asset| asset.raw).sum();
    let brotli: u64 = assets.iter().map(|asset| asset.brotli).sum();
    let (total, budget) = (say::kilobytes(brotli), say::kilobytes(BUDGET));
    say::line(&format!(
        "the app is {total} with brotli, {} without, in {} files",
        say::kilobytes(raw),
        assets.len()
    ));
    if assets.iter().all(|asset| asset.name.as_os_str() != "index.html") {
        bail!("the app has no index.html");
    }
    if brotli <= BUDGET {
        return Ok(());
    }
    let mut largest: Vec<&Asset> = assets.iter().collect();
    largest.sort_by_key(|asset| std::cmp::Reverse(asset.brotli));
    for asset in largest.iter().take(5) {
        say::line(&format!(
            "{} of it is {}",
            say::kilobytes(asset.brotli),
            asset.name.display()
        ));
    }
    bail!("the app is {total} with brotli, more than its budget of {budget}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(wasm: u64) -> Vec<Asset> {
        vec![
            Asset {
                name: "index.html".into(),
                raw: 3000,
                brotli: 1000,
            },
            Asset {
                name: "app.wasm".into(),
                raw: 3 * wasm,
                brotli: wasm,
            },
        ]
    }

    #[test]
    fn p12_an_app_over_450_kb_is_refused_and_one_at_the_limit_is_not() {
        assert!(within_budget(&app(449_000)).is_ok());
        let refusal = within_budget(&app(449_001)).unwrap_err().to_string();
        assert!(refusal.contains("450.0 KB"), "{refusal}");
    }

    #[test]
    fn an_app_without_its_page_is_refused() {
        let assets: Vec<Asset> = app(1000).into_iter().skip(1).collect();
        assert!(within_budget(&assets).is_err());
    }
}
