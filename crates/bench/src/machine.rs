//! The processors, and what the kernel says a process costs: processor time, memory in use and its peak.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    time::{ClockId, clock_getcpuclockid},
    unistd::Pid,
};

/// Which processor does what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pinning {
    /// The servers on one processor, the load generator on another.
    Apart {
        /// The servers' processor.
        servers: usize,
        /// The load generator's processor.
        generator: usize,
    },
    /// There is only one processor, or the system does not let us choose.
    Not,
}

impl Pinning {
    /// Takes the first two processors that this process may use, and moves it to the second.
    pub fn choose() -> Self {
        let Ok(allowed) = sched_getaffinity(Pid::from_raw(0)) else {
            return Self::Not;
        };
        let mut free = (0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu).unwrap_or(false));
        match (free.next(), free.next()) {
            (Some(servers), Some(generator)) if stay_on(generator).is_ok() => {
                Self::Apart { servers, generator }
            }
            _ => Self::Not,
        }
    }

    /// Runs `f` on the servers' processor. A process that `f` starts stays there.
    pub fn among_servers<T>(self, f: impl FnOnce() -> T) -> Result<T> {
        let Self::Apart { servers, generator } = self else {
            return Ok(f());
        };
        stay_on(servers)?;
        let done = f();
        stay_on(generator)?;
        Ok(done)
    }
}

/// Keeps the calling thread, and what it starts from now on, on one processor.
fn stay_on(cpu: usize) -> Result<()> {
    let mut one = CpuSet::new();
    one.set(cpu)
        .and_then(|()| sched_setaffinity(Pid::from_raw(0), &one))
        .with_context(|| format!("could not stay on processor {cpu}"))
}

/// The processor time that a process has used, of all its threads, in user and kernel mode: `utime + stime` of
/// `/proc/PID/stat`, but in nanoseconds instead of hundredths of a second.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let pid = Pid::from_raw(i32::try_from(pid).context("a process id is a positive number")?);
    let clock = clock_getcpuclockid(pid).context("the process is gone")?;
    clock.now().map(Duration::from).context("the process is gone")
}

/// The processor time that the calling thread has used.
pub fn own_cpu_time() -> Result<Duration> {
    ClockId::CLOCK_THREAD_CPUTIME_ID
        .now()
        .map(Duration::from)
        .context("the system has no processor clock for threads")
}

/// Memory of a process that is in RAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Bytes now.
    pub now: u64,
    /// The most bytes since [`forget_peak`], or since its start.
    pub peak: u64,
}

/// Reads the memory of a process.
pub fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(proc(pid, "status")).context("the process is gone")?;
    let bytes = |name: &str| kibibytes(&status, name).map(|amount| amount * 1024);
    match (bytes("VmRSS:"), bytes("VmHWM:")) {
        (Some(now), Some(peak)) => Ok(Memory { now, peak }),
        _ => anyhow::bail!("the system does not say how much memory a process has"),
    }
}

/// Begins a new measurement of the peak.
pub fn forget_peak(pid: u32) -> Result<()> {
    fs::write(proc(pid, "clear_refs"), "5").context("could not reset the peak of memory")
}

fn proc(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_clock_agrees_with_proc_stat() {
        let mut sum = 0_u64;
        while own_cpu_time().unwrap() < Duration::from_millis(200) {
            sum = (0..10_000_u64).fold(sum, |sum, n| std::hint::black_box(sum ^ n));
        }
        let exact = cpu_time(std::process::id()).unwrap();
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        // User and kernel time are the 14th and 15th field of the line; two stand before the bracket.
        let ticks: u64 = fields
            .split(' ')
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap())
            .sum();
        let coarse = Duration::from_millis(ticks * 10);
        // Other tests use processor time of this process, before and between the two readings.
        assert!(
            coarse + Duration::from_millis(100) >= exact,
            "{coarse:?} {exact:?} {sum}"
        );
        assert!(exact >= Duration::from_millis(200) && coarse < exact + Duration::from_secs(2));
    }

    #[test]
    fn memory_is_read_in_bytes_and_the_peak_is_not_below_it() {
        assert_eq!(
            kibibytes("VmHWM:\t    1200 kB\nVmRSS:\t 7 kB\n", "VmRSS:"),
            Some(7)
        );
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.now > 100_000 && memory.peak >= memory.now, "{memory:?}");
    }

    #[test]
    fn a_process_that_has_ended_has_no_clock_and_no_memory() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(cpu_time(child.id()).is_err() && memory(child.id()).is_err());
    }
}
