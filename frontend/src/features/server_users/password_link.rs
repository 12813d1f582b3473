//! The dialog that makes a link with which somebody chooses a new password. The link is shown once.

use leptos::prelude::*;
use shared::server_users::{CreatePasswordLink, OneServerUser, PasswordLink};

use crate::{
    address::use_address,
    api::call,
    features::server_users::{PASSWORD_LINK, asked_for},
    sending::{Refusal, Sending},
    ui::{
        ago::exact,
        badge::Tone,
        button::{Button, Look},
        copy::CopyButton,
        dialog::Dialog,
        effect::effect,
        leave_guard::LeaveGuard,
        notice::Notice,
    },
};

const KEEP_OPEN: &str = "The link has not been copied yet. It is not shown again.";

/// The dialog, opened by `?dialog=password-link&key=..`.
#[component]
pub fn PasswordLinkDialog() -> impl IntoView {
    let address = use_address();
    let asked = asked_for(address, PASSWORD_LINK);
    let open = Signal::derive(move || asked.with(Option::is_some));
    let made = RwSignal::new(None::<PasswordLink>);
    let copied = RwSignal::new(false);
    // Nothing keeps the link once the dialog is closed, whatever closed it.
    effect(move || {
        if !open.get() {
            made.set(None);
            copied.set(false);
        }
    });
    let unsaved = Signal::derive(move || made.with(Option::is_some) && !copied.get());
    let keep_open = Signal::derive(move || unsaved.get().then(|| KEEP_OPEN.to_owned()));
    let not_yet = Signal::derive(move || unsaved.get().then(|| "Copy the link first".to_owned()));
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let create = Callback::new(move |()| {
        let user_id = asked.get_untracked().and_then(|id| id.parse().ok());
        let path = OneServerUser {
            user_id: user_id.unwrap_or(shared::ids::UserId::NIL),
        };
        sending.send(call::<CreatePasswordLink>(path, (), ()), move |link| {
            made.set(Some(link));
        });
    });
    let close = move |()| address.close_dialog();
    let content = move || {
        match made.get() {
        None => view! {
            <p>"The link lets whoever has it choose a new password for this account, once. Links that were made before end. The password that is in use works until a new one is chosen."</p>
            <Refusal error />
            <div class="actions actions-end">
                <Button autofocus=true on_click=move |_| close(())>"Cancel"</Button>
                <Button look=Look::Primary busy on_click=move |_| create.run(())>"Make link"</Button>
            </div>
        }
        .into_any(),
        Some(link) => {
            let text = link.link.expose().to_owned();
            view! {
                <LeaveGuard dirty=unsaved />
                <Notice tone=Tone::Accent>
                    <p>
                        "Send this link to the person, and to nobody else. It works once, until "
                        {exact(link.expires_at.timestamp_millis())} ". It is not shown again."
                    </p>
                </Notice>
                <pre class="code code-link" tabindex="0" on:copy=move |_| copied.set(true)>{text.clone()}</pre>
                <div class="actions actions-end">
                    <CopyButton text label="Copy link" look=Look::Primary on_copied=move |()| copied.set(true) />
                    <Button blocked=not_yet on_click=move |_| close(())>"Done"</Button>
                </div>
            }
            .into_any()
        }
    }
    };
    view! { <Dialog open on_close=close title="A link to choose a new password" keep_open>{content}</Dialog> }
}
