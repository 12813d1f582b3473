//! What one running server holds: database, keys, settings, clock, and what it keeps in memory.

use std::sync::Arc;

use db::Db;
use secrets::keys::InstanceKeys;
use tokio::sync::Semaphore;

use crate::{
    access::Directory, clock::Clock, config::Config, http::UnderWay, metering::Meter, notices::Notices,
    threads::Lengthy,
};

/// One running server. Handlers never see it; they get what they may use through their context.
#[derive(Debug)]
pub struct State {
    pub(crate) db: Db,
    pub(crate) keys: Arc<InstanceKeys>,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    pub(crate) directory: Directory,
    pub(crate) meter: Meter,
    pub(crate) lengthy: Lengthy,
    /// Which accounts watch what they are told.
    pub(crate) notices: Notices,
    /// One permit for each password hashed at the same time.
    pub(crate) hashing: Arc<Semaphore>,
    /// Long work of which one at a time is enough.
    pub(crate) under_way: UnderWay,
}

impl State {
    /// Puts a server together.
    #[must_use]
    pub fn new(config: Config, db: Db, keys: InstanceKeys, clock: Clock) -> Self {
        let permits = config
            .password_permits
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(2, std::num::NonZero::get));
        Self {
            meter: Meter::new(clock.new_id().simple().to_string()),
            hashing: Arc::new(Semaphore::new(permits.max(1))),
            directory: Directory::default(),
            lengthy: Lengthy::default(),
            under_way: UnderWay::default(),
            notices: Notices::default(),
            db,
            keys: Arc::new(keys),
            clock,
            config,
        }
    }

    /// The clock that the server runs on.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The database, for start, jobs, commands and tests.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The instance keys, for start, jobs, commands and tests.
    #[must_use]
    pub fn keys(&self) -> &InstanceKeys {
        &self.keys
    }
}
