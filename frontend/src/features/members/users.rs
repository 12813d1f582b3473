//! The head of the Users page: how many users, how many seats, and the button that invites (R053, R069, R159).

use leptos::prelude::*;
use shared::permission::Permission;

use crate::{
    address::use_address,
    features::members::{list::UserList, seats},
    session::use_workspace,
    text,
    ui::{
        badge::{Badge, Tone},
        button::{Button, Look},
        icon::Symbol,
        number::plural,
        page_title::PageTitle,
    },
};

/// The head of the page and the table of users.
#[component]
pub fn Users(
    /// Loads the list again when it changes.
    version: RwSignal<u32>,
) -> impl IntoView {
    let workspace = use_workspace();
    let address = use_address();
    let numbers = Memo::new(move |_| {
        let now = workspace.get();
        now.map(|workspace| (workspace.members, workspace.max_members))
            .unwrap_or_default()
    });
    let open_invitations = RwSignal::new(0_u64);
    let headline = move || {
        let users = plural(numbers.get().0, "user", "users");
        format!("{users} in {}", workspace.name())
    };
    let full = Signal::derive(move || {
        let (members, max) = numbers.get();
        seats::why_full(members, open_invitations.get(), max)
    });
    let seats = move || {
        let (members, max) = numbers.get();
        let pending = plural(open_invitations.get(), "open invitation", "open invitations");
        max.map(|_| format!("{} and {pending}", seats::users(members, max)))
    };
    let may_invite = Memo::new(move |_| workspace.may(Permission::MembersManage));
    let invite = move || {
        may_invite.get().then(|| {
            view! {
                <Button
                    look=Look::Primary
                    icon=Symbol::Plus
                    blocked=full
                    on_click=move |_| address.open_dialog("invite", workspace.id, None)
                >
                    "Invite user"
                </Button>
            }
        })
    };
    let reached = move || {
        let why = full.get()?;
        Some(
            view! { <p class="seats-full"><Badge tone=Tone::Warning>"Maximum reached"</Badge> <span class="why-not">{why}</span></p> },
        )
    };
    view! {
        <PageTitle title="Users & Groups" section=text::SETTINGS>{invite}</PageTitle>
        <section class="card" aria-labelledby="users">
            <div class="card-head">
                <h2 id="users" class="overline">{headline}</h2>
                <p class="muted numbers">{seats}</p>
            </div>
            {reached}
            <UserList version open_invitations />
        </section>
    }
}
