//! How much of something is used, as a bar with the same fact in words above it.

use leptos::prelude::*;

use crate::ui::{dom::fresh_id, live::live, number::plain};

/// A labelled bar. At 90 % of `max` it changes colour and says so in words.
#[component]
pub fn Meter(
    /// What is measured.
    #[prop(into)]
    label: String,
    /// How much is used.
    #[prop(into)]
    value: Signal<f64>,
    /// How much there is.
    #[prop(into)]
    max: Signal<f64>,
    /// The same in words: "2 of 10 users".
    #[prop(into)]
    words: Signal<String>,
) -> impl IntoView {
    let id = fresh_id("meter");
    let labelled_by = id.clone();
    let near = move || max.get() > 0.0 && value.get() >= max.get() * 0.9;
    let part = move || {
        if max.get() > 0.0 {
            ((value.get() / max.get()).clamp(0.0, 1.0) * 1_000.0).round() / 10.0
        } else {
            0.0
        }
    };
    view! {
        <div class="meter">
            <div class="meter-head">
                <span id=id class="meter-label">{label}</span>
                <span class="numbers">{words} {live(move || near().then_some(" — close to the limit"))}</span>
            </div>
            <div
                class="meter-bar"
                class:near=near
                role="meter"
                aria-labelledby=labelled_by
                aria-valuemin="0"
                aria-valuemax=move || plain(max.get())
                aria-valuenow=move || plain(value.get().min(max.get()))
                aria-valuetext=words
            >
                <span style:width=move || format!("{}%", plain(part()))></span>
            </div>
        </div>
    }
}
