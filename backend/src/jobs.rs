//! What the server does by itself: writes its counters, sends mail, removes what has expired, and watches whether
//! another process took authority away. None of it is in the way of a request.

use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use actix_web::web;
use chrono::{NaiveDateTime, TimeDelta};
use db::{Conn, schema::*};
use diesel::prelude::*;
use tokio::{sync::watch, time::MissedTickBehavior};

use crate::{
    access::{System, load_epoch},
    error::AppError,
    http::blocking,
    mail::{self, Mailer},
    state::State,
    throttle,
};

const FOLLOW_EVERY: Duration = Duration::from_millis(250);
const WRITE_METERS_EVERY: Duration = Duration::from_secs(1);
const SEND_MAIL_EVERY: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// The first sweep waits until the start is over.
const FIRST_SWEEP_AFTER: Duration = Duration::from_mins(1);
/// Somebody who follows an old link is told that it is old, for so long.
const LINKS_KEPT_DAYS: i64 = 7;
const ANSWERS_KEPT_HOURS: i64 = 24;

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
    let sweeping = every(
        FIRST_SWEEP_AFTER,
        SWEEP_EVERY,
        stopped.clone(),
        "sweep",
        async || {
            let state = state.clone();
            blocking(move || sweep(&state)).await
        },
    );
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
    tokio::join!(meters, sweeping, mail);
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
        if let Err(error) = job().await {
            tracing::error!(
                job = name,
                error = format!("{:#}", anyhow::Error::from(error)),
                "a job failed"
            );
        }
    }
}

/// Watches the epoch on a connection of its own, so that no crowd of requests delays it.
fn follow(state: &State, stopped: &mpsc::Receiver<()>) {
    loop {
        let ended = state.db().read(|conn| {
            loop {
                state.directory.follow(load_epoch(conn)?);
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

/// Removes what has expired: sessions, links, throttles, kept answers, lines about mails sent.
pub fn sweep(state: &State) -> Result<(), AppError> {
    let idle = TimeDelta::days(i64::from(state.config().session_idle_days));
    let removed = state.system("what has expired is removed", |tx, system| {
        tx.needs_no_entry("nothing that was removed had any effect left");
        let now = tx.now();
        let mut removed = expired(tx.conn, system, now, idle)?;
        removed += throttle::sweep(tx.conn, system, now)?;
        removed += mail::sweep(tx.conn, system, now)?;
        Ok(removed)
    })?;
    tracing::debug!(removed, "swept");
    Ok(())
}

fn expired(conn: &mut Conn, _: &System, now: NaiveDateTime, idle: TimeDelta) -> QueryResult<usize> {
    let old_sessions = sessions::table.filter(
        sessions::expires_at
            .le(now)
            .or(sessions::last_seen_at.lt(now - idle)),
    );
    let mut removed = diesel::delete(old_sessions).execute(conn)?;
    let long_ago = now - TimeDelta::days(LINKS_KEPT_DAYS);
    let old_links = one_time_links::table.filter(one_time_links::expires_at.lt(long_ago));
    removed += diesel::delete(old_links).execute(conn)?;
    let old_answers = now - TimeDelta::hours(ANSWERS_KEPT_HOURS);
    removed +=
        diesel::delete(idempotency::table.filter(idempotency::created_at.lt(old_answers))).execute(conn)?;
    Ok(removed)
}
