//! Forms: Enter submits, a form that is under way is not sent twice, and the first field that is wrong gets the
//! focus, whether the app or the server found it.
//!
//! `Form(on_submit, busy, children)` · `FieldErrors::new()`, `.set(vec![(pointer, sentence)])`, `.of("/email")`

use leptos::{
    ev::{FocusEvent, SubmitEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::ui::dom;

/// What is wrong with which field, by JSON pointer (`/email`). Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct FieldErrors(ArcRwSignal<Vec<(String, String)>>);

impl FieldErrors {
    /// Nothing is wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces everything that was wrong.
    pub fn set(&self, errors: Vec<(String, String)>) {
        self.0.set(errors);
    }

    /// Nothing is wrong any more.
    pub fn clear(&self) {
        self.0.set(Vec::new());
    }

    /// Says what is wrong with one field, or with `None` that it is right now.
    pub fn put(&self, pointer: &str, error: Option<String>) {
        self.0.update(|errors| {
            errors.retain(|(name, _)| name != pointer);
            errors.extend(error.map(|error| (pointer.to_owned(), error)));
        });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.with_untracked(Vec::is_empty)
    }

    /// What is wrong with one field.
    pub fn of(&self, pointer: &'static str) -> Signal<Option<String>> {
        let errors = self.0.clone();
        Signal::derive(move || {
            errors.with(|errors| {
                errors
                    .iter()
                    .find(|(name, _)| name == pointer)
                    .map(|(_, error)| error.clone())
            })
        })
    }

    /// What is wrong apart from these fields: show it above the buttons, so that nothing stays untold.
    pub fn other_than(&self, pointers: &'static [&'static str]) -> Signal<Option<String>> {
        let errors = self.0.clone();
        Signal::derive(move || {
            errors.with(|errors| {
                let rest = errors
                    .iter()
                    .filter(|(name, _)| !pointers.contains(&name.as_str()));
                let sentences: Vec<_> = rest.map(|(_, error)| error.as_str()).collect();
                (!sentences.is_empty()).then(|| sentences.join(" "))
            })
        })
    }
}

/// Whether a field is left by pressing the button that submits. Then nothing is checked yet: a sentence that appears
/// under the pressed button would move it away, and the press would be lost. Submitting checks everything anyway.
pub fn is_submitting(event: &FocusEvent) -> bool {
    let to: Option<Element> = event.related_target().and_then(|to| to.dyn_into().ok());
    to.is_some_and(|to| to.matches("[type=submit]").unwrap_or(false))
}

/// A form. The browser's own bubbles are off: the fields say what is wrong.
#[component]
pub fn Form(
    /// Checks and sends.
    #[prop(into)]
    on_submit: Callback<()>,
    /// Whether it is being sent.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// The fields and buttons.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Form>::new();
    let focus_wrong = move || {
        dom::before_paint(move || {
            let Some(Some(form)) = node.try_get_untracked() else {
                return;
            };
            if let Some(field) = dom::all(&form, "[aria-invalid=true]").first() {
                dom::focus(field);
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        event.stop_propagation();
        if !busy.get_untracked() {
            on_submit.run(());
            focus_wrong();
        }
    };
    Effect::new(move |before: Option<bool>| {
        let now = busy.get();
        if before == Some(true) && !now {
            focus_wrong();
        }
        now
    });
    view! {
        <form class="form" novalidate node_ref=node on:submit=submit aria-busy=move || busy.get().then_some("true")>
            {children()}
        </form>
    }
}
