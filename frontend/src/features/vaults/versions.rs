//! Every save of a vault: who and when, what differs from the content now, and the way back to it (N05).

use leptos::prelude::*;
use shared::{
    ids::{VaultId, WorkspaceId},
    page::{Page, PageQuery},
    vaults::{
        GetVault, GetVaultVersion, ListVaultVersions, OneVault, OneVersion, RestoreVaultVersion, VaultTarget,
        VaultVersion, VaultWithContent, VersionWithContent,
    },
};

use crate::{
    address::{Address, Step, use_address},
    api::{ApiError, call},
    features::vaults::{VERSIONS, by, language, versus::versus},
    sending::{Refusal, Sending},
    session::use_workspace,
    ui::{
        badge::{Badge, Tone},
        button::{Button, Look},
        dialog::Dialog,
        fetched::Fetched,
        icon::Symbol,
        live::live,
        load::load,
        skeleton::Skeleton,
        table::{Column, Table},
        toast::use_toasts,
    },
};

const COLUMNS: [Column; 4] = [
    Column::text("Version"),
    Column::text("Saved"),
    Column::text("Content"),
    Column::actions("Actions"),
];

/// What the parts of the dialog share.
#[derive(Clone, Copy)]
struct Shared {
    path: StoredValue<OneVault>,
    address: Address,
    on_restored: Callback<()>,
    cursor: RwSignal<Option<String>>,
}

/// The dialog, opened by `?dialog=vault-versions&key=..`.
#[component]
pub fn VersionsDialog(
    /// Of which workspace.
    workspace_id: WorkspaceId,
    /// Hears that the content is another one.
    on_restored: Callback<()>,
) -> impl IntoView {
    let address = use_address();
    let asked = address.dialog(VERSIONS, workspace_id, use_workspace().id);
    let vault_id = Memo::new(move |_| {
        address
            .get("key")
            .filter(|_| asked.get())?
            .parse::<VaultId>()
            .ok()
    });
    let version = Memo::new(move |_| address.get("tab").and_then(|tab| tab.parse::<u64>().ok()));
    let open = Signal::derive(move || vault_id.get().is_some());
    let title = Signal::derive(move || match version.get() {
        Some(version) => format!("Version {version} and what is there now"),
        None => "Versions".to_owned(),
    });
    let content = move |vault_id: VaultId| {
        let shared = Shared {
            path: StoredValue::new(OneVault {
                workspace_id,
                vault_id,
            }),
            address,
            on_restored,
            cursor: RwSignal::new(None),
        };
        move || match version.get() {
            Some(version) => compared(shared, version),
            None => listed(shared),
        }
    };
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title wide=true>
            {live(move || vault_id.get().map(content))}
        </Dialog>
    }
}

fn listed(shared: Shared) -> AnyView {
    let list = Fetched::new(move || {
        let query = PageQuery {
            cursor: shared.cursor.get(),
            ..PageQuery::default()
        };
        call::<ListVaultVersions>(shared.path.get_value(), query, ())
    });
    load(list, Skeleton::Rows(5), move |page: Page<VaultVersion>| {
        let is_first = shared.cursor.with_untracked(Option::is_none);
        let next = page.next_cursor.clone().map(|cursor| {
            let go = move |_| shared.cursor.set(Some(cursor.clone()));
            view! { <Button on_click=go>"Older versions"</Button> }
        });
        let first = (!is_first)
            .then(|| view! { <Button on_click=move |_| shared.cursor.set(None)>"Newest versions"</Button> });
        let rows = page.items.into_iter().enumerate();
        let rows = rows.map(|(number, version)| row(version, is_first && number == 0, shared));
        let rows = rows.collect_view();
        view! {
            <Table caption="Versions" columns=COLUMNS.into()>{rows}</Table>
            <div class="actions">{first} {next}</div>
        }
    })
}

fn row(version: VaultVersion, is_newest: bool, shared: Shared) -> AnyView {
    let number = version.version;
    let compare = move |_| {
        shared
            .address
            .change(Step::New, &[("tab", Some(number.to_string()))]);
    };
    let size = match version.entries {
        Some(entries) => format!("{entries} credentials"),
        None => language::size(version.lines, version.bytes),
    };
    view! {
        <tr>
            <th scope="row">
                <span class="badges">
                    {number.to_string()} {is_newest.then(|| view! { <Badge tone=Tone::Accent>"Now"</Badge> })}
                    {version.restored_from.map(|from| view! { <Badge>"As version " {from.to_string()}</Badge> })}
                </span>
            </th>
            <td>{by(version.saved_at, &version.saved_by)}</td>
            <td>{size} <span class="under">{language::name(version.format)}</span></td>
            <td class="row-actions">
                {(!is_newest)
                    .then(|| {
                        view! {
                            <Button look=Look::Quiet on_click=compare>
                                "Compare" <span class="visually-hidden">{format!(" version {number}")}</span>
                            </Button>
                        }
                    })}
            </td>
        </tr>
    }
    .into_any()
}

async fn both(path: OneVersion, now: OneVault) -> Result<(VersionWithContent, VaultWithContent), ApiError> {
    let then = call::<GetVaultVersion>(path, (), ()).await?;
    Ok((then, call::<GetVault>(now, (), ()).await?))
}

fn compared(shared: Shared, version: u64) -> AnyView {
    let fetched = Fetched::new(move || {
        let now = shared.path.get_value();
        both(one(&now, version), now)
    });
    let back = move |_| shared.address.change(Step::New, &[("tab", None)]);
    let toasts = use_toasts();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    load(fetched, Skeleton::Lines(10), move |(then, now)| {
        let (path, replaced) = (shared.path.get_value(), now.vault.version);
        let (toasts, sending) = (toasts.clone(), sending.clone());
        let restore = move |_| {
            let (path, toasts) = (path.clone(), toasts.clone());
            sending.send(
                call::<RestoreVaultVersion>(one(&path, version), (), ()),
                move |vault| {
                    let undo_toasts = toasts.clone();
                    let undo = move || {
                        let (path, toasts) = (path.clone(), undo_toasts.clone());
                        leptos::task::spawn_local(async move {
                            let undone = call::<RestoreVaultVersion>(one(&path, replaced), (), ()).await;
                            let _ = shared.on_restored.try_run(());
                            toasts.tell(match undone {
                                Ok(_) => "Taken back",
                                Err(_) => "It could not be taken back. Look at the versions.",
                            });
                        });
                    };
                    toasts.undo(
                        format!("Version {} is the newest, as version {version}", vault.version),
                        undo,
                    );
                    shared.address.close_dialog();
                    let _ = shared.on_restored.try_run(());
                },
            );
        };
        view! {
            <p class="muted">"Version " {version.to_string()} ", saved " {by(then.version.saved_at, &then.version.saved_by)}</p>
            {versus(then.content.expose(), now.content.expose(), now.vault.target == VaultTarget::Storage)}
            <Refusal error />
            <div class="actions actions-end">
                <Button icon=Symbol::ChevronLeft on_click=back>"All versions"</Button>
                <Button look=Look::Primary icon=Symbol::Rotate busy on_click=restore>"Restore this version"</Button>
            </div>
        }
    })
}

fn one(vault: &OneVault, version: u64) -> OneVersion {
    OneVersion {
        workspace_id: vault.workspace_id,
        vault_id: vault.vault_id,
        version,
    }
}
