//! What only the owner of a workspace can do: hand it over, or delete it once it is empty. A personal workspace stays
//! its person's.

use leptos::prelude::*;
use shared::{
    error::ErrorCode,
    workspaces::{DeleteWorkspace, InWorkspace},
};

use crate::{
    address::use_address,
    api::call,
    sending::Sending,
    session::{CurrentWorkspace, use_session, use_workspace},
    ui::{
        button::{Button, Look},
        confirm_dialog::ConfirmDialog,
        live::live,
        toast::use_toasts,
    },
};

const DELETE: &str = "delete-workspace";
/// The dialog that hands it over is with the members, from whom one is chosen.
const TRANSFER: &str = "transfer-ownership";

/// What a workspace's owner sees of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owned {
    personal: bool,
    alone: bool,
}

/// The line for its owner in the facts of a workspace, with the dialog that deletes it.
#[component]
pub fn Ownership(
    /// Which workspace.
    workspace: CurrentWorkspace,
) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let id = workspace.id;
    let owned = Memo::new(move |_| {
        let me = session.account()?.id;
        let workspace = workspace.get().filter(|workspace| workspace.owner_id == me)?;
        Some(Owned {
            personal: workspace.personal,
            alone: workspace.members < 2,
        })
    });
    let suffix = move || view! { <span class="visually-hidden">" " {workspace.name()}</span> };
    let actions = move |alone: bool| {
        let nobody = alone.then(|| "There is no other member to hand it over to".to_owned());
        let not_empty = (!alone).then(|| ErrorCode::WorkspaceNotEmpty.title().to_owned());
        view! {
            <span class="with-action">
                <Button look=Look::Quiet blocked=Signal::stored(nobody) on_click=move |_| address.open_dialog(TRANSFER, id, None)>
                    "Hand over" {suffix}
                </Button>
                <Button look=Look::Quiet blocked=Signal::stored(not_empty) on_click=move |_| address.open_dialog(DELETE, id, None)>
                    "Delete" {suffix}
                </Button>
            </span>
            {(!alone).then(|| view! { <span class="why-not">"It can be deleted once nobody else is in it."</span> })}
        }
    };
    let line = move |owned: Owned| {
        if owned.personal {
            view! { <span>"You. A personal workspace stays yours."</span> }.into_any()
        } else {
            view! { <span class="with-action"><span>"You"</span> {actions(owned.alone)}</span> }.into_any()
        }
    };
    view! {
        {live(move || owned.get().map(|owned| view! { <div><dt>"Owner"</dt><dd>{line(owned)}</dd></div> }))}
        <DeleteDialog workspace may=Signal::derive(move || owned.get().is_some_and(|owned| !owned.personal && owned.alone)) />
    }
}

#[component]
fn DeleteDialog(workspace: CurrentWorkspace, may: Signal<bool>) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let toasts = use_toasts();
    let id = workspace.id;
    let here = use_workspace().id;
    let asked = address.dialog(DELETE, id, here);
    let open = Signal::derive(move || asked.get() && may.get());
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let confirm = move |()| {
        let toasts = toasts.clone();
        let name = workspace.name();
        sending.send(
            call::<DeleteWorkspace>(InWorkspace { workspace_id: id }, (), ()),
            move |()| {
                toasts.tell(format!("{name} was deleted"));
                session.leave_page_of(id, here, address);
            },
        );
    };
    view! {
        <ConfirmDialog
            open
            on_close=move |()| address.close_dialog()
            title=Signal::derive(move || format!("Delete {}?", workspace.name()))
            action="Delete workspace"
            type_first=Signal::derive(move || Some(workspace.name()))
            busy
            error
            on_confirm=confirm
        >
            <p>"Its keys stop working at once, its open invitations end, and nobody can bring it back."</p>
        </ConfirmDialog>
    }
}
