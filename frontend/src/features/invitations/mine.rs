//! "You are invited": the open invitations that are for oneself, joined or declined in place (R050).

use leptos::prelude::*;
use shared::invitations::{
    AcceptMyInvitation, DeclineMyInvitation, ListMyInvitations, MyInvitation, OneOfMyInvitations,
};

use crate::{
    api::{ApiError, call},
    routes::{self, Section},
    sending::{Refusal, Sending},
    session::use_session,
    text,
    ui::{
        ago::day,
        button::{Button, Look},
        failed::Failed,
        fetched::Fetched,
        icon::{Icon, Symbol},
        load::Explain,
        toast::use_toasts,
    },
};

/// The cards; nothing when there is no invitation.
#[component]
pub fn MyInvitations() -> impl IntoView {
    let session = use_session();
    // Joining elsewhere, for example from a notification, ends an invitation.
    let memberships = Memo::new(move |_| session.workspaces().len());
    let list = Fetched::new(move || {
        // A memo that nobody reads hears of nothing.
        memberships.get();
        async { call::<ListMyInvitations>((), (), ()).await.map(|page| page.items) }
    });
    move || match list.get() {
        Some(Ok(invitations)) if !invitations.is_empty() => {
            let cards = invitations
                .into_iter()
                .map(|invitation| view! { <Card invitation list /> });
            view! {
                <section class="stack" aria-label="Invitations">
                    <h2 class="overline">"You are invited"</h2>
                    {cards.collect_view()}
                </section>
            }
            .into_any()
        }
        Some(Err(error)) => {
            view! { <Failed sentence=error.sentence() on_retry=move |()| list.refetch() /> }.into_any()
        }
        _ => ().into_any(),
    }
}

#[component]
fn Card(invitation: MyInvitation, list: Fetched<Vec<MyInvitation>, ApiError>) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let path = OneOfMyInvitations {
        invitation_id: invitation.id,
    };
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let name = invitation.workspace_name.to_string();
    let (join_sending, join_toasts, join_path) = (sending.clone(), toasts.clone(), path.clone());
    let join = move |_| {
        let toasts = join_toasts.clone();
        let path = join_path.clone();
        let work = async move {
            let joined = call::<AcceptMyInvitation>(path, (), ()).await?;
            // One has joined even if the list does not come; the next change of it brings it.
            let _ = session.reload_workspaces().await;
            Ok(joined)
        };
        join_sending.send(work, move |joined| {
            let to = routes::settings(joined.id, Section::Workspace);
            toasts.lead(format!("You have joined {}", joined.name), to, "Go there");
        });
    };
    let decline = move |_| {
        let toasts = toasts.clone();
        sending.send(call::<DeclineMyInvitation>(path.clone(), (), ()), move |()| {
            toasts.tell("Invitation declined");
            list.refetch();
        });
    };
    let [heading, to_join] = [name.clone(), name.clone()];
    view! {
        <article class="card invited">
            <span class="empty-picture"><Icon symbol=Symbol::Mail /></span>
            <div class="invited-words">
                <h3>{heading}</h3>
                <p>
                    <strong>{invitation.invited_by.to_string()}</strong> " invites you as " {text::role(invitation.role)}
                    ". Open until " {day(invitation.expires_at.timestamp_millis())} "."
                </p>
                <Refusal error />
            </div>
            <div class="actions">
                <Button look=Look::Primary busy on_click=join>"Join" <span class="visually-hidden">" " {to_join}</span></Button>
                <Button busy on_click=decline>"Decline" <span class="visually-hidden">" " {name}</span></Button>
            </div>
        </article>
    }
}
