//! A message that stays in the page, where it belongs: news, a warning, or why something cannot be done.

use leptos::prelude::*;

use crate::ui::{
    badge::Tone,
    icon::{Icon, Symbol},
    live::live,
    online::is_online,
};

/// A message in the page.
#[component]
pub fn Notice(
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// The words, and buttons if any.
    children: Children,
) -> impl IntoView {
    let symbol = match tone {
        Tone::Neutral | Tone::Accent => Symbol::Info,
        Tone::Good => Symbol::Check,
        Tone::Warning | Tone::Danger => Symbol::Warning,
    };
    view! {
        <div class=format!("notice notice-{}", tone.name())>
            <Icon symbol />
            <div class="notice-words">{children()}</div>
        </div>
    }
}

/// Says that the browser is offline, for as long as it is.
#[component]
pub fn OfflineNotice() -> impl IntoView {
    let online = is_online();
    view! {
        <div class="offline-place" role="status">
            {live(move || {
                (!online.get())
                    .then(|| {
                        view! {
                            <p class="offline">
                                <Icon symbol=Symbol::Offline />
                                "You are offline. What you type stays here; saving works again once you are back."
                            </p>
                        }
                    })
            })}
        </div>
    }
}
