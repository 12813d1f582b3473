//! Figures with their goals, as a table to read and as JSON to keep.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    machine::Pinning,
    rounds::{Effort, Spread},
};

/// A ratio whose largest is more than so many times its smallest was disturbed: its median says nothing.
const STEADY: f64 = 3.0;

/// What a figure is to be. Medians count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The ratio to the peer.
    RatioAtMost(f64),
    /// The figure itself.
    AtMost(f64),
    /// The figure itself, where more is better.
    AtLeast(f64),
}

/// The peer's side of a figure.
#[derive(Debug, Clone, Serialize)]
pub struct Beside {
    /// What the peer is.
    pub what: &'static str,
    /// What was measured of it.
    pub measured: Spread,
    /// Requests in a second of wall time, where there was load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_second: Option<Spread>,
    /// Ours divided by theirs, within each round.
    pub ratio: Spread,
}

impl Beside {
    fn is_unsteady(&self) -> bool {
        self.ratio.max > self.ratio.min * STEADY
    }
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// The target it belongs to, such as `P5`.
    pub target: &'static str,
    /// What is measured.
    pub what: String,
    /// The unit of what was measured.
    pub unit: &'static str,
    /// What was measured of Clearance.
    pub measured: Spread,
    /// Requests in a second of wall time, where there was load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_second: Option<Spread>,
    /// The peer, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// What is wanted; all of it.
    pub goals: Vec<Goal>,
    /// What must not be missed, if that is less than the goal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Goal>,
    /// How it came out.
    pub verdict: Verdict,
}

/// How a figure came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is no goal: the figure is there to compare with.
    Told,
    /// As good as wanted, or better.
    Met,
    /// Missed, but within the limit.
    WithinLimit,
    /// Missed.
    Short,
    /// The rounds contradict each other: something else kept the processors busy.
    Unsteady,
}

impl Figure {
    /// A figure without a peer or a goal.
    pub fn new(target: &'static str, what: impl Into<String>, unit: &'static str, measured: Spread) -> Self {
        Self {
            target,
            what: what.into(),
            unit,
            measured,
            per_second: None,
            beside: None,
            goals: Vec::new(),
            limit: None,
            verdict: Verdict::Told,
        }
    }

    /// With the rate at which it was reached.
    pub fn at_rate(mut self, per_second: Spread) -> Self {
        self.per_second = Some(per_second);
        self
    }

    /// With a peer.
    pub fn beside(mut self, beside: Beside) -> Self {
        self.beside = Some(beside);
        self
    }

    /// With goals, and what must not be missed if that is less.
    pub fn wanted(mut self, goals: &[Goal], limit: Option<Goal>) -> Self {
        self.goals = goals.to_vec();
        self.limit = limit;
        self.verdict = if self.beside.as_ref().is_some_and(Beside::is_unsteady) {
            Verdict::Unsteady
        } else if self.goals.iter().all(|goal| self.meets(*goal)) {
            Verdict::Met
        } else if limit.is_some_and(|limit| self.meets(limit)) {
            Verdict::WithinLimit
        } else {
            Verdict::Short
        };
        self
    }

    fn meets(&self, goal: Goal) -> bool {
        match goal {
            Goal::RatioAtMost(most) => self
                .beside
                .as_ref()
                .is_some_and(|beside| beside.ratio.median <= most),
            Goal::AtMost(most) => self.measured.median <= most,
            Goal::AtLeast(least) => self.measured.median >= least,
        }
    }
}

/// Everything that one run found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// How much was measured.
    pub effort: Effort,
    /// Whether servers and load generator each had a processor to themselves.
    pub pinned: bool,
    /// The figures.
    pub figures: Vec<Figure>,
}

impl Report {
    /// A report of these figures.
    pub fn new(effort: Effort, pinning: Pinning, figures: Vec<Figure>) -> Self {
        Self {
            effort,
            pinned: pinning != Pinning::Not,
            figures,
        }
    }

    /// Whether the rounds agree with each other, so that the figures say something.
    pub fn is_steady(&self) -> bool {
        self.figures
            .iter()
            .all(|figure| figure.verdict != Verdict::Unsteady)
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut rows = vec![["", "figure", "Clearance", "beside it", "ratio", "goal", ""].map(str::to_owned)];
        rows.extend(self.figures.iter().map(row));
        let widths: Vec<usize> = (0..7)
            .map(|column| {
                rows.iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| cell.chars().count())
                    .max()
            })
            .map(Option::unwrap_or_default)
            .collect();
        let mut table = String::new();
        for row in &rows {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            let _never_fails = writeln!(table, "{}", cells.join("  ").trim_end());
        }
        table + &self.legend()
    }

    fn legend(&self) -> String {
        let pinned = if self.pinned {
            "Servers had one processor, the load generator another."
        } else {
            "Servers and load generator could not be given processors of their own."
        };
        format!(
            "\nMedians of {} rounds, A/B/A/B, with smallest and largest. {pinned}\n",
            self.effort.rounds
        )
    }
}

