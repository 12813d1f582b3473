//! What is around pages outside any workspace: signing in, setting up, dead ends. A card in the middle, nothing else.

use leptos::prelude::*;

use crate::{
    frame::{MAIN, SkipLink, footer::Footer},
    text,
    ui::icon::{Icon, Symbol},
};

/// The frame around a page outside any workspace.
#[component]
pub fn Alone(
    /// The page, with a `PageTitle`.
    children: Children,
) -> impl IntoView {
    view! {
        <SkipLink />
        <div class="alone-page">
            <header class="alone-head">
                <a class="brand" href="/">
                    <Icon symbol=Symbol::Mark />
                    <span class="brand-name">{text::PRODUCT}</span>
                </a>
            </header>
            <main id=MAIN class="alone" tabindex="-1">{children()}</main>
            <Footer />
        </div>
    }
}
