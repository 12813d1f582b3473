//! Buttons, and links that look like buttons. A busy button says so, keeps its size and ignores further clicks.
//!
//! `Button(look=, kind=, icon=, busy=, blocked=, on_click=, children)` · `IconButton(symbol, label, on_click, busy=)` ·
//! `ButtonLink(href, look=, icon=, children)`

use leptos::{ev::MouseEvent, prelude::*};

use crate::ui::{
    icon::{Icon, Symbol},
    live::live,
};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// The one thing that the page or dialog is about.
    Primary,
    /// Any other action.
    #[default]
    Plain,
    /// An action in a row or a corner, without an outline.
    Quiet,
    /// Destroys something.
    Danger,
}

impl Look {
    /// The button's CSS classes.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Plain => "button",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// What a button does in a form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Only what `on_click` says.
    #[default]
    Plain,
    /// Submits the form around it.
    Submit,
}

/// A button with words.
#[component]
pub fn Button(
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// Whether it submits its form.
    #[prop(optional)]
    kind: Kind,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<Symbol>,
    /// Whether its action is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why it cannot be used now, as a sentence; it stays reachable, so that the reason can be read.
    #[prop(optional, into)]
    blocked: Signal<Option<String>>,
    /// Gets the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// What a click does.
    #[prop(optional, into)]
    on_click: Option<Callback<MouseEvent>>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let off = move || busy.get() || blocked.with(Option::is_some);
    let click = move |event: MouseEvent| {
        if busy.get_untracked() || blocked.with_untracked(Option::is_some) {
            event.prevent_default();
            event.stop_propagation();
        } else if let Some(on_click) = on_click {
            on_click.run(event);
        }
    };
    view! {
        <button
            type=if kind == Kind::Submit { "submit" } else { "button" }
            class=look.class()
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || off().then_some("true")
            title=move || blocked.get()
            autofocus=autofocus
            on:click=click
        >
            {icon.map(|symbol| view! { <Icon symbol /> })}
            <span class="button-words">{children()}</span>
            {live(move || blocked.get().map(|reason| view! { <span class="visually-hidden">" — " {reason}</span> }))}
        </button>
    }
}

/// A button that is an icon alone; `label` is what it does, for those who cannot see the icon and as a tooltip.
#[component]
pub fn IconButton(
    /// Which icon.
    symbol: Symbol,
    /// What it does.
    #[prop(into)]
    label: Signal<String>,
    /// Whether its action is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Extra classes: `reveal` shows it only while its row is hovered or has the focus.
    #[prop(optional)]
    class: &'static str,
    /// What a click does.
    #[prop(into)]
    on_click: Callback<MouseEvent>,
) -> impl IntoView {
    let click = move |event: MouseEvent| {
        if !busy.get_untracked() {
            on_click.run(event);
        }
    };
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            aria-label=label
            title=label
            aria-busy=move || busy.get().then_some("true")
            on:click=click
        >
            <Icon symbol />
        </button>
    }
}

/// A link that looks like a button, for going somewhere.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<Symbol>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=look.class()>
            {icon.map(|symbol| view! { <Icon symbol /> })}
            <span class="button-words">{children()}</span>
        </a>
    }
}
