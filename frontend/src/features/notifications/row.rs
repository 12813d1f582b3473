//! One notification: what happened, and what can be done about it in place.

use leptos::prelude::*;
use shared::{
    ids::InvitationId,
    invitations::{AcceptMyInvitation, DeclineMyInvitation, OneOfMyInvitations},
    notifications::{
        ChangeNotification, Notification, NotificationChange, NotificationKind, OneNotification,
    },
    workspaces::Workspace,
};

use crate::{
    api::{ApiError, call},
    features::notifications::{Inbox, list::Shown, words},
    routes::{self, Section},
    sending::{Refusal, Sending},
    session::use_session,
    ui::{
        ago::Ago,
        badge::{Badge, Tone},
        button::{Button, IconButton, Look},
        icon::{Icon, Symbol},
        live::live,
        toast::use_toasts,
    },
};

/// One notification.
#[component]
pub fn InboxRow(
    /// As it was when it came.
    told: Notification,
    /// How many are unread.
    inbox: Inbox,
    /// Knows how it is now.
    shown: Shown,
) -> impl IntoView {
    let id = told.id;
    let (sentence, picture) = (words::sentence(&told), words::picture(&told));
    let at = told.created_at.timestamp_millis();
    let first = told.clone();
    let now = Memo::new(move |before: Option<&Notification>| {
        shown
            .find(id)
            .or_else(|| before.cloned())
            .unwrap_or_else(|| first.clone())
    });
    let read = Memo::new(move |_| now.with(|told| told.read));
    let marking = Sending::new();
    let (busy, error) = (marking.busy(), marking.error());
    let mark = move |_| {
        let wanted = !read.get_untracked();
        let change = NotificationChange { read: Some(wanted) };
        let path = OneNotification { notification_id: id };
        // The stream may tell the new number before the answer comes: it must not pass for news.
        inbox.count_marked(wanted);
        let work = async move {
            let answer = call::<ChangeNotification>(path, (), change).await;
            if answer.is_err() {
                inbox.count_marked(!wanted);
            }
            answer
        };
        marking.send(work, move |changed| shown.change(id, |told| *told = changed));
    };
    let label = Signal::derive(move || {
        if read.get() {
            "Mark as unread".to_owned()
        } else {
            "Mark as read".to_owned()
        }
    });
    view! {
        <li class="inbox-row" class:unread=move || !read.get()>
            <Icon symbol=picture />
            <div class="inbox-words">
                <p>{sentence}</p>
                <p class="inbox-when">
                    {live(move || (!read.get()).then(|| view! { <Badge tone=Tone::Accent>"New"</Badge> }))}
                    <Ago at />
                </p>
                <WhatNow told inbox shown now />
                <Refusal error />
            </div>
            {live(move || {
                let symbol = if read.get() { Symbol::Mail } else { Symbol::Check };
                view! { <IconButton symbol label busy on_click=mark.clone() /> }
            })}
        </li>
    }
}

/// Join and Decline, as long as that can be answered; else the way to the workspace if one is in it.
#[component]
fn WhatNow(told: Notification, inbox: Inbox, shown: Shown, now: Memo<Notification>) -> impl IntoView {
    let session = use_session();
    let open = Memo::new(move |_| now.with(|told| told.open_invitation));
    let is_member = Memo::new(move |_| {
        let all = session.workspaces();
        told.workspace_id
            .filter(|id| all.iter().any(|workspace| workspace.id == *id))
    });
    let invited = told.kind == NotificationKind::Invited;
    move || match (open.get(), is_member.get()) {
        (Some(invitation_id), None) => view! { <Answer invitation_id now inbox shown /> }.into_any(),
        (_, Some(id)) => {
            let href = routes::settings(id, Section::Workspace);
            view! { <p><a href=href>"Go to the workspace"</a></p> }.into_any()
        }
        (None, None) if invited => {
            view! { <p class="muted">"This invitation is no longer open."</p> }.into_any()
        }
        (None, None) => ().into_any(),
    }
}

#[component]
fn Answer(invitation_id: InvitationId, now: Memo<Notification>, inbox: Inbox, shown: Shown) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let id = now.with_untracked(|told| told.id);
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    // An answered invitation has been read, too, whatever the server makes of it.
    let answered = move || {
        let was_unread = now.try_with_untracked(|told| !told.read).unwrap_or_default();
        shown.change(id, |told| {
            told.read = true;
            told.open_invitation = None;
        });
        if was_unread {
            inbox.count_marked(true);
            let change = NotificationChange { read: Some(true) };
            leptos::task::spawn_local(async move {
                let path = OneNotification { notification_id: id };
                let _ = call::<ChangeNotification>(path, (), change).await;
            });
        }
    };
    let (told, declining) = (toasts.clone(), sending.clone());
    let join = move |_| {
        let toasts = toasts.clone();
        let work = async move {
            let answer = call::<AcceptMyInvitation>(OneOfMyInvitations { invitation_id }, (), ()).await;
            let joined = seen(answer, inbox)?;
            // One has joined even if the list does not come; the next change of it brings it.
            let _ = session.reload_workspaces().await;
            Ok(joined)
        };
        sending.send(work, move |joined: Workspace| {
            let to = routes::settings(joined.id, Section::Workspace);
            toasts.lead(format!("You have joined {}", joined.name), to, "Go there");
            answered();
        });
    };
    let decline = move |_| {
        let toasts = told.clone();
        let work = async move {
            let answer = call::<DeclineMyInvitation>(OneOfMyInvitations { invitation_id }, (), ()).await;
            seen(answer, inbox)
        };
        declining.send(work, move |()| {
            toasts.tell("Invitation declined");
            answered();
        });
    };
    view! {
        <div class="actions">
            <Button look=Look::Primary busy on_click=join>"Join"</Button>
            <Button busy on_click=decline>"Decline"</Button>
        </div>
        <Refusal error />
    }
}

/// What could not be answered may have been answered elsewhere: the list is looked at again.
fn seen<T>(answer: Result<T, ApiError>, inbox: Inbox) -> Result<T, ApiError> {
    if answer.is_err() {
        inbox.look_again();
    }
    answer
}
