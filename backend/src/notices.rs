//! Which accounts are watched by open streams here, and how a stream hears that there is something to look at. Holds no
//! database connection and no thread: a stream that hears nothing costs its memory.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::ids::UserId;
use tokio::sync::watch;

/// Streams that one account may hold open at the same time, on one server. One more, and the oldest gives way: it may be one
/// whose client has gone without a word.
pub const MOST_STREAMS: usize = 20;

/// The accounts that are watched. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Notices(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    watched: Mutex<HashMap<UserId, Watched>>,
    /// The database's number of what was told when this process last looked.
    epoch: watch::Sender<i64>,
}

/// The streams of one account, by number, the oldest first.
#[derive(Debug, Default)]
struct Watched {
    streams: VecDeque<u64>,
    next: u64,
    /// The number of the oldest that may stay. Also sent when it is the same: something was told.
    oldest: watch::Sender<u64>,
}

/// One stream's watch over what its account is told; dropping it ends that.
#[derive(Debug)]
pub struct Watch {
    notices: Notices,
    user: UserId,
    number: u64,
    oldest: watch::Receiver<u64>,
}

/// What a stream hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Its account was told something, or has read it.
    Something,
    /// Newer streams have taken its place.
    GiveWay,
}

impl Notices {
    /// Watches what `user` is told.
    #[must_use]
    pub fn watch(&self, user: UserId) -> Watch {
        let mut all = self.watched_now();
        let watched = all.entry(user).or_default();
        let number = watched.next;
        watched.next += 1;
        watched.streams.push_back(number);
        if watched.streams.len() > MOST_STREAMS {
            watched.streams.pop_front();
            let first = watched.streams.front().copied().unwrap_or(number);
            watched.oldest.send_replace(first);
        }
        // Only now: that others gave way to it is no news to the newest.
        let oldest = watched.oldest.subscribe();
        Watch {
            notices: self.clone(),
            user,
            number,
            oldest,
        }
    }

    /// Wakes the streams of these accounts: something of what they are told has changed.
    pub fn wake(&self, users: &[UserId]) {
        if users.is_empty() {
            return;
        }
        let all = self.watched_now();
        for watched in users.iter().filter_map(|user| all.get(user)) {
            watched.oldest.send_modify(|_the_same| {});
        }
    }

    /// The accounts that are watched.
    #[must_use]
    pub fn watched(&self) -> Vec<UserId> {
        self.watched_now().keys().copied().collect()
    }

    /// Notes the database's number, which any process counts up that tells somebody something.
    pub fn follow(&self, epoch: i64) {
        self.0.epoch.send_if_modified(|seen| {
            let counted_up = *seen != epoch;
            *seen = epoch;
            counted_up
        });
    }

    /// Hears of it when the number has changed.
    #[must_use]
    pub fn epochs(&self) -> watch::Receiver<i64> {
        self.0.epoch.subscribe()
    }

    fn watched_now(&self) -> MutexGuard<'_, HashMap<UserId, Watched>> {
        self.0.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits until there is something to hear since the last time.
    pub async fn hears(&mut self) -> Heard {
        // Nobody sends any more when the last streams have given way.
        let sent = self.oldest.changed().await;
        if sent.is_err() || *self.oldest.borrow_and_update() > self.number {
            Heard::GiveWay
        } else {
            Heard::Something
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut all = self.notices.watched_now();
        if let Some(watched) = all.get_mut(&self.user) {
            watched.streams.retain(|number| *number != self.number);
            if watched.streams.is_empty() {
                all.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn heard(watch: &mut Watch) -> Option<Heard> {
        watch.hears().now_or_never()
    }

    #[test]
    fn a_stream_hears_of_its_own_account_only_and_of_nothing_twice() {
        let notices = Notices::default();
        let (ann, bob) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
        let (mut of_ann, mut of_bob) = (notices.watch(ann), notices.watch(bob));
        assert_eq!(heard(&mut of_ann), None);
        notices.wake(&[ann, ann]);
        assert_eq!(heard(&mut of_ann), Some(Heard::Something));
        assert_eq!((heard(&mut of_ann), heard(&mut of_bob)), (None, None));
    }

    #[test]
    fn the_oldest_gives_way_and_what_nobody_watches_is_forgotten() {
        let notices = Notices::default();
        let mut streams: VecDeque<Watch> = (0..MOST_STREAMS).map(|_| notices.watch(UserId::NIL)).collect();
        let mut newest = notices.watch(UserId::NIL);
        assert_eq!(heard(&mut newest), None);
        let mut oldest = streams.pop_front().unwrap();
        assert_eq!(heard(&mut oldest), Some(Heard::GiveWay));
        assert_eq!(heard(&mut streams[0]), Some(Heard::Something), "a false alarm");
        // Its number was given up already: that it goes makes no room for two.
        drop(oldest);
        let another = notices.watch(UserId::NIL);
        assert_eq!(heard(&mut streams[0]), Some(Heard::GiveWay));
        streams.clear();
        assert_eq!(notices.watched(), [UserId::NIL]);
        drop((newest, another));
        assert!(notices.watched().is_empty());
    }

    #[test]
    fn an_epoch_is_heard_when_it_changes() {
        let notices = Notices::default();
        let mut epochs = notices.epochs();
        notices.follow(0);
        assert!(epochs.changed().now_or_never().is_none());
        notices.follow(7);
        assert!(epochs.changed().now_or_never().is_some());
        notices.follow(7);
        assert!(epochs.changed().now_or_never().is_none());
    }
}
