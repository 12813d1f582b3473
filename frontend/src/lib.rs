//! Clearance in the browser: a single-page app. The address is the state; every call to the server goes through
//! `api`, every widget comes from `ui`, every page is a feature.

pub mod address;
pub mod answer;
pub mod api;
pub mod app;
pub mod features;
pub mod frame;
#[cfg(feature = "gallery")]
pub mod gallery;
pub mod json;
pub mod listing;
pub mod pages;
pub mod preferences;
pub mod router;
pub mod routes;
pub mod sections;
pub mod sending;
pub mod session;
pub mod sign_in;
pub mod sign_in_gate;
pub mod text;
pub mod theme;
pub mod ui;

/// Takes the place of the shell that `index.html` paints.
pub fn start() {
    ui::panic_page::install();
    if let Some(shell) = leptos::prelude::document().get_element_by_id("shell") {
        shell.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
