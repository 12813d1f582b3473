//! The one way to show what a resource brings: waiting, failed, empty and there, so that no page forgets one of them.
//!
//! `load(resource, Skeleton::Lines(3), |value| view! { .. })` ·
//! `load_list(resource, Skeleton::Rows(5), |page| page.items.is_empty(), || empty_view, |page| view! { .. })`
//!
//! While a resource is fetched again, what it brought before stays on the page.

use leptos::prelude::*;

use crate::ui::{failed::Failed, fetched::Fetched, skeleton::Skeleton};

/// An error that can tell people what it means for them.
pub trait Explain {
    /// What went wrong and what to do, in a sentence.
    fn sentence(&self) -> String;
}

/// Shows `resource`: bones while it is on its way, a sentence with "Try again" if it failed, else `content`.
pub fn load<T, E, V>(
    resource: Fetched<T, E>,
    waiting: Skeleton,
    content: impl Fn(T) -> V + Send + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    E: Explain + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let look = move || match resource.get() {
        None => Look::Waiting,
        Some(Ok(value)) => Look::There(content(value).into_any()),
        Some(Err(error)) => Look::Failed(error.sentence()),
    };
    shown(Box::new(look), waiting, resource.refetcher())
}

enum Look {
    Waiting,
    There(AnyView),
    Failed(String),
}

/// The part that does not depend on what is shown.
fn shown(look: Box<dyn Fn() -> Look + Send>, waiting: Skeleton, on_retry: Callback<()>) -> AnyView {
    let view = move || match look() {
        Look::Waiting => waiting.view(),
        Look::There(view) => view,
        Look::Failed(sentence) => view! { <Failed sentence on_retry /> }.into_any(),
    };
    view.into_any()
}

/// Like [`load`], for lists: shows `empty` when `is_empty` says that nothing came.
pub fn load_list<T, E, V>(
    resource: Fetched<T, E>,
    waiting: Skeleton,
    is_empty: impl Fn(&T) -> bool + Send + 'static,
    empty: impl Fn() -> AnyView + Send + 'static,
    content: impl Fn(T) -> V + Send + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    E: Explain + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    load(resource, waiting, move |value| {
        if is_empty(&value) {
            empty()
        } else {
            content(value).into_any()
        }
    })
}
