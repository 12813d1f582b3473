//! Warns before unsaved changes are lost by a link, Back or a closed tab. Put it into the form's page; it watches as
//! long as it is there. `guard_history` once at the root of the app, before the router.

use std::cell::RefCell;

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BeforeUnloadEvent, Element, Event};

use crate::ui::dom::on_window;

const QUESTION: &str = "Your changes are not saved. Leave without saving?";

thread_local! {
    /// What is being edited now, and at which address.
    static EDITED: RefCell<Vec<(Signal<bool>, String)>> = const { RefCell::new(Vec::new()) };
}

/// Asks before Back and Forward lose something. Browsers call the listeners of the window in the order in which they
/// were added: this one must come before the router's.
pub fn guard_history() {
    on_window("popstate", false, move |event: Event| {
        let edited = EDITED.with_borrow(|all| all.iter().find(|(dirty, _)| is_true(*dirty)).cloned());
        if let Some((_, here)) = edited
            && stay()
        {
            // By now the address has changed: put the old one back.
            event.stop_immediate_propagation();
            if let Ok(history) = window().history() {
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
            }
        }
    });
}

fn is_true(dirty: Signal<bool>) -> bool {
    dirty.try_get_untracked().unwrap_or(false)
}

fn stay() -> bool {
    !window().confirm_with_message(QUESTION).unwrap_or(true)
}

/// Warns while `dirty` is true.
#[component]
pub fn LeaveGuard(
    /// Whether something would be lost.
    #[prop(into)]
    dirty: Signal<bool>,
) -> impl IntoView {
    let here = window().location().href().unwrap_or_default();
    EDITED.with_borrow_mut(|all| all.push((dirty, here)));
    on_cleanup(move || EDITED.with_borrow_mut(|all| all.retain(|(other, _)| *other != dirty)));

    on_window("beforeunload", false, move |event: BeforeUnloadEvent| {
        if is_true(dirty) {
            event.prevent_default();
            event.set_return_value(QUESTION);
        }
    });
    on_window("click", true, move |event: MouseEvent| {
        if is_true(dirty) && leaves(&event) && stay() {
            event.prevent_default();
            event.stop_immediate_propagation();
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
