//! Handing a workspace over to another member.

use leptos::prelude::*;
use shared::{
    ids::{UserId, WorkspaceId},
    workspaces::{InWorkspace, NewOwner, TransferOwnership},
};

use crate::{
    address::use_address,
    api::call,
    features::members::{
        TRANSFER,
        pick::{MemberPicker, Picked},
    },
    sending::Sending,
    session::{CurrentWorkspace, use_session, use_workspace},
    ui::{confirm_dialog::Confirm, dialog::Dialog, dom, live::live, toast::use_toasts},
};

/// The dialog, opened by `?dialog=transfer-ownership`; for the owner of a workspace that is not personal.
#[component]
pub fn TransferDialog(
    /// Which workspace.
    workspace_id: WorkspaceId,
) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let workspace = CurrentWorkspace::of(session, workspace_id);
    let asked = address.dialog(TRANSFER, workspace_id, use_workspace().id);
    let owner = Memo::new(move |_| {
        let workspace = workspace.get().filter(|workspace| !workspace.personal)?;
        let me = session.account()?.id;
        (workspace.owner_id == me).then_some(me)
    });
    let open = Signal::derive(move || asked.get() && owner.get().is_some());
    let title = Signal::derive(move || format!("Hand {} over?", workspace.name()));
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title>
            {live(move || owner.get().map(|me| view! { <Transfer workspace me /> }))}
        </Dialog>
    }
}

#[component]
fn Transfer(workspace: CurrentWorkspace, me: UserId) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let toasts = use_toasts();
    let sending = Sending::new();
    let busy = sending.busy();
    let picker_error = sending.errors.of("/user_id");
    let error = sending.errors.other_than(&["/user_id"]);
    let picked = Picked::nobody();
    dom::focus_first_field();
    let confirm = Callback::new(move |()| match picked.get() {
        Ok(Some(user_id)) => {
            let path = InWorkspace {
                workspace_id: workspace.id,
            };
            let toasts = toasts.clone();
            sending.send(
                call::<TransferOwnership>(path, (), NewOwner { user_id }),
                move |changed| {
                    toasts.tell(format!("You handed {} over", changed.name));
                    address.close_dialog();
                    session.put_workspace(changed);
                },
            );
        }
        other => {
            let sentence = other.err().unwrap_or("Choose the new owner.");
            sending
                .errors
                .set(vec![("/user_id".to_owned(), sentence.to_owned())]);
        }
    });
    view! {
        <Confirm
            on_close=Callback::new(move |()| address.close_dialog())
            action="Hand over"
            busy
            error
            on_confirm=confirm
        >
            <p>"The new owner administers the workspace and alone can delete it or hand it on. You stay a member with the role that you have."</p>
            <MemberPicker
                workspace_id=workspace.id
                except=me
                label="New owner"
                hint="Any member; they become an administrator."
                optional=false
                picked
                error=picker_error
            />
        </Confirm>
    }
}
