//! Who is in a workspace: the block in its panel, the table of users, and the dialogs of removing, leaving and handing
//! over. Invitations stand in the table; what is done with them belongs to the feature of that name.

pub mod block;
pub mod going;
pub mod leave;
pub mod list;
pub mod pick;
pub mod remove;
pub mod row;
pub mod seats;
pub mod transfer;
pub mod users;

/// The dialog that removes the member `?key=`.
pub const REMOVE: &str = "remove-member";
/// The dialog with which one leaves.
pub const LEAVE: &str = "leave-workspace";
/// The dialog that hands the workspace over.
pub const TRANSFER: &str = "transfer-ownership";
