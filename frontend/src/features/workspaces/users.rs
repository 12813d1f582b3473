//! The members of the active workspace as a table that is searched, sorted and paged by the address (R068 to R070).

use leptos::prelude::*;
use shared::{
    members::{ListMembers, WorkspaceMember},
    page::{Page, PageQuery},
    permission::{Permission, Role},
    workspaces::InWorkspace,
};

use crate::{
    address::{Address, Step, use_address},
    api::call,
    session::{use_session, use_workspace},
    text,
    ui::{
        ago::Ago,
        avatar::Avatar,
        badge::Badge,
        button::{Button, Look},
        empty::NoMatch,
        fetched::Fetched,
        field::{TextField, Typed},
        icon::{Icon, Symbol},
        id_chip::IdChip,
        load::load,
        number::{count, plural},
        page_title::PageTitle,
        skeleton::Skeleton,
        table::{Column, Table},
    },
};

const BY_NAME: &str = "name";
const BY_AGE: &str = "added_at";

/// The head of the page and the table of members.
#[component]
pub fn Users() -> impl IntoView {
    let workspace = use_workspace();
    let address = use_address();
    let members = Memo::new(move |_| workspace.get().map_or(0, |workspace| workspace.members));
    let headline = move || {
        let users = plural(members.get(), "user", "users");
        format!("{users} in {}", workspace.name())
    };
    let may_invite = Memo::new(move |_| workspace.may(Permission::MembersManage));
    let invite = move || {
        may_invite.get().then(|| {
            view! {
                <Button look=Look::Primary icon=Symbol::Plus on_click=move |_| address.open_dialog("invite", workspace.id, None)>
                    "Invite user"
                </Button>
            }
        })
    };
    view! {
        <PageTitle title="Users & Groups" section=text::SETTINGS>{invite}</PageTitle>
        <section class="card" aria-labelledby="users">
            <h2 id="users" class="overline">{headline}</h2>
            <MemberList address />
        </section>
    }
}

#[component]
fn MemberList(address: Address) -> impl IntoView {
    let id = use_workspace().id;
    let query = Memo::new(move |_| PageQuery {
        limit: None,
        cursor: address.get("cursor"),
        q: address.get("q"),
        sort: Some(sort_named(address.get("sort").as_deref()).to_owned()),
    });
    let list = Fetched::new(move || call::<ListMembers>(InWorkspace { workspace_id: id }, query.get(), ()));
    let typed = address.search("q");
    let found = move || {
        let page = list.get()?.ok()?;
        query
            .with(|query| query.q.is_some())
            .then(|| plural(page.total, "match", "matches"))
    };
    view! {
        <search class="filters">
            <TextField label="Search members" value=typed kind=Typed::Search placeholder="Name or e-mail" />
            <p class="muted" role="status">{found}</p>
        </search>
        {load(list, Skeleton::Rows(4), move |page| view! { <MemberTable page address /> })}
    }
}

/// The order that the address asks for, if it is one that there is.
fn sort_named(wanted: Option<&str>) -> &'static str {
    const ORDERS: [&str; 4] = [BY_NAME, "-name", BY_AGE, "-added_at"];
    ORDERS
        .into_iter()
        .find(|order| Some(*order) == wanted)
        .unwrap_or(BY_NAME)
}

#[component]
fn MemberTable(page: Page<WorkspaceMember>, address: Address) -> impl IntoView {
    if page.items.is_empty() {
        let clear = move |()| address.change(Step::Same, &[("q", None), ("cursor", None)]);
        return view! { <NoMatch on_clear=clear /> }.into_any();
    }
    let me = untrack(|| use_session().account()).map(|account| account.id);
    let shown = page.items.len() as u64;
    let sort = Signal::derive(move || sort_named(address.get("sort").as_deref()).to_owned());
    let on_sort = move |order: String| address.change(Step::Same, &[("sort", Some(order)), ("cursor", None)]);
    let columns = vec![
        Column::sorted("Name", BY_NAME),
        Column::text("E-mail"),
        Column::text("Role"),
        Column::sorted("Added", BY_AGE),
        Column::text("User ID"),
    ];
    let rows = page
        .items
        .into_iter()
        .map(|member| view! { <MemberRow is_me=Some(member.user_id) == me member /> })
        .collect_view();
    let is_first = Memo::new(move |_| address.get("cursor").is_none());
    let first = move || {
        (!is_first.get()).then(|| {
            view! { <Button on_click=move |_| address.change(Step::New, &[("cursor", None)])>"First page"</Button> }
        })
    };
    let next = page.next_cursor.map(|cursor| {
        let go = move |_| address.change(Step::New, &[("cursor", Some(cursor.clone()))]);
        view! { <Button on_click=go>"Next page"</Button> }
    });
    let is_part = shown < page.total;
    view! {
        <Table caption="Members" columns sort on_sort>{rows}</Table>
        {is_part
            .then(|| {
                view! {
                    <div class="pager">
                        <p class="muted numbers">{count(shown)} " of " {count(page.total)}</p>
                        <div class="actions">{first} {next}</div>
                    </div>
                }
            })}
    }
    .into_any()
}

#[component]
fn MemberRow(member: WorkspaceMember, is_me: bool) -> impl IntoView {
    let name = member.name.to_string();
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Avatar name=name.clone() />
                    <span class="person-name">{name}</span>
                    {is_me.then(|| view! { <Badge>"You"</Badge> })}
                </span>
            </th>
            <td>{member.email.to_string()}</td>
            <td>
                <span class="role">
                    {(member.role == Role::Admin).then(|| view! { <Icon symbol=Symbol::Shield /> })}
                    {text::role(member.role)}
                </span>
            </td>
            <td><Ago at=member.added_at.timestamp_millis() /></td>
            <td><IdChip id=member.user_id.to_string() /></td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_there_is_not_falls_back_to_the_name() {
        assert_eq!(sort_named(Some("-added_at")), "-added_at");
        for odd in [None, Some(""), Some("email"), Some("--name")] {
            assert_eq!(sort_named(odd), "name");
        }
    }
}
