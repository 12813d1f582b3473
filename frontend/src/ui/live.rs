//! What shows something that changes, inside of a view: `{live(move || ..)}`. A closure that stands there by itself compiles
//! Leptos' machinery anew for each place.

use leptos::prelude::*;

/// Shows what `view` gives, and shows it again whenever a signal changes that it reads.
pub fn live<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> AnyView {
    boxed(Box::new(move || view().into_any()))
}

fn boxed(view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    (move || view()).into_any()
}
