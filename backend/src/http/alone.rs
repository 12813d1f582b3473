//! Long work of which this process does one at a time: whoever asks for the same meanwhile is told to come back.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use shared::error::ErrorCode;

use crate::error::AppError;

/// What is under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnderWay(Arc<Mutex<HashSet<String>>>);

/// One piece of work under way; dropping it ends that, also when whoever waits for it has gone.
#[derive(Debug)]
pub struct Alone {
    under_way: UnderWay,
    what: String,
}

impl UnderWay {
    /// Begins `what`; [`ErrorCode::Busy`] if it is under way already.
    pub(crate) fn begin(&self, what: String) -> Result<Alone, AppError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.insert(what.clone()) {
            return Err(ErrorCode::Busy.into());
        }
        Ok(Alone {
            under_way: self.clone(),
            what,
        })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let mut all = self.under_way.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_work_is_begun_again_only_when_it_has_ended() {
        let all = UnderWay::default();
        let first = all.begin("verify a".to_owned()).unwrap();
        let again = all.clone().begin("verify a".to_owned()).map(drop);
        assert_eq!(again.unwrap_err().code(), ErrorCode::Busy);
        let other = all.begin("verify b".to_owned()).unwrap();
        drop(first);
        assert!(all.begin("verify a".to_owned()).is_ok());
        drop(other);
    }
}
