//! Tabs: arrows, Home and End move and choose at once. Which tab is chosen belongs to the caller, usually to the
//! query string.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use crate::ui::dom;

/// One tab: its key and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tab {
    /// Names it in code and in the address.
    pub key: &'static str,
    /// Its words.
    pub label: &'static str,
}

/// A row of tabs above one panel. The children are the panel: `{move || match chosen.get() .. }`.
#[component]
pub fn Tabs(
    /// What the tabs are about, for those who cannot see them.
    #[prop(into)]
    label: String,
    /// The tabs.
    tabs: Vec<Tab>,
    /// The key of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Asks for another.
    #[prop(into)]
    on_choose: Callback<&'static str>,
    /// What is under the chosen tab.
    children: Children,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let base = dom::fresh_id("tabs");
    let panel = format!("{base}-panel");
    let keys: Vec<&'static str> = tabs.iter().map(|tab| tab.key).collect();
    let keydown = move |event: KeyboardEvent| {
        let Some(list) = list.try_get_untracked().flatten() else {
            return;
        };
        let buttons = dom::all(&list, "[role=tab]");
        let at = dom::focused_position(&buttons);
        let Some(next) = dom::step(&event.key(), "ArrowRight", "ArrowLeft", at, buttons.len()) else {
            return;
        };
        event.prevent_default();
        if let (Some(button), Some(key)) = (buttons.get(next), keys.get(next)) {
            dom::focus(button);
            on_choose.run(key);
        }
    };
    let tab = |tab: Tab| {
        let is_chosen = move || chosen.with(|chosen| chosen == tab.key);
        view! {
            <button
                type="button"
                role="tab"
                id=format!("{base}-{}", tab.key)
                class="tab"
                aria-selected=move || if is_chosen() { "true" } else { "false" }
                aria-controls=panel.clone()
                tabindex=move || if is_chosen() { "0" } else { "-1" }
                on:click=move |_| on_choose.run(tab.key)
            >
                {tab.label}
            </button>
        }
    };
    let buttons = tabs.into_iter().map(tab).collect_view();
    view! {
        <div class="tabs">
            <div class="tab-list" role="tablist" aria-label=label node_ref=list on:keydown=keydown>{buttons}</div>
            <div
                id=panel.clone()
                class="tab-panel"
                role="tabpanel"
                tabindex="0"
                aria-labelledby={
                    let base = base.clone();
                    move || format!("{base}-{}", chosen.get())
                }
            >
                {children()}
            </div>
        </div>
    }
}
