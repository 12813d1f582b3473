//! Warns before unsaved changes are lost by a link, Back or a closed tab. Put it into the form's page; it watches as
//! long as it is there. `guard_history` once at the root of the app, before the router.

use std::cell::RefCell;

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BeforeUnloadEvent, Element, Event};

use crate::ui::{dom::on_window, effect::effect};

const QUESTION: &str = "Your changes are not saved. Leave without saving?";

/// Something that is edited, and where.
#[derive(Clone, Copy, PartialEq)]
struct Edited {
    dirty: Signal<bool>,
    at: StoredValue<Place>,
}

/// A page's address: the path, the dialog that is open on it, and the whole.
#[derive(Clone, Default)]
struct Place {
    path: String,
    dialog: Option<String>,
    address: String,
}

impl Place {
    /// Whether what is edited here is gone at `other`. A dialog or a filter over an edited page may come and go; what
    /// is edited in a dialog goes with it.
    fn is_left_at(&self, other: &Self) -> bool {
        self.path != other.path || (self.dialog.is_some() && self.dialog != other.dialog)
    }
}

thread_local! {
    static EDITED: RefCell<Vec<Edited>> = const { RefCell::new(Vec::new()) };
}

/// Asks before Back and Forward lose something. Browsers call the listeners of the window in the order in which they
/// were added: this one must come before the router's.
pub fn guard_history() {
    on_window("popstate", false, move |event: Event| {
        let here = place();
        let left = EDITED.with_borrow(|all| {
            let edited = all.iter().filter(|edited| is_true(edited.dirty));
            edited
                .filter_map(|edited| edited.at.try_get_value())
                .find(|at| at.is_left_at(&here))
        });
        if let Some(at) = left
            && stay()
        {
            // By now the address has changed: put the old one back.
            event.stop_immediate_propagation();
            if let Ok(history) = window().history() {
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&at.address));
            }
        }
    });
}

fn is_true(dirty: Signal<bool>) -> bool {
    dirty.try_get_untracked().unwrap_or(false)
}

fn place() -> Place {
    let location = window().location();
    let search = location.search().unwrap_or_default();
    let dialog = search
        .trim_start_matches('?')
        .split('&')
        .find_map(|pair| pair.strip_prefix("dialog="))
        .map(str::to_owned);
    Place {
        path: location.pathname().unwrap_or_default(),
        dialog,
        address: location.href().unwrap_or_default(),
    }
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
    let edited = Edited {
        dirty,
        at: StoredValue::new(Place::default()),
    };
    // While the page is drawn, the address may still be that of the page before. It is right when somebody types.
    effect(move || {
        if dirty.get() {
            edited.at.set_value(place());
        }
    });
    EDITED.with_borrow_mut(|all| all.push(edited));
    on_cleanup(move || EDITED.with_borrow_mut(|all| all.retain(|other| *other != edited)));

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
