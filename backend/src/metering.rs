//! Counts every admitted call by workspace, user, key and endpoint. Counting happens in memory; a job writes the
//! absolute numbers of this instance, so that writing twice adds nothing. The same job notes when keys and sessions
//! were last used.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{NaiveDate, NaiveDateTime};
use db::{Conn, columns, on_each, schema::*};
use diesel::prelude::*;
use shared::ids::{SessionId, UserId, WorkspaceId};

use crate::{
    access::{Caller, Client, Identity, KeyRecord},
    error::AppError,
    state::State,
};

/// What a call is counted under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Meters {
    day: NaiveDate,
    workspace: Option<WorkspaceId>,
    user: Option<UserId>,
    key: Option<Arc<str>>,
    endpoint: &'static str,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    calls: i64,
    written: i64,
}

#[derive(Debug, Default)]
struct Counted {
    calls: HashMap<Meters, Count>,
    keys: HashMap<Arc<str>, Use>,
    sessions: HashMap<SessionId, Use>,
}

/// When and from where something was last used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Use {
    at: NaiveDateTime,
    address: IpAddr,
    worker: Option<String>,
}

impl Use {
    fn by(client: &Client, at: NaiveDateTime) -> Self {
        Self {
            at,
            address: client.address,
            worker: client.worker.clone(),
        }
    }

    /// Most uses come from where the last one came from.
    fn again(&mut self, client: &Client, at: NaiveDateTime) {
        self.at = at;
        self.address = client.address;
        if self.worker != client.worker {
            self.worker.clone_from(&client.worker);
        }
    }

    /// The worker's name, else the network address.
    fn from(&self) -> String {
        self.worker.clone().unwrap_or_else(|| self.address.to_string())
    }
}

/// The counters of one running instance.
#[derive(Debug)]
pub struct Meter {
    instance: String,
    counted: Mutex<Counted>,
}

impl Meter {
    /// Counters that begin at zero, under a name that no other instance has had.
    #[must_use]
    pub fn new(instance: String) -> Self {
        Self {
            instance,
            counted: Mutex::default(),
        }
    }

    /// Counts one admitted call.
    pub fn count(
        &self,
        caller: &Caller,
        workspace: Option<WorkspaceId>,
        endpoint: &'static str,
        now: NaiveDateTime,
    ) {
        let key: Option<&Arc<KeyRecord>> = match &caller.identity {
            Some(Identity::Key(key, _)) => Some(key),
            _ => None,
        };
        let meters = Meters {
            day: now.date(),
            workspace: workspace.or(key.map(|key| key.workspace_id)),
            user: caller.identity.as_ref().map(Identity::user_id),
            key: key.map(|key| Arc::clone(&key.access_key)),
            endpoint,
        };
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.calls.entry(meters).or_default().calls += 1;
        match &caller.identity {
            None => {}
            Some(Identity::Key(key, _)) => {
                if let Some(used) = counted.keys.get_mut(&key.access_key) {
                    used.again(&caller.client, now);
                } else {
                    let used = Use::by(&caller.client, now);
                    counted.keys.insert(Arc::clone(&key.access_key), used);
                }
            }
            Some(Identity::Session(session)) => {
                if let Some(used) = counted.sessions.get_mut(&session.id) {
                    used.again(&caller.client, now);
                } else {
                    let used = Use::by(&caller.client, now);
                    counted.sessions.insert(session.id, used);
                }
            }
        }
    }
}

/// What one writing takes out of the counters.
struct Unwritten {
    calls: Vec<(Meters, i64)>,
    keys: Vec<(Arc<str>, Use)>,
    sessions: Vec<(SessionId, Use)>,
}

impl State {
    /// Writes what was counted since the last time. What could not be written is tried again next time.
    pub fn write_meters(&self) -> Result<(), AppError> {
        let unwritten = self.meter.unwritten();
        if unwritten.calls.is_empty() && unwritten.keys.is_empty() && unwritten.sessions.is_empty() {
            return Ok(());
        }
        let written = self
            .db
            .write(|conn| write(conn, &self.meter.instance, &unwritten).map_err(AppError::from));
        if written.is_ok() {
            self.meter.mark_written(&unwritten, self.clock.now().date());
        }
        written
    }
}

impl Meter {
    fn unwritten(&self) -> Unwritten {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unwritten = Unwritten {
            calls: counted
                .calls
                .iter()
                .filter(|(_, count)| count.calls != count.written)
                .map(|(meters, count)| (meters.clone(), count.calls))
                .collect(),
            keys: counted
                .keys
                .iter()
                .map(|(key, used)| (Arc::clone(key), used.clone()))
                .collect(),
            sessions: counted
                .sessions
                .iter()
                .map(|(id, seen)| (*id, seen.clone()))
                .collect(),
        };
        // Two instances that write at the same moment take their rows in one order, so neither waits for the other.
        unwritten.keys.sort_by(|a, b| a.0.cmp(&b.0));
        unwritten.sessions.sort_by_key(|(id, _)| *id);
        unwritten
    }

    fn mark_written(&self, written: &Unwritten, today: NaiveDate) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for (meters, calls) in &written.calls {
            if let Some(count) = counted.calls.get_mut(meters) {
                count.written = *calls;
            }
        }
        // A day that is written needs no memory any more once no call can be counted for it: not at midnight itself.
        let yesterday = today.pred_opt().unwrap_or(today);
        counted
            .calls
            .retain(|meters, count| meters.day >= yesterday || count.calls != count.written);
        for (key, used) in &written.keys {
            if counted.keys.get(key) == Some(used) {
                counted.keys.remove(key);
            }
        }
        for (id, seen) in &written.sessions {
            if counted.sessions.get(id) == Some(seen) {
                counted.sessions.remove(id);
            }
        }
    }
}

fn write(conn: &mut Conn, instance: &str, unwritten: &Unwritten) -> QueryResult<()> {
    let text = |id: Option<String>| id.unwrap_or_default();
    for (meters, calls) in &unwritten.calls {
        let row = (
            call_counts::day.eq(meters.day),
            call_counts::workspace_id.eq(text(meters.workspace.map(|id| id.to_string()))),
            call_counts::user_id.eq(text(meters.user.map(|id| id.to_string()))),
            call_counts::credential.eq(meters.key.as_deref().unwrap_or_default()),
            call_counts::endpoint.eq(meters.endpoint),
            call_counts::instance.eq(instance),
            call_counts::calls.eq(*calls),
        );
        // `Conn` has no upsert.
        on_each!(conn, c => diesel::insert_into(call_counts::table)
            .values(row)
            .on_conflict((
                call_counts::workspace_id, call_counts::day, call_counts::endpoint, call_counts::user_id,
                call_counts::credential, call_counts::instance,
            ))
            .do_update()
            .set(call_counts::calls.eq(*calls))
            .execute(c))?;
    }
    for (key, last) in &unwritten.keys {
        let used = credentials::last_used_at;
        let earlier = credentials::table
            .find(key.as_ref())
            .filter(used.is_null().or(used.le(last.at)));
        diesel::update(earlier)
            .set((
                credentials::last_used_at.eq(last.at),
                credentials::last_used_from.eq(last.from()),
            ))
            .execute(conn)?;
    }
    for (id, last) in &unwritten.sessions {
        let earlier = sessions::table
            .find(columns::SessionId(*id))
            .filter(sessions::last_seen_at.le(last.at));
        diesel::update(earlier)
            .set((
                sessions::last_seen_at.eq(last.at),
                sessions::address.eq(last.address.to_string()),
            ))
            .execute(conn)?;
    }
    Ok(())
}
