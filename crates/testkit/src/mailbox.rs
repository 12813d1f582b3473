//! The mail that the server has queued, opened.

use db::schema::outbox;
use diesel::prelude::*;

use crate::TestApp;

/// A mail in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Mail {
    /// The token of the link in the text: what follows `#token=`.
    #[must_use]
    pub fn token(&self) -> String {
        let (_, rest) = self.text.split_once("#token=").expect("a link with a token");
        rest.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

impl TestApp {
    /// Every mail that was queued, the oldest first. Needs no mail server.
    pub fn mails(&self) -> Vec<Mail> {
        let columns = (
            outbox::id,
            outbox::recipient,
            outbox::subject,
            outbox::sealed_body,
        );
        let rows: Vec<(String, String, String, String)> =
            self.db(|conn| outbox::table.order(outbox::id).select(columns).load(conn));
        let open = |(id, to, subject, sealed): (String, String, String, String)| {
            let text = secrets::seal::open(self.state.keys(), &format!("outbox/{id}"), &sealed).unwrap();
            let text = String::from_utf8(text.expose().to_vec()).unwrap();
            Mail { to, subject, text }
        };
        rows.into_iter().map(open).collect()
    }
}
