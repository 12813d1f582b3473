//! How the app looks. The choice takes effect at once, wherever it is made, and is kept with the account, so that
//! another browser looks the same after signing in.

use leptos::prelude::*;
use shared::preferences::Setting;

use crate::{
    preferences::use_preferences,
    sending::Refusal,
    theme::{Theme, use_theme},
    ui::{effect::effect, icon::Icon, toast::use_toasts},
};

/// What people call it.
const NAME: &str = "The theme";

/// Follows the account's theme, and keeps there what is chosen here. Once, around the pages of a workspace.
pub fn keep_theme() {
    let theme = use_theme();
    let preferences = use_preferences();
    let before = theme.get_untracked();
    let kept = Memo::new(move |_| {
        let kept = preferences.known()?.theme;
        Some(kept.as_deref().and_then(Theme::from_key))
    });
    // What the account says wins over what this browser remembers; what was chosen here since wins over both.
    Effect::new(move |last: Option<Option<Theme>>| {
        let last = last.flatten();
        match kept.get() {
            Some(Some(kept)) if last.is_none_or(|last| last != kept) => {
                if last.is_some() || theme.get_untracked() == before {
                    theme.set(kept);
                }
                Some(kept)
            }
            Some(None) if last.is_some_and(|last| last != before) => {
                theme.set(before);
                Some(before)
            }
            Some(None) => Some(before),
            _ => last,
        }
    });
    effect(move || {
        let chosen = theme.get();
        if let Some(kept) = kept.get_untracked()
            && kept.unwrap_or(before) != chosen
        {
            preferences.change(Setting::Theme(chosen.key()), NAME);
        }
    });
}

/// The card that chooses the theme.
#[component]
pub fn AppearanceCard() -> impl IntoView {
    let theme = use_theme();
    let toasts = use_toasts();
    let preferences = use_preferences();
    let refused = Signal::derive(move || {
        preferences.refused().filter(|(name, _)| *name == NAME).map(|(_, sentence)| sentence)
    });
    let choose = move |chosen: Theme| {
        let before = theme.get_untracked();
        if before != chosen {
            theme.set(chosen);
            toasts.undo(format!("Theme: {}", chosen.label()), move || theme.set(before));
        }
    };
    let option = |option: Theme| {
        let choose = choose.clone();
        view! {
            <label class="theme-choice">
                <input
                    type="radio"
                    name="theme"
                    prop:checked=move || theme.get() == option
                    on:change=move |_| choose(option)
                />
                <span class=format!("theme-picture theme-{}", option.key()) aria-hidden="true">
                    <span></span><span></span><span></span>
                </span>
                <span class="theme-name"><Icon symbol=option.symbol() /> {option.label()}</span>
            </label>
        }
    };
    view! {
        <section class="card" aria-labelledby="appearance">
            <h2 id="appearance">"Appearance"</h2>
            <fieldset>
                <legend class="field-label">"Theme"</legend>
                <p class="field-hint">"Kept with your account: your other browsers follow when you sign in."</p>
                <div class="theme-choices">{Theme::ALL.map(option).into_iter().collect_view()}</div>
            </fieldset>
            <Refusal error=refused />
        </section>
    }
}
