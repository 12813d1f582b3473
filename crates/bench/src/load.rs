//! The load generator: one thread that keeps some connections busy, one request at a time on each. It looks at every
//! reply, and gives up at the first that is not the one expected.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::wire::{Reply, Request, Wire};

/// Longest silence of all connections.
const PATIENCE_MS: u16 = 5_000;

/// What every reply must be like.
#[derive(Debug, Clone)]
pub struct Shape {
    status_line: Vec<u8>,
    head: usize,
    total: usize,
    body: Option<Vec<u8>>,
}

impl Shape {
    /// The same status, lengths and body.
    pub fn exactly(reply: &Reply) -> Self {
        Self {
            body: Some(reply.body().to_vec()),
            ..Self::like(reply)
        }
    }

    /// The same status and lengths: what is in the body is new in every reply.
    pub fn like(reply: &Reply) -> Self {
        let status_line = reply.bytes().split_inclusive(|byte| *byte == b'\n').next();
        Self {
            status_line: status_line.unwrap_or_default().to_vec(),
            head: reply.head_length(),
            total: reply.bytes().len(),
            body: None,
        }
    }

    fn is_of(&self, bytes: &[u8]) -> bool {
        let (Some(head), Some(body)) = (bytes.get(..self.head), bytes.get(self.head..)) else {
            return false;
        };
        head.starts_with(&self.status_line)
            && head.ends_with(b"\r\n\r\n")
            && self.body.as_ref().is_none_or(|wanted| wanted == body)
    }
}

/// What came back.
#[derive(Debug, Clone, Copy)]
pub struct Driven {
    /// Replies.
    pub replies: u32,
    /// From the first request to the last reply.
    pub took: Duration,
}

#[derive(Debug)]
struct Lane {
    stream: TcpStream,
    reply: Vec<u8>,
    filled: usize,
}

/// Connections to one server, ready to send one kind of request.
#[derive(Debug)]
pub struct Generator<'a> {
    epoll: Epoll,
    lanes: Vec<Lane>,
    request: &'a Request,
    shape: &'a Shape,
}

impl<'a> Generator<'a> {
    /// Connects.
    pub fn open(
        address: SocketAddr,
        connections: u32,
        request: &'a Request,
        shape: &'a Shape,
    ) -> Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).context("no epoll")?;
        let mut lanes = Vec::new();
        for number in 0..u64::from(connections) {
            let stream = Wire::open(address)?.into_stream();
            epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, number))?;
            lanes.push(Lane {
                stream,
                reply: vec![0; shape.total],
                filled: 0,
            });
        }
        Ok(Self {
            epoll,
            lanes,
            request,
            shape,
        })
    }

    /// Keeps every connection busy for about `time`, and waits for the last reply.
    pub fn drive(&mut self, time: Duration) -> Result<Driven> {
        let begun = Instant::now();
        let mut events = vec![EpollEvent::empty(); self.lanes.len()];
        let mut waiting = self.lanes.len();
        let mut replies = 0;
        for lane in &mut self.lanes {
            lane.stream.write_all(&self.request.0)?;
        }
        while waiting > 0 {
            let ready = self.epoll.wait(&mut events, EpollTimeout::from(PATIENCE_MS));
            let ready = match ready {
                Err(nix::errno::Errno::EINTR) => continue,
                ready => ready.context("the connections could not be watched")?,
            };
            if ready == 0 {
                bail!("no reply any more; {}", self.unfinished());
            }
            for event in events.iter().take(ready) {
                let lane = usize::try_from(event.data())
                    .ok()
                    .and_then(|at| self.lanes.get_mut(at));
                let Some(lane) = lane else { continue };
                if !lane.receive(self.shape)? {
                    continue;
                }
                replies += 1;
                if begun.elapsed() < time {
                    lane.stream.write_all(&self.request.0)?;
                } else {
                    waiting -= 1;
                }
            }
        }
        Ok(Driven {
            replies,
            took: begun.elapsed(),
        })
    }

    /// What arrived last where something is missing.
    fn unfinished(&self) -> String {
        let parts = self
            .lanes
            .iter()
            .filter_map(|lane| lane.reply.get(..lane.filled))
            .find(|part| !part.is_empty());
        let text = parts.map(String::from_utf8_lossy).unwrap_or_default();
        format!("expected {} bytes, got this: {text}", self.shape.total)
    }
}

impl Lane {
    /// Reads once; true when the reply is whole, and right.
    fn receive(&mut self, shape: &Shape) -> Result<bool> {
        let room = self.reply.get_mut(self.filled..).unwrap_or_default();
        let read = self.stream.read(room).context("no reply")?;
        if read == 0 {
            bail!("the server hung up");
        }
        self.filled += read;
        if self.filled < self.reply.len() {
            return Ok(false);
        }
        self.filled = 0;
        if !shape.is_of(&self.reply) {
            bail!(
                "another reply than expected: {}",
                String::from_utf8_lossy(&self.reply)
            );
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::TcpListener,
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
    };

    use super::*;

    const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /// Answers one connection, with `second` from the second request on, and counts the answers.
    fn server(second: &'static [u8]) -> (SocketAddr, Arc<AtomicU32>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answered = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&answered);
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let mut reply = REPLY;
            while stream.read(&mut request).is_ok_and(|read| read > 0) {
                counter.fetch_add(1, Ordering::SeqCst);
                // In two pieces, as networks do.
                let (one, two) = reply.split_at(20);
                stream.write_all(one).unwrap();
                stream.write_all(two).unwrap();
                reply = second;
            }
        });
        (address, answered)
    }

    fn drive(address: SocketAddr, time: Duration) -> Result<Driven> {
        let shape = Shape::exactly(&Reply::parse(REPLY).unwrap().unwrap());
        let request = Request::get(address, "/", &[]);
        Generator::open(address, 1, &request, &shape)?.drive(time)
    }

    #[test]
    fn every_reply_is_counted_and_the_last_one_is_waited_for() {
        let (address, answered) = server(REPLY);
        let time = Duration::from_millis(50);
        let driven = drive(address, time).unwrap();
        assert!(driven.replies > 0 && driven.took >= time, "{driven:?}");
        assert_eq!(driven.replies, answered.load(Ordering::SeqCst));
    }

    #[test]
    fn a_reply_with_another_body_or_status_stops_the_run() {
        for other in [
            &b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nko"[..],
            &b"HTTP/1.1 500 OK\r\ncontent-length: 2\r\n\r\nok"[..],
        ] {
            let (address, _) = server(other);
            let error = drive(address, Duration::from_mins(1)).unwrap_err().to_string();
            assert!(error.starts_with("another reply"), "{error}");
        }
    }
}
