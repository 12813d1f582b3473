//! Password hashing behind a gate: each takes 19 MiB and some 40 ms, so only a few run at the same time and the
//! others wait their turn, for a bounded time. They run on threads that give way to those that answer requests.

use std::{sync::Arc, thread, time::Duration};

use secrets::password;
use shared::{error::ErrorCode, text::Password};
use tokio::sync::{Semaphore, oneshot};

use crate::error::AppError;

/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much threads that hash give way: one that answers requests runs as soon as it can, and beside one that always
/// can they still get a quarter of the processor, so that a flood of other calls keeps nobody from signing in.
const NICENESS: i32 = 5;

/// Hashes and checks passwords.
#[derive(Debug)]
pub struct Passwords<'a> {
    gate: &'a Arc<Semaphore>,
}

impl<'a> Passwords<'a> {
    pub(crate) fn new(gate: &'a Arc<Semaphore>) -> Self {
        Self { gate }
    }

    /// Whether `given` is the password behind `hash`. Costs the same when there is no hash.
    pub async fn verify(&self, hash: Option<String>, given: &Password) -> Result<bool, AppError> {
        let given = given.clone();
        self.in_turn(move || {
            Ok(match hash {
                Some(hash) => password::verify(&hash, given.expose()),
                None => password::verify_nobody(given.expose()),
            })
        })
        .await
    }

    /// The hash to store. `pointer` names the field to blame when the password is too weak; `personal` are words
    /// that it must not be: address, name.
    pub async fn hash(&self, new: &Password, personal: &[&str], pointer: &str) -> Result<String, AppError> {
        password::check_policy(new.expose(), personal)
            .map_err(|fault| AppError::field(pointer, fault.to_string()))?;
        let new = new.clone();
        self.in_turn(move || password::hash(new.expose()).map_err(|error| AppError::Internal(error.into())))
            .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let waiting = tokio::time::timeout(PATIENCE, Arc::clone(self.gate).acquire_owned()).await;
        let permit = waiting.map_err(|_late| AppError::from(ErrorCode::Busy))?;
        let permit = permit.map_err(|_closed| AppError::from(ErrorCode::Busy))?;
        let (tell, told) = oneshot::channel();
        let work = move || {
            give_way();
            let result = f();
            drop(permit);
            // Whoever asked may be gone.
            let _gone = tell.send(result);
        };
        // A thread costs a thousandth of a hash, and one that gives way cannot go back to what it did before.
        thread::Builder::new()
            .name("password".to_owned())
            .spawn(work)
            .map_err(|error| AppError::Internal(error.into()))?;
        told.await
            .map_err(|_panicked| AppError::bug("hashing a password panicked"))?
    }
}

/// Lowers the priority of the calling thread; on Linux that is what "the calling process" means here. Where it is not
/// possible, hashing goes on as it was.
fn give_way() {
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "the priority of hashing could not be lowered");
    }
}
