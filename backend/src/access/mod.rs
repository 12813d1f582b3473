//! Who is calling, and which rows they may reach. The only place that makes a reach.

mod admit;
mod caller;
mod directory;
mod journal;
mod reach;
mod token;

pub(crate) use admit::caller_of;
pub use admit::{Admit, Door};
pub use caller::{Caller, Client, Identity, Proof};
pub(crate) use caller::{SECRET_KEY_HASH, SESSION_HASH};
pub use directory::{Directory, KeyRecord, SessionRecord};
pub(crate) use directory::{count_epoch_up, count_notices_up, load_epoch};
pub use journal::Chain;
pub use reach::{Actor, Anonymous, OwnAccount, Scope, System, WholeServer};
pub use token::{API_VERSION, ClaimedIdentity, Claims, Lease, SERVER_VERSION, USUAL_LIFE, mint};
