//! The table of credentials: what each is called, who uses it, when it ends, and what can be done with it.

use leptos::prelude::*;
use shared::{
    credentials::{ChangeCredential, Credential, CredentialChange, OneCredential},
    ids::UserId,
    text::Label,
};

use crate::{
    address::use_address,
    api::call,
    features::credentials::{Keys, REVOKE, ROTATE, expiry::now, status},
    sending::{Sending, checked},
    session::use_session,
    ui::{
        ago::Ago,
        badge::Badge,
        button::{Button, Look},
        id_chip::IdChip,
        inline_edit::InlineEdit,
        live::live,
        table::{Column, Table},
        toast::use_toasts,
    },
};

/// The credentials of a workspace.
#[component]
pub fn CredentialTable(
    /// Which.
    keys: Keys,
) -> impl IntoView {
    let me = untrack(|| use_session().account()).map(|account| account.id);
    let workspace = keys.workspace;
    let caption = Signal::derive(move || format!("Keys of {}", workspace.name()));
    let everybody = keys.clone();
    let are_everybodys = Memo::new(move |_| everybody.are_everybodys());
    move || {
        let with_owner = are_everybodys.get();
        let mut columns = vec![
            Column::text("Label"),
            Column::text("Access key"),
            Column::text("Status"),
            Column::text("Last used"),
            Column::text("Expires"),
            Column::text("Created"),
            Column::actions("Actions"),
        ];
        if with_owner {
            columns.insert(1, Column::text("Owner"));
        }
        let (each, row) = (keys.clone(), keys.clone());
        view! {
            <Table caption columns>
                <For each=move || each.all() key=|credential| credential.access_key.clone() let:credential>
                    <Row credential keys=row.clone() me with_owner />
                </For>
            </Table>
        }
    }
}

#[component]
fn Row(credential: Credential, keys: Keys, me: Option<UserId>, with_owner: bool) -> impl IntoView {
    let key = credential.access_key.clone();
    let is_mine = Some(credential.user_id) == me;
    let owner = with_owner.then(|| credential.user_name.to_string());
    // The server's clock may be a little ahead.
    let created_at = credential.created_at.min(now()).timestamp_millis();
    let found = keys.clone();
    // The row stays while what it shows changes, so that the focus stays in it.
    let current = Memo::new(move |before: Option<&Credential>| {
        found
            .find(&credential.access_key)
            .or_else(|| before.cloned())
            .unwrap_or_else(|| credential.clone())
    });
    let ended = Memo::new(move |_| current.with(|credential| status::has_ended(credential, now())));
    let label = if is_mine {
        view! { <EditLabel current keys=keys.clone() /> }.into_any()
    } else {
        view! { <span>{live(move || current.with(shown_label))}</span> }.into_any()
    };
    let badges = move || {
        let badges = current.with(|credential| status::badges(credential, now()));
        badges
            .into_iter()
            .map(|(tone, words)| view! { <Badge tone>{words}</Badge> })
            .collect_view()
    };
    view! {
        <tr class:ended=move || ended.get()>
            <th scope="row">{label}</th>
            {owner.map(|owner| view! { <td>{owner}</td> })}
            <td><IdChip id=key label="Key" /></td>
            <td><span class="badges">{badges}</span></td>
            <td><LastUsed current /></td>
            <td><Expires current /></td>
            <td><Ago at=created_at /></td>
            <td class="row-actions"><Actions current keys is_mine /></td>
        </tr>
    }
}

fn shown_label(credential: &Credential) -> String {
    match credential.label.as_str() {
        "" => "No label".to_owned(),
        label => label.to_owned(),
    }
}

#[component]
fn EditLabel(current: Memo<Credential>, keys: Keys) -> impl IntoView {
    let toasts = use_toasts();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let value = Signal::derive(move || current.with(|credential| credential.label.to_string()));
    let is_bare = Memo::new(move |_| value.with(String::is_empty));
    let what = current
        .with_untracked(|credential| format!("label of key {}", status::ending(&credential.access_key)));
    let workspace_id = keys.workspace.id;
    let save = move |text: String| {
        let mut wrong = Vec::new();
        let Some(label) = checked::<Label>(&text, "/label", &mut wrong) else {
            sending.errors.set(wrong);
            return;
        };
        let access_key = current.with_untracked(|credential| credential.access_key.clone());
        let path = OneCredential {
            workspace_id,
            access_key,
        };
        let change = CredentialChange {
            label: Some(label),
            ..CredentialChange::default()
        };
        let (keys, toasts) = (keys.clone(), toasts.clone());
        sending.send(call::<ChangeCredential>(path, (), change), move |changed| {
            keys.put(changed);
            toasts.tell("Label saved");
        });
    };
    view! {
        <span class="label-edit" class:bare=move || is_bare.get()>
            <InlineEdit label=what value busy error on_save=save max_length=Label::MAX />
        </span>
    }
}

#[component]
fn LastUsed(current: Memo<Credential>) -> impl IntoView {
    move || {
        current.with(|credential| match credential.last_used_at {
            Some(at) => view! {
                <Ago at=at.timestamp_millis() />
                {credential.last_used_from.clone().map(|from| view! { <span class="under">"from " {from}</span> })}
            }
            .into_any(),
            None => view! { <span class="muted">"Never"</span> }.into_any(),
        })
    }
}

#[component]
fn Expires(current: Memo<Credential>) -> impl IntoView {
    move || {
        current.with(|credential| match credential.expires_at {
            Some(at) => view! { <Ago at=at.timestamp_millis() /> }.into_any(),
            None => view! { <span class="muted">"Never"</span> }.into_any(),
        })
    }
}

#[component]
fn Actions(current: Memo<Credential>, keys: Keys, is_mine: bool) -> impl IntoView {
    let address = use_address();
    let workspace_id = keys.workspace.id;
    let open = move |dialog: &'static str| {
        let access_key = current.with_untracked(|credential| credential.access_key.clone());
        address.open_dialog(dialog, workspace_id, Some(access_key));
    };
    let name = move || current.with(status::called);
    let may_rotate = Memo::new(move |_| {
        is_mine
            && current
                .with(|credential| credential.rotated_to.is_none() && !status::has_ended(credential, now()))
    });
    view! {
        <span class="row-buttons">
            {live(move || {
                may_rotate
                    .get()
                    .then(|| {
                        view! {
                            <Button look=Look::Quiet on_click=move |_| open(ROTATE)>
                                "Rotate" <span class="visually-hidden">" " {name}</span>
                            </Button>
                        }
                    })
            })}
            <Button look=Look::Quiet on_click=move |_| open(REVOKE)>
                "Revoke" <span class="visually-hidden">" " {name}</span>
            </Button>
        </span>
    }
}
