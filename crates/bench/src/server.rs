//! Servers under measurement, each a process of its own: Clearance and the bare one. Starts them on the servers'
//! processor, waits for the first answer, and ends them.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::ErrorKind,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    machine::Pinning,
    set_up::{EMAIL, PASSWORD},
    wire::{Reply, Request, Wire},
};

/// Longest wait for the first answer, and for the end.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_micros(200);

/// What is needed to start servers.
#[derive(Debug)]
pub struct Place {
    /// The `clearance` binary.
    pub clearance: PathBuf,
    /// This program.
    pub bench: PathBuf,
    /// A folder for data, replies and logs.
    pub folder: PathBuf,
    /// Which processor does what.
    pub pinning: Pinning,
}

/// A server that has answered.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first answer.
    pub first_answer: Duration,
}

/// What the first administrator of a new server is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admin {
    /// Set up at once, from the environment.
    Made,
    /// Left to the set-up page.
    Later,
}

impl Place {
    /// Clearance with its data in this folder below [`Self::folder`].
    pub fn clearance(&self, data: &str, admin: Admin) -> Result<Server> {
        let address = free_address()?;
        let mut command = Command::new(&self.clearance);
        command.arg("serve").arg("--listen").arg(address.to_string());
        command.arg("--data-dir").arg(self.folder.join(data));
        command.env_clear();
        if admin == Admin::Made {
            command.env("CLEARANCE_ADMIN_EMAIL", EMAIL);
            command.env("CLEARANCE_ADMIN_PASSWORD", PASSWORD);
        }
        self.start(command, address, data)
    }

    /// A bare server that repeats this reply.
    pub fn bare(&self, name: &str, reply: &Reply, more: &[&str]) -> Result<Server> {
        let address = free_address()?;
        let file = self.folder.join(format!("{name}.reply"));
        fs::write(&file, reply.bytes()).context("could not write the reply down")?;
        let mut command = Command::new(&self.bench);
        let reply: OsString = file.into();
        command.arg("bare").arg("--reply").arg(reply);
        command.arg("--listen").arg(address.to_string()).args(more);
        self.start(command, address, name)
    }

    fn start(&self, mut command: Command, address: SocketAddr, name: &str) -> Result<Server> {
        let log = self.folder.join(format!("{name}.log"));
        let output = File::create(&log).context("could not make a log file")?;
        let errors = output.try_clone().context("could not make a log file")?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let begun = Instant::now();
        let child = self
            .pinning
            .among_servers(|| command.spawn())?
            .with_context(|| format!("could not start {}", command.get_program().display()))?;
        let mut server = Server {
            child,
            address,
            first_answer: Duration::ZERO,
        };
        server
            .wait(begun)
            .with_context(|| format!("{name} did not start; it said: {}", end_of(&log)))?;
        Ok(server)
    }
}

impl Server {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait(&mut self, begun: Instant) -> Result<()> {
        let alive = Request::get(self.address, "/healthz", &[]);
        loop {
            match TcpStream::connect(self.address) {
                Ok(_stream) => break,
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error).context("could not connect"),
            }
            if let Some(status) = self.child.try_wait().context("no child")? {
                bail!("it ended with {status}");
            }
            if begun.elapsed() > PATIENCE {
                bail!("nobody listens");
            }
            std::thread::sleep(PAUSE);
        }
        let reply = Wire::open(self.address)?.exchange(&alive)?;
        self.first_answer = begun.elapsed();
        match reply.status()? {
            200 => Ok(()),
            status => bail!("the first answer was {status}"),
        }
    }

    /// Asks it to end, as an operator would, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.pid()).context("a process id is a positive number")?);
        kill(pid, Signal::SIGTERM).context("could not ask the server to end")?;
        let begun = Instant::now();
        while self.child.try_wait().context("no child")?.is_none() {
            if begun.elapsed() > PATIENCE {
                bail!("a server that was asked to end is still there");
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; there is nothing to lose in a bare server or a data folder that is thrown away.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// An address that nobody listens at now.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    listener.local_addr().context("no free port")
}

/// The last lines of a log, to show why a server is not there.
fn end_of(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rev().take(5).rev().copied();
    last.collect::<Vec<_>>().join("\n")
}
