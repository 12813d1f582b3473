//! How the app looks. The choice takes effect at once, wherever it is made, and is kept with the account, so that
//! another browser looks the same after signing in.

use leptos::prelude::*;
use shared::preferences::Setting;

use crate::{
    preferences::use_preferences,
    sending::Refusal,
    theme::{Theme, use_theme},
    ui::{icon::Icon, toast::use_toasts},
};

/// What people call it.
const NAME: &str = "The theme";

/// Follows the account's theme, and keeps there what is chosen here. Once, around the pages of a workspace.
pub fn keep_theme() {
    let theme = use_theme();
    let preferences = use_preferences();
    let before = theme.get_untracked();
    // What the account says; nothing until it has been asked.
    let kept = Memo::new(move |_| {
        let kept = preferences.known()?.theme;
        Some(kept.as_deref().and_then(Theme::from_key).unwrap_or(before))
    });
    // Whichever of the two has changed is followed by the other: what is chosen here is kept, and what is kept elsewhere, or
    // was refused, shows here. Whoever was quicker than the first answer has chosen already.
    Effect::new(move |last: Option<(Theme, Option<Theme>)>| {
        let chosen = theme.get();
        let Some(kept) = kept.get() else {
            return (chosen, None);
        };
        let (chosen_before, kept_before) = last.unwrap_or((before, None));
        if kept != chosen {
            let is_choice = match kept_before {
                None => chosen != before,
                Some(_) => chosen != chosen_before,
            };
            if !is_choice {
                theme.set(kept);
                return (kept, Some(kept));
            }
            preferences.change(Setting::Theme(chosen.key()), NAME);
        }
        (chosen, Some(chosen))
    });
}

/// The card that chooses the theme.
#[component]
pub fn AppearanceCard() -> impl IntoView {
    let theme = use_theme();
    let toasts = use_toasts();
    let preferences = use_preferences();
    let refused = Signal::derive(move || {
        preferences
            .refused()
            .filter(|(name, _)| *name == NAME)
            .map(|(_, sentence)| sentence)
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
