//! The dialog that deletes an account: it says what will happen, and wants the name typed (N19).

use leptos::prelude::*;
use shared::server_users::{
    DeleteServerUser, GetServerUser, HandedOver, OneServerUser, PreviewUserDeletion, ServerUser,
    UserDeletionPreview,
};

use crate::{
    address::{Address, use_address},
    api::{ApiError, call},
    features::server_users::{Accounts, DELETE, asked_for},
    sending::Sending,
    ui::{
        badge::Tone, button::Button, confirm_dialog::Confirm, dialog::Dialog, dom, fetched::Fetched,
        live::live, load::load, notice::Notice, number::plural, skeleton::Skeleton, toast::use_toasts,
    },
};

/// The dialog, opened by `?dialog=delete-account&key=..`.
#[component]
pub fn DeleteDialog(
    /// Is brought again afterwards.
    list: Accounts,
) -> impl IntoView {
    let address = use_address();
    let asked = asked_for(address, DELETE);
    let open = Signal::derive(move || asked.with(Option::is_some));
    view! {
        <Dialog open on_close=move |()| address.close_dialog() title="Delete the account?">
            {live(move || asked.get().map(|id| question(&id, list, address)))}
        </Dialog>
    }
}

async fn preview(path: OneServerUser) -> Result<(ServerUser, UserDeletionPreview), ApiError> {
    let user = call::<GetServerUser>(path.clone(), (), ()).await?;
    let preview = call::<PreviewUserDeletion>(path, (), ()).await?;
    Ok((user, preview))
}

fn question(id: &str, list: Accounts, address: Address) -> AnyView {
    let path = OneServerUser {
        user_id: id.parse().unwrap_or(shared::ids::UserId::NIL),
    };
    let first = path.clone();
    let looked = Fetched::new(move || preview(first.clone()));
    let toasts = use_toasts();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let close = Callback::new(move |()| address.close_dialog());
    let confirm = Callback::new(move |()| {
        let toasts = toasts.clone();
        sending.send(call::<DeleteServerUser>(path.clone(), (), ()), move |()| {
            toasts.tell("Account deleted");
            address.close_dialog();
            list.refetch();
        });
    });
    load(looked, Skeleton::Lines(6), move |(user, preview)| {
        if let Some(refused) = preview.refused {
            return view! {
                <Notice tone=Tone::Warning>{refused.title()}</Notice>
                <div class="actions actions-end"><Button autofocus=true on_click=move |_| close.run(())>"Close"</Button></div>
            }
            .into_any();
        }
        dom::focus_first_field();
        let type_first = Signal::stored(Some(user.name.to_string()));
        view! {
            <Confirm on_close=close action="Delete account" type_first busy error on_confirm=confirm>
                <p>
                    "The account of " <strong>{user.name.to_string()}</strong> " (" {user.email.to_string()}
                    ") is deleted for good. Name and address are replaced by " <strong>{preview.pseudonym.to_string()}</strong>
                    "; what they logged stays, under that name."
                </p>
                <ul class="ends">{ends(&preview).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </Confirm>
        }
        .into_any()
    })
}

/// What ends, and who takes over what, line by line.
fn ends(preview: &UserDeletionPreview) -> Vec<String> {
    let mut lines = vec![
        format!("{} working.", plural(preview.keys, "key stops", "keys stop")),
        format!(
            "{} signed out.",
            plural(preview.sessions, "browser is", "browsers are")
        ),
        format!(
            "{}.",
            plural(preview.workspaces, "membership ends", "memberships end")
        ),
    ];
    lines.extend(preview.handed_over.iter().map(
        |HandedOver {
             workspace_name, to, ..
         }| match to {
            Some(to) => format!("The workspace “{workspace_name}” goes to {to}."),
            None => format!("The workspace “{workspace_name}” is deleted: nobody else is in it."),
        },
    ));
    lines
}

#[cfg(test)]
mod tests {
    use shared::ids::{UserId, WorkspaceId};

    use super::*;

    #[test]
    fn n19_what_happens_is_told_line_by_line() {
        let workspace = |name: &str, to: Option<&str>| HandedOver {
            workspace_id: WorkspaceId::NIL,
            workspace_name: name.parse().unwrap(),
            to: to.map(|to| to.parse().unwrap()),
        };
        let preview = UserDeletionPreview {
            user_id: UserId::NIL,
            pseudonym: "Deleted user 1".parse().unwrap(),
            // One of each: other numbers are set by the browser's locale.
            keys: 1,
            sessions: 1,
            workspaces: 1,
            handed_over: vec![workspace("Vision", Some("Ann Lee")), workspace("Mine", None)],
            refused: None,
        };
        assert_eq!(
            ends(&preview),
            [
                "1 key stops working.",
                "1 browser is signed out.",
                "1 membership ends.",
                "The workspace “Vision” goes to Ann Lee.",
                "The workspace “Mine” is deleted: nobody else is in it.",
            ]
        );
    }
}
