//! P11: from starting the process to the first answer, the memory of a server that nobody asks anything, and the size
//! of the one file that is the server.

use std::{thread, time::Duration};

use anyhow::{Context, Result};

use crate::{
    machine,
    report::{Beside, Figure, Goal},
    rounds::{Effort, Spread},
    server::{Admin, Place, Server},
    wire::{Reply, Request, Wire},
};

/// Between the first answer and the look at the memory of an idle server: jobs have run by then.
const IDLE: Duration = Duration::from_secs(3);
const MEGABYTE: f64 = 1e6;

/// Measures starts with and without a database, memory and file.
pub fn measure(place: &Place, effort: Effort) -> Result<Vec<Figure>> {
    let first = place.clearance("idle", Admin::Made)?;
    let alive = Wire::open(first.address)?.ask(&Request::get(first.address, "/healthz", &[]))?;
    first.stop()?;
    let (mut fresh, mut again, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        fresh.push(started(
            place.clearance(&format!("fresh-{round}"), Admin::Later)?,
        )?);
        bare.push(started(bare_server(place, &alive)?)?);
        again.push(started(place.clearance("idle", Admin::Later)?)?);
    }
    let start = |what, ours: &[f64]| -> Result<Figure> {
        let figure = Figure::new("P11", what, "ms", Spread::of(ours.iter().copied())?);
        let figure = figure.beside(Beside {
            what: "bare",
            measured: Spread::of(bare.iter().copied())?,
            per_second: None,
            ratio: Spread::of_ratios(ours, &bare)?,
        });
        Ok(figure.wanted(&[Goal::AtMost(50.0), Goal::RatioAtMost(2.0)], None))
    };
    let mut figures = vec![
        start("start to first 200, new data", &fresh)?,
        start("start to first 200", &again)?,
    ];
    figures.push(idle_memory(place, &alive, effort)?);
    figures.push(file_size(place)?);
    Ok(figures)
}

fn bare_server(place: &Place, alive: &Reply) -> Result<Server> {
    place.bare("bare-start", alive, &[])
}

/// Milliseconds to the first answer. The server is stopped.
fn started(server: Server) -> Result<f64> {
    let took = server.first_answer.as_secs_f64() * 1e3;
    server.stop()?;
    Ok(took)
}

fn idle_memory(place: &Place, alive: &Reply, effort: Effort) -> Result<Figure> {
    let (ours, theirs) = (place.clearance("idle", Admin::Later)?, bare_server(place, alive)?);
    thread::sleep(IDLE.min(effort.slice() * 3));
    let megabytes = |server: &Server| machine::memory(server.pid()).map(|memory| megabytes(memory.now));
    let (measured, beside) = (megabytes(&ours)?, megabytes(&theirs)?);
    let figure = Figure::new("P11", "memory of an idle server", "MB", Spread::one(measured));
    let figure = figure.beside(Beside {
        what: "bare",
        measured: Spread::one(beside),
        per_second: None,
        ratio: Spread::one(measured / beside),
    });
    Ok(figure.wanted(&[Goal::AtMost(20.0)], None))
}

fn file_size(place: &Place) -> Result<Figure> {
    let file = place.clearance.metadata().context("no server")?;
    let size = Spread::one(megabytes(file.len()));
    let figure = Figure::new("P11", "the one file, with the app inside", "MB", size);
    Ok(figure.wanted(&[Goal::AtMost(20.0)], None))
}

fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) * 1000.0 / MEGABYTE
}
