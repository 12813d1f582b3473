//! A switch takes effect at once, without Save. It shows what was asked for; the caller puts it back if refused.

use leptos::prelude::*;

use crate::ui::dom::fresh_id;

/// A setting that is on or off.
#[component]
pub fn Switch(
    /// What is on or off.
    #[prop(into)]
    label: String,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// What it does, in a sentence.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether the change is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Asks for the other state.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    let id = fresh_id("switch");
    let hint_id = format!("{id}-hint");
    let click = move |_| {
        if !busy.get_untracked() {
            on_change.run(!on.get_untracked());
        }
    };
    view! {
        <div class="switch-row">
            <div class="switch-words">
                <label for=id.clone()>{label}</label>
                <span id=hint_id.clone() class="field-hint">{hint}</span>
            </div>
            <button
                type="button"
                role="switch"
                id=id
                class="switch"
                aria-checked=move || if on.get() { "true" } else { "false" }
                aria-busy=move || busy.get().then_some("true")
                aria-describedby=hint_id
                on:click=click
            >
                <span class="switch-knob"></span>
            </button>
        </div>
    }
}

/// A setting of one row of a table. What it is stands in its heading, and in its name for those who cannot see that.
#[component]
pub fn CellSwitch(
    /// What is on or off, with the name of the row.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Asks for the other state.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            role="switch"
            class="switch"
            aria-label=label
            aria-checked=move || if on.get() { "true" } else { "false" }
            on:click=move |_| on_change.run(!on.get_untracked())
        >
            <span class="switch-knob"></span>
        </button>
    }
}
