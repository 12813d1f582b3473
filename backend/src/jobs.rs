//! What the server does by itself: writes its counters, sends mail, removes what has expired or is older than it is to be
//! kept, and watches whether another process took authority away or told somebody something. None of it is in the way
//! of a request.

pub mod usage_data;

use std::{
    collections::HashMap,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use actix_web::web;
use chrono::TimeDelta;
use shared::ids::UserId;
use tokio::{sync::watch, time::MissedTickBehavior};

use crate::{
    access::load_epochs,
    error::AppError,
    features::{
        audit::{rules::cutoff, store::removal},
        notifications::store::{self as notifications, News},
        session::store as sessions,
    },
    http::forget_old,
    mail::{self, Mailer},
    state::State,
    threads::blocking,
    throttle,
};

const FOLLOW_EVERY: Duration = Duration::from_millis(250);
const WRITE_METERS_EVERY: Duration = Duration::from_secs(1);
const SEND_MAIL_EVERY: Duration = Duration::from_secs(1);
/// The pause after a look that failed.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// The first sweep waits until the start is over.
const FIRST_SWEEP_AFTER: Duration = Duration::from_mins(1);
/// How soon a server finds a sealing key that a rotation has put into the key file. One with which something is sealed already it
/// finds when it meets it.
pub const READ_KEYS_EVERY: Duration = Duration::from_secs(2);
/// Memory for hashing passwords is given back when nobody signs in for so long.
const RELEASE_EVERY: Duration = Duration::from_mins(1);

/// The running jobs.
#[derive(Debug)]
pub struct Jobs {
    state: web::Data<State>,
    stop_chores: watch::Sender<bool>,
    stop_following: mpsc::Sender<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Starts all jobs; mail only with a way to send it.
    pub fn start(state: &web::Data<State>, mailer: Option<Mailer>) -> std::io::Result<Self> {
        let (stop_chores, stopped) = watch::channel(false);
        let (stop_following, followed) = mpsc::channel();
        let (for_chores, for_following) = (state.clone(), state.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(2)
            .build()?;
        let chores = thread::Builder::new()
            .name("chores".to_owned())
            .spawn(move || runtime.block_on(chores(for_chores, mailer, stopped)))?;
        let following = thread::Builder::new()
            .name("follow".to_owned())
            .spawn(move || follow(&for_following, &followed))?;
        Ok(Self {
            state: state.clone(),
            stop_chores,
            stop_following,
            threads: vec![chores, following],
        })
    }

    /// Ends all jobs, after what they are doing just now, and writes the last counters.
    pub fn stop(self) -> Result<(), AppError> {
        // Whoever has ended already hears nothing.
        let _ = self.stop_chores.send(true);
        let _ = self.stop_following.send(());
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a job panicked");
            }
        }
        self.state.write_meters()
    }
}

async fn chores(state: web::Data<State>, mailer: Option<Mailer>, stopped: watch::Receiver<bool>) {
    let meters = every(
        WRITE_METERS_EVERY,
        WRITE_METERS_EVERY,
        stopped.clone(),
        "meters",
        async || {
            let state = state.clone();
            blocking(move || state.write_meters()).await
        },
    );
    let sweeping = hourly(stopped.clone(), "sweep", async || {
        let state = state.clone();
        blocking(move || sweep(&state)).await
    });
    let forgetting = hourly(stopped.clone(), "retention", async || {
        remove_old_entries(&state).await.map(drop)
    });
    let mail = async {
        let Some(mailer) = &mailer else {
            return;
        };
        every(
            Duration::ZERO,
            SEND_MAIL_EVERY,
            stopped.clone(),
            "mail",
            async || mailer.send_due(&state).await.map(drop),
        )
        .await;
    };
    let releasing = every(
        RELEASE_EVERY,
        RELEASE_EVERY,
        stopped.clone(),
        "memory",
        async || {
            secrets::password::release_memory();
            Ok(())
        },
    );
    let keys = read_keys_again(&state, stopped.clone());
    let usage_data = hourly(stopped.clone(), "usage data", async || {
        usage_data::send(&state).await.map(drop)
    });
    let telling = wake_streams(&state, stopped.clone());
    tokio::join!(
        meters, sweeping, forgetting, releasing, keys, mail, usage_data, telling
    );
}

async fn read_keys_again(state: &web::Data<State>, stopped: watch::Receiver<bool>) {
    every(READ_KEYS_EVERY, READ_KEYS_EVERY, stopped, "keys", async || {
        let state = state.clone();
        blocking(move || read_keys(&state)).await
    })
    .await;
}

fn read_keys(state: &State) -> Result<(), AppError> {
    if state.keys().read_again().map_err(anyhow::Error::from)? {
        tracing::info!(
            key = state.keys().sealing_key_id(),
            "another key seals from here on"
        );
    }
    Ok(())
}

