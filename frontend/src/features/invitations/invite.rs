//! The dialog that invites somebody: with an e-mail address or without one it ends with a link, and sending the link
//! is the inviter's job (R048, R049, R053 to R056).

use leptos::prelude::*;
use shared::{
    ids::WorkspaceId,
    invitations::{CreateInvitation, CreatedInvitation, NewInvitation},
    permission::{Permission, Role},
    text::Email,
    workspaces::InWorkspace,
};

use crate::{
    address::{Step, use_address},
    api::call,
    sending::{Refusal, Sending, checked, fault},
    session::{CurrentWorkspace, use_session, use_workspace},
    text,
    ui::{
        ago::day,
        badge::Tone,
        button::{Button, Kind, Look},
        choice::{Choice, RadioField},
        copy::CopyButton,
        dialog::Dialog,
        effect::effect,
        field::{TextField, Typed},
        form::Form,
        leave_guard::LeaveGuard,
        notice::Notice,
    },
};

const KEEP_OPEN: &str = "The link has not been copied yet. It is not shown again.";

/// What the dialog has come to.
#[derive(Clone, Copy)]
struct Link {
    made: RwSignal<Option<CreatedInvitation>>,
    copied: RwSignal<bool>,
}

/// The dialog, opened by `?dialog=invite`.
#[component]
pub fn InviteDialog(
    /// Where to.
    workspace_id: WorkspaceId,
    /// Where to go after inviting, if not back to this page.
    #[prop(optional, into)]
    after: Option<String>,
    /// Hears of each new invitation.
    #[prop(optional, into)]
    on_invited: Option<Callback<()>>,
) -> impl IntoView {
    let address = use_address();
    let workspace = CurrentWorkspace::of(use_session(), workspace_id);
    let asked = address.dialog("invite", workspace_id, use_workspace().id);
    let open = Signal::derive(move || asked.get() && workspace.may(Permission::MembersManage));
    let link = Link {
        made: RwSignal::new(None),
        copied: RwSignal::new(false),
    };
    effect(move || {
        if !open.get() {
            link.made.set(None);
            link.copied.set(false);
        }
    });
    let title = Signal::derive(move || format!("Invite a user to {}", workspace.name()));
    let unsaved = Signal::derive(move || link.made.with(Option::is_some) && !link.copied.get());
    let keep_open = Signal::derive(move || unsaved.get().then(|| KEEP_OPEN.to_owned()));
    let close = move |()| {
        let invited = link.made.with_untracked(Option::is_some);
        match after.as_deref().filter(|_| invited) {
            Some(after) => address.go(Step::Same, after),
            None => address.close_dialog(),
        }
    };
    let close = Callback::new(close);
    view! {
        <Dialog open on_close=close title keep_open>
            {move || match link.made.get() {
                Some(made) => view! { <ShownLink made link on_done=close unsaved /> }.into_any(),
                None => view! { <InviteForm workspace_id link on_invited on_cancel=close /> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn InviteForm(
    workspace_id: WorkspaceId,
    link: Link,
    on_invited: Option<Callback<()>>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(Role::User.as_str().to_owned());
    let sending = Sending::new();
    let busy = sending.busy();
    let (email_error, role_error) = (sending.errors.of("/email"), sending.errors.of("/role"));
    let other = sending.errors.other_than(&["/email", "/role"]);
    let email_left = sending.watch("/email", email, fault::<Email>);
    let is_bare = Memo::new(move |_| email.with(|email| email.trim().is_empty()));
    let submit = move |()| {
        let mut wrong = Vec::new();
        let email = if is_bare.get_untracked() {
            None
        } else {
            checked::<Email>(&email.get_untracked(), "/email", &mut wrong)
        };
        if !wrong.is_empty() {
            sending.errors.set(wrong);
            return;
        }
        let body = NewInvitation {
            email,
            role: role_named(&role.get_untracked()),
        };
        sending.send(
            call::<CreateInvitation>(InWorkspace { workspace_id }, (), body),
            move |made| {
                link.made.set(Some(made));
                if let Some(on_invited) = on_invited {
                    let _ = on_invited.try_run(());
                }
            },
        );
    };
    let roles = [Role::User, Role::Admin].map(|role| Choice {
        value: role.as_str().to_owned(),
        label: text::role(role).to_owned(),
        hint: text::role_sentence(role).to_owned(),
    });
    view! {
        <Form on_submit=submit busy>
            <TextField
                label="E-mail"
                value=email
                kind=Typed::Email
                optional=true
                autofocus=true
                error=email_error
                on_leave=email_left
                hint="With an address, only this person can use the link. Without one, whoever opens it first joins."
            />
            <RadioField legend="Role" value=role choices=roles.into() error=role_error />
            <Refusal error=other />
            <div class="actions actions-end">
                <Button on_click=move |_| on_cancel.run(())>"Cancel"</Button>
                <Button look=Look::Primary kind=Kind::Submit busy>
                    {move || if is_bare.get() { "Create link" } else { "Add" }}
                </Button>
            </div>
        </Form>
    }
}

fn role_named(value: &str) -> Role {
    Role::ALL
        .into_iter()
        .find(|role| role.as_str() == value)
        .unwrap_or(Role::User)
}

#[component]
fn ShownLink(
    made: CreatedInvitation,
    link: Link,
    on_done: Callback<()>,
    unsaved: Signal<bool>,
) -> impl IntoView {
    let invitation = made.invitation;
    let whom = match &invitation.email {
        Some(email) => view! { "Send this link to " <strong>{email.to_string()}</strong> ". " }.into_any(),
        None => view! { "Send this link to whom you want to invite. " }.into_any(),
    };
    let address = made.link.expose().to_owned();
    let again = move |_| {
        link.copied.set(false);
        link.made.set(None);
    };
    let not_yet = Signal::derive(move || unsaved.get().then(|| "Copy the link first".to_owned()));
    view! {
        <LeaveGuard dirty=unsaved />
        <Notice tone=Tone::Accent>
            <p>
                {whom} "It works once, until " {day(invitation.expires_at.timestamp_millis())}
                ", and makes them " <strong>{text::role(invitation.role)}</strong> ". No mail is sent from here."
            </p>
        </Notice>
        <pre class="code code-link" tabindex="0" on:copy=move |_| link.copied.set(true)>{address.clone()}</pre>
        <div class="actions actions-end">
            <Button look=Look::Quiet blocked=not_yet on_click=again>"Invite another"</Button>
            <CopyButton text=address label="Copy link" look=Look::Primary on_copied=move |()| link.copied.set(true) />
            <Button blocked=not_yet on_click=move |_| on_done.run(())>"Done"</Button>
        </div>
    }
}
