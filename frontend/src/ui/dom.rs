//! The few things that widgets ask of the browser: fresh ids, focus, small storage, what is under the pointer.
//! Everything here may fail quietly, because a browser may refuse any of it.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

/// An id that no other element of the page has, beginning with `prefix`.
pub fn fresh_id(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// `text` in lower case. The browser has the tables for every language of the world; the app need not carry its own.
pub fn lower_case(text: &str) -> String {
    if cfg!(target_arch = "wasm32") {
        js_sys::JsString::from(text).to_lower_case().into()
    } else {
        text.to_lowercase()
    }
}

/// `text` in upper case, by the same tables.
pub fn upper_case(text: &str) -> String {
    if cfg!(target_arch = "wasm32") {
        js_sys::JsString::from(text).to_upper_case().into()
    } else {
        text.to_uppercase()
    }
}

/// `text` with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    upper_case(first) + rest
}

/// A length for a style, in whole pixels.
pub fn pixels(length: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "no page is that large")]
    let whole = length.round() as i32;
    format!("{whole}px")
}

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// Whether this is an Apple keyboard, where the command key takes the place of Ctrl.
pub fn has_command_key() -> bool {
    window()
        .navigator()
        .platform()
        .is_ok_and(|name| name.starts_with("Mac") || name.starts_with("iP"))
}

/// What the browser remembers under `key`, if it remembers anything.
pub fn remembered(key: &str) -> Option<String> {
    window()
        .local_storage()
        .ok()
        .flatten()?
        .get_item(key)
        .ok()
        .flatten()
}

/// Asks the browser to remember `value`. Private windows may refuse.
pub fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

/// The element that has the focus now.
pub fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Gives the focus to the element with this id.
pub fn focus_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        focus(&element);
    }
}

/// Gives the focus to `element`.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Gives the focus to `element` without scrolling there.
pub fn focus_in_place(element: &HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}

/// Gives the focus to the first field of the open dialog, for dialogs whose fields come after they opened.
pub fn focus_first_field() {
    let focus_it = || {
        if let Ok(Some(field)) = document().query_selector("dialog[open] input") {
            focus(&field);
        }
    };
    // A dialog that is only now put on the page opens in the first of these moments.
    before_paint(move || before_paint(focus_it));
}

/// Asks the document to do one of the things that an editor can do; whether it did.
pub fn command(name: &str, text: &str) -> bool {
    let document = document();
    js_sys::Reflect::get(&document, &JsValue::from("execCommand"))
        .ok()
        .and_then(|method| method.dyn_into::<js_sys::Function>().ok())
        .and_then(|method| {
            let (name, text) = (JsValue::from(name), JsValue::from(text));
            method.call3(&document, &name, &JsValue::FALSE, &text).ok()
        })
        .is_some_and(|done| done.is_truthy())
}

/// Puts `text` in place of what is selected in a field that has the focus, as if it were typed: the browser can undo it.
pub fn insert_text(field: &HtmlTextAreaElement, text: &str) {
    let name = if text.is_empty() { "delete" } else { "insertText" };
    if command(name, text) {
        return;
    }
    // The old way, which cannot be undone.
    if field.set_range_text(text).is_ok()
        && let Ok(typed) = web_sys::Event::new("input")
    {
        let _ = field.dispatch_event(&typed);
    }
}

/// Every element below `root` that `selector` matches, in document order.
pub fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|n| list.get(n)?.dyn_into().ok())
        .collect()
}

/// Scrolls to option `at` of a list, as far as needed.
pub fn show_option(list: &Element, at: usize) {
    if let Some(option) = all(list, "[role=option]").into_iter().nth(at) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The position in `elements` of the one that has the focus.
pub fn focused_position(elements: &[HtmlElement]) -> Option<usize> {
    let focused: Element = document().active_element()?;
    elements
        .iter()
        .position(|element| element.is_same_node(Some(&focused)))
}

/// Where an arrow, Home or End key leads in a ring of `count` things; `None` for every other key.
pub fn step(key: &str, forward: &str, back: &str, at: Option<usize>, count: usize) -> Option<usize> {
    if count == 0 {
        return None;
    }
    match key {
        "Home" => Some(0),
        "End" => Some(count - 1),
        _ if key == forward => Some(at.map_or(0, |n| (n + 1) % count)),
        _ if key == back => Some(at.map_or(count - 1, |n| (n + count - 1) % count)),
        _ => None,
    }
}

/// Listens on the window until the current owner is cleaned up. With `capture`, before anything in the page.
pub fn on_window<E: JsCast + 'static>(event: &'static str, capture: bool, then: impl FnMut(E) + 'static) {
    let mut then = then;
    let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        then(event.unchecked_into());
    });
    let listener: js_sys::Function = closure.into_js_value().unchecked_into();
    if window()
        .add_event_listener_with_callback_and_bool(event, &listener, capture)
        .is_err()
    {
        return;
    }
    let listener = send_wrapper::SendWrapper::new(listener);
    on_cleanup(move || {
        let _ = window().remove_event_listener_with_callback_and_bool(event, &listener, capture);
    });
}

/// Runs `then` before the next paint.
pub fn before_paint(then: impl FnOnce() + 'static) {
    request_animation_frame(then);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round_and_home_and_end_jump() {
        assert_eq!(step("ArrowDown", "ArrowDown", "ArrowUp", Some(2), 3), Some(0));
        assert_eq!(step("ArrowUp", "ArrowDown", "ArrowUp", Some(0), 3), Some(2));
        assert_eq!(step("ArrowDown", "ArrowDown", "ArrowUp", None, 3), Some(0));
        assert_eq!(step("Home", "ArrowDown", "ArrowUp", Some(1), 3), Some(0));
        assert_eq!(step("End", "ArrowDown", "ArrowUp", Some(1), 3), Some(2));
        assert_eq!(step("a", "ArrowDown", "ArrowUp", Some(1), 3), None);
        assert_eq!(step("Home", "ArrowDown", "ArrowUp", None, 0), None);
    }

    #[test]
    fn a_label_begins_with_a_capital() {
        assert_eq!(capitalised("workspace name"), "Workspace name");
        assert_eq!(capitalised("élan"), "Élan");
        assert_eq!(capitalised(""), "");
    }

    #[test]
    fn ids_are_fresh() {
        assert_ne!(fresh_id("field"), fresh_id("field"));
    }
}
