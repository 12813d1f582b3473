//! A list with nothing in it: either nothing was made yet, and the first action is offered, or nothing matches the
//! filter, and clearing it is offered.

use leptos::prelude::*;

use crate::ui::{
    button::Button,
    icon::{Icon, Symbol},
};

/// Nothing here yet. The children are the first action, a `Button` or `ButtonLink`.
#[component]
pub fn Empty(
    /// A picture of what would be here.
    symbol: Symbol,
    /// What is not here yet, in a few words.
    #[prop(into)]
    title: String,
    /// What it would be good for.
    #[prop(into)]
    text: String,
    /// The first action.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-picture"><Icon symbol /></span>
            <p class="empty-title">{title}</p>
            <p class="empty-text">{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// Nothing matches the filter.
#[component]
pub fn NoMatch(
    /// Takes every filter away.
    #[prop(into)]
    on_clear: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-picture"><Icon symbol=Symbol::Search /></span>
            <p class="empty-title">"No match"</p>
            <p class="empty-text">"Nothing here fits the filters."</p>
            <div class="actions"><Button on_click=move |_| on_clear.run(())>"Clear filters"</Button></div>
        </div>
    }
}
