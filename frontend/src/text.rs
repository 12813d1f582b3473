//! Words that stand in more than one place.

use shared::permission::Role;

/// The product's name.
pub const PRODUCT: &str = "Clearance";
/// What the breadcrumb of every settings page begins with.
pub const SETTINGS: &str = "Settings";
/// What the breadcrumb of an operator's page begins with.
pub const SERVER: &str = "Server";
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

/// A role's name.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::User => "User",
    }
}

/// What a role is for, in a sentence.
pub const fn role_sentence(role: Role) -> &'static str {
    match role {
        Role::Admin => "Manages the workspace: its members, its policies and everybody's keys.",
        Role::User => "Works in the workspace with keys of their own.",
    }
}
