//! Outgoing mail. Whoever wants to send queues it in the transaction of what it is about; a job sends it, again and
//! again for a day if the mail server does not take it. The text is sealed while it waits: it may hold a link.

use chrono::{NaiveDateTime, TimeDelta};
use db::{Conn, schema::outbox};
use diesel::prelude::*;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use secrets::keys::InstanceKeys;
use shared::text::Email;

use crate::{
    access::System,
    audit::{Entry, Tx},
    config::{Smtp, SmtpSecurity},
    error::AppError,
    http::blocking,
    state::State,
};

/// The longest that one mail may take to hand over. Shorter than [`CLAIM_SECONDS`].
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(45);
/// How long a mail belongs to the instance that took it. If that one dies, another tries after this.
const CLAIM_SECONDS: i64 = 120;
/// Mails taken at a time.
const AT_A_TIME: i64 = 10;
/// A mail that could not be sent for this long is given up.
const GIVE_UP_HOURS: i64 = 24;
/// The longest pause between two tries.
const LONGEST_PAUSE_SECONDS: i64 = 30 * 60;
/// How long a line about a sent mail is kept.
const KEPT_DAYS: i64 = 7;

/// Queues a mail. It leaves when the transaction is committed.
pub fn queue(
    tx: &mut Tx<'_>,
    keys: &InstanceKeys,
    id: uuid::Uuid,
    to: &Email,
    subject: &str,
    body: &str,
) -> Result<(), AppError> {
    let id = id.simple().to_string();
    let sealed = secrets::seal::seal(keys, &context(&id), body.as_bytes())
        .map_err(|fault| AppError::Internal(fault.into()))?;
    let now = tx.now();
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::recipient.eq(to.as_str()),
            outbox::subject.eq(subject),
            outbox::sealed_body.eq(sealed),
            outbox::created_at.eq(now),
            outbox::send_after.eq(now),
            outbox::attempts.eq(0),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What the text of mail `id` is sealed for.
#[must_use]
pub fn context(id: &str) -> String {
    format!("outbox/{id}")
}
