//! Sends usage data once a day, when an operator chose to and the settings say where to.

use actix_web::web;
use chrono::TimeDelta;

use crate::{
    error::AppError,
    features::usage_data::{rules, store},
    state::State,
    threads::blocking,
};

/// The longest that the recipient may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);
/// How often.
const PAUSE: TimeDelta = TimeDelta::days(1);

/// Sends it if it is due; whether it was taken. A recipient that does not take it is no failure of the server: that is
/// logged, and it is tried again a day later.
pub async fn send(state: &web::Data<State>) -> Result<bool, AppError> {
    let Some(recipient) = state.config().usage_data_url.clone() else {
        return Ok(false);
    };
    let counting = state.clone();
    let report = blocking(move || {
        counting.system("usage data is sent", |tx, system| {
            let reach = system.operates();
            tx.needs_no_entry("an operator's choice is carried out");
            if !store::take_turn(tx.conn, &reach, tx.now(), PAUSE)? {
                return Ok(None);
            }
            Ok(Some(rules::report(&store::counted(tx.conn, &reach)?)))
        })
    });
    let Some(report) = report.await? else {
        return Ok(false);
    };
    let body = serde_json::to_vec(&report).map_err(anyhow::Error::from)?;
    let answer = state.outbound.tell(recipient, body, PATIENCE).await;
    let taken = matches!(answer, Ok(200..=299));
    if !taken {
        tracing::warn!(answer = ?answer, "usage data was not taken");
    }
    Ok(taken)
}
