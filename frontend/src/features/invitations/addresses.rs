//! Several e-mail addresses: typed one by one or pasted in a row, each checked, each taken out again (R048, R053).

use leptos::{ev::KeyboardEvent, prelude::*};
use shared::text::Email;

use crate::{
    sending::Sending,
    ui::{
        button::{Button, IconButton},
        dom,
        effect::effect,
        field::{TextField, Typed},
        icon::Symbol,
        live::live,
    },
};

/// Where the server and the form say what is wrong with the addresses.
pub const POINTER: &str = "/emails";

/// What was typed so far. Copying shares it.
#[derive(Clone, Copy)]
pub struct Addresses {
    added: RwSignal<Vec<Email>>,
    typed: RwSignal<String>,
}

impl Addresses {
    /// None yet.
    pub fn none() -> Self {
        Self {
            added: RwSignal::new(Vec::new()),
            typed: RwSignal::new(String::new()),
        }
    }

    /// How many there are, with what is still in the field.
    pub fn count(self) -> usize {
        let typed = self.typed.with(|typed| !typed.trim().is_empty());
        self.added.with(Vec::len) + usize::from(typed)
    }

    /// All of them, with what is still in the field.
    pub fn all(self) -> Result<Vec<Email>, String> {
        self.add()?;
        Ok(self.added.get_untracked())
    }

    /// Moves what is in the field to the list. What is no address stays there.
    fn add(self) -> Result<(), String> {
        let (found, wrong) = split(&self.typed.get_untracked());
        self.added.update(|added| {
            for email in found {
                if added.iter().all(|other| other.key() != email.key()) {
                    added.push(email);
                }
            }
        });
        let rest = wrong.join(" ");
        if rest != self.typed.get_untracked() {
            self.typed.set(rest);
        }
        match wrong.first() {
            None => Ok(()),
            Some(wrong) => Err(format!(
                "“{wrong}” is not an e-mail address like name@example.com."
            )),
        }
    }
}

/// The field with its ADD button, and the addresses that were added.
#[component]
pub fn AddressesField(
    /// The addresses.
    addresses: Addresses,
    /// Knows what is wrong with them.
    sending: Sending,
) -> impl IntoView {
    let error = sending.errors.of(POINTER);
    let errors = sending.errors;
    let add = Callback::new(move |()| errors.put(POINTER, addresses.add().err()));
    // A row of addresses is taken apart as soon as it is there.
    effect(move || {
        if addresses
            .typed
            .with(|typed| typed.trim_start().contains(is_separator))
        {
            add.run(());
        }
    });
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && addresses.typed.with_untracked(|typed| !typed.trim().is_empty()) {
            event.prevent_default();
            add.run(());
        }
    };
    view! {
        <div class="with-button" on:keydown=key>
            <TextField
                label="E-mail"
                value=addresses.typed
                kind=Typed::Emails
                optional=true
                autofocus=true
                error
                hint="With addresses, each gets a link that only they can use. Without one, there is one link, and whoever opens it first joins."
            />
            <Button on_click=move |_| add.run(())>"Add"</Button>
        </div>
        <Added addresses />
    }
}

#[component]
fn Added(addresses: Addresses) -> impl IntoView {
    let list = dom::fresh_id("added");
    let own = list.clone();
    let chip = move |(n, email): (usize, Email)| {
        let label = format!("Remove {email}");
        let list = list.clone();
        let remove = move |_| {
            addresses.added.update(|added| {
                if n < added.len() {
                    added.remove(n);
                }
            });
            // The button is gone, and with it the focus.
            let list = list.clone();
            dom::before_paint(move || focus_chip(&list, n));
        };
        view! { <li class="chip"><span>{email.to_string()}</span> <IconButton symbol=Symbol::Cross label on_click=remove /></li> }
    };
    view! {
        <ul id=own class="chips" aria-label="Added">
            {live(move || addresses.added.get().into_iter().enumerate().map(&chip).collect_view())}
        </ul>
    }
}

/// The next chip, or the last, or the field when there is none.
fn focus_chip(list: &str, n: usize) {
    let buttons = document()
        .get_element_by_id(list)
        .map(|list| dom::all(&list, "button"))
        .unwrap_or_default();
    match buttons.get(n).or(buttons.last()) {
        Some(button) => dom::focus(button),
        None => dom::focus_first_field(),
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | ';') || c.is_whitespace()
}

/// The addresses in a text, and what is none. Understands what mail programs copy: `Ann Lee <ann@example.com>, ...`.
fn split(text: &str) -> (Vec<Email>, Vec<String>) {
    let parts = text.split([',', ';', '\n', '\r']).flat_map(|part| {
        let inside = part.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        match inside {
            Some((address, _)) => vec![address],
            None => part.split_whitespace().collect(),
        }
    });
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for part in parts.filter(|part| !part.is_empty()) {
        match part.parse::<Email>() {
            Ok(email) => found.push(email),
            Err(_) => wrong.push(part.to_owned()),
        }
    }
    (found, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r048_addresses_are_found_however_they_are_separated() {
        let all = "ann@example.com, bo@example.com;cy@example.com\ndi@example.com ed@example.com\r\n";
        let (found, wrong) = split(all);
        assert_eq!(found.len(), 5);
        assert!(wrong.is_empty());
        let (found, wrong) = split("Ann Lee <ann@example.com>, \"Bo\" <bo@example.com>");
        let found: Vec<_> = found.iter().map(Email::as_str).collect();
        assert_eq!(
            (found, wrong),
            (vec!["ann@example.com", "bo@example.com"], vec![])
        );
    }

    #[test]
    fn what_is_no_address_is_kept_to_be_corrected() {
        let (found, wrong) = split("ann@example.com, bo at example, @");
        assert_eq!(found.len(), 1);
        assert_eq!(wrong, ["bo", "at", "example", "@"]);
        assert_eq!(split("  ,, ;"), (vec![], vec![]));
    }
}
