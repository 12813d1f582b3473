//! Builds `frontend/` into `dist/` with Trunk, compresses it and holds it to its size budget.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::job::Job;
use crate::precompress::{Asset, precompress};
use crate::{paths, say, tools};

/// P12: the whole app must load in fewer bytes than this, compressed with brotli.
const BUDGET: u64 = 450_000;
/// Flags of the compiler for the app; they are added to those in `.cargo/config.toml`.
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

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
    fetch()?;
    match profile {
        AppProfile::Debug => trunk(&tools::ready()?)?
            .arg("build")
            .run()
            .context("the app did not build"),
        AppProfile::Release => {
            let folders = tools::ready_for_release()?;
            say::line("building the app");
            trunk(&folders)?
                .args(["build", "--offline", "--release"])
                .env(FLAGS, without_places(&paths::cargo_home()?, &paths::root()))
                .run()
                .context("the app did not build")?;
            say::line("compressing the app");
            within_budget(&precompress(&paths::dist())?)
        }
    }
}

/// Keeps the folders of the builder out of the app, where messages of faults name their place: nobody who loads it
/// needs to know them, and the app is the same wherever it is built.
fn without_places(cargo_home: &Path, root: &Path) -> String {
    let places = [
        (cargo_home.join("registry/src"), "crates"),
        (root.to_path_buf(), "app"),
    ];
    let flags = places
        .iter()
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    // Blanks separate flags; there is no way to have one in a flag.
    let flags: Vec<String> = flags.filter(|flag| !flag.contains(' ')).collect();
    flags.join(" ")
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
    fn the_app_names_no_folder_of_its_builder() {
        assert_eq!(
            without_places(Path::new("/home/ann/.cargo"), Path::new("/src/clearance")),
            "--remap-path-prefix=/home/ann/.cargo/registry/src=crates --remap-path-prefix=/src/clearance=app"
        );
        assert_eq!(
            without_places(Path::new("/home/ann/.cargo"), Path::new("/my work")),
            "--remap-path-prefix=/home/ann/.cargo/registry/src=crates"
        );
    }

    #[test]
    fn an_app_without_its_page_is_refused() {
        let assets: Vec<Asset> = app(1000).into_iter().skip(1).collect();
        assert!(within_budget(&assets).is_err());
    }
}
