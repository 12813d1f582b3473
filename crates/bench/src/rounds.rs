//! A, B, A, B: each contender gets a slice of time in each round, so that what disturbs one disturbs the others as
//! well. A ratio is taken within a round; the median over the rounds is told with its smallest and largest.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{
    load::{Generator, Shape},
    machine,
    wire::Request,
};

/// How much is measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Effort {
    /// Rounds.
    pub rounds: u32,
    /// How long each contender is loaded in a round, in milliseconds.
    pub slice_ms: u64,
    /// Connections of the load generator.
    pub connections: u32,
    /// Sign-ins in a round.
    pub sign_ins: u32,
}

impl Effort {
    /// The effort of figures to be told.
    pub const FULL: Self = Self {
        rounds: 12,
        slice_ms: 1_100,
        connections: 16,
        sign_ins: 10,
    };
    /// Just enough to see that everything runs.
    pub const QUICK: Self = Self {
        rounds: 1,
        slice_ms: 100,
        connections: 8,
        sign_ins: 2,
    };
}

impl Effort {
    /// How long each contender is loaded in a round.
    pub fn slice(self) -> Duration {
        Duration::from_millis(self.slice_ms)
    }
}

/// The middle of some measurements, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Half of them are below.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of any measurements.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Result<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied();
        let half = values.len() / 2;
        let (upper, lower) = (at(half), at(half.saturating_sub(1 - values.len() % 2)));
        match (values.first(), values.last(), lower.zip(upper)) {
            (Some(min), Some(max), Some((lower, upper))) => Ok(Self {
                median: f64::midpoint(lower, upper),
                min: *min,
                max: *max,
            }),
            _ => anyhow::bail!("nothing was measured"),
        }
    }

    /// Of one measurement.
    pub fn one(value: f64) -> Self {
        Self {
            median: value,
            min: value,
            max: value,
        }
    }

    /// Of the ratios within each round.
    pub fn of_ratios(ours: &[f64], theirs: &[f64]) -> Result<Self> {
        Self::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs))
    }
}

/// A server and what it is asked.
#[derive(Debug)]
pub struct Contender {
    /// Its process.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it is asked.
    pub request: Request,
    /// What it must answer.
    pub shape: Shape,
}

/// What one contender did over the rounds.
#[derive(Debug, Default)]
pub struct Course {
    /// Processor time of the server for each request, in microseconds.
    pub cpu_micros: Vec<f64>,
    /// Requests answered in a second.
    pub per_second: Vec<f64>,
}

/// Loads each contender in turn, round after round.
pub fn interleave(effort: Effort, contenders: &[Contender]) -> Result<Vec<Course>> {
    let mut courses: Vec<Course> = contenders.iter().map(|_| Course::default()).collect();
    for _ in 0..effort.rounds {
        for (contender, course) in contenders.iter().zip(&mut courses) {
            contender.load(effort, course)?;
        }
    }
    Ok(courses)
}

impl Contender {
    fn load(&self, effort: Effort, course: &mut Course) -> Result<()> {
        let opened = Generator::open(self.address, effort.connections, &self.request, &self.shape);
        let mut generator = opened.context("the load generator could not connect")?;
        generator.drive(effort.slice() / 10)?;
        let before = machine::cpu_time(self.pid)?;
        let driven = generator.drive(effort.slice())?;
        let used = machine::cpu_time(self.pid)?.saturating_sub(before);
        let replies = f64::from(driven.replies);
        course.cpu_micros.push(used.as_secs_f64() * 1e6 / replies);
        course.per_second.push(replies / driven.took.as_secs_f64());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle_for_odd_and_even_numbers_of_rounds() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied()).unwrap();
        assert_eq!(
            spread(&[3.0, 1.0, 2.0]),
            Spread {
                median: 2.0,
                min: 1.0,
                max: 3.0
            }
        );
        assert_eq!(
            spread(&[4.0, 1.0, 2.0, 3.0]),
            Spread {
                median: 2.5,
                min: 1.0,
                max: 4.0
            }
        );
        assert_eq!(spread(&[5.0]), Spread::one(5.0));
        assert!(Spread::of([]).is_err());
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        // One slow round hits both: the ratio does not see it.
        let ratio = Spread::of_ratios(&[2.0, 20.0, 2.0], &[1.0, 10.0, 1.0]).unwrap();
        assert_eq!(ratio, Spread::one(2.0));
    }
}
