//! Programs from npm, in the cache.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::job::Job;
use crate::{browser, paths, say};

/// Stands in for Azure Blob Storage in tests, and checks signatures.
pub const AZURITE: Program = Program {
    package: "azurite",
    version: "3.35.0",
    file: "azurite-blob",
};
/// Makes WebAssembly smaller: Trunk calls its `wasm-opt`.
pub const BINARYEN: Program = Program {
    package: "binaryen",
    version: "132.0.0",
    file: "wasm-opt",
};

/// A program of a package.
pub struct Program {
    package: &'static str,
    version: &'static str,
    file: &'static str,
}

impl Program {
    /// Makes sure it is there; answers the program, and the search path with the Node.js that runs it.
    pub fn ready(&self) -> Result<(PathBuf, OsString)> {
        let path = browser::node()?;
        let named = format!("{} {}", self.package, self.version);
        let folder = paths::cache()?.join(format!("tools/{}-{}", self.package, self.version));
        let program = folder.join("node_modules/.bin").join(self.file);
        if paths::is_program(&program) {
            return Ok((program, path));
        }
        say::line(&format!("getting {named}"));
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
            .arg(format!("{}@{}", self.package, self.version))
            .env("PATH", &path)
            .at_most_minutes(10)
            .quietly();
        if let Err(error) = got {
            // Half of it must not be taken for all of it the next time.
            let _nothing_got = fs::remove_dir_all(&folder);
            return Err(error).with_context(|| format!("could not install {named}"));
        }
        Ok((program, path))
    }
}
