//! Words that stand in more than one place.

/// The product's name.
pub const PRODUCT: &str = "Clearance";
/// What the breadcrumb of every settings page begins with.
pub const SETTINGS: &str = "Settings";
/// The server was not reached.
pub const OFFLINE: &str = "The server cannot be reached. Check your connection, then try again.";
/// Nobody signed in again.
pub const SIGNED_OUT: &str = "You are signed out. Sign in again to go on.";
/// The app and the server do not understand each other.
pub const UNREADABLE: &str =
    "The server's answer could not be read. A newer version may be installed: reload the page.";
/// The button that tries again.
pub const TRY_AGAIN: &str = "Try again";
/// What is offered from pages that lead nowhere.
pub const BACK_TO_SETTINGS: &str = "Go to your profile";
