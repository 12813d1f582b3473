//! The dialog that rotates a key: a successor now, and the old key goes on working for as long as the change-over
//! takes (N06).

use leptos::prelude::*;
use shared::credentials::{Credential, OneCredential, RotateCredential, Rotation};

use crate::{
    address::use_address,
    api::call,
    features::credentials::{
        Keys, ROTATE,
        shown_once::{Once, ShownOnce},
        status::{called, to_type},
    },
    sending::{Refusal, Sending},
    session::use_workspace,
    ui::{
        ago::Ago,
        button::{Button, Kind, Look},
        choice::{Choice, RadioField},
        dialog::Dialog,
        field::TextField,
        form::Form,
        live::live,
    },
};

const DAY: u64 = 24 * 60 * 60;
const OVERLAPS: [(u64, &str, &str); 5] = [
    (
        0,
        "Not at all",
        "The old key stops now. For a key that somebody else may have seen.",
    ),
    (60 * 60, "1 hour", "For one machine at hand."),
    (DAY, "1 day", "For a few machines that you change today."),
    (7 * DAY, "7 days", "For a team, or for runs that take days."),
    (
        30 * DAY,
        "30 days",
        "For clusters and images that are rebuilt now and then.",
    ),
];

/// The dialog, opened by `?dialog=rotate-credential&key=..`.
#[component]
pub fn RotateDialog(
    /// Shows the successor.
    keys: Keys,
) -> impl IntoView {
    let address = use_address();
    let workspace = keys.workspace;
    let asked = address.dialog(ROTATE, workspace.id, use_workspace().id);
    // What is rotated stays so while its successor is shown.
    let old = {
        let keys = keys.clone();
        Memo::new(move |_| keys.find(&address.get("key").filter(|_| asked.get())?))
    };
    let open = Signal::derive(move || asked.get() && old.with(Option::is_some));
    let once = Once::while_open(open);
    let sending = Sending::new();
    let keep_open = once.keep_open(sending.busy());
    let title = Signal::derive(move || match once.created() {
        Some(_) => "The successor of your key".to_owned(),
        None => format!(
            "Rotate the key “{}”?",
            old.with(|old| old.as_ref().map(called).unwrap_or_default())
        ),
    });
    let close = Callback::new(move |()| address.close_dialog());
    view! {
        <Dialog open on_close=close title keep_open wide=true>
            {
                let (keys, sending) = (keys.clone(), sending.clone());
                move || match (once.created(), old.get_untracked()) {
                    (Some(created), _) => view! { <ShownOnce created once workspace on_done=close /> }.into_any(),
                    (None, Some(old)) => {
                        view! { <RotateForm old keys=keys.clone() sending=sending.clone() once on_cancel=close /> }.into_any()
                    }
                    (None, None) => ().into_any(),
                }
            }
        </Dialog>
    }
}

#[component]
fn RotateForm(
    old: Credential,
    keys: Keys,
    sending: Sending,
    once: Once,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let overlap = RwSignal::new((7 * DAY).to_string());
    let busy = sending.busy();
    sending.errors.clear();
    let overlap_error = sending.errors.of("/overlap_seconds");
    let other = sending.errors.other_than(&["/overlap_seconds"]);
    let path = OneCredential {
        workspace_id: keys.workspace.id,
        access_key: old.access_key.clone(),
    };
    // Ending a key at once cannot be undone, as revoking it cannot.
    let is_at_once = Memo::new(move |_| overlap.with(|seconds| seconds == "0"));
    let typed = RwSignal::new(String::new());
    let name = StoredValue::new(to_type(&old));
    let confirmed =
        Memo::new(move |_| !is_at_once.get() || typed.with(|typed| name.with_value(|name| typed == name)));
    let blocked = Signal::derive(move || (!confirmed.get()).then(|| "Type the name first".to_owned()));
    let submit = move |()| {
        if !confirmed.get_untracked() {
            return;
        }
        let keys = keys.clone();
        let rotation = Rotation {
            overlap_seconds: overlap.get_untracked().parse().unwrap_or_default(),
        };
        sending.send(
            call::<RotateCredential>(path.clone(), (), rotation),
            move |created| {
                once.show(created);
                keys.reload();
            },
        );
    };
    let choices = OVERLAPS.map(|(seconds, label, hint)| Choice {
        value: seconds.to_string(),
        label: label.to_owned(),
        hint: hint.to_owned(),
    });
    view! {
        <Form on_submit=submit busy>
            <div class="prose">
                <p>"You get a new key pair with the same label. The old one goes on working until you have changed it everywhere, then it ends by itself."</p>
                <UsedBy credential=old />
            </div>
            <RadioField legend="How long should the old key go on working?" value=overlap choices=choices.into() autofocus=true error=overlap_error />
            {live(move || {
                is_at_once
                    .get()
                    .then(|| {
                        let label = format!("Type “{}” to confirm", name.get_value());
                        let hint = "Whatever uses the old key is refused from the next call on. This cannot be undone.";
                        view! { <TextField label value=typed autocomplete="off" hint /> }
                    })
            })}
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| on_cancel.run(())>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy blocked>"Rotate key"</Button>
            </div>
        </Form>
    }
}

/// Who uses a key, as far as it is known.
#[component]
pub fn UsedBy(
    /// Which key.
    credential: Credential,
) -> impl IntoView {
    let from = credential
        .last_used_from
        .map(|from| view! { " from " <strong>{from}</strong> });
    let used = match credential.last_used_at {
        Some(at) => view! { "It was last used " <Ago at=at.timestamp_millis() /> {from} "." }.into_any(),
        None => view! { "It has never been used." }.into_any(),
    };
    view! { <p>{used}</p> }
}
