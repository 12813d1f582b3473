//! A server in a process of its own, and HTTP to it, byte by byte.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

pub const EMAIL: &str = "ann@example.com";
pub const PASSWORD: &str = "a long sentence that nobody else has";

/// The binary with no settings but these arguments, in a folder of its own.
pub fn clearance(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clearance"));
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CLEARANCE_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments);
    command
}

/// Its output when it has ended.
pub fn output(mut command: Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// A running server; killed if the test forgets it.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// What it printed until it was ready, and the set-up link after it.
    pub printed: Vec<String>,
    out: BufReader<ChildStdout>,
    log: Option<thread::JoinHandle<String>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a server with its data in `folder`, and waits until it is ready.
    pub fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            "data",
            "--log-format",
            "json",
        ];
        let mut command = clearance(folder, &arguments);
        command.envs(variables.iter().copied());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = child.stderr.take().map(|stderr| thread::spawn(|| all(stderr)));
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let Some((_, address)) = line.trim().split_once("is ready at http://") else {
            panic!("the server did not start: {line}{}", log.unwrap().join().unwrap());
        };
        let mut server = Self {
            address: address.parse().unwrap(),
            printed: vec![line.clone()],
            child,
            out,
            log,
        };
        server.read_link();
        server
    }

    /// Two more lines follow while the server is not set up.
    fn read_link(&mut self) {
        let needs_setup = self.get("/api/v1/server").json()["needs_setup"] == true;
        for _ in 0..if needs_setup { 2 } else { 0 } {
            let mut line = String::new();
            self.out.read_line(&mut line).unwrap();
            self.printed.push(line.trim().to_owned());
        }
    }

    /// The token of the set-up link.
    pub fn token(&self) -> &str {
        self.printed
            .last()
            .unwrap()
            .split_once("/setup#token=")
            .unwrap()
            .1
    }

    /// Asks it to stop, as systemd and Docker do, and does not wait.
    pub fn ask_to_stop(&self) {
        self.signal("TERM");
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end: how it ended and its log.
    pub fn ended_within(mut self, limit: Duration) -> (ExitStatus, String) {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.log.take().unwrap().join().unwrap());
            }
            assert!(Instant::now() < end, "it has not ended within {limit:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    pub fn get(&self, address: &str) -> Reply {
        self.send(
            &format!("GET {address} HTTP/1.1\r\nHost: {}\r\n", self.address),
            "",
        )
    }

    pub fn post(&self, address: &str, body: &Value) -> Reply {
        self.send(&self.post_head(address), &body.to_string())
    }

    pub fn post_head(&self, address: &str) -> String {
        format!(
            "POST {address} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nX-Clearance-Client: app\r\n",
            self.address
        )
    }

    /// Sends a request whose head lacks only the end, and reads the answer.
    pub fn send(&self, head: &str, body: &str) -> Reply {
        let mut stream = self.connect();
        let length = body.len();
        write!(
            stream,
            "{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        read_reply(stream)
    }
}

fn all(mut stderr: ChildStderr) -> String {
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    text
}

/// An answer as it came.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// The cookie that it sets, as it is sent back.
    pub cookie: String,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }
}

/// Reads until the server closes.
pub fn read_reply(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    // A server that refuses a request closes without reading the rest of it, and that resets the connection.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    Reply {
        status: status
            .parse()
            .unwrap_or_else(|_| panic!("no answer but: {text:?}")),
        cookie: cookie(head),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

fn cookie(head: &str) -> String {
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("set-cookie: "));
    let set = line.and_then(|line| line.split_once(": "));
    set.map_or("", |(_, cookie)| cookie.split(';').next().unwrap())
        .to_owned()
}

/// A folder for one test.
pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A folder with a configuration file.
pub fn folder_with(config: &str) -> TempDir {
    let folder = folder();
    fs::write(folder.path().join("config.toml"), config).unwrap();
    folder
}
