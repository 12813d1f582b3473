//! Turns endpoints of the contract into routes. A handler gets a [`Ctx`], or it does not compile.

mod answer;
mod ctx;
mod idempotency;
mod input;
mod mount;
mod origin;
pub mod passwords;

pub use answer::etag_of;
pub use ctx::{Ctx, RequestId, cookie_name};
pub(crate) use ctx::{admit, blocking, request_id, state_of};
pub use input::read_json;
pub use mount::{Mount, serve};
