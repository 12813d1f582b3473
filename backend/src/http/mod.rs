//! Turns endpoints of the contract into routes. A handler gets a [`Ctx`], or it does not compile.

mod alone;
mod answer;
pub mod content;
mod ctx;
pub mod cursor;
pub mod download;
mod events;
pub(crate) mod headers;
pub(crate) mod health;
pub(crate) mod hosts;
mod idempotency;
mod input;
mod mount;
mod origin;
pub mod passwords;
mod pieces;
pub(crate) mod request_log;
pub mod traffic;

pub use alone::Alone;
pub(crate) use alone::UnderWay;
pub use answer::etag_of;
pub use ctx::{Ctx, RequestId, cookie_name};
pub(crate) use ctx::{WasHead, admit, request_id, state_of};
pub(crate) use events::{EVENTS, serve_events};
pub(crate) use idempotency::{context as idempotency_context, forget_old};
pub(crate) use input::read_bytes;
pub use input::read_json;
pub use mount::{Mount, Schemas, serve};
