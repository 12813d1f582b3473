//! What runs again when something changes: `effect(move || { .. })`. Leptos' own `Effect::new` compiles its machinery anew
//! for each place that uses it; take it where what ran before counts.

use leptos::prelude::Effect;

/// Runs `run` soon, and again whenever a signal changes that it reads.
pub fn effect(run: impl FnMut() + 'static) {
    boxed(Box::new(run));
}

fn boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}
