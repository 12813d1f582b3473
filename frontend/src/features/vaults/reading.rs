//! The content of a vault that applies to oneself, to read alone (R163).

use leptos::prelude::*;
use shared::{
    ids::{VaultId, WorkspaceId},
    vaults::{GetVault, OneVault, VaultFormat},
};

use crate::{
    address::use_address,
    api::call,
    features::vaults::{VIEW, file, language},
    session::use_workspace,
    ui::{
        code_editor::{Code, CodeEditor},
        dialog::Dialog,
        download::DownloadLink,
        fetched::Fetched,
        live::live,
        load::load,
        skeleton::Skeleton,
    },
};

/// A content in its colours.
pub fn shown(label: &'static str, format: VaultFormat, content: &str) -> AnyView {
    let code = Code::new(content.to_owned());
    view! { <CodeEditor label code colours=language::colours(move || format) read_only=true /> }.into_any()
}

/// The dialog, opened by `?dialog=view-vault&key=..`.
#[component]
pub fn ViewDialog(
    /// Of which workspace.
    workspace_id: WorkspaceId,
) -> impl IntoView {
    let address = use_address();
    let asked = address.dialog(VIEW, workspace_id, use_workspace().id);
    let vault_id = Memo::new(move |_| {
        address
            .get("key")
            .filter(|_| asked.get())?
            .parse::<VaultId>()
            .ok()
    });
    let open = Signal::derive(move || vault_id.get().is_some());
    let name = RwSignal::new(String::new());
    let title = Signal::derive(move || name.get());
    let content = move |vault_id: VaultId| {
        name.set("Configuration vault".to_owned());
        let path = OneVault {
            workspace_id,
            vault_id,
        };
        let href = file(&path);
        let fetched = Fetched::new(move || call::<GetVault>(path.clone(), (), ()));
        load(fetched, Skeleton::Lines(8), move |found| {
            let _ = name.try_set(found.vault.name.to_string());
            view! {
                {shown("Content", found.vault.format, found.content.expose())}
                <div class="actions actions-end"><DownloadLink href=href.clone() words="Download" /></div>
            }
        })
    };
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title wide=true>
            {live(move || vault_id.get().map(content))}
        </Dialog>
    }
}
