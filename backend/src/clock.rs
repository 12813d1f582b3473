//! Time and new ids, in one place, so that tests can stand still and jump.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// Where the time comes from. Cheap to clone; clones share one time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    /// Microseconds since 1970, moved by hand.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until it is moved.
    #[must_use]
    pub fn manual(start: NaiveDateTime) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(
            start.and_utc().timestamp_micros(),
        ))))
    }

    /// The time now, UTC, cut to the microsecond: what both databases give back as they were given.
    #[must_use]
    pub fn now(&self) -> NaiveDateTime {
        let micros = match &self.0 {
            Source::System => system_micros(),
            Source::Manual(at) => at.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros)
            .unwrap_or_default()
            .naive_utc()
    }

    /// Moves a manual clock; the machine's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Manual(at) = &self.0 {
            at.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }

    /// A new id: UUID v7, so that ids sort by age.
    #[must_use]
    pub fn new_id(&self) -> uuid::Uuid {
        #[expect(clippy::disallowed_methods, reason = "this is where ids come from")]
        uuid::Uuid::now_v7()
    }
}

fn system_micros() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    Utc::now().timestamp_micros()
}
