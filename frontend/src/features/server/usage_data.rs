//! Whether this server sends anonymous usage data, and exactly what: for its operators (R017).

use leptos::prelude::*;
use shared::usage_data::{ChooseUsageData, GetUsageData, UsageData, UsageDataChoice};

use crate::{
    api::{ApiError, call},
    json,
    sending::{Refusal, Sending},
    session::use_session,
    ui::{
        fetched::Fetched,
        load::load,
        skeleton::Skeleton,
        switch::Switch,
        toast::{Toasts, use_toasts},
    },
};

/// The card, for operators.
#[component]
pub fn UsageDataCard() -> impl IntoView {
    use_session().is_operator().then(|| {
        let found: Fetched<UsageData, ApiError> = Fetched::new(|| call::<GetUsageData>((), (), ()));
        view! {
            <section class="card" aria-labelledby="usage-data">
                <h2 id="usage-data">"Anonymous usage data"</h2>
                {load(found, Skeleton::Rows(3), |found| view! { <Choice found /> })}
            </section>
        }
    })
}

/// What is needed to choose, also from a toast when the card is gone.
#[derive(Clone)]
struct Chooser {
    sending: Sending,
    is_sent: ArcRwSignal<bool>,
    toasts: Toasts,
}

impl Chooser {
    fn choose(self, wanted: bool) {
        let (before, is_sent) = (self.is_sent.get_untracked(), self.is_sent.clone());
        is_sent.set(wanted);
        let sending = self.sending.clone();
        let work = async move {
            let answer = call::<ChooseUsageData>((), (), UsageDataChoice { is_sent: wanted }).await;
            if answer.is_err() {
                is_sent.set(before);
            }
            answer
        };
        sending.send(work, move |_| {
            let said = if wanted {
                "Usage data is sent once a day"
            } else {
                "No usage data is sent"
            };
            let toasts = self.toasts.clone();
            toasts.undo(said, move || self.clone().choose(!wanted));
        });
    }
}

#[component]
fn Choice(found: UsageData) -> impl IntoView {
    let sending = Sending::new();
    let (error, busy) = (sending.error(), sending.busy());
    let is_sent = ArcRwSignal::new(found.is_sent.unwrap_or(false));
    let on = Signal::from(is_sent.clone());
    let choose = Chooser {
        sending,
        is_sent,
        toasts: use_toasts(),
    };
    let on_change = Callback::new(move |wanted: bool| choose.clone().choose(wanted));
    let to = match found.recipient {
        Some(recipient) => view! { "Goes once a day to " <code>{recipient}</code> ". " }.into_any(),
        None => view! { "This server has no " <code>"usage_data_url"</code> " in its settings, so nothing is sent either way. " }.into_any(),
    };
    let report = serde_json::to_value(&found.report).unwrap_or_default();
    let report = json::text(&report).replace(",\"", ",\n \"");
    view! {
        <Switch label="Send anonymous usage data" hint="Off until an operator of this server switches it on." on busy on_change />
        <Refusal error />
        <p class="muted">{to} "This is all of it:"</p>
        <pre class="code" tabindex="0" role="group" aria-label="All that is sent">{report}</pre>
    }
}
