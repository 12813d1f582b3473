//! One's own vault, in the panel of a workspace: whether it applies, what is in it, and how to change that (R079, R086 to R091).

use leptos::prelude::*;
use shared::{
    ids::WorkspaceId,
    vaults::{
        ChangePersonalVault, GetPersonalVault, OneVault, PersonalVault as Found, PersonalVaultChange, Vault,
        VaultTarget,
    },
    workspaces::InWorkspace,
};

use crate::{
    address::{Address, use_address},
    api::{Tag, call},
    features::vaults::{
        EDIT_OWN, VERSIONS,
        applied::AppliedVaults,
        by,
        draft::{CONTENT, Draft, DraftEditor, keep_open, note_changes, overtaken},
        file, language,
        reading::{ViewDialog, shown},
        versions::VersionsDialog,
    },
    routes::{self, Section},
    sending::{MEANWHILE, Refusal, Sending, told},
    session::use_workspace,
    ui::{
        badge::Tone,
        button::{Button, ButtonLink, Kind, Look},
        dialog::{Dialog, use_close},
        download::DownloadLink,
        empty::Empty,
        fetched::Fetched,
        form::{FieldErrors, Form},
        icon::Symbol,
        leave_guard::LeaveGuard,
        live::live,
        load::load,
        notice::Notice,
        skeleton::Skeleton,
        switch::Switch,
        toast::{Toasts, use_toasts},
    },
};

/// One's own vault as it is shown. Cloning shares it.
#[derive(Clone)]
struct Own {
    workspace_id: WorkspaceId,
    vault: ArcRwSignal<Option<Vault>>,
    content: ArcRwSignal<String>,
    tag: ArcRwSignal<Tag>,
    refused: FieldErrors,
    toasts: Toasts,
}

impl Own {
    const fn path(&self) -> InWorkspace {
        InWorkspace {
            workspace_id: self.workspace_id,
        }
    }

    /// Shows what came.
    fn put(&self, (found, tag): (Found, Tag)) {
        self.tag.set(tag);
        self.content.set(found.content.expose().to_owned());
        self.vault.set(found.vault);
    }

    /// Switches it, shows that at once, and offers to take it back.
    fn switch(&self, on: bool, offer_undo: bool) {
        let own = self.clone();
        let before = own.vault.get_untracked();
        own.refused.clear();
        own.vault.update(|vault| {
            if let Some(vault) = vault {
                vault.is_active = on;
            }
        });
        leptos::task::spawn_local(async move {
            let change = PersonalVaultChange {
                is_active: Some(on),
                ..PersonalVaultChange::default()
            };
            match call::<ChangePersonalVault>(own.path(), (), change).tagged().await {
                Ok(changed) => own.put(changed),
                Err(error) => {
                    own.vault.set(before);
                    own.refused.set(told(&error));
                    return;
                }
            }
            let words = if on {
                "Your vault applies now"
            } else {
                "Your vault does not apply any more"
            };
            let toasts = own.toasts.clone();
            if offer_undo {
                toasts.undo(words, move || own.switch(!on, false));
            } else {
                toasts.tell(words);
            }
        });
    }
}

/// The block of one's own vault, with that of the administrators' below it.
#[component]
pub fn PersonalVault(
    /// In which workspace.
    workspace_id: WorkspaceId,
) -> impl IntoView {
    let own = Own {
        workspace_id,
        vault: ArcRwSignal::new(None),
        content: ArcRwSignal::new(String::new()),
        tag: ArcRwSignal::new(None),
        refused: FieldErrors::new(),
        toasts: use_toasts(),
    };
    let fetched =
        Fetched::new(move || call::<GetPersonalVault>(InWorkspace { workspace_id }, (), ()).tagged());
    let shared = own.clone();
    let content = load(fetched, Skeleton::Lines(6), move |found| {
        shared.put(found);
        let dialog = shared.clone();
        view! { {block(shared.clone())} <EditDialog own=dialog /> }
    });
    let error = own.refused.other_than(&[]);
    view! {
        <div class="block vault">
            <h3>"Configuration Vault"</h3>
            <p class="muted">
                "What every SDK and agent that uses your keys here reads when it starts: keys that the local file does not have are added, those that it has are replaced."
            </p>
            {content}
            <Refusal error />
            <AppliedVaults workspace_id />
        </div>
        <ViewDialog workspace_id />
        <VersionsDialog workspace_id on_restored=fetched.refetcher() />
    }
}

