//! Outgoing mail. Whoever wants to send queues it in the transaction of what it is about; a job sends it, again and
//! again for a day if the mail server does not take it. The text is sealed while it waits: it may hold a link.

use actix_web::web;
use chrono::{NaiveDateTime, TimeDelta};
use db::{Conn, schema::outbox};
use diesel::prelude::*;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use secrets::keys::InstanceKeys;
use shared::text::Email;

use crate::{
    access::{System, WholeServer},
    audit::{Entry, Tx},
    config::{Smtp, SmtpSecurity},
    error::AppError,
    state::State,
    threads::blocking,
};

diesel::define_sql_function! {
    /// Lower case, of ASCII letters.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

type Sender = AsyncSmtpTransport<Tokio1Executor>;

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

/// A mail with its text sealed, ready to be queued.
#[derive(Debug)]
pub struct SealedMail {
    id: String,
    to: Email,
    subject: String,
    sealed_body: String,
}

impl SealedMail {
    /// Seals a mail under a new id.
    pub fn new(
        keys: &InstanceKeys,
        id: uuid::Uuid,
        to: Email,
        subject: &str,
        text: &str,
    ) -> Result<Self, AppError> {
        let id = id.simple().to_string();
        let sealed_body = secrets::seal::seal(keys, &context(&id), text.as_bytes())
            .map_err(|fault| AppError::Internal(fault.into()))?;
        Ok(Self {
            id,
            to,
            subject: subject.to_owned(),
            sealed_body,
        })
    }
}

/// Queues a mail. It leaves when the transaction is committed.
pub fn queue(tx: &mut Tx<'_>, mail: &SealedMail) -> Result<(), AppError> {
    let now = tx.now();
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(&mail.id),
            outbox::recipient.eq(mail.to.as_str()),
            outbox::subject.eq(&mail.subject),
            outbox::sealed_body.eq(&mail.sealed_body),
            outbox::created_at.eq(now),
            outbox::send_after.eq(now),
            outbox::attempts.eq(0),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What the text of mail `id` is sealed for.
pub(crate) fn context(id: &str) -> String {
    format!("outbox/{id}")
}

/// The way to the mail server.
#[derive(Debug)]
pub struct Mailer {
    sender: Sender,
    from: Mailbox,
}

/// A mail that is ours to send now.
#[derive(Debug, Clone, Queryable)]
struct Claimed {
    id: String,
    recipient: String,
    subject: String,
    sealed_body: String,
    created_at: NaiveDateTime,
    send_after: NaiveDateTime,
    attempts: i64,
}

/// What became of one try.
#[derive(Debug)]
enum Outcome {
    Sent,
    /// Not now; why, without anything that names a person.
    Later(String),
    /// Never: the mail itself is wrong.
    Never(&'static str),
}

impl Mailer {
    /// Prepares the way; connects to nothing yet.
    pub fn new(smtp: &Smtp) -> anyhow::Result<Self> {
        let builder = match smtp.security {
            SmtpSecurity::Tls => Sender::relay(&smtp.host)?,
            SmtpSecurity::Starttls => Sender::starttls_relay(&smtp.host)?,
            SmtpSecurity::None => Sender::builder_dangerous(&smtp.host),
        };
        let builder = builder
            .port(smtp.port)
            .timeout(Some(std::time::Duration::from_secs(15)));
        let builder = match (&smtp.username, &smtp.password) {
            (Some(name), Some(password)) => {
                builder.credentials(Credentials::new(name.clone(), password.expose().to_owned()))
            }
            _ => builder,
        };
        let address: Address = smtp.from.as_str().parse()?;
        Ok(Self {
            sender: builder.build(),
            from: Mailbox::new(Some("Clearance".to_owned()), address),
        })
    }

    /// Sends every mail that is due, and says how many were sent.
    pub async fn send_due(&self, state: &web::Data<State>) -> Result<usize, AppError> {
        let taking = state.clone();
        let claimed = blocking(move || claim(&taking)).await?;
        let mut sent = 0;
        for mail in claimed {
            let outcome = self.attempt(state, &mail).await;
            sent += usize::from(matches!(outcome, Outcome::Sent));
            let noting = state.clone();
            blocking(move || note(&noting, &mail, outcome)).await?;
        }
        Ok(sent)
    }

    async fn attempt(&self, state: &State, mail: &Claimed) -> Outcome {
        let message = match self.message(state, mail) {
            Ok(message) => message,
            Err(why) => return Outcome::Never(why),
        };
        match tokio::time::timeout(PATIENCE, self.sender.send(message)).await {
            Ok(Ok(_)) => Outcome::Sent,
            // The server's own words can hold the recipient's address.
            Ok(Err(error)) => Outcome::Later(match error.status() {
                Some(code) => format!("the mail server answered {code}"),
                None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
                None => "the mail server could not be reached".to_owned(),
            }),
            Err(_late) => Outcome::Later("the mail server did not answer in time".to_owned()),
        }
    }

    fn message(&self, state: &State, mail: &Claimed) -> Result<Message, &'static str> {
        let body = secrets::seal::open_text(state.keys(), &context(&mail.id), &mail.sealed_body)
            .map_err(|_fault| "its text cannot be opened")?;
        let to: Address = mail.recipient.parse().map_err(|_bad| "its address is not one")?;
        // The same id at every try, so that a mail that arrives twice is seen as one.
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.clone())
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(body.expose().to_owned())
            .map_err(|_bad| "it cannot be put into words that a mail server takes")
    }
}

/// Takes the mails that are due, so that no other instance sends them meanwhile.
fn claim(state: &State) -> Result<Vec<Claimed>, AppError> {
    state.system("mail that is due is taken", |tx, system| {
        tx.needs_no_entry("what is sent was journalled when it was queued");
        let now = tx.now();
        let due = due(tx.conn, system, now)?;
        let mut claimed = Vec::with_capacity(due.len());
        for mail in due {
            if take(tx.conn, system, &mail, now)? {
                claimed.push(mail);
            }
        }
        Ok(claimed)
    })
}

fn due(conn: &mut Conn, _: &System, now: NaiveDateTime) -> QueryResult<Vec<Claimed>> {
    outbox::table
        .filter(outbox::sent_at.is_null())
        .filter(outbox::send_after.le(now))
        .order(outbox::send_after)
        .limit(AT_A_TIME)
        .select((
            outbox::id,
            outbox::recipient,
            outbox::subject,
            outbox::sealed_body,
            outbox::created_at,
            outbox::send_after,
            outbox::attempts,
        ))
        .load(conn)
}

/// Whether the mail is ours: the first to move its time on has it.
fn take(conn: &mut Conn, _: &System, mail: &Claimed, now: NaiveDateTime) -> QueryResult<bool> {
    let unclaimed = outbox::table
        .find(&mail.id)
        .filter(outbox::sent_at.is_null())
        .filter(outbox::send_after.eq(mail.send_after));
    let changed = diesel::update(unclaimed)
        .set((
            outbox::send_after.eq(now + TimeDelta::seconds(CLAIM_SECONDS)),
            outbox::attempts.eq(mail.attempts + 1),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

fn note(state: &State, mail: &Claimed, outcome: Outcome) -> Result<(), AppError> {
    state.system("what became of a mail is noted", |tx, system| {
        let now = tx.now();
        match outcome {
            Outcome::Sent => {
                tracing::info!(mail_id = mail.id, attempts = mail.attempts + 1, "mail sent");
                tx.needs_no_entry("what is sent was journalled when it was queued");
                mark_sent(tx.conn, system, &mail.id, now)?;
            }
            Outcome::Later(why) if now - mail.created_at < TimeDelta::hours(GIVE_UP_HOURS) => {
                tracing::warn!(
                    mail_id = mail.id,
                    attempts = mail.attempts + 1,
                    why,
                    "mail not sent yet"
                );
                tx.needs_no_entry("it will be tried again");
                put_off(tx.conn, system, &mail.id, now + pause(mail.attempts), &why)?;
            }
            Outcome::Later(why) => give_up(tx, system, mail, &why)?,
            Outcome::Never(why) => give_up(tx, system, mail, why)?,
        }
        Ok(())
    })
}

/// How long to wait after the try that followed `attempts` others: 5 s, doubled by each.
fn pause(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(20);
    TimeDelta::seconds((5 * 2_i64.pow(doublings)).min(LONGEST_PAUSE_SECONDS))
}

/// The text goes with the sending: it may hold a link that is still good.
fn mark_sent(conn: &mut Conn, _: &System, id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(outbox::table.find(id))
        .set((
            outbox::sent_at.eq(now),
            outbox::sealed_body.eq(""),
            outbox::last_error.eq(None::<String>),
        ))
        .execute(conn)
        .map(drop)
}

fn put_off(conn: &mut Conn, _: &System, id: &str, until: NaiveDateTime, why: &str) -> QueryResult<()> {
    diesel::update(outbox::table.find(id))
        .set((outbox::send_after.eq(until), outbox::last_error.eq(why)))
        .execute(conn)
        .map(drop)
}

fn give_up(tx: &mut Tx<'_>, _: &System, mail: &Claimed, why: &str) -> Result<(), AppError> {
    tracing::error!(mail_id = mail.id, why, "mail given up");
    diesel::delete(outbox::table.find(&mail.id)).execute(tx.conn)?;
    tx.record(Entry::new("mail.give_up", "mail", &mail.id).after(&why))
}

/// Drops what was to be sent to an address ([`Email::key`]), and the lines about what was.
pub(crate) fn forget_address(conn: &mut Conn, reach: &WholeServer, email_key: &str) -> QueryResult<usize> {
    // Addresses are ASCII, of which every database knows the lower case.
    diesel::delete(reach.mail().filter(lower(outbox::recipient).eq(email_key))).execute(conn)
}

/// Removes the lines about mails sent long ago.
pub(crate) fn sweep(conn: &mut Conn, _: &System, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(outbox::table.filter(outbox::sent_at.lt(now - TimeDelta::days(KEPT_DAYS)))).execute(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_half_an_hour() {
        assert_eq!(pause(0), TimeDelta::seconds(5));
        assert_eq!(pause(3), TimeDelta::seconds(40));
        assert_eq!(pause(i64::MAX), TimeDelta::minutes(30));
    }
}
