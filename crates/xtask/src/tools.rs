//! The tools that turn the frontend into an app: the WebAssembly target, Trunk and wasm-bindgen.
//! Taken from the search path or the cache when the version fits, else installed into the cache.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::job::Job;
use crate::{npm, paths, say};

/// What browsers run.
pub const WASM: &str = "wasm32-unknown-unknown";
/// Newer ones need a newer compiler than the one this workspace promises to build with.
const TRUNK_VERSION: &str = "0.21.14";

/// One program to install.
struct Tool {
    program: &'static str,
    package: &'static str,
    version: String,
    /// How cargo builds it when no ready-made one can be had.
    build_flags: &'static [&'static str],
}

/// Makes sure everything is there; answers the folders to put in front of the search path.
pub fn ready() -> Result<Vec<PathBuf>> {
    wasm_target()?;
    let wanted = [
        Tool {
            program: "trunk",
            package: "trunk",
            version: TRUNK_VERSION.to_owned(),
            build_flags: &["--locked", "--no-default-features", "--features", "rustls"],
        },
        Tool {
            program: "wasm-bindgen",
            package: "wasm-bindgen-cli",
            version: wasm_bindgen_version()?,
            // Its own lock file names versions that registries no longer offer.
            build_flags: &[],
        },
    ];
    let building = paths::cache()?.join("tools/building");
    let mut folders = Vec::new();
    for tool in &wanted {
        let folder = folder_of(tool, &building);
        match folder {
            Ok(folder) => folders.push(folder),
            Err(error) => {
                let _nothing_built = fs::remove_dir_all(&building);
                return Err(error);
            }
        }
    }
    let _nothing_built = fs::remove_dir_all(&building);
    Ok(folders)
}

/// The same with what makes a release of the app smaller.
pub fn ready_for_release() -> Result<Vec<PathBuf>> {
    let mut folders = ready()?;
    let (wasm_opt, path) = npm::BINARYEN.ready()?;
    folders.extend(wasm_opt.parent().map(Path::to_path_buf));
    folders.extend(std::env::split_paths(&path));
    Ok(folders)
}

/// Makes sure the compiler can build for browsers.
pub fn wasm_target() -> Result<()> {
    let sysroot = Job::new("rustc")
        .arg("--print")
        .arg("sysroot")
        .dir(paths::root())
        .quietly()?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    say::line(&format!("adding the compiler target {WASM}"));
    Job::new("rustup")
        .args(["target", "add", WASM])
        .dir(paths::root())
        .run()
        .with_context(|| {
            format!("the compiler target {WASM} is missing; with rustup it is `rustup target add {WASM}`")
        })
}

fn folder_of(tool: &Tool, building: &Path) -> Result<PathBuf> {
    let root = paths::cache()?.join(format!("tools/{}-{}", tool.program, tool.version));
    let folder = root.join("bin");
    if paths::is_program(&folder.join(tool.program)) {
        return Ok(folder);
    }
    if let Some(found) = paths::on_path(tool.program).filter(|found| has_version(found, &tool.version)) {
        return found
            .parent()
            .map(Path::to_path_buf)
            .context("a program without a folder");
    }
    install(tool, &root, building)
        .with_context(|| format!("could not install {} {}", tool.package, tool.version))?;
    if !paths::is_program(&folder.join(tool.program)) {
        bail!(
            "{} was installed but {} is not in {}",
            tool.package,
            tool.program,
            folder.display()
        );
    }
    Ok(folder)
}

fn has_version(program: &Path, version: &str) -> bool {
    let told = Job::new(program).arg("--version").quietly().unwrap_or_default();
    told.split_whitespace().any(|word| word == version)
}

fn install(tool: &Tool, root: &Path, building: &Path) -> Result<()> {
    if Job::cargo().args(["binstall", "-V"]).quietly().is_ok() {
        say::line(&format!("getting {} {} ready-made", tool.package, tool.version));
        let got = Job::cargo()
            .args(["binstall", "--no-confirm", "--force", "--root"])
            .arg(root)
            .arg(format!("{}@{}", tool.package, tool.version))
            .run();
        match got {
            Ok(()) => return Ok(()),
            Err(error) => say::line(&format!(
                "no ready-made one ({}); building it",
                say::in_one_line(&error)
            )),
        }
    }
    say::line(&format!(
        "building {} {} from source; this happens once and takes minutes",
        tool.package, tool.version
    ));
    // These programs run for seconds: the time to build them matters, their speed does not.
    Job::cargo()
        .args(["install", tool.package, "--version", &tool.version])
        .args(tool.build_flags)
        .arg("--root")
        .arg(root)
        .env("CARGO_TARGET_DIR", building)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .run()
}

fn wasm_bindgen_version() -> Result<String> {
    let lock = paths::root().join("Cargo.lock");
    let text = fs::read_to_string(&lock).with_context(|| format!("could not read {}", lock.display()))?;
    locked_version(&text, "wasm-bindgen").context("Cargo.lock names no version of wasm-bindgen")
}

/// The version of a package in the text of a lock file.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";

    #[test]
    fn the_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
