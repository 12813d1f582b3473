//! Who may do what in this workspace: what each role allows, straight from the contract, and who has which role.

use leptos::prelude::*;
use shared::{
    members::{ListMembers, WorkspaceMember},
    page::PageQuery,
    permission::{Permission, Role},
    workspaces::InWorkspace,
};

use crate::{
    api::call,
    routes::{self, Section},
    session::use_workspace,
    text,
    ui::{
        avatar::Avatar,
        fetched::Fetched,
        icon::{Icon, Symbol},
        live::live,
        load::load,
        number::plural,
        page_title::PageTitle,
        skeleton::Skeleton,
        table::{Column, Table},
    },
};

/// How many members are listed here; the Users page has all.
const LISTED: u32 = 200;

/// The page.
#[component]
pub fn AccessRules() -> impl IntoView {
    let workspace = use_workspace();
    view! {
        <PageTitle title="Access Rules" section=text::SETTINGS />
        <p class="lead">
            "Everybody in " <strong>{live(move || workspace.name())}</strong>
            " has one role, and the role says what they may do. Nobody outside the workspace can see or change anything in it, and a key may do no more than the member who made it."
        </p>
        <RolesCard />
        <MembersByRole />
    }
}

/// What each role allows.
#[component]
pub fn RolesCard() -> impl IntoView {
    let columns = ["May …"]
        .into_iter()
        .chain(Role::ALL.map(text::role))
        .map(Column::text)
        .collect::<Vec<_>>();
    let row = |permission: Permission| {
        let cell = |role: Role| {
            if role.grants(permission) {
                view! { <td class="allowed"><Icon symbol=Symbol::Check /> "Yes"</td> }.into_any()
            } else {
                view! { <td class="refused">"No"</td> }.into_any()
            }
        };
        view! {
            <tr>
                <th scope="row" class="wrap">{permission.sentence()}</th>
                {Role::ALL.map(cell).into_iter().collect_view()}
            </tr>
        }
    };
    view! {
        <section class="card" aria-labelledby="roles">
            <h2 id="roles">"What each role may do"</h2>
            <Table caption="Permissions by role" columns>{Permission::ALL.map(row).into_iter().collect_view()}</Table>
        </section>
    }
}

#[component]
fn MembersByRole() -> impl IntoView {
    let id = use_workspace().id;
    let list = Fetched::new(move || {
        let query = PageQuery {
            limit: Some(LISTED),
            ..PageQuery::default()
        };
        call::<ListMembers>(InWorkspace { workspace_id: id }, query, ())
    });
    let content = load(list, Skeleton::Lines(4), move |page| {
        let more = page.total.saturating_sub(page.items.len() as u64);
        let groups = Role::ALL.map(|role| {
            let members: Vec<_> = page
                .items
                .iter()
                .filter(|member| member.role == role)
                .cloned()
                .collect();
            view! { <RoleGroup role members /> }
        });
        let users = routes::settings(id, Section::Users);
        view! {
            {groups.into_iter().collect_view()}
            {(more > 0).then(|| view! { <p><a href=users>{format!("{} more on the Users page", plural(more, "member", "members"))}</a></p> })}
        }
    });
    view! {
        <section class="card" aria-labelledby="by-role">
            <h2 id="by-role">"Who has which role"</h2>
            {content}
        </section>
    }
}

#[component]
fn RoleGroup(role: Role, members: Vec<WorkspaceMember>) -> impl IntoView {
    let id = use_workspace().id;
    let count = plural(members.len() as u64, "member", "members");
    let item = |member: WorkspaceMember| {
        let name = member.name.to_string();
        let query = js_sys::encode_uri_component(member.email.as_str());
        let href = format!("{}?q={query}", routes::settings(id, Section::Users));
        view! { <li><a class="person-chip" href=href><Avatar name=name.clone() /> {name}</a></li> }
    };
    let people = if members.is_empty() {
        view! { <p class="muted">"Nobody has this role."</p> }.into_any()
    } else {
        view! { <ul class="person-chips">{members.into_iter().map(item).collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="block">
            <h3>{text::role(role)} " " <span class="count">{count}</span></h3>
            <p class="muted">{text::role_sentence(role)}</p>
            {people}
        </div>
    }
}
