//! A field with a list that narrows while one types: arrows, Enter, Esc, or a click. The caller looks for what is typed,
//! here or on the server, so that the list may stand for any number of things.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use crate::ui::{
    dom,
    field::{FieldIds, Labelled},
    live::live,
};

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it stands for.
    pub value: String,
    /// Its words; they stand in the field once it is chosen.
    pub label: String,
    /// What tells it from others of the same name.
    pub note: String,
}

/// Chooses one of many by a part of its name.
#[component]
pub fn Combobox(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What to know before choosing.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether nothing may be chosen; said in words.
    #[prop(optional)]
    optional: bool,
    /// What is typed.
    typed: RwSignal<String>,
    /// What fits what is typed.
    #[prop(into)]
    found: Signal<Vec<Candidate>>,
    /// What is chosen.
    chosen: RwSignal<Option<Candidate>>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let at = RwSignal::new(0_usize);
    let list = NodeRef::<html::Ul>::new();
    let base = StoredValue::new(dom::fresh_id("list"));
    let choose = move |n: usize| {
        if let Some(candidate) = found.with_untracked(|found| found.get(n).cloned()) {
            typed.set(candidate.label.clone());
            chosen.set(Some(candidate));
            open.set(false);
        }
    };
    let state = State {
        open,
        at,
        found,
        list,
    };
    let keydown = move |event: KeyboardEvent| key_in_field(&event, state, choose);
    let control = move |ids: FieldIds| {
        view! {
            <input
                id=ids.control
                class="input"
                type="text"
                role="combobox"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                data-1p-ignore=""
                aria-autocomplete="list"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=base.get_value()
                aria-activedescendant=move || {
                    let is_there = open.get() && found.with(|found| at.get() < found.len());
                    is_there.then(|| format!("{}-{}", base.get_value(), at.get()))
                }
                aria-required=(!optional).then_some("true")
                aria-describedby=ids.described_by
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || typed.get()
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    chosen.set(None);
                    at.set(0);
                    open.set(true);
                }
                on:click=move |_| open.set(true)
                on:blur=move |_| {
                    let _ = open.try_set(false);
                }
                on:keydown=keydown
            />
            <Choices list base open=open at found on_choose=Callback::new(choose) />
            <p class="palette-none" role="status">{live(move || (open.get() && found.with(Vec::is_empty)).then_some("No match"))}</p>
        }
    };
    view! { <Labelled label hint error optional children=control /> }
}

#[derive(Clone, Copy)]
struct State {
    open: RwSignal<bool>,
    at: RwSignal<usize>,
    found: Signal<Vec<Candidate>>,
    list: NodeRef<html::Ul>,
}

fn key_in_field(event: &KeyboardEvent, state: State, choose: impl Fn(usize)) {
    let is_open = state.open.get_untracked();
    match event.key().as_str() {
        "Enter" if is_open => {
            event.prevent_default();
            choose(state.at.get_untracked());
        }
        // The list closes, not the dialog around it.
        "Escape" if is_open => {
            event.prevent_default();
            event.stop_propagation();
            state.open.set(false);
        }
        key @ ("ArrowDown" | "ArrowUp") => {
            event.prevent_default();
            let now = is_open.then(|| state.at.get_untracked());
            let count = state.found.with_untracked(Vec::len);
            state.open.set(true);
            if let Some(next) = dom::step(key, "ArrowDown", "ArrowUp", now, count) {
                state.at.set(next);
                show(state.list, next);
            }
        }
        _ => {}
    }
}

/// The list under the field. Choosing leaves the focus in the field.
#[component]
fn Choices(
    list: NodeRef<html::Ul>,
    base: StoredValue<String>,
    open: RwSignal<bool>,
    at: RwSignal<usize>,
    found: Signal<Vec<Candidate>>,
    on_choose: Callback<usize>,
) -> impl IntoView {
    let option = move |(n, candidate): (usize, Candidate)| {
        view! {
            <li
                id=format!("{}-{n}", base.get_value())
                role="option"
                class="palette-option"
                aria-selected=move || if at.get() == n { "true" } else { "false" }
                on:pointermove=move |_| at.set(n)
                on:pointerdown=|event| event.prevent_default()
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| on_choose.run(n)
            >
                <span class="palette-words">{candidate.label}</span>
                <span class="palette-group">{candidate.note}</span>
            </li>
        }
    };
    view! {
        <ul
            id=base.get_value()
            class="palette-list combobox-list"
            role="listbox"
            aria-label="Choices"
            node_ref=list
            hidden=move || !open.get()
        >
            {live(move || found.get().into_iter().enumerate().map(option).collect_view())}
        </ul>
    }
}

/// The list may be hidden until the next paint.
fn show(list: NodeRef<html::Ul>, at: usize) {
    dom::before_paint(move || {
        if let Some(list) = list.try_get_untracked().flatten() {
            dom::show_option(&list, at);
        }
    });
}