fn row(figure: &Figure) -> [String; 7] {
    let side = |measured: &Spread, per_second: Option<&Spread>| {
        let rate = per_second.map(|rate| format!(", {}/s", number(rate.median)));
        format!(
            "{} {}{}",
            number(measured.median),
            figure.unit,
            rate.unwrap_or_default()
        )
    };
    let beside = figure.beside.as_ref();
    let ratio = beside.map(|beside| beside.ratio);
    let goals: Vec<String> = figure.goals.iter().map(|goal| told(*goal)).collect();
    [
        figure.target.to_owned(),
        figure.what.clone(),
        side(&figure.measured, figure.per_second.as_ref()) + &range(&figure.measured),
        beside.map_or_else(String::new, |beside| {
            format!(
                "{} {}",
                beside.what,
                side(&beside.measured, beside.per_second.as_ref())
            )
        }),
        ratio.map_or_else(String::new, |ratio| {
            format!("{:.2}x{}", ratio.median, range(&ratio))
        }),
        goals.join(", "),
        match figure.verdict {
            Verdict::Told => String::new(),
            Verdict::Met => "met".to_owned(),
            Verdict::WithinLimit => format!("short, within {}", figure.limit.map(told).unwrap_or_default()),
            Verdict::Short => "SHORT".to_owned(),
            Verdict::Unsteady => "UNSTEADY".to_owned(),
        },
    ]
}

fn range(spread: &Spread) -> String {
    // Bits are compared: only one and the same measurement has no range.
    if spread.min.to_bits() == spread.max.to_bits() {
        String::new()
    } else {
        format!(" ({}-{})", number(spread.min), number(spread.max))
    }
}

fn told(goal: Goal) -> String {
    match goal {
        Goal::RatioAtMost(most) => format!("<= {most}x"),
        Goal::AtMost(most) => format!("<= {}", number(most)),
        Goal::AtLeast(least) => format!(">= {}", number(least)),
    }
}

/// Three digits that count, and no fraction of large numbers.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(ours: f64, ratio: f64) -> Figure {
        Figure::new("P5", "reading", "us", Spread::one(ours)).beside(Beside {
            what: "bare",
            measured: Spread::one(1.0),
            per_second: None,
            ratio: Spread::one(ratio),
        })
    }

    #[test]
    fn every_goal_must_be_met_and_a_limit_is_told_apart() {
        let goals = [Goal::RatioAtMost(1.3), Goal::AtMost(50.0)];
        let verdict = |ours, ratio| {
            figure(ours, ratio)
                .wanted(&goals, Some(Goal::RatioAtMost(1.5)))
                .verdict
        };
        assert_eq!(verdict(50.0, 1.3), Verdict::Met);
        assert_eq!(verdict(51.0, 1.3), Verdict::WithinLimit);
        assert_eq!(verdict(50.0, 1.4), Verdict::WithinLimit);
        assert_eq!(verdict(50.0, 1.6), Verdict::Short);
        let rate = Figure::new("P10", "rate", "/s", Spread::one(19_999.0));
        assert_eq!(
            rate.wanted(&[Goal::AtLeast(20_000.0)], None).verdict,
            Verdict::Short
        );
    }

    #[test]
    fn rounds_that_contradict_each_other_meet_no_goal() {
        let mut disturbed = figure(1.0, 1.0);
        if let Some(beside) = &mut disturbed.beside {
            beside.ratio = Spread {
                median: 1.0,
                min: 0.5,
                max: 1.6,
            };
        }
        let verdict = disturbed.wanted(&[Goal::RatioAtMost(1.3)], None).verdict;
        assert_eq!(verdict, Verdict::Unsteady);
    }

    #[test]
    fn a_ratio_goal_without_a_peer_is_not_met() {
        let alone = Figure::new("P5", "reading", "us", Spread::one(1.0));
        assert_eq!(
            alone.wanted(&[Goal::RatioAtMost(9.0)], None).verdict,
            Verdict::Short
        );
    }

    #[test]
    fn the_table_names_figure_peer_ratio_goal_and_verdict() {
        let figures = vec![figure(12.34, 1.29).wanted(&[Goal::RatioAtMost(1.3)], None)];
        let table = Report::new(Effort::QUICK, Pinning::Not, figures).table();
        let line = table.lines().nth(1).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(
            words,
            [
                "P5", "reading", "12.3", "us", "bare", "1.00", "us", "1.29x", "<=", "1.3x", "met"
            ]
        );
    }
}
