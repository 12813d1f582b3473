//! The whole server in memory, for tests that speak HTTP: one database per test, a clock that is moved by hand, and
//! people who are in the database already.
//!
//! ```no_run
//! use shared::{account::GetMe, permission::Role, workspaces::{GetWorkspace, InWorkspace}};
//! use testkit::{As, TestApp};
//!
//! # async fn example() {
//! let app = TestApp::start().await;             // a server that nobody has set up yet
//! let ann = app.person("ann");                  // account, personal workspace, signed in; no password
//! let bob = app.password_person("bob");         // the same, with `testkit::PASSWORD`
//! app.member(ann.workspace, &bob, Role::User);  // Bob works in Ann's workspace
//! let key = app.key(&ann, ann.workspace);       // a live key pair
//! let token = app.bearer(&key);                 // a token made with it
//!
//! // Typed calls: path, query, body and reply are those of the endpoint.
//! let me = app.call::<GetMe>(&ann, (), (), ()).await;
//! assert_eq!(me.reply().name.as_str(), "ann");
//! let path = InWorkspace { workspace_id: ann.workspace };
//! let refused = app.call::<GetWorkspace>(As::Nobody, path, (), ()).await;
//! assert_eq!((refused.status, refused.code()), (401, "unauthenticated"));
//!
//! // Any request: `request` brings the headers of the caller, `raw` sends.
//! let request = app.request("GET", "/api/v1/me", &key).insert_header(("if-none-match", "*"));
//! assert_eq!(app.raw(request).await.status, 304);
//!
//! // The ClearML wire; `answer.json()` is the whole envelope.
//! let answer = app.wire("users.get_current_user", serde_json::json!({}), token).await;
//!
//! app.clock.advance(chrono::TimeDelta::days(31));
//! app.calls_from("203.0.113.7");                // the peer address from now on
//! # }
//! ```
//!
//! - **Callers** ([`As`]): `&person`, `&key`, a token's text or [`As::Nobody`]. A browser (`As::Session`, `As::Nobody`)
//!   sends `X-Clearance-Client: app` and `Sec-Fetch-Site: same-origin`; keys and tokens do not.
//! - **Answers** ([`Answer`]): `status`, `headers`, `reply()`, `problem()`, `code()`, `json()`, `header(name)`, `cookie()`.
//!   `seen()` is status and body for `insta`, with ids, times and secrets checked for their shape and then replaced.
//! - **Long answers**: `app.begin(request)` reads the head; `pieces.next()` then one piece of the body after the other.
//! - **Taking away**: `app.disable(&person)`, `app.remove_member(ws, &person)`, `app.revoke(&key)`, `app.expire(&key, at)`.
//! - **Behind the HTTP**: `app.state` (also `write_meters()`), `app.db(|conn| ...)`, `app.change(|conn| ...)`,
//!   `app.journal()`, `app.mails()`.
//! - **Races**: `app.race(n, async |app, i| ...)` runs on n threads that begin together, against one state.
//! - **Own settings**: `TestApp::with(|config| ...)`; other files of the app in the browser: `TestApp::with_files(..)`.
//! - A test is `#[actix_web::test] async fn r043_...()` in `backend/tests/api/F.rs`.
//! - `TEST_DATABASE_URL` unset: a `SQLite` file per test; set: a schema per test in that `PostgreSQL`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "only tests use this, and a test ends with a panic"
)]

mod answer;
mod app;
mod callers;
mod database;
mod mailbox;
mod people;
mod race;
pub mod seen;

pub use answer::{Answer, Pieces};
pub use app::{START, TestApp};
pub use callers::As;
pub use mailbox::Mail;
pub use people::{Key, PASSWORD, Person};
