//! What is done with an open invitation: a new link for it, or taking it back (R052).

use leptos::prelude::*;
use shared::{
    ids::InvitationId,
    invitations::{GetInvitation, Invitation, OneInvitation, ResendInvitation, RevokeInvitation},
    permission::Permission,
};

use crate::{
    address::use_address,
    api::call,
    features::invitations::links::{Links, ShownLinks},
    sending::Refusal,
    sending::Sending,
    session::{use_session, use_workspace},
    ui::{
        button::{Button, Kind, Look},
        confirm_dialog::Confirm,
        dialog::Dialog,
        fetched::Fetched,
        form::Form,
        live::live,
        load::load,
        skeleton::Skeleton,
        toast::use_toasts,
    },
};

const RESEND: &str = "resend-invitation";
const REVOKE: &str = "revoke-invitation";

/// The dialogs, opened by `?dialog=resend-invitation&key=..` and `?dialog=revoke-invitation&key=..`.
#[component]
pub fn PendingDialogs(
    /// Loads the list again when it changes.
    version: RwSignal<u32>,
) -> impl IntoView {
    let workspace = use_workspace();
    let address = use_address();
    let dialog = address.of("dialog");
    let which = Memo::new(move |_| address.get("key")?.parse::<InvitationId>().ok());
    let is = move |name: &'static str| {
        Signal::derive(move || {
            dialog.with(|dialog| dialog.as_deref() == Some(name))
                && which.get().is_some()
                && workspace.may(Permission::MembersManage)
        })
    };
    let (resend, revoke) = (is(RESEND), is(REVOKE));
    let links = Links::while_open(resend);
    let path = move || {
        let invitation_id = which.get()?;
        Some(OneInvitation {
            workspace_id: workspace.id,
            invitation_id,
        })
    };
    let close = Callback::new(move |()| address.close_dialog());
    view! {
        <Dialog open=resend on_close=close title="A new link" keep_open=links.keep_open()>
            {live(move || path().map(|path| view! { <Resend path links version on_close=close /> }))}
        </Dialog>
        <Dialog open=revoke on_close=close title="Revoke this invitation?">
            {live(move || path().map(|path| view! { <Revoke path version on_close=close /> }))}
        </Dialog>
    }
}

#[component]
fn Resend(
    path: OneInvitation,
    links: Links,
    version: RwSignal<u32>,
    on_close: Callback<()>,
) -> impl IntoView {
    let server = use_session().server();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let own = path.clone();
    let invitation = Fetched::new(move || call::<GetInvitation>(own.clone(), (), ()));
    let submit = Callback::new(move |()| {
        let mailed = untrack(|| server.get())
            .and_then(Result::ok)
            .is_some_and(|server| server.sends_mail);
        sending.send(call::<ResendInvitation>(path.clone(), (), ()), move |made| {
            links.show(vec![made.into()], mailed);
            let _ = version.try_update(|n| *n += 1);
        });
    });
    let are_there = Memo::new(move |_| links.are_there());
    let form = move |invitation: Invitation| {
        view! {
            <Form on_submit=submit busy>
                <p>
                    "The link for " <strong>{whom(&invitation)}</strong>
                    " ends at once, and a new one with a full life takes its place."
                </p>
                <Refusal error />
                <div class="actions actions-end">
                    <Button on_click=move |_| on_close.run(())>"Cancel"</Button>
                    <Button look=Look::Primary kind=Kind::Submit busy>"Make a new link"</Button>
                </div>
            </Form>
        }
    };
    move || {
        if are_there.get() {
            view! { <ShownLinks links on_done=on_close /> }.into_any()
        } else {
            load(invitation, Skeleton::Lines(2), form)
        }
    }
}

#[component]
fn Revoke(path: OneInvitation, version: RwSignal<u32>, on_close: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let own = path.clone();
    let invitation = Fetched::new(move || call::<GetInvitation>(own.clone(), (), ()));
    let confirm = Callback::new(move |()| {
        let toasts = toasts.clone();
        sending.send(call::<RevokeInvitation>(path.clone(), (), ()), move |()| {
            toasts.tell("Invitation revoked");
            let _ = on_close.try_run(());
            let _ = version.try_update(|n| *n += 1);
        });
    });
    load(invitation, Skeleton::Lines(2), move |invitation| {
        view! {
            <Confirm
                on_close
                action="Revoke invitation"
                busy
                error
                on_confirm=confirm
            >
                <p>
                    "The link for " <strong>{whom(&invitation)}</strong>
                    " does not work any more. To let them in after all, invite them again."
                </p>
            </Confirm>
        }
    })
}

fn whom(invitation: &Invitation) -> String {
    invitation
        .email
        .as_ref()
        .map_or_else(|| "whoever has it".to_owned(), ToString::to_string)
}
