//! Calls every route as everybody: nobody, a stranger with real foreign ids, a member without the permission, and
//! those who were shut out. A new route is in it by itself, and fails it until it is taught how to call it well.

mod denied;
pub mod done;
mod elsewhere;
mod foreign_ids;
mod hostile;
mod random;
mod shut_out;
mod tables;
mod tokens;
pub mod world;
