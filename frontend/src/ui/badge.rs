//! A word on a coloured ground. The word carries the meaning; the colour only helps.

use leptos::prelude::*;

use crate::ui::icon::{Icon, Symbol};

/// What a badge or notice means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// A plain fact.
    #[default]
    Neutral,
    /// What is current or chosen.
    Accent,
    /// All is well.
    Good,
    /// Needs attention soon.
    Warning,
    /// Wrong, over or ended.
    Danger,
}

impl Tone {
    /// The name that the style sheets know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

/// A word on a coloured ground.
#[component]
pub fn Badge(
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! { <span class=format!("badge badge-{}", tone.name())>{children()}</span> }
}

/// A small mark that something needs attention; `label` says what, also as a tooltip.
#[component]
pub fn AttentionDot(
    /// What needs attention.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let title = label.clone();
    view! {
        <span class="attention" title=title>
            <Icon symbol=Symbol::Warning />
            <span class="visually-hidden">{label}</span>
        </span>
    }
}
