//! Whose doings to show: somebody chosen by name or address while typing, or by their id.

use std::time::Duration;

use leptos::prelude::*;
use shared::ids::UserId;

use crate::{
    address::{Step, use_address},
    api::ApiError,
    features::audit::Chain,
    ui::{fetched::Fetched, suggest::SuggestField},
};

/// The field that chooses who.
#[component]
pub fn WhoField(
    /// Among whom.
    chain: Chain,
) -> impl IntoView {
    let address = use_address();
    let named = address.of("who");
    let typed = RwSignal::new(named.get_untracked().unwrap_or_default());
    // Everybody who was suggested so far; what was chosen must not be forgotten when other things are suggested.
    let known = RwSignal::new(People::new());
    let meant = Memo::new(move |_| {
        let text = typed.with(|text| text.trim().to_owned());
        let by_name =
            || known.with(|known| known.iter().find(|(_, label)| *label == text).map(|(id, _)| *id));
        text.parse::<UserId>()
            .ok()
            .or_else(by_name)
            .map(|id| id.to_string())
    });

    let (asked, found) = look_for(chain, typed, meant, known);
    let suggestions = Signal::derive(move || {
        let found = found.get().and_then(Result::ok).unwrap_or_default();
        found.into_iter().map(|(_, label)| label).collect()
    });

    // What is meant goes to the address; what the address says otherwise, by Back or "Clear filters", comes back.
    let own = StoredValue::new(named.get_untracked());
    Effect::new(move |_| {
        let meant = meant.get();
        if meant != own.get_value() {
            own.set_value(meant.clone());
            address.change(Step::Same, &[("who", meant), ("cursor", None)]);
        }
    });
    Effect::new(move |_| {
        let named = named.get();
        if named != own.get_value() {
            own.set_value(named.clone());
            typed.set(named.unwrap_or_default());
        }
    });
    let error = Signal::derive(move || {
        let nobody = found
            .get()
            .is_some_and(|found| found.is_ok_and(|found| found.is_empty()));
        let is_asked = typed.with(|text| text.trim() == asked.get() && !text.trim().is_empty());
        (nobody && is_asked && meant.get().is_none())
            .then(|| "Nobody is called that. Choose from the list, or enter a whole user ID.".to_owned())
    });
    view! { <SuggestField label="Who" value=typed suggestions placeholder="Name, e-mail or user ID" error /> }
}

type People = Vec<(UserId, String)>;
type Found = Fetched<People, ApiError>;

/// Looks for what is typed, unless it is clear who is meant: what was looked for last, and who was found.
fn look_for(
    chain: Chain,
    typed: RwSignal<String>,
    meant: Memo<Option<String>>,
    known: RwSignal<People>,
) -> (RwSignal<String>, Found) {
    let asked = RwSignal::new(String::new());
    Effect::new(move |_| {
        let text = typed.with(|text| text.trim().to_owned());
        if text.is_empty() || meant.get().is_some() {
            return;
        }
        if let Ok(timer) =
            set_timeout_with_handle(move || asked.set(text.clone()), Duration::from_millis(250))
        {
            on_cleanup(move || timer.clear());
        }
    });
    let found: Found = Fetched::new(move || {
        let text = asked.get();
        async move {
            if text.is_empty() {
                return Ok(Vec::new());
            }
            chain.people(text).await
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(found)) = found.get() {
            known.update(|known| {
                let fresh = found
                    .into_iter()
                    .filter(|one| !known.contains(one))
                    .collect::<Vec<_>>();
                known.extend(fresh);
            });
        }
    });
    (asked, found)
}
