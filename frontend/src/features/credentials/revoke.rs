//! The dialog that revokes a key: it names the key, says what stops, and wants the key's name typed.

use leptos::prelude::*;
use shared::credentials::{OneCredential, RevokeCredential};

use crate::{
    address::use_address,
    api::call,
    features::credentials::{Keys, REVOKE, rotate::UsedBy, status},
    sending::Sending,
    session::use_workspace,
    ui::{confirm_dialog::ConfirmDialog, live::live, toast::use_toasts},
};

/// The dialog, opened by `?dialog=revoke-credential&key=..`.
#[component]
pub fn RevokeDialog(
    /// Forgets the revoked one.
    keys: Keys,
) -> impl IntoView {
    let address = use_address();
    let toasts = use_toasts();
    let workspace_id = keys.workspace.id;
    let asked = address.dialog(REVOKE, workspace_id, use_workspace().id);
    let found = keys.clone();
    let credential = Memo::new(move |_| found.find(&address.get("key").filter(|_| asked.get())?));
    let open = Signal::derive(move || asked.get() && credential.with(Option::is_some));
    let title = Signal::derive(move || {
        let name = credential.with(|credential| credential.as_ref().map(status::called).unwrap_or_default());
        format!("Revoke the key “{name}”?")
    });
    let type_first =
        Signal::derive(move || credential.with(|credential| credential.as_ref().map(status::to_type)));
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let confirm = move |()| {
        let Some(credential) = credential.get_untracked() else {
            return;
        };
        let path = OneCredential {
            workspace_id,
            access_key: credential.access_key.clone(),
        };
        let (keys, toasts) = (keys.clone(), toasts.clone());
        sending.send(call::<RevokeCredential>(path, (), ()), move |()| {
            toasts.tell(format!("Key {} revoked", status::called(&credential)));
            address.close_dialog();
            keys.reload();
        });
    };
    view! {
        <ConfirmDialog
            open
            on_close=move |()| address.close_dialog()
            title
            action="Revoke key"
            type_first
            busy
            error
            on_confirm=confirm
        >
            <p>"Whatever uses this key, and every token made with it, is refused from the next call on. This cannot be undone."</p>
            {live(move || credential.get().map(|credential| view! { <UsedBy credential /> }))}
        </ConfirmDialog>
    }
}
