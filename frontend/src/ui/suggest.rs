//! A text field that suggests while one types, with the browser's own list.

use leptos::prelude::*;

use crate::ui::{
    dom::fresh_id,
    field::{FieldIds, Labelled},
};

/// One line of text with suggestions below it.
#[component]
pub fn SuggestField(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What is typed or chosen.
    value: RwSignal<String>,
    /// What is suggested for what is typed.
    #[prop(into)]
    suggestions: Signal<Vec<String>>,
    /// An example, in grey.
    placeholder: &'static str,
    /// What is wrong.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let list = fresh_id("suggestions");
    let options = move || {
        let option = |words: String| view! { <option value=words></option> };
        suggestions.get().into_iter().map(option).collect_view()
    };
    let control = move |ids: FieldIds| {
        view! {
            <input
                id=ids.control
                class="input"
                type="text"
                list=list.clone()
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                data-1p-ignore=""
                placeholder=placeholder
                aria-describedby=ids.described_by
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <datalist id=list>{options}</datalist>
        }
    };
    view! { <Labelled label error children=control /> }
}
