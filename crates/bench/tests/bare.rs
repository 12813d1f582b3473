//! The peer as a process of its own: what it is given is what it gives back.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command},
    time::Duration,
};

const BODY: &str = "{\"name\":\"Ada's workspace\"}";

struct Bare {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bare {
    fn start(more: &[&str]) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let reply = folder.path().join("reply");
        let length = BODY.len();
        let text = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ndate: then\r\ncontent-type: application/json\r\n\
             etag: \"1\"\r\nx-content-type-options: nosniff\r\n\r\n{BODY}"
        );
        std::fs::write(&reply, text)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(env!("CARGO_BIN_EXE_bench"))
            .arg("bare")
            .arg("--reply")
            .arg(&reply)
            .arg("--listen")
            .arg(address.to_string())
            .args(more)
            .spawn()?;
        Ok(Self {
            child,
            address,
            _folder: folder,
        })
    }

    fn ask(&self) -> io::Result<String> {
        let mut connected = TcpStream::connect(self.address);
        for _ in 0..1000 {
            if connected.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
            connected = TcpStream::connect(self.address);
        }
        let mut stream = connected?;
        let request = format!(
            "GET /any/where HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes())?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply.to_lowercase())
    }
}

#[test]
fn the_bare_server_gives_the_reply_back_with_its_headers() {
    let reply = Bare::start(&[]).unwrap().ask().unwrap();
    assert!(reply.starts_with("http/1.1 200 ok\r\n"), "{reply}");
    for header in [
        "etag: \"1\"",
        "content-type: application/json",
        "x-content-type-options: nosniff",
        &format!("content-length: {}", BODY.len()),
    ] {
        assert_eq!(
            reply.matches(&format!("\r\n{header}\r\n")).count(),
            1,
            "{header}\n{reply}"
        );
    }
    assert!(!reply.contains("date: then"));
    assert!(reply.ends_with(&format!("\r\n\r\n{}", BODY.to_lowercase())));
}

#[test]
fn the_bare_server_leaves_the_headers_out_when_told_to() {
    let reply = Bare::start(&["--body-alone"]).unwrap().ask().unwrap();
    assert!(!reply.contains("nosniff") && !reply.contains("etag"), "{reply}");
    assert!(reply.contains("\r\ncontent-type: application/json\r\n"));
    assert!(reply.ends_with(&BODY.to_lowercase()));
}

#[test]
fn a_measurement_without_a_server_fails_and_says_what_to_do() {
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["--quick", "--only", "calls", "--clearance", "no/such/file"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("cargo xtask build"), "{said}");
}
