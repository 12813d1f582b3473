//! Whether the chain of entries is whole: recomputed by the server on demand.

use leptos::prelude::*;
use shared::audit::AuditVerdict;

use crate::{
    features::audit::Chain,
    sending::{Refusal, Sending},
    ui::{
        badge::Tone,
        button::Button,
        copy::CopyButton,
        icon::Symbol,
        live::live,
        notice::Notice,
        number::{count, plural},
    },
};

/// The card that verifies the chain.
#[component]
pub fn VerifyCard(
    /// Which chain.
    chain: Chain,
) -> impl IntoView {
    let verdict = RwSignal::new(None::<AuditVerdict>);
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let verify = move |_| sending.send(chain.verify(), move |found| verdict.set(Some(found)));
    view! {
        <section class="card" aria-labelledby="whole">
            <div class="card-head">
                <h2 id="whole">"Is the log whole?"</h2>
                <Button icon=Symbol::Shield busy on_click=verify>"Verify chain"</Button>
            </div>
            <p class="muted">
                "Each entry has a hash that covers the entry before it. Verifying computes all of them again: whatever was changed, taken out or put in is found."
            </p>
            <Refusal error />
            <div role="status">{live(move || verdict.get().map(shown))}</div>
        </section>
    }
}

fn shown(verdict: AuditVerdict) -> AnyView {
    let tone = if verdict.whole { Tone::Good } else { Tone::Danger };
    let sentence = in_words(&verdict);
    let hash = verdict.last_hash;
    let note = (!hash.is_empty()).then(|| {
        view! {
            <dl class="facts">
                <div><dt>"Last number"</dt><dd class="numbers">{count(verdict.last_seq)}</dd></div>
                <div>
                    <dt>"Last hash"</dt>
                    <dd class="with-action"><code class="hash">{hash.clone()}</code> <CopyButton text=hash label="Copy hash" /></dd>
                </div>
            </dl>
            <p class="muted">"Note both somewhere else: a later check can then prove that nothing was cut off at the end."</p>
        }
    });
    view! { <div class="stack"><Notice tone>{sentence}</Notice> {note}</div> }.into_any()
}

fn in_words(verdict: &AuditVerdict) -> String {
    let entries = plural(verdict.entries, "entry", "entries");
    match verdict.broken_at {
        Some(seq) => format!(
            "The chain is broken at number {}: an entry was changed, taken out or put in there. {entries} looked at.",
            count(seq)
        ),
        None if !verdict.whole => format!("The chain is not whole. {entries} looked at."),
        None if verdict.entries == 0 => "There are no entries yet.".to_owned(),
        None => {
            let range = format!("{} to {}", count(verdict.first_seq), count(verdict.last_seq));
            format!("The chain is whole: {entries}, numbers {range}.")
        }
    }
}
