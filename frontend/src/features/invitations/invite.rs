//! The dialog that invites people: by their addresses or without, it ends with links, and sending them is the inviter's
//! job (R048, R049, R053 to R056).

use leptos::prelude::*;
use shared::{
    ids::WorkspaceId,
    invitations::{CreateInvitation, CreateInvitations, NewInvitation, NewInvitations},
    permission::{Permission, Role},
    text::Email,
    workspaces::InWorkspace,
};

use crate::{
    address::{Step, use_address},
    api::{ApiError, call},
    features::invitations::{
        addresses::{Addresses, AddressesField, POINTER},
        links::{Links, Made, ShownLinks},
    },
    sending::{Refusal, Sending},
    session::{CurrentWorkspace, use_session, use_workspace},
    text,
    ui::{
        button::{Button, Kind, Look},
        choice::{Choice, RadioField},
        dialog::Dialog,
        form::Form,
        live::live,
    },
};

/// The dialog, opened by `?dialog=invite`.
#[component]
pub fn InviteDialog(
    /// Where to.
    workspace_id: WorkspaceId,
    /// Where to go after inviting, if not back to this page.
    #[prop(optional, into)]
    after: Option<String>,
    /// Hears of new invitations.
    #[prop(optional, into)]
    on_invited: Option<Callback<()>>,
) -> impl IntoView {
    let address = use_address();
    let workspace = CurrentWorkspace::of(use_session(), workspace_id);
    let asked = address.dialog("invite", workspace_id, use_workspace().id);
    let open = Signal::derive(move || asked.get() && workspace.may(Permission::MembersManage));
    let links = Links::while_open(open);
    let are_there = Memo::new(move |_| links.are_there());
    let title = Signal::derive(move || format!("Invite users to {}", workspace.name()));
    let close = Callback::new(
        move |()| match after.as_deref().filter(|_| are_there.get_untracked()) {
            Some(after) => address.go(Step::Same, after),
            None => address.close_dialog(),
        },
    );
    let more = move |()| links.show(Vec::new(), false);
    view! {
        <Dialog open on_close=close title keep_open=links.keep_open()>
            {live(move || {
                if are_there.get() {
                    view! { <ShownLinks links on_more=more on_done=close /> }.into_any()
                } else {
                    view! { <InviteForm workspace_id links on_invited on_cancel=close /> }.into_any()
                }
            })}
        </Dialog>
    }
}

#[component]
fn InviteForm(
    workspace_id: WorkspaceId,
    links: Links,
    on_invited: Option<Callback<()>>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let server = use_session().server();
    let addresses = Addresses::none();
    let role = RwSignal::new(Role::User.as_str().to_owned());
    let sending = Sending::new();
    let busy = sending.busy();
    let role_error = sending.errors.of("/role");
    let other = sending.errors.other_than(&[POINTER, "/role"]);
    let shared = sending.clone();
    let submit = move |()| {
        let emails = match addresses.all() {
            Ok(emails) => emails,
            Err(sentence) => {
                sending.errors.set(vec![(POINTER.to_owned(), sentence)]);
                return;
            }
        };
        let mailed = untrack(|| server.get())
            .and_then(Result::ok)
            .is_some_and(|server| server.sends_mail);
        let role = role_named(&role.get_untracked());
        sending.send(invite(workspace_id, emails, role), move |made| {
            links.show(made, mailed);
            if let Some(on_invited) = on_invited {
                let _ = on_invited.try_run(());
            }
        });
    };
    let roles = [Role::User, Role::Admin].map(|role| Choice {
        value: role.as_str().to_owned(),
        label: text::role(role).to_owned(),
        hint: text::role_sentence(role).to_owned(),
    });
    let words = move || match addresses.count() {
        0 => "Create link".to_owned(),
        1 => "Invite".to_owned(),
        many => format!("Invite {many} people"),
    };
    view! {
        <Form on_submit=submit busy>
            <AddressesField addresses sending=shared />
            <RadioField legend="Role" value=role choices=roles.into() error=role_error />
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| on_cancel.run(())>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>{words}</Button>
            </div>
        </Form>
    }
}

async fn invite(workspace_id: WorkspaceId, emails: Vec<Email>, role: Role) -> Result<Vec<Made>, ApiError> {
    let path = InWorkspace { workspace_id };
    if emails.is_empty() {
        let made = call::<CreateInvitation>(path, (), NewInvitation { email: None, role }).await?;
        return Ok(vec![made.into()]);
    }
    let outcomes = call::<CreateInvitations>(path, (), NewInvitations { emails, role }).await?;
    Ok(outcomes.items.into_iter().map(Made::from).collect())
}

fn role_named(value: &str) -> Role {
    Role::ALL
        .into_iter()
        .find(|role| role.as_str() == value)
        .unwrap_or(Role::User)
}
