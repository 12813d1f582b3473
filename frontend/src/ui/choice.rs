//! Choices in full view: one of several as radio buttons, or a yes or no as a checkbox.

use leptos::prelude::*;

use crate::ui::{dom::fresh_id, live::live};

/// One of several.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What it stands for.
    pub value: String,
    /// Its words.
    pub label: String,
    /// What it means, in a sentence.
    pub hint: String,
}

/// Radio buttons under a legend.
#[component]
pub fn RadioField(
    /// The question.
    #[prop(into)]
    legend: String,
    /// The chosen value.
    value: RwSignal<String>,
    /// What to choose from.
    choices: Vec<Choice>,
    /// Gives the focus to the chosen one when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let group = fresh_id("choice");
    let error_id = format!("{group}-error");
    let radio = |choice: Choice| {
        let id = fresh_id("choice");
        let hint_id = format!("{id}-hint");
        let (own, chosen) = (choice.value.clone(), choice.value.clone());
        let begins_here = autofocus && value.with_untracked(|value| *value == own);
        view! {
            <div class="choice">
                <input
                    type="radio"
                    id=id.clone()
                    name=group.clone()
                    value=choice.value
                    autofocus=begins_here
                    aria-describedby=hint_id.clone()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:checked=move || value.with(|value| *value == own)
                    on:change=move |_| value.set(chosen.clone())
                />
                <label for=id>
                    <span class="choice-label">{choice.label}</span>
                </label>
                <span id=hint_id class="field-hint">{choice.hint}</span>
            </div>
        }
    };
    let described_by = error_id.clone();
    view! {
        <fieldset class="field choices" aria-describedby=described_by>
            <legend class="field-label">{legend}</legend>
            {choices.into_iter().map(radio).collect_view()}
            <div id=error_id>{live(move || error.get().map(|error| view! { <p class="field-error">{error}</p> }))}</div>
        </fieldset>
    }
}

/// A yes or no inside a form.
#[component]
pub fn CheckField(
    /// What is agreed to.
    #[prop(into)]
    label: String,
    /// Yes or no.
    value: RwSignal<bool>,
    /// What it means.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let id = fresh_id("check");
    let hint_id = format!("{id}-hint");
    view! {
        <div class="choice">
            <input
                type="checkbox"
                id=id.clone()
                aria-describedby=hint_id.clone()
                prop:checked=move || value.get()
                on:change=move |event| value.set(event_target_checked(&event))
            />
            <label for=id><span class="choice-label">{label}</span></label>
            <span id=hint_id class="field-hint">{hint}</span>
        </div>
    }
}
