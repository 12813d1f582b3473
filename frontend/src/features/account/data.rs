//! What the server holds about oneself, as a file (N19).

use leptos::prelude::*;
use shared::{account::ExportMe, contract::url};

use crate::ui::download::DownloadLink;

/// The card that offers the file.
#[component]
pub fn DataCard() -> impl IntoView {
    let file = url::<ExportMe>(&());
    view! {
        <section class="card" aria-labelledby="your-data">
            <h2 id="your-data">"Your data"</h2>
            <p class="muted">
                "Everything that this server holds about your account, as one JSON file: who you are, your workspaces, keys, sign-ins and what you did. Passwords and secrets are not in it."
            </p>
            <div class="actions">
                <DownloadLink href=file words="Download my data" />
            </div>
        </section>
    }
}
