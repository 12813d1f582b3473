//! The dialogs in which an administrator makes and changes a vault for a group.

use leptos::prelude::*;
use shared::{
    groups::{Group, ListGroups},
    ids::VaultId,
    text::Name,
    vaults::{
        ChangeVault, CreateVault, GetVault, NewVault, OneVault, VaultChange, VaultTarget, VaultWithContent,
    },
    workspaces::InWorkspace,
};

use crate::{
    address::use_address,
    api::{ApiError, Tag, call},
    features::vaults::{
        EDIT, NEW,
        draft::{CONTENT, Draft, DraftEditor, keep_open, note_changes, overtaken},
        listed::Listed,
        target,
    },
    sending::{MEANWHILE, Refusal, Sending, checked, fault},
    ui::{
        button::{Button, Kind, Look},
        choice::CheckField,
        dialog::{Dialog, use_close},
        fetched::Fetched,
        field::{SelectField, TextField},
        form::Form,
        leave_guard::LeaveGuard,
        load::load,
        number::plural,
        skeleton::Skeleton,
    },
};

/// Both, opened by `?dialog=new-vault` and `?dialog=edit-vault&key=..`.
#[component]
pub fn WriteDialogs(
    /// Shows what was saved.
    listed: Listed,
) -> impl IntoView {
    let address = use_address();
    let here = listed.workspace_id;
    let (new, edit) = (address.dialog(NEW, here, here), address.dialog(EDIT, here, here));
    let asked = Memo::new(move |_| {
        if new.get() {
            return Some(None);
        }
        let id = address
            .get("key")
            .filter(|_| edit.get())?
            .parse::<VaultId>()
            .ok()?;
        Some(Some(id))
    });
    let open = Signal::derive(move || asked.get().is_some());
    let title = Signal::derive(move || if edit.get() { "Edit vault" } else { "Create vault" }.to_owned());
    let unsaved = RwSignal::new(false);
    let content = move |id: Option<VaultId>, listed: Listed| {
        let path = id.map(|id| listed.path(id));
        let fetched = Fetched::new(move || bring(InWorkspace { workspace_id: here }, path.clone()));
        let again = fetched.refetcher();
        load(fetched, Skeleton::Fields(5), move |(groups, vault)| {
            view! { <VaultForm groups vault listed=listed.clone() unsaved again /> }
        })
    };
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title keep_open=keep_open(unsaved) wide=true>
            {
                let listed = listed.clone();
                move || asked.get().map(|id| content(id, listed.clone()))
            }
        </Dialog>
    }
}

type Brought = (Vec<Group>, Option<(VaultWithContent, Tag)>);

async fn bring(workspace: InWorkspace, path: Option<OneVault>) -> Result<Brought, ApiError> {
    let groups = call::<ListGroups>(workspace, (), ()).await?.items;
    let vault = match path {
        Some(path) => Some(call::<GetVault>(path, (), ()).tagged().await?),
        None => None,
    };
    Ok((groups, vault))
}