fn block(own: Own) -> AnyView {
    let address = use_address();
    let workspace_id = own.workspace_id;
    let vault = own.vault.clone();
    let now = Memo::new(move |_| vault.get());
    let is_there = Memo::new(move |_| now.with(Option::is_some));
    let on = Memo::new(move |_| now.with(|vault| vault.as_ref().is_some_and(|vault| vault.is_active)));
    let text = own.content.clone();
    let edit = move || address.open_dialog(EDIT_OWN, workspace_id, None);
    let toggle = own.clone();
    let switch = move || {
        is_there.get().then(|| {
            let own = toggle.clone();
            view! { <Switch label="Apply it to my clients" on hint="Clients that start from now on follow it." on_change=move |on| own.switch(on, true) /> }
        })
    };
    let content = move || {
        let content = text.get();
        if content.is_empty() {
            return view! {
                <Empty
                    symbol=Symbol::Vault
                    title="Your vault is empty"
                    text="Put in it what all your clients should have in common: where to store models, which packages to use, credentials for storage."
                />
            }
            .into_any();
        }
        let format = now.with_untracked(|vault| vault.as_ref().map(|vault| vault.format).unwrap_or_default());
        shown("What is in it", format, &content)
    };
    let buttons = move || {
        now.get()
            .map(|vault| saved_buttons(&vault, workspace_id, address))
    };
    let facts = move || {
        now.get().map(|vault| {
            view! { <p class="why-not">{language::size(vault.lines, vault.bytes)} ", saved " {by(vault.updated_at, &vault.updated_by)}</p> }
        })
    };
    let effective = routes::settings(workspace_id, Section::Effective);
    view! {
        {switch}
        {live(move || {
            (is_there.get() && !on.get())
                .then(|| view! { <Notice><p>"The vault is off: no client gets it. You can go on editing it and switch it on later."</p></Notice> })
        })}
        <div on:dblclick=move |_| edit()>{content}</div>
        {facts}
        <div class="actions">
            <Button look=Look::Primary icon=Symbol::Pencil on_click=move |_| edit()>
                "EDIT" <span class="visually-hidden">" the configuration vault"</span>
            </Button>
            {buttons}
            <ButtonLink href=effective icon=Symbol::Eye>"What my clients get"</ButtonLink>
        </div>
    }
    .into_any()
}

/// What can be done with a vault that is there.
fn saved_buttons(vault: &Vault, workspace_id: WorkspaceId, address: Address) -> AnyView {
    let vault_id = vault.id;
    let path = OneVault {
        workspace_id,
        vault_id,
    };
    let versions = move |_| address.open_dialog(VERSIONS, workspace_id, Some(vault_id.to_string()));
    view! {
        <DownloadLink href=file(&path) words="Download" />
        <Button icon=Symbol::Clock on_click=versions>"Versions"</Button>
    }
    .into_any()
}

#[component]
fn EditDialog(own: Own) -> impl IntoView {
    let address = use_address();
    let open = address.dialog(EDIT_OWN, own.workspace_id, use_workspace().id);
    let unsaved = RwSignal::new(false);
    // Begins anew with what others saved.
    let begun = RwSignal::new(());
    let form = move || {
        begun.track();
        view! { <EditForm own=own.clone() unsaved begun address /> }
    };
    view! {
        <Dialog
            open
            on_close=move |()| address.close_dialog()
            title="Configuration Vault"
            keep_open=keep_open(unsaved)
            wide=true
        >
            {form.clone()}
        </Dialog>
    }
}

#[component]
fn EditForm(own: Own, unsaved: RwSignal<bool>, begun: RwSignal<()>, address: Address) -> impl IntoView {
    let (vault, tag) = (own.vault.get_untracked(), own.tag.get_untracked());
    let is_new = vault.is_none();
    let format = vault.as_ref().map(|vault| vault.format).unwrap_or_default();
    let is_off = vault.is_some_and(|vault| !vault.is_active);
    let draft = Draft::new(VaultTarget::Config, format, own.content.get_untracked());
    note_changes(move || draft.is_changed(), unsaved);
    let sending = Sending::new();
    let busy = sending.busy();
    draft.clears(&sending);
    let content_error = sending.errors.of(CONTENT);
    let other = sending.errors.other_than(&[CONTENT, MEANWHILE]);
    let workspace_id = own.workspace_id;
    let (mine, loading) = (own.clone(), sending.clone());
    let load_theirs = Callback::new(move |()| {
        let own = mine.clone();
        let theirs = call::<GetPersonalVault>(own.path(), (), ()).tagged();
        loading.send(theirs, move |found| {
            own.put(found);
            let _ = begun.try_set(());
        });
    });
    let overtaken = overtaken(&sending, load_theirs);
    let submit = move |()| {
        let Some(content) = draft.content() else { return };
        let is_written = is_new || untrack(|| draft.is_changed());
        let change = PersonalVaultChange {
            is_active: None,
            format: is_written.then(|| untrack(|| draft.format())),
            content: is_written.then_some(content),
        };
        let own = own.clone();
        let work = call::<ChangePersonalVault>(own.path(), (), change)
            .if_match(tag.clone())
            .tagged();
        sending.send(work, move |changed| {
            unsaved.set(false);
            let applies = changed.0.vault.as_ref().is_some_and(|vault| vault.is_active);
            own.toasts.tell(if applies {
                "Vault saved. Clients that start now get it."
            } else {
                "Vault saved. It is off: no client gets it."
            });
            own.put(changed);
            address.close_dialog();
        });
    };
    let close = use_close();
    view! {
        <LeaveGuard dirty=unsaved />
        {is_off
            .then(|| view! { <Notice tone=Tone::Warning><p>"The vault is off: what you write here applies once you switch it on."</p></Notice> })}
        <Form on_submit=submit busy>
            <DraftEditor workspace_id draft error=content_error />
            {overtaken}
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| close.run(())>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>"OK"</Button>
            </div>
        </Form>
    }
}
