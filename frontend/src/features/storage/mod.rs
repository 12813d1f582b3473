//! "Web App Cloud Access": with which keys the server reads one's storage, so that the app can show what lies there
//! (R019 to R026, P02). Secrets go in and never come back; to look, the browser gets short-lived signed addresses (N16).

use leptos::prelude::*;
use shared::{
    page::Page,
    storage::{
        DeleteStorageEntry, ListStorageEntries, OneStorageEntry, StorageEntry, StorageProvider, StorageTest,
        TestStorageEntry,
    },
};

use crate::{
    address::use_address,
    api::call,
    features::storage::{form::EntryDialog, preview::Preview},
    sending::{Refusal, Sending},
    session::use_workspace,
    ui::{
        badge::{Badge, Tone},
        button::{Button, Look},
        confirm_dialog::ConfirmDialog,
        empty::Empty,
        fetched::Fetched,
        icon::Symbol,
        load::load,
        skeleton::Skeleton,
        toast::use_toasts,
    },
};

pub mod form;
pub mod preview;

/// The dialog that makes an entry, or changes the one that `?key=` names.
pub const ENTRY: &str = "storage-entry";
/// The dialog that removes the entry `?key=`.
pub const REMOVE: &str = "remove-storage";

/// The entries that are shown. Cloning shares them.
pub type Entries = ArcRwSignal<Vec<StorageEntry>>;

/// The card with the entries, and the form that shows an object.
#[component]
pub fn CloudAccess() -> impl IntoView {
    let items = Entries::new(Vec::new());
    let first = Fetched::new(|| call::<ListStorageEntries>((), (), ()));
    let shown = items.clone();
    let content = load(first, Skeleton::Rows(2), move |page: Page<StorageEntry>| {
        shown.set(page.items);
        view! { <Listed items=shown.clone() /> }
    });
    view! {
        <section class="card" aria-labelledby="cloud-access">
            <h2 id="cloud-access">"Web App Cloud Access"</h2>
            <p class="muted">
                "With these keys the server reads what lies in your cloud storage, such as debug samples, so that the app can show it. Only you use them. The secrets are sealed and never leave the server; your browser gets an address that works for a short time."
            </p>
            {content}
            <div class="block">
                <h3>"Preview an object"</h3>
                <Preview />
            </div>
        </section>
        <EntryDialog items=items.clone() />
        <RemoveDialog items />
    }
}

#[component]
fn Listed(items: Entries) -> impl IntoView {
    let address = use_address();
    let here = use_workspace().id;
    let count = items.clone();
    let is_empty = Memo::new(move |_| count.with(Vec::is_empty));
    let list = move || {
        let items = items.clone();
        if is_empty.get() {
            view! {
                <Empty
                    symbol=Symbol::Eye
                    title="No cloud access yet"
                    text="Add the keys of a bucket, and the app shows the images, plots and files that lie in it."
                />
            }
            .into_any()
        } else {
            view! {
                <ul class="deeds" aria-label="Cloud access">
                    <For each=move || items.get() key=|entry| (entry.id, entry.updated_at) let:entry>{row(entry)}</For>
                </ul>
            }
            .into_any()
        }
    };
    view! {
        <div class="stack">
            {list}
            <div class="actions">
                <Button look=Look::Primary icon=Symbol::Plus on_click=move |_| address.open_dialog(ENTRY, here, None)>
                    "Add entry"
                </Button>
            </div>
        </div>
    }
}

