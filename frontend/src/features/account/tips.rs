//! A tip after signing in: one a day at most, unless one's preferences say otherwise (R016). When the last one was put
//! away is kept with the account; a tip that was only shown is remembered by the browser, so that looking writes nothing.

use leptos::prelude::*;
use shared::preferences::{Known, Setting};

use crate::{
    address::use_address,
    preferences::use_preferences,
    session::use_session,
    ui::{
        button::{Button, Look},
        dialog::Dialog,
        dom,
        effect::effect,
        toast::use_toasts,
    },
};

/// When this browser last showed a tip.
const SHOWN: &str = "tip";
/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

const TIPS: [&str; 9] = [
    "Ctrl-K, or ⌘-K, opens “Go to” on any page: type a few letters of a page or a workspace and press Enter.",
    "F8 takes the keyboard to the messages in the corner, where “Undo” waits for ten seconds.",
    "Rotating a key gives you a new one while the old one still works, so that nothing has to stop in between.",
    "A key's row says when and from where it was last used. A key that nobody uses is a good one to revoke.",
    "Give a key an end when you make it: what is forgotten then ends by itself.",
    "An invitation without an e-mail address is a link for whoever opens it first. With addresses, each gets a link of their own.",
    "Your profile lists the browsers that are signed in. Sign out any that you do not know.",
    "“Download my data” on your profile is everything that this server holds about you, as one file.",
    "Everything that this app does, your programs can do: every call is described at /api/docs.",
];

/// The dialog, once around the pages of a workspace.
#[component]
pub fn Tips() -> impl IntoView {
    let session = use_session();
    let preferences = use_preferences();
    let address = use_address();
    let toasts = use_toasts();
    let shown = RwSignal::new(None::<u64>);
    let asked = StoredValue::new(false);
    effect(move || {
        let (Some(known), Some(account)) = (preferences.known(), session.account()) else {
            return;
        };
        if asked.get_value() {
            return;
        }
        asked.set_value(true);
        let here = dom::remembered(SHOWN).and_then(|at| at.parse().ok()).unwrap_or(0);
        let signed_in = account.last_sign_in_at.map_or(0, |at| at.timestamp_millis());
        // Whoever came to a dialog wants that one.
        let is_free = untrack(move || address.get("dialog")).is_none();
        if is_free && is_due(&known, here, signed_in, now()) {
            dom::remember(SHOWN, &now().to_string());
            shown.set(Some(known.next_tip));
        }
    });
    let close = move || {
        if let Some(tip) = shown.get_untracked() {
            shown.set(None);
            preferences.change(Setting::Tip(now(), tip + 1), "The tip");
        }
    };
    let never = move |_| {
        const NAME: &str = "Don't show pro tips periodically";
        preferences.change(Setting::NoProTips(true), NAME);
        toasts.undo("No more pro tips", move || {
            preferences.change(Setting::NoProTips(false), NAME);
        });
        close();
    };
    let text = move || {
        let count = TIPS.len() as u64;
        shown
            .get()
            .and_then(|tip| TIPS.into_iter().nth(usize::try_from(tip % count).ok()?))
    };
    let open = Signal::derive(move || shown.with(Option::is_some));
    view! {
        <Dialog open on_close=move |()| close() title="Pro tip">
            <p class="lead" aria-live="polite">{text}</p>
            <div class="actions actions-end">
                <Button look=Look::Quiet on_click=never.clone()>"Don't show pro tips"</Button>
                <Button on_click=move |_| shown.update(|shown| *shown = shown.map(|tip| tip + 1))>"Next tip"</Button>
                <Button look=Look::Primary autofocus=true on_click=move |_| close()>"Got it"</Button>
            </div>
        </Dialog>
    }
}

/// Whether it is time for a tip: somebody signed in since the last one, which was not today.
fn is_due(known: &Known, here: i64, signed_in: i64, now: i64) -> bool {
    let last = known.tip_at.max(here);
    !known.no_pro_tips && (last == 0 || (signed_in > last && last / DAY < now / DAY))
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds are whole")]
fn now() -> i64 {
    dom::now_ms() as i64
}

#[cfg(test)]
mod tests {
    use shared::account::Preferences;

    use super::*;

    #[test]
    fn r016_a_tip_comes_once_a_sign_in_and_once_a_day() {
        let mut known = Known::from(&Preferences::default());
        let noon = 100 * DAY + DAY / 2;
        assert!(is_due(&known, 0, noon, noon), "the first time");
        known.tip_at = noon;
        assert!(!is_due(&known, 0, noon - 1, noon + DAY), "not signed in since");
        assert!(!is_due(&known, 0, noon + 2, noon + 3), "one was there today");
        assert!(is_due(&known, 0, noon + DAY, noon + DAY));
        assert!(
            !is_due(&known, noon + DAY, noon + DAY, noon + DAY + 1),
            "this browser showed one"
        );
        known.no_pro_tips = true;
        assert!(!is_due(&known, 0, noon + DAY, noon + DAY));
    }
}
