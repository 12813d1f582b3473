//! The members of a workspace at a glance, in its panel on the Workspace page: a ring for each seat, the way to more, and
//! the way out (R047, R058 to R060, R062, R156).

use leptos::prelude::*;
use shared::{
    ids::WorkspaceId, members::ListMembers, page::PageQuery, permission::Permission, workspaces::InWorkspace,
};

use crate::{
    address::use_address,
    api::call,
    features::members::{LEAVE, seats},
    routes::{self, Section},
    session::{CurrentWorkspace, use_session},
    ui::{
        avatar::SeatRings,
        badge::{Badge, Tone},
        button::{Button, ButtonLink},
        fetched::Fetched,
        icon::Symbol,
        live::live,
        load::load,
        skeleton::Skeleton,
    },
};

/// How many members are shown by their initials.
const SHOWN: u32 = 12;

/// How many members there are, the first of them, and what can be done.
#[component]
pub fn MembersBlock(
    /// Of which workspace.
    workspace_id: WorkspaceId,
) -> impl IntoView {
    let workspace = CurrentWorkspace::of(use_session(), workspace_id);
    // Keeps the last number when the workspace is gone, so that nobody asks for its members any more.
    let numbers = Memo::new(move |before: Option<&(u64, Option<u32>)>| {
        let now = workspace.get();
        now.map(|workspace| (workspace.members, workspace.max_members))
            .or_else(|| before.copied())
            .unwrap_or_default()
    });
    let list = Fetched::new(move || {
        numbers.get();
        let query = PageQuery {
            limit: Some(SHOWN),
            ..PageQuery::default()
        };
        call::<ListMembers>(InWorkspace { workspace_id }, query, ())
    });
    let faces = load(list, Skeleton::Lines(1), move |page| {
        let names: Vec<String> = page.items.iter().map(|one| one.name.to_string()).collect();
        let line = in_words(&names, page.total);
        let taken = usize::try_from(page.total).unwrap_or(usize::MAX);
        let seats = numbers.get_untracked().1.map(|max| max as usize);
        view! {
            <SeatRings names taken seats most=SHOWN as usize />
            <p>{line}</p>
        }
    });
    let full = Signal::derive(move || {
        let (members, max) = numbers.get();
        seats::why_full(members, 0, max)
    });
    view! {
        <div class="block">
            <div class="card-head">
                <h3>"Members"</h3>
                <Actions workspace full />
            </div>
            <p>
                "Workspace has " {live(move || { let (members, max) = numbers.get(); seats::users(members, max) })}
                {live(move || full.get().map(|_| view! { " " <Badge tone=Tone::Warning>"Maximum reached"</Badge> }))}
            </p>
            {faces}
            {live(move || full.get().map(|why| view! { <p class="why-not">{why}</p> }))}
            {live(move || {
                (!workspace.may(Permission::MembersManage))
                    .then(|| view! { <p class="why-not">"An administrator of this workspace can invite people."</p> })
            })}
        </div>
    }
}

#[component]
fn Actions(workspace: CurrentWorkspace, full: Signal<Option<String>>) -> impl IntoView {
    let address = use_address();
    let id = workspace.id;
    let may_manage = Memo::new(move |_| workspace.may(Permission::MembersManage));
    let manage = move || {
        may_manage.get().then(|| {
            view! {
                <ButtonLink href=routes::settings(id, Section::Users) icon=Symbol::Users>"See users"</ButtonLink>
                <Button icon=Symbol::Mail blocked=full on_click=move |_| address.open_dialog("invite", id, None)>
                    "Invite users"
                </Button>
            }
        })
    };
    let may_leave = Memo::new(move |_| workspace.get().is_some_and(|workspace| !workspace.personal));
    let leave = move || {
        may_leave.get().then(|| {
            view! {
                <Button icon=Symbol::LogOut on_click=move |_| address.open_dialog(LEAVE, id, None)>"Leave workspace"</Button>
            }
        })
    };
    view! { <div class="actions">{manage} {leave}</div> }
}

/// "Ann Lee, Bo Chen and 3 more"
fn in_words(names: &[String], total: u64) -> String {
    const NAMED: usize = 3;
    let first = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = total.saturating_sub(names.len().min(NAMED) as u64);
    if more == 0 {
        first
    } else {
        format!("{first} and {more} more")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_members_are_named_and_the_others_counted() {
        let names = ["Ann", "Bo", "Cy", "Di"].map(str::to_owned);
        assert_eq!(in_words(&names[..1], 1), "Ann");
        assert_eq!(in_words(&names[..3], 3), "Ann, Bo, Cy");
        assert_eq!(in_words(&names, 12), "Ann, Bo, Cy and 9 more");
    }
}
