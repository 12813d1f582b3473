//! Prints how long the longest texts take, the slowest first: `speed [PART OF A NAME]`. Each is checked, linted, coloured, and, if
//! it can be read, put over itself.

use std::io::Write;
use std::time::{Duration, Instant};

use clientconf::check::{check, served};
use clientconf::highlight::{State, highlight};
use clientconf::lint::lint;
use clientconf::merge::{Effective, Layer, merge};
use clientconf::parse::parse;
use clientconf::resolve::Resolve;
use clientconf::value::Map;

#[path = "../tests/large/mod.rs"]
mod large;

/// How long this thread had the processor so far, where the system tells it: other processes have it as well.
fn on_processor() -> Option<Duration> {
    let all = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(all.split(' ').next()?.parse().ok()?))
}

/// Of three times the shortest.
fn timed(mut work: impl FnMut()) -> Duration {
    let once = |work: &mut dyn FnMut()| {
        let (started, before) = (Instant::now(), on_processor());
        work();
        let clock = started.elapsed();
        before
            .zip(on_processor())
            .map_or(clock, |(before, after)| after.saturating_sub(before))
    };
    let first = once(&mut work);
    if first > Duration::from_secs(2) {
        return first;
    }
    first.min(once(&mut work)).min(once(&mut work))
}

fn shown(effective: &Effective) {
    effective.entries.iter().for_each(|entry| drop(entry.shown()));
}

fn row(text: &large::Large) -> (Duration, String) {
    let checked = timed(|| drop(check(text.format, &text.text)));
    let mut outcome = String::new();
    let linted = timed(|| {
        outcome = match lint(text.format, &text.text) {
            Ok(findings) => format!("{} findings", findings.len()),
            Err(fault) => format!("refused: {:?} at {}:{}", fault.kind, fault.line, fault.column),
        };
    });
    let coloured = timed(|| {
        text.text.split('\n').fold(State::default(), |state, line| {
            highlight(text.format, line, state).1
        });
    });
    let parsed = served(text.format, &text.text).and_then(|text| parse(&text, Resolve::Never));
    let merged = parsed.map_or(Duration::ZERO, |parsed| {
        timed(|| {
            shown(&merge(&[
                Layer { tree: &parsed.tree },
                Layer { tree: &parsed.tree },
            ]));
        })
    });
    let slowest = checked.max(linted).max(coloured).max(merged);
    let line = format!(
        "{checked:>9.1?} {linted:>9.1?} {coloured:>9.1?} {merged:>9.1?}  {}: {outcome}",
        text.name
    );
    (slowest, line)
}

/// So many layers, each with all keys of the one before.
fn layers(count: usize, keys: usize) -> (Duration, String) {
    let mut text = String::new();
    for key in 0..keys {
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("sdk.own.key_{key} = {key}\n"));
    }
    let tree = parse(&text, Resolve::Never)
        .map(|parsed| parsed.tree)
        .unwrap_or_default();
    let trees: Vec<&Map> = vec![&tree; count];
    let layers: Vec<Layer<'_>> = trees.iter().map(|tree| Layer { tree }).collect();
    let took = timed(|| shown(&merge(&layers)));
    (took, format!("{took:>39.1?}  {count} layers of {keys} keys"))
}

fn main() -> std::io::Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let mut rows: Vec<(Duration, String)> = large::all(1_000_000)
        .iter()
        .filter(|text| text.name.contains(&wanted))
        .map(row)
        .collect();
    if wanted.is_empty() {
        rows.extend([layers(200, 500), layers(200, 5000), layers(10, 20_000)]);
    }
    rows.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
    let mut out = std::io::stdout().lock();
    writeln!(out, "    check      lint    colour     merge")?;
    rows.iter().try_for_each(|(_, line)| writeln!(out, "{line}"))?;
    let slow = rows
        .iter()
        .filter(|(took, _)| *took >= Duration::from_millis(100))
        .count();
    writeln!(out, "{} rows, {slow} of them with 100 ms or more", rows.len())?;
    Ok(())
}