fn row(entry: StorageEntry) -> AnyView {
    let address = use_address();
    let here = use_workspace().id;
    let (id, name) = (entry.id, called(&entry));
    let tested = ArcRwSignal::new(None::<StorageTest>);
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let answer = tested.clone();
    let test = move |_| {
        let answer = answer.clone();
        answer.set(None);
        let path = OneStorageEntry { storage_entry_id: id };
        sending.send(call::<TestStorageEntry>(path, (), ()), move |found| {
            answer.set(Some(found));
        });
    };
    let result = move || {
        tested.get().map(|found| {
            let (tone, word) = if found.works {
                (Tone::Good, "Works")
            } else {
                (Tone::Danger, "No access")
            };
            view! { <Badge tone>{word}</Badge> " " {found.message} }
        })
    };
    let open = move |dialog: &'static str| address.open_dialog(dialog, here, Some(id.to_string()));
    let of = StoredValue::new(name.clone());
    let of = move || view! { <span class="visually-hidden">" " {of.get_value()}</span> };
    let facts = [
        ("Key", Some(entry.key.clone())),
        ("Region", entry.region.clone()),
        ("Host", entry.host.clone()),
    ]
    .map(|(what, value)| value.map(|value| view! { <span>{what} " " <code>{value}</code></span> }));
    let token = entry
        .has_token
        .then(|| view! { <Badge tone=Tone::Accent>"token"</Badge> });
    let provider = provider(&entry);
    view! {
        <li class="deed">
            <div class="entry">
                <p class="badges">
                    <strong>{name}</strong>
                    <Badge>{provider}</Badge>
                    {token}
                </p>
                <p class="entry-facts muted">
                    {facts.into_iter().collect_view()}
                </p>
                <p role="status">{result}</p>
                <Refusal error />
            </div>
            <span class="row-buttons">
                <Button look=Look::Quiet busy on_click=test>"Test access" {of()}</Button>
                <Button look=Look::Quiet on_click=move |_| open(ENTRY)>"Edit" {of()}</Button>
                <Button look=Look::Quiet on_click=move |_| open(REMOVE)>"Remove" {of()}</Button>
            </span>
        </li>
    }
    .into_any()
}

/// What an entry is called.
pub fn called(entry: &StorageEntry) -> String {
    match (entry.bucket.as_str(), &entry.host) {
        ("", None) => format!("Every bucket of {}", entry.key),
        ("", Some(host)) => format!("Every bucket at {host}"),
        (bucket, _) => bucket.to_owned(),
    }
}

const fn provider(entry: &StorageEntry) -> &'static str {
    match (entry.provider, &entry.host) {
        (StorageProvider::S3, None) => "Amazon S3",
        (StorageProvider::S3, Some(_)) => "S3-compatible",
        (StorageProvider::Azure, _) => "Azure",
        (StorageProvider::Gcs, _) => "Google Cloud",
    }
}

/// The entry that the open dialog `name` is about.
pub fn named(items: Entries, name: &'static str) -> Memo<Option<StorageEntry>> {
    let address = use_address();
    let here = use_workspace().id;
    let asked = address.dialog(name, here, here);
    Memo::new(move |_| {
        let id = address.get("key").filter(|_| asked.get())?;
        items.with(|all| all.iter().find(|entry| entry.id.to_string() == id).cloned())
    })
}

/// The dialog, opened by `?dialog=remove-storage&key=..`. Nothing brings a secret back, so it asks.
#[component]
fn RemoveDialog(items: Entries) -> impl IntoView {
    let address = use_address();
    let toasts = use_toasts();
    let entry = named(items.clone(), REMOVE);
    let open = Signal::derive(move || entry.with(Option::is_some));
    let title = Signal::derive(move || {
        let name = entry.with(|entry| entry.as_ref().map(called).unwrap_or_default());
        format!("Remove the access to “{name}”?")
    });
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let confirm = move |()| {
        let Some(entry) = entry.get_untracked() else {
            return;
        };
        let (items, toasts, id) = (items.clone(), toasts.clone(), entry.id);
        let path = OneStorageEntry { storage_entry_id: id };
        sending.send(call::<DeleteStorageEntry>(path, (), ()), move |()| {
            address.close_dialog();
            items.update(|all| all.retain(|entry| entry.id != id));
            toasts.tell("Entry removed");
        });
    };
    view! {
        <ConfirmDialog open on_close=move |()| address.close_dialog() title action="Remove entry" busy error on_confirm=confirm>
            <p>"The app no longer shows what lies there, and its secret is deleted from this server. The bucket and what is in it stay as they are."</p>
        </ConfirmDialog>
    }
}
