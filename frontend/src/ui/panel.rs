//! A panel that folds out under its name, with badges and buttons beside the name that work while it is folded.

use leptos::prelude::*;

use crate::ui::{
    dom::fresh_id,
    icon::{Icon, Symbol},
    live::live,
};

/// A card that folds. What is in it exists only while it is open.
#[component]
pub fn Panel(
    /// Its name; an `h2`.
    #[prop(into)]
    name: Signal<String>,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Badges, chips and buttons beside the name.
    #[prop(optional, into)]
    beside: ViewFn,
    /// What it holds.
    children: ChildrenFn,
) -> impl IntoView {
    let body = fresh_id("panel");
    let controls = body.clone();
    view! {
        <section class="card panel">
            <div class="panel-head">
                <h2 class="panel-name">
                    <button
                        type="button"
                        class="panel-button"
                        aria-expanded=move || if open.get() { "true" } else { "false" }
                        aria-controls=controls
                        on:click=move |_| open.update(|open| *open = !*open)
                    >
                        <Icon symbol=Symbol::ChevronRight />
                        <span>{name}</span>
                    </button>
                </h2>
                {beside.run()}
            </div>
            <div id=body class="panel-body" hidden=move || !open.get()>
                {live(move || open.get().then(|| children()))}
            </div>
        </section>
    }
}
