//! The log's way out. Lines are gathered and written together, because writing each by itself costs as much as a short
//! call: at the latest a tenth of a second later, at once where somebody must know, and at the end of the program.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// The longest that a line waits.
const WAIT: Duration = Duration::from_millis(100);
/// With so many bytes waiting, whoever brings more writes them out.
const MOST_WAITING: usize = 64 * 1024;

/// Where lines go. Clones go to the same place.
#[derive(Clone)]
pub struct Log(Arc<Lines>);

struct Lines {
    waiting: Mutex<Vec<u8>>,
    some_wait: Condvar,
    out: Mutex<Out>,
}

struct Out {
    to: Box<dyn Write + Send>,
    /// Room for the next lines while these are written.
    spare: Vec<u8>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}

impl Log {
    /// A log that is written to `out`, by [`Self::flush`] and for urgent lines only until it is started.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Lines {
            waiting: Mutex::default(),
            some_wait: Condvar::new(),
            out: Mutex::new(Out {
                to: Box::new(out),
                spare: Vec::new(),
            }),
        }))
    }

    /// From now on no line waits longer than a tenth of a second, and a panic's message comes after the lines before it.
    pub fn start(&self) -> io::Result<()> {
        let log = self.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            loop {
                log.wait_for_some();
                thread::sleep(WAIT);
                log.flush();
            }
        })?;
        let (log, tell) = (self.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            log.flush();
            tell(panic);
        }));
        Ok(())
    }

    /// Writes what waits. The program's last act.
    pub fn flush(&self) {
        // Taken before the lines are, so that two who flush at the same moment keep the lines in order.
        let mut out = self.0.out.lock().unwrap_or_else(PoisonError::into_inner);
        let Out { to, spare } = &mut *out;
        mem::swap(&mut *self.waiting(), spare);
        // There is nobody to tell that the log cannot be written.
        let _gone = to.write_all(spare).and_then(|()| to.flush());
        spare.clear();
    }

    fn wait_for_some(&self) {
        let waiting = self.waiting();
        let some = self.0.some_wait.wait_while(waiting, |waiting| waiting.is_empty());
        drop(some);
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line on its way.
#[derive(Debug)]
pub struct Line<'a> {
    log: &'a Log,
    urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut waiting = self.log.waiting();
        let first = waiting.is_empty();
        waiting.extend_from_slice(bytes);
        let many = waiting.len() >= MOST_WAITING;
        drop(waiting);
        if many || self.urgent {
            self.log.flush();
        } else if first {
            self.log.0.some_wait.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            log: self,
            urgent: false,
        }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line<'a> {
        Line {
            log: self,
            urgent: *about.level() <= Level::WARN,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Sends each write on.
    struct Sent(Sender<String>);

    impl Write for Sent {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !bytes.is_empty() {
                self.0.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log() -> (Log, Receiver<String>) {
        let (to, sent) = channel();
        (Log::to(Sent(to)), sent)
    }

    fn subscriber(log: &Log) -> impl tracing::Subscriber {
        tracing_subscriber::fmt()
            .with_writer(log.clone())
            .without_time()
            .with_level(false)
            .with_target(false)
            .finish()
    }

    #[test]
    fn lines_wait_for_each_other_and_a_warning_takes_those_before_it_along() {
        let (log, sent) = log();
        tracing::subscriber::with_default(subscriber(&log), || {
            tracing::info!("one");
            tracing::info!("two");
            assert!(sent.try_recv().is_err());
            tracing::warn!("three");
            assert_eq!(sent.try_recv().unwrap(), "one\ntwo\nthree\n");
            tracing::error!("four");
            assert_eq!(sent.try_recv().unwrap(), "four\n");
        });
        assert!(sent.try_recv().is_err());
    }

    #[test]
    fn what_waits_at_the_end_is_written() {
        let (log, sent) = log();
        tracing::subscriber::with_default(subscriber(&log), || tracing::info!("last"));
        log.flush();
        assert_eq!(sent.try_recv().unwrap(), "last\n");
        log.flush();
        assert!(sent.try_recv().is_err());
    }

    #[test]
    fn a_started_log_writes_by_itself_and_not_more_waits_than_there_is_room_for() {
        let (log, sent) = log();
        let line = "x".repeat(MOST_WAITING / 2);
        log.make_writer().write_all(line.as_bytes()).unwrap();
        assert!(sent.try_recv().is_err());
        log.make_writer().write_all(line.as_bytes()).unwrap();
        assert_eq!(sent.try_recv().unwrap().len(), MOST_WAITING);
        log.start().unwrap();
        log.make_writer().write_all(b"soon").unwrap();
        assert_eq!(sent.recv_timeout(100 * WAIT).unwrap(), "soon");
    }
}
