//! HTTP/1.1 over a plain socket, one request after the other: as much of it as the measurements need. Replies must
//! say their length; both servers do.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use socket2::{Domain, Socket, Type};

/// Longest wait for a reply: a sign-in may queue behind a flood of others.
const PATIENCE: Duration = Duration::from_secs(15);
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Request(pub Vec<u8>);

impl Request {
    /// A request without a body.
    pub fn get(host: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Self {
        Self(head("GET", host, path, headers, "").into_bytes())
    }

    /// A `POST` with a JSON body, as the app would send it.
    pub fn post(host: SocketAddr, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Self {
        Self::with_body("POST", host, path, headers, body)
    }

    /// A `PATCH` with a JSON body, as the app would send it.
    pub fn patch(host: SocketAddr, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Self {
        Self::with_body("PATCH", host, path, headers, body)
    }

    fn with_body(
        method: &str,
        host: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Self {
        let body = body.to_string();
        let about = format!(
            "content-type: application/json\r\ncontent-length: {}\r\nx-clearance-client: app\r\n",
            body.len()
        );
        Self((head(method, host, path, headers, &about) + &body).into_bytes())
    }
}

fn head(method: &str, host: SocketAddr, path: &str, headers: &[(&str, &str)], more: &str) -> String {
    let own = headers.iter().fold(String::new(), |all, (name, value)| {
        all + name + ": " + value + "\r\n"
    });
    format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: bench\r\n{own}{more}\r\n")
}

/// A whole reply.
#[derive(Debug, Clone)]
pub struct Reply {
    bytes: Vec<u8>,
    head: usize,
}

impl Reply {
    /// Takes a reply apart that may not be whole yet.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(end) = bytes
            .windows(END_OF_HEAD.len())
            .position(|window| window == END_OF_HEAD)
        else {
            return Ok(None);
        };
        let mut reply = Self {
            bytes: bytes.to_vec(),
            head: end + END_OF_HEAD.len(),
        };
        let length: usize = match reply.header("content-length") {
            Some(length) => length.parse().context("a length that is no number")?,
            None if reply.status()? == 204 => 0,
            None => bail!("a reply without a length: {}", reply.head_text()),
        };
        let total = reply.head + length;
        if bytes.len() < total {
            return Ok(None);
        }
        reply.bytes.truncate(total);
        Ok(Some(reply))
    }

    /// The status.
    pub fn status(&self) -> Result<u16> {
        let text = self.head_text();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.with_context(|| format!("no status: {text}"))
    }

    /// All of it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes before the body.
    pub fn head_length(&self) -> usize {
        self.head
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(self.head..).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(self.body()).with_context(|| format!("no JSON: {}", self.text()))
    }

    /// One header's value.
    pub fn header(&self, wanted: &str) -> Option<String> {
        self.headers()
            .into_iter()
            .find_map(|(name, value)| (name == wanted).then_some(value))
    }

    /// Every header, with names in lower case.
    pub fn headers(&self) -> Vec<(String, String)> {
        self.head_text()
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect()
    }

    /// All of it, to show.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn head_text(&self) -> String {
        String::from_utf8_lossy(self.bytes.get(..self.head).unwrap_or_default()).into_owned()
    }
}

/// One connection that is kept.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
}

impl Wire {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).context("could not connect")?;
        Self::with(stream)
    }

    /// Connects from another address of this machine.
    pub fn open_from(source: IpAddr, address: SocketAddr) -> Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.bind(&SocketAddr::new(source, 0).into())?;
        socket.connect(&address.into()).context("could not connect")?;
        Self::with(socket.into())
    }

    fn with(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    /// Sends a request and waits for the whole reply.
    pub fn exchange(&mut self, request: &Request) -> Result<Reply> {
        self.stream.write_all(&request.0).context("could not send")?;
        let mut bytes = Vec::with_capacity(4096);
        let mut chunk = [0; 4096];
        loop {
            let read = self.stream.read(&mut chunk).context("no reply")?;
            if read == 0 {
                bail!("the server hung up after {} bytes", bytes.len());
            }
            bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
            if let Some(reply) = Reply::parse(&bytes)? {
                return Ok(reply);
            }
        }
    }

    /// Sends a request that must succeed.
    pub fn ask(&mut self, request: &Request) -> Result<Reply> {
        let reply = self.exchange(request)?;
        match reply.status()? {
            200..=299 => Ok(reply),
            status => bail!("answered {status}: {}", reply.text()),
        }
    }

    /// The socket.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_whole_when_its_body_is() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: a: b\r\n\r\nabc";
        for cut in 0..whole.len() {
            assert!(Reply::parse(&whole[..cut]).unwrap().is_none(), "{cut}");
        }
        let reply = Reply::parse(whole).unwrap().unwrap();
        assert_eq!((reply.status().unwrap(), reply.body()), (200, &b"abc"[..]));
        assert_eq!(reply.header("x").as_deref(), Some("a: b"));
        assert_eq!(reply.head_length() + 3, whole.len());
    }

    #[test]
    fn a_reply_without_a_length_is_refused_unless_it_has_no_body() {
        assert!(Reply::parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(
            Reply::parse(b"HTTP/1.1 204 No Content\r\n\r\n")
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn a_post_says_how_long_its_body_is() {
        let host = "127.0.0.1:80".parse().unwrap();
        let Request(bytes) = Request::post(host, "/x", &[("cookie", "a=b")], &serde_json::json!({"a": 1}));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("POST /x HTTP/1.1\r\nhost: 127.0.0.1:80\r\n"));
        assert!(text.contains("\r\ncookie: a=b\r\n") && text.contains("\r\ncontent-length: 7\r\n"));
        assert!(text.ends_with("\r\n\r\n{\"a\":1}"));
    }
}
