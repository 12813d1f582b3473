//! P12: what a browser loads of the app, every file of it, compressed with brotli where that is smaller.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    report::{Figure, Goal},
    rounds::Spread,
};

/// Measures the app in this folder, as it was built for the server.
pub fn measure(dist: &Path) -> Result<Vec<Figure>> {
    let files = files_under(dist)?;
    if !files.contains(&dist.join("index.html.br")) {
        bail!(
            "the app in {} is not built for the server: run `cargo xtask build`",
            dist.display()
        );
    }
    let mut bytes = 0_u64;
    for file in files.iter().filter(|file| is_loaded(file, &files)) {
        let facts = file.metadata();
        bytes += facts
            .with_context(|| format!("could not read {}", file.display()))?
            .len();
    }
    let kilobytes = f64::from(u32::try_from(bytes).context("an app of gigabytes")?) / 1e3;
    let figure = Figure::new("P12", "the whole app with brotli", "KB", Spread::one(kilobytes));
    Ok(vec![
        figure.wanted(&[Goal::AtMost(350.0)], Some(Goal::AtMost(450.0))),
    ])
}

/// Whether a browser that speaks brotli loads this one. A file that does not get smaller has no form but its own.
fn is_loaded(file: &Path, all: &[PathBuf]) -> bool {
    let mut copy = file.as_os_str().to_owned();
    copy.push(".br");
    let ending = file.extension().unwrap_or_default();
    ending == "br" || (ending != "gz" && !all.contains(&PathBuf::from(copy)))
}

fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        let entries = fs::read_dir(&next).with_context(|| format!("no app in {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict;

    fn app(files: &[(&str, usize)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        for (name, size) in files {
            fs::write(folder.path().join(name), vec![0; *size]).unwrap();
        }
        folder
    }

    #[test]
    fn p12_each_file_counts_once_in_its_smaller_form() {
        let app = app(&[
            ("index.html", 900),
            ("index.html.br", 300),
            ("index.html.gz", 400),
            ("deep/app.wasm.br", 340_000),
            ("deep/app.wasm.gz", 440_000),
            ("tiny.svg", 100),
        ]);
        let figures = measure(app.path()).unwrap();
        assert!((figures[0].measured.median - 340.4).abs() < 1e-9);
        assert_eq!(figures[0].verdict, Verdict::Met);
    }

    #[test]
    fn p12_an_app_over_its_goal_is_short_and_one_that_is_not_compressed_is_no_app() {
        let large = app(&[("index.html", 9), ("index.html.br", 8), ("a.wasm", 351_000)]);
        assert_eq!(measure(large.path()).unwrap()[0].verdict, Verdict::WithinLimit);
        assert!(measure(app(&[("index.html", 9)]).path()).is_err());
    }
}
