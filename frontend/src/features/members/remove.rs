//! Removing a member: what stops is shown first, and who takes over is chosen (R074 to R078, N11).

use leptos::prelude::*;
use shared::ids::UserId;

use crate::{
    address::use_address,
    features::members::{
        REMOVE,
        going::{Going, LookAhead},
    },
    session::{use_session, use_workspace},
    ui::{dialog::Dialog, live::live, toast::use_toasts},
};

/// The dialog, opened by `?dialog=remove-member&key=..`.
#[component]
pub fn RemoveDialog(
    /// Loads the list again when it changes.
    version: RwSignal<u32>,
) -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let toasts = use_toasts();
    let workspace = use_workspace();
    let asked = address.dialog(REMOVE, workspace.id, workspace.id);
    let who = Memo::new(move |_| address.get("key")?.parse::<UserId>().ok());
    let open = Signal::derive(move || asked.get() && who.get().is_some());
    let name = RwSignal::new(String::new());
    let title = Signal::derive(move || {
        let who = name.get();
        let who = if who.is_empty() { "this user" } else { &who };
        format!("Remove {who} from {}?", workspace.name())
    });
    let on_cancel = Callback::new(move |()| address.close_dialog());
    let on_gone = Callback::new(move |()| {
        toasts.tell(format!("{} was removed", name.get_untracked()));
        address.close_dialog();
        version.update(|n| *n += 1);
        session.refresh_workspaces();
    });
    view! {
        <Dialog open on_close=on_cancel title>
            {live(move || {
                name.set(String::new());
                let who = who.get()?;
                Some(view! { <LookAhead going=Going { workspace, who, by_leaving: false, name, on_cancel, on_gone } /> })
            })}
        </Dialog>
    }
}