/// Whenever anybody anywhere was told something, looks which of the accounts that are watched here it concerns: with one
/// query for all of them.
async fn wake_streams(state: &web::Data<State>, mut stopped: watch::Receiver<bool>) {
    let mut epochs = state.notices.epochs();
    let mut known: HashMap<UserId, News> = HashMap::new();
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            changed = epochs.changed() => if changed.is_err() { return },
        }
        let (reads, watched) = (state.clone(), state.notices.watched());
        let found = blocking(move || {
            reads.system_read("streams hear of what other processes told", |conn, system| {
                Ok(notifications::news_of(conn, system, &watched)?)
            })
        })
        .await;
        match found {
            Ok(found) => {
                let changed = found.iter().filter(|(user, news)| known.get(user) != Some(news));
                let changed: Vec<UserId> = changed.map(|(user, _)| *user).collect();
                state.notices.wake(&changed);
                known = found.into_iter().collect();
            }
            Err(error) => {
                tracing::warn!(
                    error = format!("{:#}", anyhow::Error::from(error)),
                    "cannot see who was told something"
                );
                tokio::time::sleep(TRY_AGAIN_AFTER).await;
                epochs.mark_changed();
            }
        }
    }
}

/// Does `job` again and again until the stop. A job that fails is tried again at its next turn.
async fn every(
    first: Duration,
    period: Duration,
    mut stopped: watch::Receiver<bool>,
    name: &'static str,
    job: impl AsyncFn() -> Result<(), AppError>,
) {
    let mut turns = tokio::time::interval_at(tokio::time::Instant::now() + first, period);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // Also when the other end is gone.
            _ = stopped.wait_for(|stop| *stop) => return,
            _ = turns.tick() => {}
        }
        let done = tokio::select! {
            // What is under way is dropped: the last counters are written at the end, a mail is tried again.
            _ = stopped.wait_for(|stop| *stop) => return,
            done = job() => done,
        };
        if let Err(error) = done {
            tracing::error!(
                job = name,
                error = format!("{:#}", anyhow::Error::from(error)),
                "a job failed"
            );
        }
    }
}

/// The same for what is done at leisure: once an hour, and first when the start is over.
async fn hourly(
    stopped: watch::Receiver<bool>,
    name: &'static str,
    job: impl AsyncFn() -> Result<(), AppError>,
) {
    every(FIRST_SWEEP_AFTER, SWEEP_EVERY, stopped, name, job).await;
}

/// Watches the epoch on a connection of its own, so that no crowd of requests delays it.
fn follow(state: &State, stopped: &mpsc::Receiver<()>) {
    loop {
        let ended = state.db().read(|conn| {
            loop {
                let (authority, notices) = load_epochs(conn)?;
                state.directory.follow(authority);
                state.notices.follow(notices);
                if should_stop(stopped) {
                    return Ok::<_, AppError>(());
                }
            }
        });
        match ended {
            Ok(()) => return,
            Err(error) => {
                // What another process took away cannot be seen now, so nothing is believed from memory.
                state.directory.forget();
                tracing::warn!(
                    error = format!("{:#}", anyhow::Error::from(error)),
                    "cannot see the epoch"
                );
                if should_stop(stopped) {
                    return;
                }
            }
        }
    }
}

/// Waits for the next look; true when there is none.
fn should_stop(stopped: &mpsc::Receiver<()>) -> bool {
    !matches!(
        stopped.recv_timeout(FOLLOW_EVERY),
        Err(mpsc::RecvTimeoutError::Timeout)
    )
}

/// Removes what has expired: sessions, links, throttles, kept answers, lines about mails sent, old
/// notifications.
pub fn sweep(state: &State) -> Result<(), AppError> {
    let idle = TimeDelta::days(i64::from(state.config().session_idle_days));
    let removed = state.system("what has expired is removed", |tx, system| {
        tx.needs_no_entry("nothing that was removed had any effect left");
        let now = tx.now();
        let mut removed = sessions::sweep(tx.conn, system, now, now - idle)?;
        removed += forget_old(tx.conn, now)?;
        removed += throttle::sweep(tx.conn, system, now)?;
        removed += mail::sweep(tx.conn, system, now)?;
        removed += notifications::sweep(tx.conn, system, now)?;
        Ok(removed)
    })?;
    tracing::debug!(removed, "swept");
    Ok(())
}

/// Removes entries of the journal that are older than the settings say, chain by chain, each batch in a transaction of its
/// own: whatever ends this in between leaves every chain whole. Answers how many.
pub async fn remove_old_entries(state: &web::Data<State>) -> Result<usize, AppError> {
    let Some(days) = state.config().audit_retention_days else {
        return Ok(0);
    };
    let cutoff = cutoff(state.clock().now(), days);
    let (mut total, mut after) = (0, String::new());
    loop {
        let (shared, last) = (state.clone(), after);
        let next = blocking(move || {
            shared.system_read("old entries of the journal are looked for", |conn, system| {
                Ok(removal::next_chain_with_old(conn, system, &last, cutoff)?)
            })
        });
        let Some(chain) = next.await? else {
            return Ok(total);
        };
        loop {
            let (shared, name) = (state.clone(), chain.clone());
            let removed = blocking(move || {
                shared.system("old entries of the journal are removed", |tx, system| {
                    removal::remove_oldest(tx, system, &name, cutoff)
                })
            });
            match removed.await? {
                0 => break,
                removed => total += removed,
            }
        }
        after = chain;
    }
}
