//! The members of a workspace at a glance, in its panel on the Workspace page (R047, R058).

use leptos::prelude::*;
use shared::{members::ListMembers, page::PageQuery, permission::Permission, workspaces::InWorkspace};

use crate::{
    address::use_address,
    api::call,
    routes::{self, Section},
    session::CurrentWorkspace,
    ui::{
        avatar::AvatarStack,
        button::{Button, ButtonLink},
        fetched::Fetched,
        icon::Symbol,
        load::load,
        number::plural,
        skeleton::Skeleton,
    },
};

/// How many members are shown by their initials.
const SHOWN: u32 = 8;

/// How many members there are, the first of them, and the way to more.
#[component]
pub fn MembersBlock(
    /// Of which workspace.
    workspace: CurrentWorkspace,
) -> impl IntoView {
    let address = use_address();
    let id = workspace.id;
    let list = Fetched::new(move || {
        let query = PageQuery {
            limit: Some(SHOWN),
            ..PageQuery::default()
        };
        call::<ListMembers>(InWorkspace { workspace_id: id }, query, ())
    });
    let faces = load(list, Skeleton::Lines(1), |page| {
        let names: Vec<String> = page.items.iter().map(|one| one.name.to_string()).collect();
        let line = in_words(&names, page.total);
        view! { <div class="people"><AvatarStack names most=SHOWN as usize /> <span>{line}</span></div> }
    });
    let may_manage = Memo::new(move |_| workspace.may(Permission::MembersManage));
    let actions = move || {
        if may_manage.get() {
            view! {
                <ButtonLink href=routes::settings(id, Section::Users) icon=Symbol::Users>"See users"</ButtonLink>
                <Button icon=Symbol::Mail on_click=move |_| address.open_dialog("invite", id, None)>"Invite users"</Button>
            }
            .into_any()
        } else {
            view! { <p class="why-not">"An administrator of this workspace can invite people."</p> }
                .into_any()
        }
    };
    let count = move || {
        workspace
            .get()
            .map(|workspace| plural(workspace.members, "member", "members"))
    };
    view! {
        <div class="block">
            <div class="card-head"><h3>"Members " <span class="count">{count}</span></h3> <div class="actions">{actions}</div></div>
            {faces}
        </div>
    }
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
