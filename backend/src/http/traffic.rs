//! Counts requests while they are answered, for `/metrics` and for a stop that lets them finish.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use actix_web::http::StatusCode;

/// What is going on at the door.
#[derive(Debug, Default)]
pub struct Traffic {
    in_flight: AtomicUsize,
    answered: [AtomicU64; 5],
    draining: AtomicBool,
}

/// One request being answered; dropping it ends that.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Traffic>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Traffic {
    pub(crate) fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(Arc::clone(self))
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.answered.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Requests being answered now.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    /// Answers so far by class: `1xx` to `5xx`.
    pub(crate) fn by_class(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(
            self.answered
                .iter()
                .map(|counter| counter.load(Ordering::Relaxed)),
        )
    }

    /// From now on every answer asks the client to close its connection.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }
}