#[component]
fn VaultForm(
    groups: Vec<Group>,
    vault: Option<(VaultWithContent, Tag)>,
    listed: Listed,
    unsaved: RwSignal<bool>,
    again: Callback<()>,
) -> impl IntoView {
    let address = listed.address;
    let workspace_id = listed.workspace_id;
    let (known, content, tag) = match vault {
        Some((found, tag)) => (Some(found.vault), found.content.expose().to_owned(), tag),
        None => (None, String::new(), None),
    };
    let draft = Draft::new(
        known.as_ref().map(|vault| vault.target).unwrap_or_default(),
        known.as_ref().map(|vault| vault.format).unwrap_or_default(),
        content,
    );
    let first_name = known
        .as_ref()
        .map(|vault| vault.name.to_string())
        .unwrap_or_default();
    let own_group = known
        .as_ref()
        .and_then(|vault| vault.group.as_ref())
        .map(|group| group.id.to_string());
    let first_group = own_group
        .or_else(|| groups.first().map(|group| group.id.to_string()))
        .unwrap_or_default();
    let was_enforced = known.as_ref().is_some_and(|vault| vault.is_enforced);
    let name = RwSignal::new(first_name.clone());
    let group = RwSignal::new(first_group.clone());
    let enforced = RwSignal::new(was_enforced);
    let differs = move || {
        [
            name.with(|name| *name != first_name),
            group.with(|group| *group != first_group),
            enforced.get() != was_enforced,
            draft.is_changed(),
        ]
    };
    let changed = differs.clone();
    note_changes(move || changed().contains(&true), unsaved);
    let sending = Sending::new();
    let busy = sending.busy();
    let [name_error, group_error, content_error] =
        ["/name", "/group_id", CONTENT].map(|field| sending.errors.of(field));
    let other = sending
        .errors
        .other_than(&["/name", "/group_id", CONTENT, MEANWHILE]);
    let overtaken = overtaken(&sending, again);
    draft.clears(&sending);
    let left = sending.watch("/name", name, fault::<Name>);
    let id = known.as_ref().map(|vault| vault.id);
    let submit = move |()| {
        let mut wrong = Vec::new();
        let Some(name) = checked::<Name>(&name.get_untracked(), "/name", &mut wrong) else {
            sending.errors.set(wrong);
            return;
        };
        let Ok(group_id) = group.get_untracked().parse() else {
            sending
                .errors
                .set(vec![("/group_id".to_owned(), "Choose a group.".to_owned())]);
            return;
        };
        let Some(content) = draft.content() else { return };
        let (target, format) = untrack(|| (draft.target(), draft.format()));
        let is_enforced = enforced.get_untracked() && target == VaultTarget::Config;
        let listed = listed.clone();
        let done = move |words: String| {
            unsaved.set(false);
            address.close_dialog();
            listed.reload(words);
        };
        if let Some(id) = id {
            // What was not touched is left as others may have set it.
            let [named, grouped, enforces, written] = untrack(&differs);
            let change = VaultChange {
                name: named.then_some(name),
                group_id: grouped.then_some(group_id),
                is_active: None,
                is_enforced: enforces.then_some(is_enforced),
                format: written.then_some(format),
                content: written.then_some(content),
            };
            let path = OneVault {
                workspace_id,
                vault_id: id,
            };
            let work = call::<ChangeVault>(path, (), change).if_match(tag.clone());
            sending.send(work, move |saved| {
                done(format!("{} saved", saved.vault.name));
            });
        } else {
            let new = NewVault {
                name,
                group_id,
                target,
                format,
                content,
                is_active: true,
                is_enforced,
            };
            let path = InWorkspace { workspace_id };
            let words = |name: Name| format!("{name} was made. It applies from now on.");
            sending.send(call::<CreateVault>(path, (), new), move |vault| {
                done(words(vault.name));
            });
        }
    };
    let close = use_close();
    let options = group_options(&groups);
    let is_new = id.is_none();
    let targets = VaultTarget::ALL
        .map(|one| (one.as_str().to_owned(), target(one).to_owned()))
        .to_vec();
    let is_storage = Memo::new(move |_| draft.target() == VaultTarget::Storage);
    let for_target = move || {
        if is_storage.get() {
            view! {
                <p class="field-hint">
                    "A JSON list of storage entries, each with " <code>"provider"</code> ", " <code>"bucket"</code> ", " <code>"key"</code> " and "
                    <code>"secret"</code> ". Secrets are never shown again: an entry that you leave without its secret keeps the one that it has."
                </p>
            }
            .into_any()
        } else {
            let hint = "It then applies after the personal vaults of the group, and wins over them.";
            view! { <CheckField label="Enforced" value=enforced hint=hint.to_owned() /> }.into_any()
        }
    };
    view! {
        <LeaveGuard dirty=unsaved />
        <Form on_submit=submit busy>
            <TextField label="Name" value=name autofocus=true max_length=Name::MAX error=name_error on_leave=left />
            <SelectField label="Group" value=group options=Signal::stored(options) error=group_error hint="Whose clients get it." />
            {is_new
                .then(|| view! { <SelectField label="Target" value=draft.target options=Signal::stored(targets) hint="It stays what it is made for." /> })}
            {for_target}
            <DraftEditor workspace_id draft error=content_error />
            {overtaken}
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| close.run(())>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>{if is_new { "Create vault" } else { "Save vault" }}</Button>
            </div>
        </Form>
    }
}

fn group_options(groups: &[Group]) -> Vec<(String, String)> {
    let option = |group: &Group| {
        let members = plural(group.members, "member", "members");
        (group.id.to_string(), format!("{} ({members})", group.name))
    };
    groups.iter().map(option).collect()
}
