//! How much of something is used, as a bar with the same fact in words above it.

use leptos::prelude::*;

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
    let id = super::dom::fresh_id("meter");
    let near = move || max.get() > 0.0 && value.get() >= max.get() * 0.9;
    view! {
        <div class="meter">
            <div class="meter-head">
                <label for=id.clone()>{label}</label>
                <span class="numbers">
                    {words} {move || near().then_some(" — close to the limit")}
                </span>
            </div>
            <meter id=id min="0" max=max high=move || max.get() * 0.9 optimum="0" value=value>{words}</meter>
        </div>
    }
}
