//! Failed attempts, counted in the database by account and by network address, so that a restart forgives nothing
//! and several instances count together. An account is named by what was typed, whether or not it exists.

use std::net::IpAddr;

use actix_web::web;
use chrono::{NaiveDateTime, TimeDelta};
use db::{Conn, on_each, schema::throttles};
use diesel::prelude::*;

use crate::{access::Client, error::AppError, state::State, threads::blocking};

/// Failures are forgotten when nothing was held off, and nothing failed, for so long.
const FORGOTTEN_AFTER_HOURS: i64 = 6;
/// Failures of one account from one network before that network is held off from it.
const FREE_BY_PAIR: i64 = 5;
/// Failures of one account from everywhere before it is held off for everybody. Far more than from one network, so
/// that somebody who knows an address cannot easily keep its owner out.
const FREE_BY_ACCOUNT: i64 = 40;
/// Failures of one network address before it is held off; offices share one.
const FREE_BY_ADDRESS: i64 = 30;
/// The longest hold.
const LONGEST_SECONDS: i64 = 15 * 60;

/// What is being attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Signing in.
    SignIn,
    /// Proving the current password, when signed in already.
    CurrentPassword,
    /// Asking for a link to choose a new password.
    Reset,
    /// Presenting a one-time token.
    Token,
}

impl Attempt {
    const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::CurrentPassword => "current_password",
            Self::Reset => "reset",
            Self::Token => "token",
        }
    }
}

/// Holds off who fails too often.
#[derive(Debug, Clone)]
pub struct Throttle {
    state: web::Data<State>,
}

impl Throttle {
    pub(crate) fn new(state: web::Data<State>) -> Self {
        Self { state }
    }

    /// Takes one attempt by `client` on `account` (an e-mail key; none if there is no account to name), counting it
    /// as failed until [`Self::succeeded`] says otherwise: attempts at the same moment cannot share one allowance.
    /// Refuses with the seconds to wait.
    pub async fn attempt(
        &self,
        attempt: Attempt,
        client: &Client,
        account: Option<&str>,
    ) -> Result<(), AppError> {
        let subjects = self.subjects(attempt, client, account);
        let state = self.state.clone();
        let refused = blocking(move || {
            let now = state.clock.now();
            state
                .db
                .write(|conn| take(conn, &subjects, now).map_err(AppError::from))
        })
        .await?;
        match refused {
            Some(seconds) => Err(AppError::RetryAfter(seconds)),
            None => Ok(()),
        }
    }

    /// Forgives the account's failures, and takes back the one counted for the address. What succeeded stays so, even
    /// if this cannot be noted.
    pub async fn succeeded(&self, attempt: Attempt, client: &Client, account: Option<&str>) {
        self.forgive(self.subjects(attempt, client, account)).await;
    }

    /// Takes back what was counted for an attempt that was never judged.
    pub async fn not_judged(&self, attempt: Attempt, client: &Client, account: Option<&str>) {
        let mut subjects = self.subjects(attempt, client, account);
        for subject in &mut subjects {
            subject.forgiven = false;
        }
        self.forgive(subjects).await;
    }

    async fn forgive(&self, subjects: Vec<Subject>) {
        let state = self.state.clone();
        let forgiven = blocking(move || {
            state
                .db
                .write(|conn| forgive(conn, &subjects).map_err(AppError::from))
        });
        if let Err(error) = forgiven.await {
            tracing::warn!(error = %error, "an attempt could not be taken back");
        }
    }

    /// The name under which failures of an account (an e-mail key) are counted.
    #[must_use]
    pub fn counted_as(&self, account: &str) -> String {
        self.state.keys.keyed_hash().hash("throttle", account.as_bytes())
    }

    fn subjects(&self, attempt: Attempt, client: &Client, account: Option<&str>) -> Vec<Subject> {
        let hash = |text: &str| self.counted_as(text);
        let word = attempt.word();
        let network = network(client.address);
        let subject = |what: &str, name: String, free: i64, forgiven: bool| Subject {
            kind: format!("{word}:{what}"),
            name: hash(&name),
            free,
            forgiven,
        };
        let mut subjects = vec![subject("address", network.clone(), FREE_BY_ADDRESS, false)];
        if let Some(account) = account {
            subjects.push(subject(
                "pair",
                format!("{network} {account}"),
                FREE_BY_PAIR,
                true,
            ));
            subjects.push(subject("account", account.to_owned(), FREE_BY_ACCOUNT, true));
        }
        subjects
    }
}

/// Whoever has one address of IPv6 has the whole /64 of it, so that is what counts.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[derive(Debug)]
struct Subject {
    kind: String,
    name: String,
    free: i64,
    /// Whether a success forgives all failures; else only the one that was counted for it.
    forgiven: bool,
}

