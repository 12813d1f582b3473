//! The dialog that makes an entry or changes one. It asks for what the chosen storage needs. A secret is never shown again:
//! what is left empty stays, unless it would go to another host, account or storage.

use leptos::prelude::*;
use shared::{
    storage::{
        ChangeStorageEntry, CreateStorageEntry, NewStorageEntry, OneStorageEntry, StorageEntry,
        StorageEntryChange, StorageProvider,
    },
    text::SecretText,
};

use crate::{
    address::use_address,
    api::call,
    features::storage::{ENTRY, Entries, called, named},
    sending::{Refusal, Sending},
    session::use_workspace,
    ui::{
        button::{Button, Kind, Look},
        choice::CheckField,
        dialog::Dialog,
        effect::effect,
        field::{SelectField, TextField, Typed},
        form::Form,
        leave_guard::LeaveGuard,
        password_field::{PasswordField, Which},
        toast::use_toasts,
    },
};

/// What can be chosen: the provider, and for S3 whether the storage is Amazon's own.
const KINDS: [(&str, &str); 4] = [
    ("s3", "Amazon S3"),
    (COMPATIBLE, "S3-compatible"),
    (AZURE, "Azure Blob Storage"),
    (GCS, "Google Cloud Storage"),
];
const COMPATIBLE: &str = "s3-compatible";
const AZURE: &str = "azure";
const GCS: &str = "gcs";

const FIELDS: &[&str] = &["/bucket", "/key", "/secret", "/token", "/region", "/host"];

/// What is typed, without blanks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Draft {
    kind: String,
    bucket: String,
    key: String,
    secret: String,
    token: String,
    region: String,
    host: String,
    drops_token: bool,
}

impl Draft {
    /// What an entry is, or what an empty form begins with.
    fn of(entry: Option<&StorageEntry>) -> Self {
        let kind = match entry.map(|entry| (entry.provider, &entry.host)) {
            None | Some((StorageProvider::S3, None)) => "s3",
            Some((StorageProvider::S3, Some(_))) => COMPATIBLE,
            Some((StorageProvider::Azure, _)) => AZURE,
            Some((StorageProvider::Gcs, _)) => GCS,
        };
        let text =
            |read: fn(&StorageEntry) -> Option<&String>| entry.and_then(read).cloned().unwrap_or_default();
        Self {
            kind: kind.to_owned(),
            bucket: text(|entry| Some(&entry.bucket)),
            key: text(|entry| Some(&entry.key)),
            secret: String::new(),
            token: String::new(),
            region: text(|entry| entry.region.as_ref()),
            host: text(|entry| entry.host.as_ref()),
            drops_token: false,
        }
    }

    fn provider(&self) -> StorageProvider {
        match self.kind.as_str() {
            AZURE => StorageProvider::Azure,
            GCS => StorageProvider::Gcs,
            _ => StorageProvider::S3,
        }
    }

    /// The host, where the chosen storage has one.
    fn host(&self) -> Option<String> {
        filled(&self.host).filter(|_| has_host(&self.kind))
    }

    fn region(&self) -> Option<String> {
        filled(&self.region).filter(|_| is_s3(&self.kind))
    }

    fn token(&self) -> Option<SecretText> {
        filled(&self.token)
            .filter(|_| is_s3(&self.kind))
            .map(SecretText::new)
    }

    /// Whether the secret of `before` would go elsewhere.
    fn leads_elsewhere(&self, before: &StorageEntry) -> bool {
        self.provider() != before.provider || self.host() != before.host || self.key != before.key
    }

    /// What is wrong, by field.
    fn wrong(&self, before: Option<&StorageEntry>) -> Vec<(String, String)> {
        let must_have_secret = before.is_none_or(|before| self.leads_elsewhere(before));
        [
            (
                self.key.is_empty(),
                "/key",
                "Enter the access key, or for Azure the name of the account.",
            ),
            (
                self.kind == COMPATIBLE && self.host.is_empty(),
                "/host",
                "Enter the host, with its port if it has one: storage.example.com:9000.",
            ),
            (
                self.secret.is_empty() && must_have_secret,
                "/secret",
                if before.is_some() {
                    "Enter the secret again: the one that is kept belongs to another storage, host or key."
                } else {
                    "Enter the secret."
                },
            ),
        ]
        .into_iter()
        .filter(|(is_wrong, ..)| *is_wrong)
        .map(|(_, field, sentence)| (field.to_owned(), sentence.to_owned()))
        .collect()
    }

