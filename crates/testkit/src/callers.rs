//! As whom a test calls, and the headers that such a caller sends.

use actix_web::test::TestRequest;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::people::{Key, Person};

/// Who calls.
#[derive(Debug, Clone)]
pub enum As {
    /// A browser that is not signed in.
    Nobody,
    /// A browser with this session cookie.
    Session(String),
    /// A client with a key pair, by HTTP Basic.
    Key(Key),
    /// A client with a token.
    Bearer(String),
}

impl From<&As> for As {
    fn from(who: &As) -> Self {
        who.clone()
    }
}

impl From<&Person> for As {
    fn from(person: &Person) -> Self {
        Self::Session(person.cookie.clone())
    }
}

impl From<&Key> for As {
    fn from(key: &Key) -> Self {
        Self::Key(key.clone())
    }
}

impl As {
    /// Puts the caller's headers on a request.
    pub(crate) fn dress(&self, request: TestRequest, cookie_name: &str) -> TestRequest {
        match self {
            Self::Nobody => browser(request),
            Self::Session(cookie) => {
                browser(request).insert_header(("cookie", format!("{cookie_name}={cookie}")))
            }
            Self::Key(key) => {
                let pair = STANDARD.encode(format!("{}:{}", key.access_key, key.secret_key));
                request.insert_header(("authorization", format!("Basic {pair}")))
            }
            Self::Bearer(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        }
    }
}

fn browser(request: TestRequest) -> TestRequest {
    request
        .insert_header(("x-clearance-client", "app"))
        .insert_header(("sec-fetch-site", "same-origin"))
}
