//! Whose doings to show: somebody chosen by name or address while typing, or by their id.

use std::time::Duration;

use leptos::prelude::*;
use shared::ids::UserId;

use crate::{
    address::{Address, Step, use_address},
    features::audit::Chain,
    ui::{
        combobox::{Candidate, Combobox},
        dom,
        effect::effect,
        fetched::Fetched,
    },
};

/// The field that chooses who.
#[component]
pub fn WhoField(
    /// Among whom.
    chain: Chain,
) -> impl IntoView {
    let address = use_address();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<Candidate>);
    follow_address(address, typed, chosen);
    let asked = debounced(typed, chosen);
    let list = Fetched::new(move || {
        let text = asked.get();
        async move {
            if text.is_empty() {
                return Ok(Vec::new());
            }
            chain.people(text).await
        }
    });
    let found = Signal::derive(move || {
        let text = typed.with(|text| text.trim().to_owned());
        if text.parse::<UserId>().is_ok() {
            return vec![by_id(text)];
        }
        let wanted = dom::lower_case(&text);
        let people = list.get().and_then(Result::ok).unwrap_or_default();
        let fits =
            |one: &Candidate| dom::lower_case(&format!("{} {}", one.label, one.note)).contains(&wanted);
        people.into_iter().filter(fits).collect()
    });
    view! {
        <Combobox
            label="Who: name, e-mail or ID"
            optional=true
            typed
            found
            chosen
        />
    }
}

/// Somebody of whom only the id is known.
fn by_id(id: String) -> Candidate {
    Candidate {
        value: id.clone(),
        label: id,
        note: "User ID".to_owned(),
    }
}

/// Who is chosen goes to the address; what the address says otherwise, by Back or "Clear filters", comes back.
fn follow_address(address: Address, typed: RwSignal<String>, chosen: RwSignal<Option<Candidate>>) {
    let named = address.of("who");
    effect(move || {
        let named = named.get();
        let has = chosen.with_untracked(|chosen| chosen.as_ref().map(|one| one.value.clone()));
        if named != has {
            typed.set(named.clone().unwrap_or_default());
            chosen.set(named.map(by_id));
        }
    });
    Effect::new(move |before: Option<()>| {
        let has = chosen.with(|chosen| chosen.as_ref().map(|one| one.value.clone()));
        if before.is_some() && has != named.get_untracked() {
            address.change(Step::Same, &[("who", has), ("cursor", None)]);
        }
    });
}

/// What is typed, a moment after it was, unless somebody is chosen.
fn debounced(typed: RwSignal<String>, chosen: RwSignal<Option<Candidate>>) -> RwSignal<String> {
    let asked = RwSignal::new(String::new());
    effect(move || {
        let text = typed.with(|text| text.trim().to_owned());
        if chosen.with(Option::is_some) || text.parse::<UserId>().is_ok() {
            return;
        }
        let ask = move || {
            let _ = asked.try_set(text.clone());
        };
        if let Ok(timer) = set_timeout_with_handle(ask, Duration::from_millis(250)) {
            on_cleanup(move || timer.clear());
        }
    });
    asked
}
