//! The figures that were kept the last time: a run may be held against them.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{report::Report, rounds::Spread};

/// A ratio may be this much worse before it counts as a step back.
const TOLERANCE: f64 = 1.10;

#[derive(Debug, Deserialize)]
struct Kept {
    figures: Vec<KeptFigure>,
}

#[derive(Debug, Deserialize)]
struct KeptFigure {
    target: String,
    what: String,
    beside: Option<KeptBeside>,
}

#[derive(Debug, Deserialize)]
struct KeptBeside {
    ratio: Spread,
}

/// Fails if a ratio got worse than it was by more than a tenth.
pub fn compare(report: &Report, file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let kept: Kept =
        serde_json::from_str(&text).with_context(|| format!("could not read {}", file.display()))?;
    let worse = worse(report, &kept);
    if worse.is_empty() {
        Ok(())
    } else {
        bail!("worse by more than a tenth: {}", worse.join("; "))
    }
}

fn worse(report: &Report, kept: &Kept) -> Vec<String> {
    let before: BTreeMap<(&str, &str), f64> = kept
        .figures
        .iter()
        .filter_map(|figure| {
            let ratio = figure.beside.as_ref()?.ratio.median;
            Some(((figure.target.as_str(), figure.what.as_str()), ratio))
        })
        .collect();
    report
        .figures
        .iter()
        .filter_map(|figure| {
            let now = figure.beside.as_ref()?.ratio.median;
            let before = before.get(&(figure.target, figure.what.as_str()))?;
            (now > before * TOLERANCE).then(|| {
                format!(
                    "{} {} was {before:.2}x and is {now:.2}x",
                    figure.target, figure.what
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        machine::Pinning,
        report::{Beside, Figure},
        rounds::Effort,
    };

    fn report(ratio: f64) -> Report {
        let figure = Figure::new("P5", "reading", "us", Spread::one(1.0)).beside(Beside {
            what: "bare",
            measured: Spread::one(1.0),
            per_second: None,
            ratio: Spread::one(ratio),
        });
        Report::new(Effort::FULL, Pinning::Not, vec![figure])
    }

    #[test]
    fn a_ratio_that_is_a_tenth_worse_is_found_in_what_was_written_before() {
        let kept: Kept = serde_json::from_str(&serde_json::to_string(&report(2.0)).unwrap()).unwrap();
        assert!(worse(&report(2.19), &kept).is_empty());
        assert_eq!(worse(&report(2.21), &kept), ["P5 reading was 2.00x and is 2.21x"]);
    }
}
