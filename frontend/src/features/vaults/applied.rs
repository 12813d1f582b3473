//! Below one's own vault: those of administrators that apply to oneself, each with its group, to read (R163).

use leptos::prelude::*;
use shared::{
    ids::WorkspaceId,
    page::Page,
    vaults::{ListAppliedVaults, Vault, VaultTarget},
    workspaces::InWorkspace,
};

use crate::{
    address::{Address, use_address},
    api::call,
    features::vaults::{VIEW, language, target},
    ui::{
        badge::{Badge, Tone},
        button::{Button, Look},
        fetched::Fetched,
        load::load_list,
        skeleton::Skeleton,
    },
};

/// The list.
#[component]
pub fn AppliedVaults(
    /// Of which workspace.
    workspace_id: WorkspaceId,
) -> impl IntoView {
    let address = use_address();
    let list = Fetched::new(move || call::<ListAppliedVaults>(InWorkspace { workspace_id }, (), ()));
    let nothing = || {
        view! { <p class="muted">"None. What administrators write for a group that you are in is listed here."</p> }
            .into_any()
    };
    let is_empty = |page: &Page<Vault>| page.items.is_empty();
    let content = load_list(list, Skeleton::Rows(1), is_empty, nothing, move |page| {
        let item = |vault| item(vault, workspace_id, address);
        view! { <ol class="vault-list">{page.items.into_iter().map(item).collect_view()}</ol> }
    });
    view! {
        <h4>"Additional vaults applied by administrators"</h4>
        {content}
    }
}

fn item(vault: Vault, workspace_id: WorkspaceId, address: Address) -> AnyView {
    let group = vault
        .group
        .as_ref()
        .map(|group| group.name.to_string())
        .unwrap_or_default();
    let id = vault.id.to_string();
    let open = move |_| address.open_dialog(VIEW, workspace_id, Some(id.clone()));
    let name = vault.name.to_string();
    view! {
        <li class="vault-item">
            <span class="vault-words">
                <strong>{name.clone()}</strong>
                <span class="under">"For the group " {group} " · " {language::summary(&vault)}</span>
            </span>
            <span class="badges">
                {vault.is_enforced.then(|| view! { <Badge tone=Tone::Warning>"Enforced"</Badge> })}
                {(vault.target == VaultTarget::Storage).then(|| view! { <Badge>{target(vault.target)}</Badge> })}
            </span>
            <Button look=Look::Quiet on_click=open>"View" <span class="visually-hidden">" " {name}</span></Button>
        </li>
    }
    .into_any()
}
