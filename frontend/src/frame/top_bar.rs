//! The top bar: where one is, the command palette, and the Profile button in the corner (R001).

use leptos::prelude::*;

use crate::{
    frame::{SIDE_BAR, profile_menu::ProfileMenu},
    routes::{self, Section},
    session::use_workspace,
    text,
    ui::{
        dom,
        icon::{Icon, Symbol},
        live::live,
    },
};

/// The top bar.
#[component]
pub fn TopBar(
    /// Opens the command palette.
    finding: RwSignal<bool>,
    /// What a feature puts beside the Profile button.
    beside: fn() -> AnyView,
) -> impl IntoView {
    let workspace = use_workspace();
    let keys = if dom::has_command_key() { "⌘ K" } else { "Ctrl K" };
    view! {
        <header class="top-bar">
            <button type="button" class="icon-button narrow-only" popovertarget=SIDE_BAR aria-label="Sections" title="Sections">
                <Icon symbol=Symbol::Menu />
            </button>
            <a class="brand" href="/" aria-label=text::PRODUCT>
                <Icon symbol=Symbol::Mark />
                <span class="brand-name">{text::PRODUCT}</span>
            </a>
            <a class="active-workspace" href=routes::settings(workspace.id, Section::Workspace) title="Active workspace">
                <span class="visually-hidden">"Active workspace: "</span>
                <span class="active-workspace-name">{live(move || workspace.name())}</span>
            </a>
            <span class="top-space"></span>
            <button type="button" class="find" on:click=move |_| finding.set(true)>
                <Icon symbol=Symbol::Search />
                <span class="find-words">"Go to"</span>
                <kbd>{keys}</kbd>
            </button>
            <span class="top-end">{beside()} <ProfileMenu finding /></span>
        </header>
    }
}
