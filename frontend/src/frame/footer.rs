//! The foot of every page: versions of the app, the server and the API (R158).

use leptos::prelude::*;

use crate::{session::use_session, text};

/// Versions, for whoever is asked "which version do you have?".
#[component]
pub fn Footer() -> impl IntoView {
    let server = use_session().server();
    let versions = move || {
        let server = server.get()?.ok()?;
        Some(view! {
            <span>"Server " {server.server_version}</span>
            <span>"API " {server.api_version}</span>
        })
    };
    view! {
        <footer class="foot">
            <span>{text::PRODUCT} " web app " {env!("CARGO_PKG_VERSION")}</span>
            {versions}
        </footer>
    }
}
