//! Shows one object of one's storage: as a picture, film, sound or page, or as a file to save. The address that the browser
//! loads is signed by the server and works for a short time (N16).

use leptos::prelude::*;
use shared::{
    contract::{query_string, url},
    ids::WorkspaceId,
    storage::{ObjectAddress, ObjectKind, ObjectPreview, PreviewObject, ShowObject},
    workspaces::InWorkspace,
};

use crate::{
    api::call,
    preferences::use_preferences,
    sending::{Refusal, Sending},
    session::use_workspace,
    ui::{
        ago::Ago,
        button::{Button, Kind, Look},
        field::{TextField, Typed},
        form::Form,
        icon::{Icon, Symbol},
        live::live,
        number::bytes,
    },
};

/// The form, and what it found.
#[component]
pub fn Preview() -> impl IntoView {
    let workspace_id = use_workspace().id;
    let typed = RwSignal::new(String::new());
    let found = ArcRwSignal::new(None::<(String, ObjectPreview)>);
    let sending = Sending::new();
    let busy = sending.busy();
    let (error, other) = (sending.errors.of("/url"), sending.errors.other_than(&["/url"]));
    let left = sending.watch("/url", typed, |_| None);
    let put = found.clone();
    let submit = move |()| {
        let address = typed.get_untracked().trim().to_owned();
        put.set(None);
        if address.is_empty() {
            let sentence = "Enter the address of an object, like s3://bucket/folder/picture.png.";
            sending.errors.set(vec![("/url".to_owned(), sentence.to_owned())]);
            return;
        }
        let put = put.clone();
        let body = ObjectAddress { url: address.clone() };
        let work = call::<PreviewObject>(InWorkspace { workspace_id }, (), body);
        sending.send(work, move |object| put.set(Some((address, object))));
    };
    view! {
        <Form on_submit=submit busy>
            <TextField
                label="Address"
                value=typed
                kind=Typed::Code
                error
                on_leave=left
                placeholder="s3://bucket/folder/picture.png"
                hint="As clients write it: s3://, azure:// or gs://, then the bucket and the object."
            />
            <Refusal error=other />
            <div class="actions"><Button kind=Kind::Submit busy>"Preview"</Button></div>
        </Form>
        <div role="status">
            {live(move || found.get().map(|(address, object)| shown(workspace_id, address, object)))}
        </div>
    }
}

fn shown(workspace_id: WorkspaceId, address: String, object: ObjectPreview) -> AnyView {
    let preferences = use_preferences();
    let failed = RwSignal::new(false);
    let fail = move |_| failed.set(true);
    let (src, name) = (object.url.clone(), object.name.clone());
    let picture = match object.kind {
        ObjectKind::Image => view! { <img class="object" src=src alt=name on:error=fail /> }.into_any(),
        ObjectKind::Video => {
            view! { <video class="object" src=src aria-label=name controls=true on:error=fail></video> }
                .into_any()
        }
        ObjectKind::Audio => {
            view! { <audio class="object" src=src aria-label=name controls=true on:error=fail></audio> }
                .into_any()
        }
        ObjectKind::Html => {
            let page = url::<ShowObject>(&InWorkspace { workspace_id })
                + &query_string(&ObjectAddress { url: address });
            // Until the preferences are known, nothing runs. The server says the same once more.
            let blocks = Memo::new(move |_| preferences.known().is_none_or(|known| known.block_scripts));
            let framed = move || {
                let sandbox = if blocks.get() { "" } else { "allow-scripts" };
                view! { <iframe class="object" sandbox=sandbox title=name.clone() src=page.clone()></iframe> }
            };
            framed.into_any()
        }
        ObjectKind::File => ().into_any(),
    };
    // An address of this server does not end.
    let ends = (!object.url.starts_with('/')).then(|| {
        view! { <span class="muted">"The link ends " <Ago at=object.expires_at.timestamp_millis() /> "."</span> }
    });
    view! {
        <figure class="stack">
            {picture}
            {live(move || {
                failed.get().then(|| view! { <p class="field-error" role="alert">"The browser could not show it. Download it instead, or preview it again if the link has ended."</p> })
            })}
            <figcaption class="with-action">
                <strong>{object.name}</strong> <span class="muted numbers">{bytes(object.bytes)}</span>
                // The storage is another site: the app stays open beside it.
                <a href=object.url download="" target="_blank" rel="noopener noreferrer" class=Look::Plain.class()>
                    <Icon symbol=Symbol::Download /> <span class="button-words">"Download"</span>
                </a>
                {ends}
            </figcaption>
        </figure>
    }
    .into_any()
}
