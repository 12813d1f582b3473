//! The administrators' vaults: the table in the order in which they apply, the search, and the dialogs (P03, P08, R162).

use leptos::prelude::*;
use shared::{
    ids::VaultId,
    page::{Page, PageQuery},
    vaults::{DeleteVault, ListVaults, Vault},
    workspaces::InWorkspace,
};

use crate::{
    address::{Step, use_address},
    api::call,
    features::vaults::{
        DELETE, NEW, listed::Listed, row::VaultRow, versions::VersionsDialog, write::WriteDialogs,
    },
    listing::pager,
    sending::{Refusal, Sending},
    session::use_workspace,
    text,
    ui::{
        button::{Button, Look},
        confirm_dialog::ConfirmDialog,
        empty::{Empty, NoMatch},
        fetched::Fetched,
        field::{TextField, Typed},
        icon::Symbol,
        live::live,
        load::load,
        number::{count, plural},
        page_title::PageTitle,
        skeleton::Skeleton,
        table::{Column, Table},
    },
};

const COLUMNS: [Column; 10] = [
    Column::text("Order"),
    Column::text("Active"),
    Column::text("Name"),
    Column::text("Target"),
    Column::text("Group"),
    Column::text("ID"),
    Column::text("Content"),
    Column::text("Enforced"),
    Column::text("Updated"),
    Column::actions("Actions"),
];

/// The page.
#[component]
pub fn Vaults() -> impl IntoView {
    let address = use_address();
    let workspace_id = use_workspace().id;
    let fetched = Fetched::new(move || {
        let query = PageQuery {
            cursor: address.get("cursor"),
            q: address.get("q"),
            ..PageQuery::default()
        };
        call::<ListVaults>(InWorkspace { workspace_id }, query, ())
    });
    let listed = Listed::new(workspace_id, fetched);
    let typed = address.search("q");
    let total = move || Some(plural(fetched.get()?.ok()?.total, "vault", "vaults"));
    let (shown, said) = (listed.clone(), listed.said.clone());
    let error = listed.refused.other_than(&[]);
    let new = move |_| address.open_dialog(NEW, workspace_id, None);
    view! {
        <PageTitle title="Configuration Vaults" section=text::SETTINGS>
            <Button look=Look::Primary icon=Symbol::Plus on_click=new>"Create vault"</Button>
        </PageTitle>
        <section class="card" aria-label="Vaults for groups">
            <p class="muted">
                "They apply in this order, each to everybody in its group: what comes later wins. Then comes the member's own vault, and last what is enforced."
            </p>
            <search class="filters">
                <TextField label="Search vaults" value=typed kind=Typed::Search placeholder="Name or group" />
                <p class="muted" role="status">{total}</p>
            </search>
            <Refusal error />
            <p class="visually-hidden" role="status">{live(move || said.get())}</p>
            {load(fetched, Skeleton::Rows(4), move |page| vaults(page, &shown))}
        </section>
        <WriteDialogs listed=listed.clone() />
        <DeleteDialog listed=listed.clone() />
        <VersionsDialog workspace_id on_restored=fetched.refetcher() />
    }
}

fn vaults(page: Page<Vault>, listed: &Listed) -> AnyView {
    let address = listed.address;
    let is_search = address.of("q").with_untracked(Option::is_some);
    if page.items.is_empty() && is_search {
        let clear = move |()| address.change(Step::Same, &[("q", None), ("cursor", None)]);
        return view! { <NoMatch on_clear=clear /> }.into_any();
    }
    if page.items.is_empty() {
        return view! {
            <Empty
                symbol=Symbol::Vault
                title="No vaults yet"
                text="A vault gives everybody in a group the same configuration: where models go, which storage to use, what agents install."
            />
        }
        .into_any();
    }
    let shown = page.items.len();
    listed.has_more.set(page.next_cursor.is_some());
    listed.items.set(page.items);
    let (items, row) = (listed.items.clone(), listed.clone());
    view! {
        <div class="vaults">
            <Table caption="Configuration vaults" columns=COLUMNS.into()>
                <For each=move || items.get() key=|vault| vault.id let:vault>
                    <VaultRow vault listed=row.clone() may_move=!is_search />
                </For>
            </Table>
        </div>
        {is_search.then(|| view! { <p class="muted">"Clear the search to change the order."</p> })}
        {pager(address, shown, count(page.total), page.next_cursor)}
    }
    .into_any()
}

#[component]
fn DeleteDialog(listed: Listed) -> impl IntoView {
    let address = use_address();
    let asked = address.dialog(DELETE, listed.workspace_id, listed.workspace_id);
    let found = listed.clone();
    let vault = Memo::new(move |_| {
        let id = address
            .get("key")
            .filter(|_| asked.get())?
            .parse::<VaultId>()
            .ok()?;
        found.find(id)
    });
    let open = Signal::derive(move || vault.with(Option::is_some));
    let name = move || vault.with(|vault| vault.as_ref().map(|vault| vault.name.to_string()));
    let title = Signal::derive(move || format!("Delete the vault “{}”?", name().unwrap_or_default()));
    let group = move || {
        let group = vault.with(|vault| vault.as_ref().and_then(|vault| vault.group.clone()));
        group.map(|group| group.name.to_string())
    };
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let confirm = move |()| {
        let Some(vault) = vault.get_untracked() else {
            return;
        };
        let listed = listed.clone();
        sending.send(call::<DeleteVault>(listed.path(vault.id), (), ()), move |()| {
            address.close_dialog();
            listed.reload(format!("{} deleted", vault.name));
        });
    };
    view! {
        <ConfirmDialog
            open
            on_close=move |()| address.close_dialog()
            title
            action="Delete vault"
            type_first=Signal::derive(name)
            busy
            error
            on_confirm=confirm
        >
            <p>
                "Clients of everybody in " <strong>{group}</strong>
                " start without it from now on. Its versions are deleted with it. This cannot be undone."
            </p>
        </ConfirmDialog>
    }
}
