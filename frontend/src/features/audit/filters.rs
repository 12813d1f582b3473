//! What narrows the log: what was done, by whom, to what, and when. All of it is in the address.

use leptos::prelude::*;

use crate::{
    address::{Address, Step, use_address},
    features::audit::{
        Chain,
        who::WhoField,
        words::{self, SERVER_CHOICES, WORKSPACE_CHOICES},
    },
    ui::{
        button::{Button, Look},
        field::{SelectField, TextField, Typed},
        live::live,
    },
};

const KEYS: [&str; 5] = ["action", "who", "subject", "since", "until"];

/// Whether anything narrows the log.
pub fn is_narrowed(address: Address) -> bool {
    KEYS.into_iter().any(|key| address.get(key).is_some())
}

/// Takes every filter away.
pub fn clear(address: Address) {
    let mut changes: Vec<_> = KEYS.map(|key| (key, None)).into();
    changes.push(("cursor", None));
    address.change(Step::Same, &changes);
}

/// The filters.
#[component]
pub fn Filters(
    /// Of which log.
    chain: Chain,
) -> impl IntoView {
    let address = use_address();
    let [action, subject, since, until] =
        ["action", "subject", "since", "until"].map(|key| address.search(key));
    let choices = match chain {
        Chain::Workspace(_) => WORKSPACE_CHOICES,
        Chain::Server => SERVER_CHOICES,
    };
    let named = address.of("action");
    let options = Signal::derive(move || {
        let mut options = vec![(String::new(), "Everything".to_owned())];
        let other = named.get().filter(|name| !choices.contains(&name.as_str()));
        let all = choices.iter().map(|name| (*name).to_owned()).chain(other);
        options.extend(all.map(|name| {
            let words = words::action(&name);
            (name, words)
        }));
        options
    });
    let narrowed = Memo::new(move |_| is_narrowed(address));
    view! {
        <search class="filters">
            <SelectField label="What" value=action options />
            <WhoField chain />
            <TextField label="Subject ID" value=subject kind=Typed::Search placeholder="ID of what it was done to" />
            <TextField label="From day" value=since kind=Typed::Date optional=true />
            <TextField label="To day" value=until kind=Typed::Date optional=true />
            {live(move || {
                narrowed
                    .get()
                    .then(|| view! { <Button look=Look::Quiet on_click=move |_| clear(address)>"Clear filters"</Button> })
            })}
        </search>
    }
}
