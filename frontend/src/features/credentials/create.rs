//! The dialog that makes a key pair: what to call it and when it ends, then the pair, once (R037 to R040, P01).

use leptos::prelude::*;
use shared::{
    credentials::{CreateCredential, NewCredential},
    text::Label,
    workspaces::InWorkspace,
};

use crate::{
    address::use_address,
    api::call,
    features::credentials::{
        CREATE, Keys, expiry,
        shown_once::{Once, ShownOnce},
    },
    sending::{Refusal, Sending, checked},
    session::use_workspace,
    ui::{
        button::{Button, Kind, Look},
        dialog::Dialog,
        field::{Labelled, SelectField, TextField},
        form::Form,
        live::live,
    },
};

/// The dialog, opened by `?dialog=new-credential`.
#[component]
pub fn CreateDialog(
    /// Shows the new one.
    keys: Keys,
) -> impl IntoView {
    let address = use_address();
    let workspace = keys.workspace;
    let open = address.dialog(CREATE, workspace.id, use_workspace().id);
    let once = Once::while_open(open);
    let sending = Sending::new();
    let keep_open = once.keep_open(sending.busy());
    let title = Signal::derive(move || match once.created() {
        Some(_) => "Your new credentials".to_owned(),
        None => format!("Create credentials for {}", workspace.name()),
    });
    let close = Callback::new(move |()| address.close_dialog());
    view! {
        <Dialog open on_close=close title keep_open wide=true>
            {
                let (keys, sending) = (keys.clone(), sending.clone());
                move || match once.created() {
                    Some(created) => view! { <ShownOnce created once workspace on_done=close /> }.into_any(),
                    None => view! { <CreateForm keys=keys.clone() sending=sending.clone() once on_cancel=close /> }.into_any(),
                }
            }
        </Dialog>
    }
}

#[component]
fn CreateForm(keys: Keys, sending: Sending, once: Once, on_cancel: Callback<()>) -> impl IntoView {
    let workspace = keys.workspace;
    let limit = untrack(|| workspace.get()).and_then(|workspace| workspace.max_credential_days);
    let label = RwSignal::new(String::new());
    let choice = RwSignal::new(expiry::LATEST.to_owned());
    let date = RwSignal::new(String::new());
    let busy = sending.busy();
    sending.errors.clear();
    let (label_error, end_error) = (sending.errors.of("/label"), sending.errors.of("/expires_at"));
    let other = sending.errors.other_than(&["/label", "/expires_at"]);
    let submit = move |()| {
        let mut wrong = Vec::new();
        let label = checked::<Label>(&label.get_untracked(), "/label", &mut wrong);
        let end = expiry::end(&choice.get_untracked(), &date.get_untracked());
        let end = end.map_err(|sentence| wrong.push(("/expires_at".to_owned(), sentence)));
        let (Some(label), Ok(expires_at)) = (label, end) else {
            sending.errors.set(wrong);
            return;
        };
        let keys = keys.clone();
        let path = InWorkspace {
            workspace_id: workspace.id,
        };
        sending.send(
            call::<CreateCredential>(path, (), NewCredential { label, expires_at }),
            move |created| {
                once.show(created);
                keys.reload();
            },
        );
    };
    let is_dated = Memo::new(move |_| choice.with(|choice| choice == expiry::DATE));
    let hint = limit.map(|days| format!("Keys of this workspace live at most {days} days."));
    view! {
        <Form on_submit=submit busy>
            <TextField
                label="Label"
                value=label
                optional=true
                autofocus=true
                error=label_error
                max_length=Label::MAX
                hint="Where the key will be used, so that you know it again: “laptop”, “training cluster”."
            />
            <ExpiryField limit_hint=hint choice limit error=Signal::derive(move || end_error.get().filter(|_| !is_dated.get())) />
            {live(move || is_dated.get().then(|| view! { <DateField date limit error=end_error /> }))}
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| on_cancel.run(())>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>"Create credentials"</Button>
            </div>
        </Form>
    }
}

#[component]
fn ExpiryField(
    limit_hint: Option<String>,
    choice: RwSignal<String>,
    limit: Option<u32>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let hint =
        limit_hint.unwrap_or_else(|| "A key that is needed for a while should end by itself.".to_owned());
    view! { <SelectField label="Expires" value=choice options=Signal::derive(move || expiry::choices(limit)) hint error /> }
}

#[component]
fn DateField(date: RwSignal<String>, limit: Option<u32>, error: Signal<Option<String>>) -> impl IntoView {
    let (first, last) = expiry::bounds(limit);
    view! {
        <Labelled label="Last day" error let:ids>
            <input
                id=ids.control
                class="input"
                type="date"
                min=first
                max=last
                aria-required="true"
                aria-describedby=ids.described_by
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || date.get()
                on:input=move |event| date.set(event_target_value(&event))
            />
        </Labelled>
    }
}
