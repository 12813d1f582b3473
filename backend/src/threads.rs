//! On which thread the database is asked. Work that waits leaves the thread that serves requests; reads that are over
//! in microseconds stay on it. Only `SQLite` answers that fast, and a read that turns out to take long, such as a count
//! in a huge workspace, is made on another thread the next times.

use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::web;
use db::Conn;
use shared::{error::ErrorCode, ids::WorkspaceId};

use crate::{error::AppError, state::State};

/// Longer than this, a read holds others up.
const BRIEF: Duration = Duration::from_millis(1);
/// So often in a row a read must have been long to count as such: once, the thread may just have had to wait.
const TIMES: u32 = 3;
/// For so long a read that was not brief is not tried again on the thread that serves.
const AVOIDED_FOR: Duration = Duration::from_secs(10);
/// The most reads that are remembered; past it all of them are tried again.
const MOST: usize = 1_000;

/// What is read: for which endpoint, in which workspace.
pub(crate) type Place = (&'static str, Option<WorkspaceId>);

/// The reads that were not brief when they were last tried.
#[derive(Debug, Default)]
pub(crate) struct Lengthy {
    some: AtomicBool,
    tried: RwLock<HashMap<Place, Tried>>,
}

/// How a read went that was not brief.
#[derive(Debug, Clone, Copy)]
struct Tried {
    long_in_a_row: u32,
    last: Instant,
}

impl Tried {
    fn is_avoided(self, now: Instant) -> bool {
        self.long_in_a_row >= TIMES && now.duration_since(self.last) < AVOIDED_FOR
    }
}

impl Lengthy {
    fn is(&self, place: Place, now: Instant) -> bool {
        self.some.load(Ordering::Relaxed)
            && self
                .tried
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .get(&place)
                .is_some_and(|tried| tried.is_avoided(now))
    }

    /// Notes how long a read took that ended at `now`.
    fn note(&self, place: Place, took: Duration, now: Instant) {
        let long = took > BRIEF;
        if !long && !self.some.load(Ordering::Relaxed) {
            return;
        }
        let mut tried = self.tried.write().unwrap_or_else(PoisonError::into_inner);
        if long {
            if tried.len() >= MOST {
                tried.clear();
            }
            let before = tried.get(&place).map_or(0, |tried| tried.long_in_a_row);
            let again = Tried {
                long_in_a_row: before.saturating_add(1),
                last: now,
            };
            tried.insert(place, again);
        } else {
            tried.remove(&place);
        }
        self.some.store(!tried.is_empty(), Ordering::Relaxed);
    }
}

/// Runs database work off the thread that serves requests.
pub(crate) async fn blocking<T: Send + 'static>(
    f: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    web::block(f)
        .await
        .map_err(|_cancelled| AppError::from(ErrorCode::Busy))?
}

/// Reads for an endpoint.
pub(crate) async fn read_at<T: Send + 'static>(
    state: &web::Data<State>,
    place: Place,
    f: impl FnOnce(&mut Conn) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let begun = Instant::now();
    if state.lengthy.is(place, begun) {
        return elsewhere(state, f).await;
    }
    match state.db.read_at_once(f) {
        Ok(result) => {
            let now = Instant::now();
            state.lengthy.note(place, now.duration_since(begun), now);
            result
        }
        Err(f) => elsewhere(state, f).await,
    }
}

/// Reads one row by its key, which is brief however many there are.
pub(crate) async fn read_row<T: Send + 'static>(
    state: &web::Data<State>,
    f: impl FnOnce(&mut Conn) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    match state.db.read_at_once(f) {
        Ok(result) => result,
        Err(f) => elsewhere(state, f).await,
    }
}

async fn elsewhere<T: Send + 'static>(
    state: &web::Data<State>,
    f: impl FnOnce(&mut Conn) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let state = state.clone();
    blocking(move || state.db.read(f)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: u128) -> Place {
        ("GetWorkspace", Some(WorkspaceId(uuid::Uuid::from_u128(number))))
    }

    #[test]
    fn a_read_that_is_long_again_and_again_is_avoided_for_a_while_and_only_where_it_is() {
        let (lengthy, now) = (Lengthy::default(), Instant::now());
        for _ in 0..TIMES {
            assert!(!lengthy.is(place(1), now));
            lengthy.note(place(1), 2 * BRIEF, now);
        }
        assert!(lengthy.is(place(1), now) && !lengthy.is(place(2), now));
        assert!(!lengthy.is(place(1), now + AVOIDED_FOR));
        lengthy.note(place(1), 2 * BRIEF, now + AVOIDED_FOR);
        assert!(lengthy.is(place(1), now + AVOIDED_FOR));
    }

    #[test]
    fn a_brief_read_makes_up_for_long_ones() {
        let (lengthy, now) = (Lengthy::default(), Instant::now());
        for took in [2 * BRIEF, 2 * BRIEF, BRIEF, 2 * BRIEF, 2 * BRIEF] {
            lengthy.note(place(1), took, now);
        }
        assert!(!lengthy.is(place(1), now));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let (lengthy, now) = (Lengthy::default(), Instant::now());
        for number in 0..3 * MOST as u128 {
            lengthy.note(place(number), 2 * BRIEF, now);
        }
        let remembered = lengthy.tried.read().unwrap().len();
        assert!((1..=MOST).contains(&remembered), "{remembered}");
    }
}
