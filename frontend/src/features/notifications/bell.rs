//! The bell beside the Profile button: how many notifications are unread, and the panel that lists them.

use leptos::{
    ev::{Event, MouseEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, ToggleEvent};

use crate::{
    features::notifications::{list::InboxList, use_inbox},
    ui::{
        dom,
        icon::{Icon, Symbol},
        live::live,
        number::count,
    },
};

const PANEL: &str = "inbox";

/// The bell and its panel.
pub fn bell() -> AnyView {
    let inbox = use_inbox();
    let open = RwSignal::new(false);
    let panel = NodeRef::<html::Div>::new();
    let label = Signal::derive(move || match inbox.unread() {
        0 => "Notifications".to_owned(),
        unread => format!("Notifications, {} unread", count(unread)),
    });
    let number = move || match inbox.unread() {
        0 => None,
        unread @ 1..=99 => Some(unread.to_string()),
        _ => Some("99+".to_owned()),
    };
    let toggled = move |event: Event| {
        let is_open = event.unchecked_ref::<ToggleEvent>().new_state() == "open";
        open.set(is_open);
        if is_open && let Some(panel) = panel.try_get_untracked().flatten() {
            dom::focus(&panel);
        }
    };
    let hide = move || {
        if let Some(panel) = panel.try_get_untracked().flatten() {
            let _ = panel.hide_popover();
        }
    };
    // What leads elsewhere closes the panel; what acts in place does not.
    let clicked = move |event: MouseEvent| {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        if target.is_some_and(|target| target.closest("a").is_ok_and(|link| link.is_some())) {
            hide();
        }
    };
    view! {
        <button
            type="button"
            class="icon-button bell"
            aria-label=label
            title=label
            aria-haspopup="dialog"
            aria-expanded=move || if open.get() { "true" } else { "false" }
            aria-controls=PANEL
            popovertarget=PANEL
        >
            <Icon symbol=Symbol::Bell />
            {live(move || number().map(|number| view! { <span class="bell-count" aria-hidden="true">{number}</span> }))}
        </button>
        <div
            id=PANEL
            class="inbox"
            role="dialog"
            aria-label="Notifications"
            tabindex="-1"
            popover="auto"
            node_ref=panel
            on:toggle=toggled
            on:click=clicked
        >
            {live(move || open.get().then(|| view! { <InboxList inbox on_close=move |()| hide() /> }))}
        </div>
    }
    .into_any()
}
