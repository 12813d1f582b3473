//! Every workspace of this server, for its operators: who owns it, and how many members it has and may have. Nothing
//! of what is in it.

use leptos::prelude::*;
use shared::{
    page::{Page, PageQuery},
    server_workspaces::{
        ChangeServerWorkspace, ListServerWorkspaces, OneServerWorkspace, ServerWorkspace,
        ServerWorkspaceChange,
    },
};

use crate::{
    address::{Address, Step, use_address},
    api::call,
    listing::{on_sort, order, pager},
    sending::Sending,
    text,
    ui::{
        ago::Ago,
        badge::{Badge, Tone},
        empty::NoMatch,
        fetched::Fetched,
        field::{TextField, Typed},
        id_chip::IdChip,
        inline_edit::InlineEdit,
        live::live,
        load::load,
        number::{count, plural},
        page_title::PageTitle,
        skeleton::Skeleton,
        table::{Column, Table},
        toast::use_toasts,
    },
};

const ORDERS: &[&str] = &[
    "name",
    "-name",
    "created_at",
    "-created_at",
    "members",
    "-members",
];

const COLUMNS: [Column; 5] = [
    Column::sorted("Name", "name"),
    Column::sorted("Members", "members"),
    Column::text("Seats"),
    Column::sorted("Created", "created_at"),
    Column::text("Workspace ID"),
];

/// How seats without a limit are shown, and typed.
const NO_LIMIT: &str = "No limit";
/// The most seats that can be set.
const MOST: u32 = 1_000_000;

/// The page.
#[component]
pub fn ServerWorkspaces() -> impl IntoView {
    let address = use_address();
    let sort = order(address, ORDERS);
    let list = Fetched::new(move || {
        let query = PageQuery {
            limit: None,
            cursor: address.get("cursor"),
            q: address.get("q"),
            sort: Some(sort.get()),
        };
        call::<ListServerWorkspaces>((), query, ())
    });
    let typed = address.search("q");
    let total = move || Some(plural(list.get()?.ok()?.total, "workspace", "workspaces"));
    view! {
        <PageTitle title="Workspaces" section=text::SERVER />
        <section class="card" aria-label="Workspaces of this server">
            <p class="muted">
                "Every team's and every person's own. You see who owns a workspace and how large it is, not what is in it. Taking seats away removes nobody: it only keeps others from joining."
            </p>
            <search class="filters">
                <TextField label="Search workspaces" value=typed kind=Typed::Search placeholder="Name" />
                <p class="muted" role="status">{total}</p>
            </search>
            {load(list, Skeleton::Rows(6), move |page| workspaces(page, address, sort))}
        </section>
    }
}

fn workspaces(page: Page<ServerWorkspace>, address: Address, sort: Signal<String>) -> AnyView {
    if page.items.is_empty() {
        let clear = move |()| address.change(Step::Same, &[("q", None), ("cursor", None)]);
        return view! { <NoMatch on_clear=clear /> }.into_any();
    }
    let shown = page.items.len();
    let rows = page.items.into_iter().map(row).collect_view();
    view! {
        <Table caption="Workspaces" columns=COLUMNS.into() sort on_sort=on_sort(address)>{rows}</Table>
        {pager(address, shown, count(page.total), page.next_cursor)}
    }
    .into_any()
}

fn row(workspace: ServerWorkspace) -> AnyView {
    let max = RwSignal::new(workspace.max_members);
    let members = workspace.members;
    let full = move || max.get().is_some_and(|max| members >= u64::from(max));
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <span class="person-name">
                        {workspace.name.to_string()} <span class="under">"Owned by " {workspace.owner_name.to_string()}</span>
                    </span>
                    {workspace.personal.then(|| view! { <Badge>"Personal"</Badge> })}
                </span>
            </th>
            <td>
                <span class="badges">
                    <span class="numbers">{count(members)}</span>
                    {live(move || full().then(|| view! { <Badge tone=Tone::Warning>"Full"</Badge> }))}
                </span>
            </td>
            <td>{seats(&workspace, max)}</td>
            <td><Ago at=workspace.created_at.timestamp_millis() /></td>
            <td><IdChip id=workspace.id.to_string() /></td>
        </tr>
    }
    .into_any()
}

/// How many members there may be, to change in place.
fn seats(workspace: &ServerWorkspace, max: RwSignal<Option<u32>>) -> AnyView {
    let toasts = use_toasts();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let value = Signal::derive(move || {
        max.get()
            .map_or_else(|| NO_LIMIT.to_owned(), |max| max.to_string())
    });
    let id = workspace.id;
    let label = format!("seats of {}", workspace.name);
    let save = move |text: String| {
        let wanted = match limit(&text) {
            Ok(wanted) => wanted,
            Err(sentence) => {
                sending.errors.set(vec![("/max_members".to_owned(), sentence)]);
                return;
            }
        };
        let path = OneServerWorkspace {
            server_workspace_id: id,
        };
        let change = ServerWorkspaceChange {
            max_members: Some(wanted),
        };
        let toasts = toasts.clone();
        sending.send(call::<ChangeServerWorkspace>(path, (), change), move |changed| {
            max.set(changed.max_members);
            toasts.tell("Seats saved");
        });
    };
    view! { <span class="label-edit"><InlineEdit label value busy error max_length=12 on_save=save /></span> }
        .into_any()
}

/// What was typed as a limit: a number, or nothing for none.
fn limit(text: &str) -> Result<Option<u32>, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case(NO_LIMIT) {
        return Ok(None);
    }
    match text.parse() {
        Ok(seats @ 1..=MOST) => Ok(Some(seats)),
        _ => Err("Enter a number from 1 to 1000000, or nothing for no limit.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_a_number_or_nothing() {
        assert_eq!(limit(" 12 "), Ok(Some(12)));
        assert_eq!(limit("1000000"), Ok(Some(MOST)));
        for none in ["", "  ", "no limit"] {
            assert_eq!(limit(none), Ok(None), "{none}");
        }
        for odd in ["0", "-1", "1.5", "1000001", "many"] {
            assert!(limit(odd).is_err(), "{odd}");
        }
    }
}
