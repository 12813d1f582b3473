//! A mail server on this machine that keeps what it gets. It speaks as much SMTP as a client needs.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A mail as it came over the wire.
#[derive(Debug, Clone, Default)]
pub struct Arrived {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body.
    pub text: String,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<Arrived>,
    to_refuse: u32,
}

/// The server. It answers for as long as the test runs.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl MailServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = Arc::new(Mutex::new(Kept::default()));
        let weak = Arc::downgrade(&kept);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // Once the test let go of the server, it is gone.
                let Some(kept) = weak.upgrade() else { break };
                thread::spawn(move || converse(&stream.unwrap(), &kept));
            }
        });
        Self { port, kept }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Refuses this many mails for now.
    pub fn refuse(&self, count: u32) {
        self.kept.lock().unwrap().to_refuse = count;
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.kept.lock().unwrap().mails.clone()
    }
}

impl Arrived {
    /// The body, with its transfer encoding undone.
    pub fn decoded_body(&self) -> String {
        let (head, body) = self.text.split_once("\r\n\r\n").unwrap();
        if head.contains("quoted-printable") {
            return decoded(&body.replace("=\r\n", ""));
        }
        assert!(!head.contains("base64"), "{head}");
        body.to_owned()
    }
}

fn decoded(quoted: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn converse(stream: &TcpStream, kept: &Mutex<Kept>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let say = |line: &str| write!(&*stream, "{line}\r\n").unwrap();
    let mut mail = Arrived::default();
    say("220 mail.test ready");
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let line = line.trim_end();
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => say("250-mail.test\r\n250 8BITMIME"),
            "HELO" | "NOOP" | "RSET" => say("250 ok"),
            "MAIL" => {
                let mut kept = kept.lock().unwrap();
                if kept.to_refuse > 0 {
                    kept.to_refuse -= 1;
                    say("451 not now");
                    continue;
                }
                mail.from = envelope(rest);
                say("250 ok");
            }
            "RCPT" => {
                mail.to.push(envelope(rest));
                say("250 ok");
            }
            "DATA" => {
                say("354 go on");
                mail.text = text(&mut lines);
                kept.lock().unwrap().mails.push(std::mem::take(&mut mail));
                say("250 kept");
            }
            "QUIT" => return say("221 bye"),
            _ => say("500 what"),
        }
    }
}

/// `FROM:<a@b> BODY=8BITMIME` is about `<a@b>`.
fn envelope(rest: &str) -> String {
    let (_, address) = rest.split_once(':').unwrap_or(("", rest));
    address.split(' ').next().unwrap_or_default().to_owned()
}

fn text(lines: &mut impl std::io::BufRead) -> String {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        if line == ".\r\n" || line.is_empty() {
            return text;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
