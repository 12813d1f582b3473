//! What the command palette offers: the sections of this workspace, the other workspaces, the themes.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    app,
    router::{NavigateOptions, use_location, use_navigate},
    routes::{self, Section},
    session::{use_session, use_workspace},
    theme::{Theme, use_theme},
    ui::{
        icon::Symbol,
        palette::{Entry, Palette},
    },
};

/// The command palette of the frame.
#[component]
pub fn GoTo(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (session, workspace, theme) = (use_session(), use_workspace(), use_theme());
    let navigate = use_navigate();
    let path = use_location().pathname;
    let lead = move |label: &str, group: &'static str, symbol: Symbol, to: String| {
        let go = Arc::new(move || navigate(&to, NavigateOptions::default()));
        Entry {
            label: label.to_owned(),
            group,
            symbol,
            go,
        }
    };
    let entries = Signal::derive(move || {
        let allowed = |section: &Section| {
            app::page(*section).is_some()
                && (!section.is_for_administrators() || workspace.is_administrator())
                && (!section.is_for_operators() || session.is_operator())
        };
        let sections = Section::ALL.into_iter().filter(allowed).map(|section| {
            lead(
                section.name(),
                if section.is_for_operators() {
                    "Server"
                } else {
                    "Page"
                },
                section.symbol(),
                routes::settings(workspace.id, section),
            )
        });
        let others = session
            .workspaces()
            .into_iter()
            .filter(|other| other.id != workspace.id)
            .map(|other| {
                lead(
                    other.name.as_str(),
                    "Workspace",
                    Symbol::Workspace,
                    path.with(|path| routes::switched(other.id, other.role, path)),
                )
            });
        let themes = Theme::ALL.into_iter().map(|choice| Entry {
            label: choice.label().to_owned(),
            group: "Theme",
            symbol: choice.symbol(),
            go: Arc::new(move || theme.set(choice)),
        });
        sections.chain(others).chain(themes).collect::<Vec<_>>()
    });
    view! { <Palette open entries /> }
}
