//! Leaving a workspace: what stops is shown first, and its owner names who owns it next (R062 to R067).

use leptos::prelude::*;
use shared::ids::WorkspaceId;

use crate::{
    address::use_address,
    features::members::{
        LEAVE,
        going::{Going, LookAhead},
    },
    session::{CurrentWorkspace, use_session, use_workspace},
    ui::{dialog::Dialog, live::live, toast::use_toasts},
};

/// The dialog, opened by `?dialog=leave-workspace`.
#[component]
pub fn LeaveDialog(
    /// Which workspace.
    workspace_id: WorkspaceId,
) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let toasts = use_toasts();
    let here = use_workspace().id;
    let workspace = CurrentWorkspace::of(session, workspace_id);
    let asked = address.dialog(LEAVE, workspace_id, here);
    // It stays as it was while the workspace goes out of sight.
    let may_leave = Memo::new(move |_| workspace.get().is_some_and(|workspace| !workspace.personal));
    let open = Signal::derive(move || asked.get() && may_leave.get());
    let name = RwSignal::new(String::new());
    let on_cancel = Callback::new(move |()| address.close_dialog());
    let on_gone = Callback::new(move |()| {
        toasts.tell(format!("You left {}", workspace.name()));
        session.leave_page_of(workspace_id, here, address);
    });
    view! {
        <Dialog open on_close=on_cancel title=Signal::derive(move || format!("Leave {}?", workspace.name()))>
            {live(move || {
                let who = untrack(|| session.account())?.id;
                let going = Going { workspace, who, by_leaving: true, name, on_cancel, on_gone };
                Some(view! { <LookAhead going /> })
            })}
        </Dialog>
    }
}
