//! The three addresses that clients are configured with, and where they go.

use leptos::prelude::*;
use shared::server::{Addresses, Server};

use crate::{
    routes::{self, Section},
    session::{use_session, use_workspace},
    ui::{copy::CopyButton, load::load, skeleton::Skeleton},
};

/// The card with the addresses.
#[component]
pub fn ConnectionCard() -> impl IntoView {
    let workspace = use_workspace();
    view! {
        <section class="card" aria-labelledby="connection">
            <h2 id="connection">"Connection"</h2>
            <p class="muted">
                "The ClearML SDK and agent need three addresses and a key pair. The pair, with everything around it, comes from "
                <a href=routes::settings(workspace.id, Section::Workspace)>"the workspace's credentials"</a> "."
            </p>
            {load(use_session().server(), Skeleton::Rows(3), |server: Server| view! { <AddressList addresses=server.addresses /> })}
        </section>
    }
}

#[component]
fn AddressList(addresses: Addresses) -> impl IntoView {
    let section = section(&addresses);
    let copied = section.clone();
    view! {
        <dl class="facts">
            <OneAddress what="Web app" key="web_server" value=addresses.web_server />
            <OneAddress what="API" key="api_server" value=addresses.api_server />
            <OneAddress what="Files" key="files_server" value=addresses.files_server />
        </dl>
        <h3>"Where they go"</h3>
        <p class="muted">
            "Into the section " <code>"api"</code> " of " <code>"clearml.conf"</code>
            ", which lies in your home folder (" <code>"~/clearml.conf"</code> "), or where "
            <code>"CLEARML_CONFIG_FILE"</code> " says."
        </p>
        <pre class="code" tabindex="0">{section}</pre>
        <div class="actions"><CopyButton text=copied label="Copy section" /></div>
        // The server's own page, not one of the app's.
        <p class="muted">"Other programs call the same API: " <a href="/api/docs" rel="external">"every call, described"</a> "."</p>
    }
}

#[component]
fn OneAddress(what: &'static str, key: &'static str, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>{what} " " <code>{key}</code></dt>
            <dd class="address"><code>{value.clone()}</code> <CopyButton text=value label=format!("Copy {key}") /></dd>
        </div>
    }
}

fn section(addresses: &Addresses) -> String {
    format!(
        "api {{\n    web_server: {}\n    api_server: {}\n    files_server: {}\n}}\n",
        addresses.web_server, addresses.api_server, addresses.files_server
    )
}