    fn new_entry(self) -> NewStorageEntry {
        NewStorageEntry {
            provider: self.provider(),
            token: self.token(),
            region: self.region(),
            host: self.host(),
            bucket: self.bucket,
            key: self.key,
            secret: SecretText::new(self.secret),
        }
    }

    fn change(self, before: &StorageEntry) -> StorageEntryChange {
        let ends =
            before.has_token && (self.drops_token || !is_s3(&self.kind) || self.leads_elsewhere(before));
        StorageEntryChange {
            provider: Some(self.provider()),
            token: self.token().map(Some).or(ends.then_some(None)),
            region: Some(self.region()),
            host: Some(self.host()),
            secret: filled(&self.secret).map(SecretText::new),
            bucket: Some(self.bucket),
            key: Some(self.key),
        }
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether regions and session tokens mean something to the chosen storage.
fn is_s3(kind: &str) -> bool {
    kind != AZURE && kind != GCS
}

fn has_host(kind: &str) -> bool {
    kind == COMPATIBLE || kind == AZURE
}

/// The dialog, opened by `?dialog=storage-entry`, with `&key=` for one that is there.
#[component]
pub fn EntryDialog(
    /// Shows the new or changed one.
    items: Entries,
) -> impl IntoView {
    let address = use_address();
    let here = use_workspace().id;
    let asked = address.dialog(ENTRY, here, here);
    let entry = named(items.clone(), ENTRY);
    let open =
        Signal::derive(move || asked.get() && (entry.with(Option::is_some) || address.get("key").is_none()));
    let title = Signal::derive(move || {
        entry.with(|entry| {
            entry.as_ref().map_or_else(
                || "Add cloud access".to_owned(),
                |entry| format!("Edit the access to “{}”", called(entry)),
            )
        })
    });
    let dirty = RwSignal::new(false);
    let keep_open =
        Signal::derive(move || dirty.get().then(|| "What you typed is not saved yet.".to_owned()));
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title keep_open>
            <EntryForm before=entry.get_untracked() items=items.clone() is_dirty=dirty />
        </Dialog>
    }
}

/// Tells the dialog whether something would be lost, as long as the form is there.
fn tell_dirty(dirty: Signal<bool>, is_dirty: RwSignal<bool>) {
    effect(move || is_dirty.set(dirty.get()));
    on_cleanup(move || {
        let _ = is_dirty.try_set(false);
    });
}

#[component]
fn EntryForm(before: Option<StorageEntry>, items: Entries, is_dirty: RwSignal<bool>) -> impl IntoView {
    let address = use_address();
    let toasts = use_toasts();
    let start = Draft::of(before.as_ref());
    let [kind, bucket, key, secret, token, region, host] = [
        &start.kind,
        &start.bucket,
        &start.key,
        &start.secret,
        &start.token,
        &start.region,
        &start.host,
    ]
    .map(|text| RwSignal::new(text.clone()));
    let drops_token = RwSignal::new(false);
    let draft = move || {
        let text = |field: RwSignal<String>| field.with(|text| text.trim().to_owned());
        Draft {
            kind: kind.get(),
            bucket: text(bucket),
            key: text(key),
            secret: text(secret),
            token: text(token),
            region: text(region),
            host: text(host),
            drops_token: drops_token.get(),
        }
    };
    let dirty = Signal::derive(move || draft() != start);
    tell_dirty(dirty, is_dirty);
    let sending = Sending::new();
    let (busy, errors) = (sending.busy(), sending.errors.clone());
    let other = errors.other_than(FIELDS);
    let watched = sending.clone();
    let watch = move |pointer, value| watched.watch(pointer, value, |_| None);
    let [
        bucket_left,
        key_left,
        secret_left,
        token_left,
        region_left,
        host_left,
    ] = [
        watch("/bucket", bucket),
        watch("/key", key),
        watch("/secret", secret),
        watch("/token", token),
        watch("/region", region),
        watch("/host", host),
    ];
    let kept = before.as_ref().map_or("", |_| "Kept");
    let (is_new, has_token) = (
        before.is_none(),
        before.as_ref().is_some_and(|before| before.has_token),
    );
    let submit = move |()| {
        let draft = untrack(draft);
        let wrong = draft.wrong(before.as_ref());
        if !wrong.is_empty() {
            sending.errors.set(wrong);
            return;
        }
        let work = match &before {
            None => call::<CreateStorageEntry>((), (), draft.new_entry()),
            Some(before) => {
                let path = OneStorageEntry {
                    storage_entry_id: before.id,
                };
                call::<ChangeStorageEntry>(path, (), draft.change(before))
            }
        };
        let (items, toasts) = (items.clone(), toasts.clone());
        sending.send(work, move |saved: StorageEntry| {
            let _ = is_dirty.try_set(false);
            address.close_dialog();
            items.update(|all| match all.iter_mut().find(|entry| entry.id == saved.id) {
                Some(entry) => *entry = saved,
                None => all.push(saved),
            });
            toasts.tell("Entry saved");
        });
    };
    let kinds: Vec<_> = KINDS
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .into();
    let shows_region = Memo::new(move |_| kind.with(|kind| is_s3(kind)));
    let shows_host = Memo::new(move |_| kind.with(|kind| has_host(kind)));
    let for_region = errors.clone();
    let of_s3 = move || {
        shows_region.get().then(|| {
            let (token_error, region_error) = (for_region.of("/token"), for_region.of("/region"));
            let hint = "Only for temporary keys: the session token that came with them.";
            view! {
                <PasswordField label="Token" value=token which=Which::Secret optional=true hint error=token_error on_leave=token_left placeholder=if has_token { "Kept" } else { "" } />
                {has_token.then(|| view! { <CheckField label="Remove the token" value=drops_token /> })}
                <TextField label="Region" value=region kind=Typed::Code optional=true hint="Like eu-central-1." error=region_error on_leave=region_left />
            }
        })
    };
    let for_host = errors.clone();
    let of_host = move || {
        shows_host.get().then(|| {
            let hint = "Not needed for the provider's own: the host with its port, like storage.example.com:9000, or http:// and that where there is no TLS.";
            view! { <TextField label="Host (Endpoint)" value=host kind=Typed::Code hint error=for_host.of("/host") on_leave=host_left /> }
        })
    };
    let (bucket_error, key_error, secret_error) =
        (errors.of("/bucket"), errors.of("/key"), errors.of("/secret"));
    view! {
        <LeaveGuard dirty />
        <Form on_submit=submit busy>
            <SelectField label="Provider" value=kind options=kinds />
            <TextField label="Bucket" value=bucket kind=Typed::Code optional=true autofocus=true hint="The bucket or container; empty for every one that the key opens." error=bucket_error on_leave=bucket_left />
            <TextField label="Key" value=key kind=Typed::Code hint="The access key; for Azure the name of the account." error=key_error on_leave=key_left />
            <PasswordField label="Secret / SAS" value=secret which=Which::Secret optional=!is_new placeholder=kept hint="The secret key; for Azure the account's key or a shared access signature. It is not shown again." error=secret_error on_leave=secret_left />
            {of_s3}
            {of_host}
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| address.close_dialog()>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>"Save entry"</Button>
            </div>
        </Form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> StorageEntry {
        serde_json::from_value(serde_json::json!({
            "id": "00000000000000000000000000000000", "provider": "s3", "bucket": "b", "key": "k", "has_token": true,
            "region": "eu", "host": "h:9000", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
        }))
        .unwrap()
    }

    fn fields(draft: &Draft, before: Option<&StorageEntry>) -> Vec<String> {
        draft.wrong(before).into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn r022_r023_r025_a_new_entry_has_a_key_a_secret_and_where_it_needs_one_a_host() {
        let mut draft = Draft::of(None);
        assert_eq!(fields(&draft, None), ["/key", "/secret"]);
        draft.kind = COMPATIBLE.to_owned();
        assert_eq!(fields(&draft, None), ["/key", "/host", "/secret"]);
    }

    #[test]
    fn a_secret_is_kept_until_it_would_go_elsewhere() {
        let before = entry();
        let mut draft = Draft::of(Some(&before));
        draft.bucket = "other".to_owned();
        assert_eq!(fields(&draft, Some(&before)), [""; 0]);
        let change = draft.clone().change(&before);
        assert!(change.secret.is_none() && change.token.is_none());
        draft.host = "evil.example".to_owned();
        assert_eq!(fields(&draft, Some(&before)), ["/secret"]);
        assert!(
            matches!(draft.change(&before).token, Some(None)),
            "the token does not go there either"
        );
    }

    #[test]
    fn what_the_chosen_storage_does_not_have_is_not_sent() {
        let before = entry();
        let mut draft = Draft::of(Some(&before));
        draft.kind = GCS.to_owned();
        draft.token = "t".to_owned();
        let change = draft.change(&before);
        assert_eq!((change.region, change.host), (Some(None), Some(None)));
        assert!(matches!(change.token, Some(None)));
    }
}
