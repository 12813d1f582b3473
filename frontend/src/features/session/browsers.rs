//! The browsers in which one is signed in, with a way to sign each of them out.

use leptos::prelude::*;
use shared::{
    ids::SessionId,
    session::{BrowserSession, ListSessions, OneSession, RevokeOtherSessions, RevokeSession},
};

use crate::{
    api::{ApiError, call},
    features::session::user_agent,
    sending::{Refusal, Sending, told},
    ui::{
        ago::Ago,
        badge::{Badge, Tone},
        button::{Button, Look},
        fetched::Fetched,
        form::FieldErrors,
        live::live,
        load::load,
        number::plural,
        skeleton::Skeleton,
        table::{Column, Table},
        toast::use_toasts,
    },
};

/// The card with one's browser sessions. `version` is raised by whatever else ends sessions.
#[component]
pub fn BrowserSessions(
    /// Loads the list again when it changes.
    version: RwSignal<u32>,
) -> impl IntoView {
    let list = Fetched::new(move || {
        version.track();
        async { call::<ListSessions>((), (), ()).await.map(|page| page.items) }
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <h2 id="sessions">"Where you are signed in"</h2>
            <p class="muted">"Sign out any browser that you do not know, then change your password."</p>
            {load(list, Skeleton::Rows(2), |sessions: Vec<BrowserSession>| view! { <SessionTable sessions /> })}
        </section>
    }
}

#[component]
fn SessionTable(sessions: Vec<BrowserSession>) -> impl IntoView {
    let sessions = ArcRwSignal::new(sessions);
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let toasts = use_toasts();
    let sign_out_others = {
        let (sessions, sending) = (sessions.clone(), sending.clone());
        move |_| {
            let (sessions, toasts) = (sessions.clone(), toasts.clone());
            sending.send(call::<RevokeOtherSessions>((), (), ()), move |ended| {
                sessions.update(|all| all.retain(|session| session.current));
                toasts.tell(format!(
                    "{} signed out",
                    plural(ended.revoked, "browser", "browsers")
                ));
            });
        }
    };
    let others = {
        let sessions = sessions.clone();
        move || sessions.with(|all| all.iter().any(|session| !session.current))
    };
    let columns = vec![
        Column::text("Browser"),
        Column::text("Address"),
        Column::text("Last used"),
        Column::text("Signed in"),
        Column::text("Ends by itself"),
        Column::actions("Actions"),
    ];
    let (each, row) = (sessions.clone(), sessions);
    let refused = sending.errors.clone();
    view! {
        <Table caption="Your browsers" columns>
            <For each=move || each.get() key=|session| session.id let:session>
                <SessionRow session sessions=row.clone() refused=refused.clone() />
            </For>
        </Table>
        <Refusal error />
        {live(move || {
            let sign_out_others = sign_out_others.clone();
            others()
                .then(|| view! { <div class="actions"><Button busy on_click=sign_out_others>"Sign out everywhere else"</Button></div> })
        })}
    }
}

#[component]
fn SessionRow(
    session: BrowserSession,
    sessions: ArcRwSignal<Vec<BrowserSession>>,
    refused: FieldErrors,
) -> impl IntoView {
    let toasts = use_toasts();
    let id = session.id;
    let name = user_agent::in_words(&session.user_agent);
    let end = {
        let name = name.clone();
        move |_| {
            let (sessions, toasts, name) = (sessions.clone(), toasts.clone(), name.clone());
            let refused = refused.clone();
            refused.clear();
            leptos::task::spawn_local(async move {
                match revoke(id, sessions).await {
                    Ok(()) => toasts.tell(format!("{name} signed out")),
                    Err(error) => refused.set(told(&error)),
                }
            });
        }
    };
    let own = name.clone();
    let action = if session.current {
        view! { <Badge tone=Tone::Good>"This browser"</Badge> }.into_any()
    } else {
        view! {
            <Button look=Look::Quiet on_click=end>
                "Sign out" <span class="visually-hidden">" " {own}</span>
            </Button>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row" title=session.user_agent>{name}</th>
            <td>{session.address}</td>
            <td><Ago at=session.last_seen_at.timestamp_millis() /></td>
            <td><Ago at=session.created_at.timestamp_millis() /></td>
            <td><Ago at=session.expires_at.timestamp_millis() /></td>
            <td class="row-actions">{action}</td>
        </tr>
    }
}

/// Takes the row away at once, and puts it back where it was if the server refuses.
async fn revoke(id: SessionId, sessions: ArcRwSignal<Vec<BrowserSession>>) -> Result<(), ApiError> {
    let before = sessions.get_untracked();
    sessions.update(|all| all.retain(|session| session.id != id));
    let outcome = call::<RevokeSession>(OneSession { session_id: id }, (), ()).await;
    if outcome.is_err() {
        sessions.set(before);
    }
    outcome
}
