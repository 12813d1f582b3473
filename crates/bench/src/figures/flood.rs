//! P9: what a flood of sign-ins does to everybody else, and to the server's memory. The flood comes from ever new
//! addresses with ever new accounts, so that no throttle stops it before its password is checked.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    load::{Generator, Shape},
    machine::{self, Pinning},
    report::{Beside, Figure, Goal},
    rounds::{Effort, Spread},
    server::{Admin, Place, Server},
    set_up::{Account, sign_in},
    wire::{Request, Wire},
};

/// Sign-ins that are under way or wait at the same time.
const FLOODING: u32 = 16;
/// Sign-ins from one address before the next is taken; fewer than the server forgives.
const BY_ADDRESS: u32 = 20;
/// Between two requests of the one whose answers are timed.
const PACE: Duration = Duration::from_millis(2);
const MIB: f64 = 1024.0 * 1024.0;
/// Memory of one password hash.
const HASH_MIB: f64 = 19.0;
/// Memory for what a failed sign-in writes: pages of the database, the journal's entry.
const WRITING_MIB: f64 = 1.0;

/// Measures a read's slowest hundredth, in peace and under the flood, and the memory that the flood takes.
pub fn measure(place: &Place, effort: Effort) -> Result<Vec<Figure>> {
    // The first only makes the account: it has hashed a password, and its memory shows that.
    let first = place.clearance("flood", Admin::Made)?;
    let account = Account::prepare(first.address)?;
    first.stop()?;
    let server = &place.clearance("flood", Admin::Later)?;
    let path = format!("/api/v1/workspaces/{}", account.workspace);
    let read = Request::get(server.address, &path, &[("authorization", &account.bearer)]);
    // At rest, but with as many connections, threads and open databases as the flood will need anyway.
    let shape = Shape::exactly(&Wire::open(server.address)?.ask(&read)?);
    Generator::open(server.address, FLOODING, &read, &shape)?.drive(effort.slice())?;
    let before = machine::memory(server.pid())?;
    machine::forget_peak(server.pid())?;
    let flood = Flood::new(server.address);
    let (mut quiet, mut flooded, mut checked) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        quiet.push(slowest_hundredth(server, &read, effort.slice())?);
        let (slowest, per_second) = flood.during(|| {
            thread::sleep(effort.slice() / 4);
            slowest_hundredth(server, &read, effort.slice())
        })?;
        flooded.push(slowest);
        checked.push(per_second);
    }
    let peak = machine::memory(server.pid())?.peak.saturating_sub(before.now);
    let slowest = Figure::new(
        "P9",
        "p99 of a read during a login flood",
        "us",
        Spread::of(flooded.iter().copied())?,
    );
    let slowest = slowest.beside(Beside {
        what: "without it",
        measured: Spread::of(quiet.iter().copied())?,
        per_second: None,
        ratio: Spread::of_ratios(&flooded, &quiet)?,
    });
    let memory = Figure::new(
        "P9",
        "memory that the flood takes",
        "MiB",
        Spread::one(mebibytes(peak)),
    );
    let rate = Figure::new("P9", "passwords checked during it", "/s", Spread::of(checked)?);
    Ok(vec![
        slowest.wanted(&[Goal::RatioAtMost(2.0)], None),
        memory.wanted(
            &[Goal::AtMost(HASH_MIB * permits(place.pinning) + WRITING_MIB)],
            None,
        ),
        rate,
    ])
}

/// The server hashes one password for each processor it may use at the same time.
fn permits(pinning: Pinning) -> f64 {
    let processors = match pinning {
        Pinning::Apart { .. } => 1,
        Pinning::Not => thread::available_parallelism().map_or(1, std::num::NonZero::get),
    };
    f64::from(u16::try_from(processors).unwrap_or(u16::MAX))
}

fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) * 1024.0 / MIB
}

/// Asks at a steady pace for `time`; the microseconds within which 99 of 100 were answered. A request that could not
/// be sent in time because the one before was still unanswered counts from when it was due.
fn slowest_hundredth(server: &Server, read: &Request, time: Duration) -> Result<f64> {
    let mut wire = Wire::open(server.address)?;
    wire.ask(read)?;
    let mut took = Vec::new();
    let begun = Instant::now();
    let mut due = begun;
    let mut free = begun;
    while due < begun + time {
        let late = free > due;
        if !late {
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let since = if late { due } else { Instant::now() };
        wire.ask(read)?;
        free = Instant::now();
        took.push(free.duration_since(since));
        due += PACE;
    }
    took.sort_unstable();
    let rank = took.len() * 99 / 100;
    let slowest = took.get(rank.min(took.len().saturating_sub(1)));
    Ok(slowest.context("nothing was timed")?.as_secs_f64() * 1e6)
}

/// Where a flood comes from next.
#[derive(Debug)]
struct Flood {
    server: SocketAddr,
    sent: AtomicU32,
}

impl Flood {
    fn new(server: SocketAddr) -> Self {
        Self {
            server,
            sent: AtomicU32::new(0),
        }
    }

    /// Runs `f` while the flood lasts; also answers how many passwords were checked in a second.
    fn during<T>(&self, f: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let begun = Instant::now();
            let lanes: Vec<_> = (0..FLOODING).map(|_| scope.spawn(|| self.lane(&over))).collect();
            let done = f();
            over.store(true, Ordering::Relaxed);
            let mut checked = 0;
            for lane in lanes {
                checked += match lane.join() {
                    Ok(checked) => checked?,
                    Err(_panic) => bail!("a lane of the flood ended early"),
                };
            }
            Ok((done?, f64::from(checked) / begun.elapsed().as_secs_f64()))
        })
    }

    /// Signs in with wrong names until it is over; the number of passwords that were checked.
    fn lane(&self, over: &AtomicBool) -> Result<u32> {
        let mut checked = 0;
        while !over.load(Ordering::Relaxed) {
            let first = self.sent.fetch_add(BY_ADDRESS, Ordering::Relaxed);
            let mut wire = Wire::open_from(address(first / BY_ADDRESS), self.server)?;
            for number in first..first + BY_ADDRESS {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let request = sign_in(
                    self.server,
                    &format!("flood-{number}@example.com"),
                    "wrong from the start",
                );
                let reply = wire.exchange(&request)?;
                match reply.status()? {
                    401 => checked += 1,
                    status => bail!("a flooding sign-in was answered with {status}: {}", reply.text()),
                }
            }
        }
        Ok(checked)
    }
}

/// The addresses of this machine, one after the other.
fn address(number: u32) -> IpAddr {
    // 127.1.0.1 and up: each a loopback address of its own.
    IpAddr::V4(Ipv4Addr::from_bits(
        Ipv4Addr::new(127, 1, 0, 1).to_bits() + number % 0x00ff_0000,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_the_flood_is_another_and_of_this_machine() {
        let addresses: Vec<IpAddr> = (0..1000).map(address).collect();
        assert!(addresses.iter().all(IpAddr::is_loopback));
        let different: std::collections::BTreeSet<_> = addresses.iter().collect();
        assert_eq!(different.len(), 1000);
        assert!(address(u32::MAX).is_loopback());
    }
}
