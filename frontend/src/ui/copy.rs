//! Copying text. A copy button says "Copied" for two seconds, or how to copy by hand when the browser refuses.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use crate::ui::{
    button::Look,
    dom::{command, focus, focused},
    icon::{Icon, Symbol},
    live::live,
};

/// How the last copy went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// Nothing was copied lately.
    No,
    /// The clipboard holds the text.
    Yes,
    /// The browser refused.
    Refused,
}

/// A button that copies `text` exactly.
#[component]
pub fn CopyButton(
    /// What to copy.
    #[prop(into)]
    text: Signal<String>,
    /// The words on the button: `Copy` unless said.
    #[prop(into, default = "Copy".into())]
    label: Signal<String>,
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// Hears of each copy that went well.
    #[prop(optional, into)]
    on_copied: Option<Callback<()>>,
) -> impl IntoView {
    let state = ArcRwSignal::new(Copied::No);
    let shown = state.clone();
    let words = move || match shown.get() {
        Copied::No => label.get(),
        Copied::Yes => "Copied".to_owned(),
        Copied::Refused => "Not copied".to_owned(),
    };
    let (icon_state, told) = (state.clone(), state.clone());
    let click = move |_| {
        copy_and_tell(text.get_untracked(), state.clone(), on_copied);
    };
    view! {
        <span class="copy">
            <button type="button" class=look.class() on:click=click>
                {live(move || {
                    let symbol = if icon_state.get() == Copied::Yes { Symbol::Check } else { Symbol::Copy };
                    view! { <Icon symbol /> }
                })}
                <span class="button-words">{words}</span>
            </button>
            <CopyReport state=told />
        </span>
    }
}

/// Tells how copying went: aloud when it did, in view when it was refused.
#[component]
pub fn CopyReport(
    /// How it went.
    state: ArcRwSignal<Copied>,
) -> impl IntoView {
    let refused = state.clone();
    view! {
        <span class="visually-hidden" role="status">{live(move || (state.get() == Copied::Yes).then_some("Copied"))}</span>
        <span class="copy-refused" role="status">
            {live(move || {
                (refused.get() == Copied::Refused)
                    .then_some("The browser refused. Select the text and press Ctrl-C or ⌘-C.")
            })}
        </span>
    }
}

/// Copies `text`, shows the outcome in `state` for a while, and tells `on_copied` if it went well.
pub fn copy_and_tell(text: String, state: ArcRwSignal<Copied>, on_copied: Option<Callback<()>>) {
    leptos::task::spawn_local(async move {
        let outcome = if copy(&text).await {
            Copied::Yes
        } else {
            Copied::Refused
        };
        state.set(outcome);
        if outcome == Copied::Yes
            && let Some(on_copied) = on_copied
        {
            let _ = on_copied.try_run(());
        }
        let seconds = if outcome == Copied::Yes { 2 } else { 8 };
        set_timeout(move || state.set(Copied::No), Duration::from_secs(seconds));
    });
}

/// Whether the clipboard holds `text` now.
async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Browsers leave the clipboard out on plain http, except on this very machine.
    let available =
        js_sys::Reflect::get(&navigator, &JsValue::from("clipboard")).is_ok_and(|c| c.is_object());
    if available {
        JsFuture::from(navigator.clipboard().write_text(text))
            .await
            .is_ok()
    } else {
        copy_selection(text)
    }
}

/// The old way: select the text in a field, then ask the document to copy the selection.
fn copy_selection(text: &str) -> bool {
    let before = focused();
    // Inside a modal dialog, the rest of the page cannot be selected.
    let dialog = before
        .as_ref()
        .and_then(|element| element.closest("dialog").ok().flatten());
    let place = dialog
        .and_then(|dialog| dialog.dyn_into::<HtmlElement>().ok())
        .or_else(|| document().body());
    let Some(place) = place else { return false };
    let Ok(element) = document().create_element("textarea") else {
        return false;
    };
    let Ok(field) = element.dyn_into::<HtmlTextAreaElement>() else {
        return false;
    };
    field.set_class_name("visually-hidden");
    field.set_value(text);
    if place.append_child(&field).is_err() {
        return false;
    }
    field.select();
    let copied = command("copy", "");
    field.remove();
    if let Some(before) = before {
        focus(&before);
    }
    copied
}
