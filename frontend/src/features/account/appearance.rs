//! How the app looks. The choice takes effect at once, wherever it is made, and is kept with the account, so that
//! another browser looks the same after signing in.

use leptos::prelude::*;
use shared::account::{ChangePreferences, GetPreferences, Preferences};

use crate::{
    api::call,
    theme::{Theme, use_theme},
    ui::{effect::effect, icon::Icon, load::Explain, toast::use_toasts},
};

/// The key of the theme in the account's preferences.
const KEY: &str = "theme";

/// Why the last choice could not be kept.
#[derive(Clone, Default)]
struct NotKept(ArcRwSignal<Option<String>>);

/// Follows the account's theme, and keeps there what is chosen here. Once, around the pages of a workspace.
pub fn keep_theme() {
    let theme = use_theme();
    let toasts = use_toasts();
    let not_kept = NotKept::default();
    provide_context(not_kept.clone());
    // What the account says; nothing until it has been asked.
    let kept = ArcRwSignal::new(None::<Theme>);
    let asked = kept.clone();
    leptos::task::spawn_local(async move {
        let before = theme.get_untracked();
        if let Ok(preferences) = call::<GetPreferences>((), (), ()).await {
            let wanted = preferences
                .0
                .get(KEY)
                .and_then(serde_json::Value::as_str)
                .and_then(Theme::from_key);
            // Whoever was quicker than the answer has chosen already.
            if let Some(wanted) = wanted
                && theme.get_untracked() == before
            {
                theme.set(wanted);
            }
            asked.set(Some(wanted.unwrap_or(before)));
        }
    });
    effect(move || {
        let chosen = theme.get();
        let Some(before) = kept.get().filter(|kept| *kept != chosen) else {
            return;
        };
        kept.set(Some(chosen));
        let (kept, toasts, not_kept) = (kept.clone(), toasts.clone(), not_kept.0.clone());
        not_kept.set(None);
        leptos::task::spawn_local(async move {
            let mut change = Preferences::default();
            change.0.insert(KEY.to_owned(), chosen.key().into());
            if let Err(error) = call::<ChangePreferences>((), (), change).await {
                kept.set(Some(before));
                if theme.get_untracked() == chosen {
                    theme.set(before);
                }
                let sentence = format!("The theme could not be saved. {}", error.sentence());
                not_kept.set(Some(sentence.clone()));
                toasts.tell(sentence);
            }
        });
    });
}

/// The card that chooses the theme.
#[component]
pub fn AppearanceCard() -> impl IntoView {
    let theme = use_theme();
    let toasts = use_toasts();
    let refused = use_context::<NotKept>().unwrap_or_default().0;
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
            {move || refused.get().map(|sentence| view! { <p class="field-error" role="alert">{sentence}</p> })}
        </section>
    }
}
