//! Warns before unsaved changes are lost by a link, Back or a closed tab. Put it into the form's page; it watches as
//! long as it is there.

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BeforeUnloadEvent, Element, Event};

use crate::ui::dom::on_window;

const QUESTION: &str = "Your changes are not saved. Leave without saving?";

/// Warns while `dirty` is true.
#[component]
pub fn LeaveGuard(
    /// Whether something would be lost.
    #[prop(into)]
    dirty: Signal<bool>,
) -> impl IntoView {
    let is_dirty = move || dirty.try_get_untracked().unwrap_or(false);
    let stay = || !window().confirm_with_message(QUESTION).unwrap_or(true);
    let here = StoredValue::new(window().location().href().unwrap_or_default());

    on_window("beforeunload", false, move |event: BeforeUnloadEvent| {
        if is_dirty() {
            event.prevent_default();
            event.set_return_value(QUESTION);
        }
    });
    on_window("click", true, move |event: MouseEvent| {
        if is_dirty() && leaves(&event) && stay() {
            event.prevent_default();
            event.stop_immediate_propagation();
        }
    });
    // By now the address has changed: put the old one back before the router hears of it.
    on_window("popstate", true, move |event: Event| {
        if is_dirty() && stay() {
            event.stop_immediate_propagation();
            if let Ok(history) = window().history() {
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here.get_value()));
            }
        }
    });
}

/// Whether a click follows a link in this tab to another page.
fn leaves(event: &MouseEvent) -> bool {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
    let Some(link) = link.filter(|_| !modified && event.button() == 0) else {
        return false;
    };
    let href = link.get_attribute("href").unwrap_or_default();
    let stays = link.has_attribute("download") || link.get_attribute("target").is_some_and(|t| t == "_blank");
    !stays && !href.starts_with('#') && !href.starts_with('?')
}
