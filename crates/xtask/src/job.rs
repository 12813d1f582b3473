//! Running another program: in a process group of its own, so that it ends with all its children when we are
//! interrupted or it takes too long.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{interrupt, say};

/// How long a stopped program may take before it is killed. The server drains for up to 10 s.
const GRACE: Duration = Duration::from_secs(12);
/// How long to wait for output after the end: a stray grandchild may hold the pipe.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A program about to run.
pub struct Job {
    command: Command,
    shown: String,
    limit: Option<Duration>,
}

/// A program that ended.
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// Everything it wrote, both streams in the order they were read.
    pub output: String,
}

/// A program still running; dropped, it is stopped with all its children.
pub struct Running {
    child: Child,
    shown: String,
    over: bool,
}

impl Job {
    /// A program in the folder we are in.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let name = Path::new(program)
            .file_name()
            .unwrap_or(program)
            .to_string_lossy()
            .into_owned();
        let mut command = Command::new(program);
        forget_package(&mut command);
        Self {
            command,
            shown: name,
            limit: None,
        }
    }

    /// Cargo, the one that started us.
    pub fn cargo() -> Self {
        let mut job = Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        job.command.current_dir(crate::paths::root());
        job
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        let argument = argument.as_ref();
        self.shown.push(' ');
        self.shown.push_str(&argument.to_string_lossy());
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes an environment variable away.
    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sets the working folder.
    pub fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Stops it when it takes longer than this.
    pub fn at_most_minutes(mut self, minutes: u64) -> Self {
        self.limit = Some(Duration::from_secs(60 * minutes));
        self
    }

    /// Runs it with its output shown; anything but success is an error.
    pub fn run(self) -> Result<()> {
        let shown = self.shown.clone();
        match self.status()? {
            status if status.success() => Ok(()),
            status => bail!("`{shown}` ended with {status}"),
        }
    }

    /// Runs it with its output shown and tells how it ended.
    pub fn status(self) -> Result<ExitStatus> {
        let limit = self.limit;
        self.start()?.wait(limit)
    }

    /// Runs it with its output kept and, if `shown`, also passed on line by line.
    pub fn ended(mut self, show: Show) -> Result<Ended> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let limit = self.limit;
        let mut running = self.start()?;
        let (sender, receiver) = channel();
        if let Some(stream) = running.child.stdout.take() {
            read_lines(stream, sender.clone(), show);
        }
        if let Some(stream) = running.child.stderr.take() {
            read_lines(stream, sender, show);
        }
        let status = running.wait(limit)?;
        Ok(Ended {
            status,
            output: collected(&receiver),
        })
    }

    /// Runs it silently; anything but success is an error that ends with what it wrote last.
    pub fn quietly(self) -> Result<String> {
        let shown = self.shown.clone();
        let ended = self.ended(Show::Nothing)?;
        if ended.status.success() {
            return Ok(ended.output);
        }
        let mut last: Vec<&str> = ended
            .output
            .lines()
            .rev()
            .filter(|line| !line.trim().is_empty())
            .take(5)
            .collect();
        last.reverse();
        bail!("`{shown}` ended with {}: {}", ended.status, last.join(" / "))
    }

    /// Starts it, with nothing to read, and returns at once.
    pub fn start(mut self) -> Result<Running> {
        self.command.stdin(Stdio::null()).process_group(0);
        let child = self
            .command
            .spawn()
            .with_context(|| format!("could not start `{}`", self.shown))?;
        Ok(Running {
            child,
            shown: self.shown,
            over: false,
        })
    }

    /// Becomes this program: signals go straight to it, and its exit code is ours. Returns only on failure.
    pub fn become_it(mut self) -> Result<()> {
        Err(self.command.exec()).with_context(|| format!("could not start `{}`", self.shown))
    }
}

/// Whether the output of a program is passed on while it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Passed on.
    Everything,
    /// Only kept.
    Nothing,
}

impl Running {
    /// How it ended, if it did.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self
            .child
            .try_wait()
            .with_context(|| format!("could not wait for `{}`", self.shown))?;
        self.over = self.over || status.is_some();
        Ok(status)
    }

    fn wait(mut self, limit: Option<Duration>) -> Result<ExitStatus> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if interrupt::asked() {
                bail!("`{}` was interrupted", self.shown);
            }
            if limit.is_some_and(|limit| began.elapsed() > limit) {
                bail!(
                    "`{}` was stopped after {}",
                    self.shown,
                    say::duration(began.elapsed())
                );
            }
            sleep(Duration::from_millis(25));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        signal_group(&self.child, "TERM");
        let began = Instant::now();
        while began.elapsed() < GRACE && matches!(self.child.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(25));
        }
        signal_group(&self.child, "KILL");
        let _ended = self.child.wait();
    }
}

/// Sends a signal to a program and its children. The shell's `kill` is always there; calling the system directly
/// would need unsafe code.
fn signal_group(child: &Child, signal: &str) {
    let _gone = Command::new("sh")
        .args(["-c", &format!("kill -{signal} -{}", child.id())])
        .stderr(Stdio::null())
        .status();
}

/// Takes away what `cargo run` says about this crate: build scripts that watch these variables would run again at
/// each change between `cargo build` and `cargo xtask build`.
fn forget_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

fn read_lines(stream: impl Read + Send + 'static, sender: Sender<String>, show: Show) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            bytes.clear();
            if show == Show::Everything {
                say::text(&line);
            }
            if sender.send(line).is_err() {
                return;
            }
        }
    });
}

fn collected(receiver: &Receiver<String>) -> String {
    let mut output = String::new();
    while let Ok(line) = receiver.recv_timeout(LAST_WORDS) {
        output.push_str(&line);
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Job {
        Job::new("sh").arg("-c").arg(script)
    }

    #[test]
    fn both_streams_and_the_exit_code_are_kept() {
        let ended = shell("echo out; echo err >&2; exit 3")
            .ended(Show::Nothing)
            .unwrap();
        assert_eq!(ended.status.code(), Some(3));
        assert!(ended.output.contains("out\n") && ended.output.contains("err\n"));
    }

    #[test]
    fn a_failure_tells_the_last_lines() {
        let error = shell("echo first; echo no space left; exit 1")
            .quietly()
            .unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("exit status: 1: first / no space left"),
            "{error}"
        );
    }

    #[test]
    fn a_dropped_program_ends_with_its_children() {
        let marker = std::env::temp_dir().join(format!("clearance-job-{}", std::process::id()));
        let script = format!("(sleep 2; touch {}) & wait", marker.display());
        drop(shell(&script).start().unwrap());
        sleep(Duration::from_millis(2300));
        assert!(!marker.exists(), "the grandchild lived on");
    }

    #[test]
    fn the_package_of_this_crate_is_not_handed_on() {
        let output = shell("env").quietly().unwrap();
        assert!(!output.contains("CARGO_PKG_NAME="), "{output}");
    }
}
