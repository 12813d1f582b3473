//! A name that is edited in place: the pencil appears on hover or focus, the check-mark saves, Esc or leaving
//! without it keeps the old name.

use leptos::{
    ev::{FocusEvent, KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::Node;

use crate::ui::{
    dom,
    effect::effect,
    icon::{Icon, Symbol},
};

/// A text with a pencil. `label` says what it is: "name", "workspace name".
#[component]
pub fn InlineEdit(
    /// What is edited, for the buttons: "Edit workspace name".
    #[prop(into)]
    label: String,
    /// The text as it is kept.
    #[prop(into)]
    value: Signal<String>,
    /// Whether saving is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why the last try was refused; editing goes on until it is saved or left.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The most characters.
    #[prop(default = 120)]
    max_length: usize,
    /// Saves.
    #[prop(into)]
    on_save: Callback<String>,
) -> impl IntoView {
    let editing = RwSignal::new(false);
    let sent = StoredValue::new(false);
    let back = StoredValue::new(dom::fresh_id("pencil"));
    let to_pencil = move || {
        let id = back.get_value();
        dom::before_paint(move || dom::focus_id(&id));
    };
    // Editing ends when what was sent has been accepted.
    effect(move || {
        let (busy, refused) = (busy.get(), error.with(Option::is_some));
        if sent.get_value() && !busy {
            sent.set_value(false);
            if !refused {
                editing.set(false);
                to_pencil();
            }
        }
    });
    let save = move |text: String| {
        if text == value.get_untracked() {
            editing.set(false);
            to_pencil();
            return;
        }
        on_save.run(text);
        sent.set_value(true);
        if !busy.get_untracked() && error.with_untracked(Option::is_none) {
            sent.set_value(false);
            editing.set(false);
            to_pencil();
        }
    };
    let leave = move |by_key: bool| {
        if !busy.get_untracked() {
            editing.set(false);
            if by_key {
                to_pencil();
            }
        }
    };
    let label = StoredValue::new(label);
    let (save, leave) = (Callback::new(save), Callback::new(leave));
    move || {
        let label = label.get_value();
        if editing.get() {
            let start = value.get_untracked();
            view! { <Editor label start busy error max_length save leave /> }.into_any()
        } else {
            view! { <Shown label value pencil=back.get_value() editing /> }.into_any()
        }
    }
}

#[component]
fn Shown(label: String, value: Signal<String>, pencil: String, editing: RwSignal<bool>) -> impl IntoView {
    let label = format!("Edit {label}");
    let title = label.clone();
    let edit = move |_| editing.set(true);
    view! {
        <span class="inline-edit">
            <span class="inline-edit-text" on:dblclick=edit>{value}</span>
            <button type="button" id=pencil class="icon-button reveal" aria-label=label title=title on:click=edit>
                <Icon symbol=Symbol::Pencil />
            </button>
        </span>
    }
}

#[component]
fn Editor(
    label: String,
    start: String,
    busy: Signal<bool>,
    error: Signal<Option<String>>,
    max_length: usize,
    save: Callback<String>,
    leave: Callback<bool>,
) -> impl IntoView {
    let text = RwSignal::new(start);
    // An error from editing before this time is of no interest any more.
    let tried = RwSignal::new(false);
    let shown_error = move || error.get().filter(|_| tried.get());
    let form = NodeRef::<html::Form>::new();
    let input = NodeRef::<html::Input>::new();
    let error_id = dom::fresh_id("edit-error");
    input.on_load(|input| {
        dom::before_paint(move || {
            let _ = input.focus();
            input.select();
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        event.stop_propagation();
        if !busy.get_untracked() {
            tried.set(true);
            save.run(text.get_untracked().trim().to_owned());
        }
    };
    let left = move |event: FocusEvent| {
        let to: Option<Node> = event.related_target().and_then(|to| to.dyn_into().ok());
        let inside = form
            .try_get_untracked()
            .flatten()
            .is_some_and(|form| form.contains(to.as_ref()) && to.is_some());
        if !inside {
            let _ = leave.try_run(false);
        }
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            leave.run(true);
        }
    };
    let name = dom::capitalised(&label);
    view! {
        <form class="inline-edit" novalidate node_ref=form on:submit=submit on:focusout=left on:keydown=key>
            <input
                class="input"
                type="text"
                node_ref=input
                autocomplete="off"
                aria-label=name
                maxlength=max_length.to_string()
                aria-describedby=error_id.clone()
                aria-invalid=move || shown_error().map(|_| "true")
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            // Some browsers do not focus a clicked button; the field must not lose the focus before the click counts.
            <button
                type="submit"
                class="icon-button icon-button-primary"
                aria-label=format!("Save {label}")
                title=format!("Save {label}")
                aria-busy=move || busy.get().then_some("true")
                on:pointerdown=|event| event.prevent_default()
                on:mousedown=|event| event.prevent_default()
            >
                <Icon symbol=Symbol::Check />
            </button>
            <span id=error_id class="field-error" role="alert">{shown_error}</span>
        </form>
    }
}
