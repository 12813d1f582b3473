//! Making a workspace: a name, then one stands in it as its owner.

use leptos::prelude::*;
use shared::{
    text::Name,
    workspaces::{CreateWorkspace, NewWorkspace},
};

use crate::{
    address::{Step, use_address},
    api::call,
    routes::{self, Section},
    sending::{Refusal, Sending, checked, fault},
    session::{use_session, use_workspace},
    ui::{
        button::{Button, Kind, Look},
        dialog::Dialog,
        field::TextField,
        form::Form,
        icon::Symbol,
        toast::use_toasts,
    },
};

const DIALOG: &str = "create-workspace";

/// The button that opens the dialog.
#[component]
pub fn CreateButton() -> impl IntoView {
    let address = use_address();
    let here = use_workspace().id;
    view! {
        <Button look=Look::Primary icon=Symbol::Plus on_click=move |_| address.open_dialog(DIALOG, here, None)>
            "Create workspace"
        </Button>
    }
}

/// The dialog, opened by `?dialog=create-workspace`.
#[component]
pub fn CreateDialog() -> impl IntoView {
    let address = use_address();
    let here = use_workspace().id;
    let open = address.dialog(DIALOG, here, here);
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title="Create a workspace">
            <NameForm />
        </Dialog>
    }
}

#[component]
fn NameForm() -> impl IntoView {
    let session = use_session();
    let address = use_address();
    let toasts = use_toasts();
    let name = RwSignal::new(String::new());
    let sending = Sending::new();
    let busy = sending.busy();
    let name_error = sending.errors.of("/name");
    let other = sending.errors.other_than(&["/name"]);
    let left = sending.watch("/name", name, fault::<Name>);
    let submit = move |()| {
        let mut wrong = Vec::new();
        let Some(name) = checked::<Name>(&name.get_untracked(), "/name", &mut wrong) else {
            sending.errors.set(wrong);
            return;
        };
        let work = async move {
            let made = call::<CreateWorkspace>((), (), NewWorkspace { name }).await?;
            session.reload_workspaces().await?;
            Ok(made)
        };
        let toasts = toasts.clone();
        sending.send(work, move |made| {
            toasts.tell(format!("{} was made, and you are in it", made.name));
            address.go(Step::Same, &routes::settings(made.id, Section::Workspace));
        });
    };
    view! {
        <p>"A workspace has its own members, keys and data; nothing is shared with your other workspaces. You own it and can invite people."</p>
        <Form on_submit=submit busy>
            <TextField label="Name" value=name autofocus=true max_length=Name::MAX error=name_error on_leave=left />
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| address.close_dialog()>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>"Create workspace"</Button>
            </div>
        </Form>
    }
}
