//! The invitations of the active workspace that are still open, with a way to take them back (R052, R071, R072).

use leptos::prelude::*;
use shared::{
    invitations::{Invitation, ListInvitations, OneInvitation, RevokeInvitation},
    permission::Permission,
    workspaces::InWorkspace,
};

use crate::{
    address::use_address,
    api::{ApiError, call},
    sending::Sending,
    session::use_workspace,
    text,
    ui::{
        ago::Ago,
        badge::{Badge, Tone},
        button::{Button, Look},
        confirm_dialog::ConfirmDialog,
        fetched::Fetched,
        load::load,
        number::count,
        skeleton::Skeleton,
        table::{Column, Table},
        toast::use_toasts,
    },
};

const REVOKE: &str = "revoke-invitation";

/// The card with the open invitations; for those who may invite.
#[component]
pub fn PendingInvitations(
    /// Loads the list again when it changes.
    version: RwSignal<u32>,
) -> impl IntoView {
    let workspace = use_workspace();
    let may_invite = Memo::new(move |_| workspace.may(Permission::MembersManage));
    move || may_invite.get().then(|| view! { <OpenInvitations version /> })
}

#[component]
fn OpenInvitations(version: RwSignal<u32>) -> impl IntoView {
    let workspace = use_workspace();
    let address = use_address();
    let id = workspace.id;
    let list = Fetched::new(move || {
        version.track();
        async move {
            let page = call::<ListInvitations>(InWorkspace { workspace_id: id }, (), ()).await;
            page.map(|page| page.items)
        }
    });
    let total = move || list.get()?.ok().map(|list| count(list.len() as u64));
    let content = load(list, Skeleton::Rows(1), move |invitations: Vec<Invitation>| {
        if invitations.is_empty() {
            view! { <p class="muted">"Nobody is invited at the moment. Links that were used or have expired are not listed."</p> }
                .into_any()
        } else {
            let open = move |invitation: &Invitation| {
                let key = invitation.id.to_string();
                address.open_dialog(REVOKE, id, Some(key));
            };
            view! { <InvitationTable invitations on_revoke=Callback::new(move |invitation| open(&invitation)) /> }.into_any()
        }
    });
    view! {
        <section class="card" aria-labelledby="pending">
            <h2 id="pending">"Pending invitations " <span class="count">{total}</span></h2>
            {content}
        </section>
        <RevokeDialog list version />
    }
}

#[component]
fn InvitationTable(invitations: Vec<Invitation>, on_revoke: Callback<Invitation>) -> impl IntoView {
    let columns = vec![
        Column::text("For"),
        Column::text("Status"),
        Column::text("Role"),
        Column::text("Invited by"),
        Column::text("Added"),
        Column::text("Ends"),
        Column::actions("Actions"),
    ];
    let row = move |invitation: Invitation| {
        let whom = whom(&invitation);
        let own = invitation.clone();
        view! {
            <tr>
                <th scope="row">{whom.clone()}</th>
                <td><Badge tone=Tone::Warning>"Pending"</Badge></td>
                <td>{text::role(invitation.role)}</td>
                <td>{invitation.invited_by.to_string()}</td>
                <td><Ago at=invitation.created_at.timestamp_millis() /></td>
                <td><Ago at=invitation.expires_at.timestamp_millis() /></td>
                <td class="row-actions">
                    <Button look=Look::Quiet on_click=move |_| on_revoke.run(own.clone())>
                        "Revoke" <span class="visually-hidden">" the invitation for " {whom}</span>
                    </Button>
                </td>
            </tr>
        }
    };
    view! { <Table caption="Open invitations" columns>{invitations.into_iter().map(row).collect_view()}</Table> }
}

fn whom(invitation: &Invitation) -> String {
    invitation
        .email
        .as_ref()
        .map_or_else(|| "Whoever has the link".to_owned(), ToString::to_string)
}

#[component]
fn RevokeDialog(list: Fetched<Vec<Invitation>, ApiError>, version: RwSignal<u32>) -> impl IntoView {
    let id = use_workspace().id;
    let address = use_address();
    let asked = address.dialog(REVOKE, id, id);
    let invitation = Memo::new(move |_| {
        let wanted = address.get("key")?;
        let all = list.get()?.ok()?;
        all.into_iter()
            .find(|invitation| invitation.id.to_string() == wanted)
    });
    let open = Signal::derive(move || asked.get() && invitation.with(Option::is_some));
    let title = Signal::derive(move || {
        let whom = invitation.with(|invitation| invitation.as_ref().map(whom).unwrap_or_default());
        format!("Revoke the invitation for {whom}?")
    });
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let toasts = use_toasts();
    let confirm = move |()| {
        let Some(invitation) = invitation.get_untracked() else {
            return;
        };
        let path = OneInvitation {
            workspace_id: id,
            invitation_id: invitation.id,
        };
        let toasts = toasts.clone();
        sending.send(call::<RevokeInvitation>(path, (), ()), move |()| {
            toasts.tell("Invitation revoked");
            address.close_dialog();
            version.update(|n| *n += 1);
        });
    };
    view! {
        <ConfirmDialog open on_close=move |()| address.close_dialog() title action="Revoke invitation" busy error on_confirm=confirm>
            <p>"Its link does not work any more. To let them in after all, invite them again with a new link."</p>
        </ConfirmDialog>
    }
}