/// Seconds to wait, or `None` after the attempt was counted for every subject.
fn take(conn: &mut Conn, subjects: &[Subject], now: NaiveDateTime) -> QueryResult<Option<u64>> {
    for subject in subjects {
        let (failures, last, blocked_until) = locked(conn, subject, now)?;
        if blocked_until > now {
            let seconds = (blocked_until - now).num_seconds() + 1;
            return Ok(Some(u64::try_from(seconds).unwrap_or(1)));
        }
        let stale = now - last.max(blocked_until) > TimeDelta::hours(FORGOTTEN_AFTER_HOURS);
        let failures = if stale { 1 } else { failures + 1 };
        count(conn, subject, failures, now)?;
    }
    Ok(None)
}

/// The row of a subject, locked until the transaction ends: attempts at the same moment must queue for it.
fn locked(
    conn: &mut Conn,
    subject: &Subject,
    now: NaiveDateTime,
) -> QueryResult<(i64, NaiveDateTime, NaiveDateTime)> {
    let first = (
        throttles::kind.eq(&subject.kind),
        throttles::subject.eq(&subject.name),
        throttles::failures.eq(0),
        throttles::last_failure_at.eq(now),
        throttles::blocked_until.eq(now),
    );
    // `Conn` has no upsert.
    on_each!(conn, c => diesel::insert_into(throttles::table)
        .values(first)
        .on_conflict((throttles::kind, throttles::subject))
        .do_update()
        .set(throttles::failures.eq(throttles::failures))
        .returning((throttles::failures, throttles::last_failure_at, throttles::blocked_until))
        .get_result(c))
}

fn count(conn: &mut Conn, subject: &Subject, failures: i64, now: NaiveDateTime) -> QueryResult<()> {
    let values = (
        throttles::failures.eq(failures),
        throttles::last_failure_at.eq(now),
        throttles::blocked_until.eq(now + hold(failures - subject.free)),
    );
    let key = (
        throttles::kind.eq(&subject.kind),
        throttles::subject.eq(&subject.name),
    );
    // `Conn` has no upsert.
    on_each!(conn, c => diesel::insert_into(throttles::table)
        .values((key, values))
        .on_conflict((throttles::kind, throttles::subject))
        .do_update()
        .set(values)
        .execute(c))?;
    Ok(())
}

/// How long to hold off after `over` failures more than are free: 2 s, doubled by each.
fn hold(over: i64) -> TimeDelta {
    match u32::try_from(over) {
        Err(_) | Ok(0) => TimeDelta::zero(),
        Ok(over) => TimeDelta::seconds(2_i64.saturating_pow(over.min(20)).min(LONGEST_SECONDS)),
    }
}

fn forgive(conn: &mut Conn, subjects: &[Subject]) -> QueryResult<()> {
    for subject in subjects {
        let row = throttles::table.find((&subject.kind, &subject.name));
        if subject.forgiven {
            diesel::delete(row).execute(conn)?;
        } else {
            diesel::update(row.filter(throttles::failures.gt(0)))
                .set((
                    throttles::failures.eq(throttles::failures - 1),
                    throttles::blocked_until.eq(throttles::last_failure_at),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Forgets what was counted under a name ([`Throttle::counted_as`]) of an account that is no more. What was counted of
/// it from one network stands under both together, which nobody can take apart; it is swept within a day.
pub(crate) fn forget(conn: &mut Conn, counted_as: &str) -> QueryResult<usize> {
    diesel::delete(throttles::table.filter(throttles::subject.eq(counted_as))).execute(conn)
}

/// Whether something that is done for `subject` at most so often in a time is to be done now. Whoever is told so does it in this
/// transaction. `time` is shorter than the day after which [`sweep`] forgets.
pub(crate) fn at_most(
    conn: &mut Conn,
    kind: &str,
    subject: &str,
    (most, time): (i64, TimeDelta),
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let subject = Subject {
        kind: kind.to_owned(),
        name: subject.to_owned(),
        free: 0,
        forgiven: false,
    };
    let (done, _, until) = locked(conn, &subject, now)?;
    let (done, until) = if until > now {
        (done, until)
    } else {
        (0, now + time)
    };
    if done >= most {
        return Ok(false);
    }
    let row = throttles::table.find((&subject.kind, &subject.name));
    diesel::update(row)
        .set((
            throttles::failures.eq(done + 1),
            throttles::last_failure_at.eq(now),
            throttles::blocked_until.eq(until),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Removes what is long forgotten.
pub(crate) fn sweep(conn: &mut Conn, _: &crate::access::System, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(throttles::table.filter(throttles::last_failure_at.lt(now - TimeDelta::hours(24))))
        .execute(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_ipv6_network_count_as_one() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn the_hold_doubles_and_is_bounded() {
        assert_eq!(hold(0), TimeDelta::zero());
        assert_eq!(hold(-3), TimeDelta::zero());
        assert_eq!(hold(1), TimeDelta::seconds(2));
        assert_eq!(hold(3), TimeDelta::seconds(8));
        assert_eq!(hold(1_000_000), TimeDelta::seconds(LONGEST_SECONDS));
    }
}
