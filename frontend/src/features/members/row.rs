//! The rows of the table of users: a member, whose role is changed in place, and an invitation that waits for an answer. Few elements each:
//! a page of them has to stay below 1,500.

use leptos::prelude::*;
use shared::{
    ids::{UserId, WorkspaceId},
    invitations::Invitation,
    members::{ChangeMember, MemberChange, OneMember, WorkspaceMember},
    permission::Role,
};

use crate::{
    address::{Address, use_address},
    api::call,
    features::members::{LEAVE, REMOVE},
    sending::told,
    session::use_session,
    text,
    ui::{
        ago::Ago,
        avatar::Avatar,
        badge::{Badge, Tone},
        button::IconButton,
        dom,
        form::FieldErrors,
        icon::{Icon, Symbol},
        live::live,
        toast::{Toasts, use_toasts},
    },
};

/// What every row needs. Cloning shares it; it may outlive the page.
#[derive(Clone)]
pub struct Shared {
    workspace_id: WorkspaceId,
    me: Option<UserId>,
    address: Address,
    refused: FieldErrors,
    toasts: Toasts,
}

impl Shared {
    /// For the table of one workspace.
    pub fn of(workspace_id: WorkspaceId) -> Self {
        Self {
            workspace_id,
            me: untrack(|| use_session().account()).map(|account| account.id),
            address: use_address(),
            refused: FieldErrors::new(),
            toasts: use_toasts(),
        }
    }

    /// Why the last change was refused.
    pub fn refused(&self) -> Signal<Option<String>> {
        self.refused.other_than(&[])
    }

    fn open(&self, dialog: &'static str, thing: impl ToString) {
        self.address
            .open_dialog(dialog, self.workspace_id, Some(thing.to_string()));
    }
}

/// A member.
pub fn member(member: WorkspaceMember, shared: &Shared) -> AnyView {
    let name = member.name.to_string();
    let is_me = Some(member.user_id) == shared.me;
    let role = ArcRwSignal::new(member.role);
    let (listed, shown) = (role.clone(), role.clone());
    let (sign_in, key_use) = member
        .activity
        .map(|activity| (activity.last_sign_in_at, activity.last_key_use_at))
        .unwrap_or_default();
    let is_fixed = is_me || member.is_owner;
    let role_cell = if is_fixed {
        let why = if member.is_owner {
            "The owner administers the workspace"
        } else {
            "Another administrator can change your role"
        };
        view! { <span title=why>{text::role(member.role)}</span> }.into_any()
    } else {
        role_select(member.user_id, name.clone(), role, shared.clone())
    };
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <Avatar name=name.clone() />
                    <span class="person-name">
                        {name.clone()} {is_me.then(|| view! { <Badge>"You"</Badge> })}
                        {member.is_owner.then(|| view! { <Badge tone=Tone::Accent>"Owner"</Badge> })}
                        <span class="under">{member.email.to_string()}</span>
                    </span>
                </span>
            </th>
            <td><Badge tone=Tone::Good>"Active"</Badge></td>
            <td>{live(move || groups(listed.get()))}</td>
            <td>
                <span class="role">
                    {live(move || (shown.get() == Role::Admin).then(|| view! { <Icon symbol=Symbol::Shield /> }))} {role_cell}
                </span>
            </td>
            <td><Ago at=member.added_at.timestamp_millis() /></td>
            <td>{ago(sign_in)}</td>
            <td>{ago(key_use)}</td>
            <td class="row-actions">{(!member.is_owner).then(|| goes(member.user_id, &name, is_me, shared.clone()))}</td>
        </tr>
    }
    .into_any()
}

/// The system groups that a role stands for.
fn groups(role: Role) -> &'static str {
    match role {
        Role::Admin => "Users, Admins",
        Role::User => "Users",
    }
}

fn ago(at: Option<chrono::DateTime<chrono::Utc>>) -> AnyView {
    match at {
        Some(at) => view! { <Ago at=at.timestamp_millis() /> }.into_any(),
        None => "Never".into_any(),
    }
}

fn goes(who: UserId, name: &str, is_me: bool, shared: Shared) -> AnyView {
    let (label, dialog) = if is_me {
        ("Leave the workspace".to_owned(), LEAVE)
    } else {
        (format!("Remove {name}"), REMOVE)
    };
    view! { <IconButton symbol=Symbol::Trash label class="reveal" on_click=move |_| shared.open(dialog, who) /> }.into_any()
}

fn role_select(who: UserId, name: String, role: ArcRwSignal<Role>, shared: Shared) -> AnyView {
    let label = format!("Role of {name}");
    let (first, chosen) = (role.get_untracked(), role.clone());
    let change = move |event| {
        let wanted = event_target_value(&event);
        if let Some(to) = Role::ALL.into_iter().find(|role| role.as_str() == wanted) {
            set_role(shared.clone(), who, name.clone(), role.clone(), to, true);
        }
    };
    let option = |role: Role| {
        view! { <option value=role.as_str() selected=role == first>{text::role(role)}</option> }
    };
    view! {
        <select class="input input-small" aria-label=label prop:value=move || chosen.get().as_str() on:change=change>
            {Role::ALL.map(option).into_iter().collect_view()}
        </select>
    }
    .into_any()
}

/// Shows the new role at once, and the old one again if the server refuses.
fn set_role(shared: Shared, who: UserId, name: String, role: ArcRwSignal<Role>, to: Role, offer_undo: bool) {
    let before = role.get_untracked();
    role.set(to);
    shared.refused.clear();
    leptos::task::spawn_local(async move {
        let path = OneMember {
            workspace_id: shared.workspace_id,
            user_id: who,
        };
        if let Err(error) = call::<ChangeMember>(path, (), MemberChange { role: Some(to) }).await {
            role.set(before);
            shared.refused.set(told(&error));
            return;
        }
        let article = match to {
            Role::Admin => "an Admin",
            Role::User => "a User",
        };
        let words = format!("{name} is {article} now");
        let toasts = shared.toasts.clone();
        if offer_undo {
            let undo = move || set_role(shared.clone(), who, name.clone(), role.clone(), before, false);
            toasts.undo(words, undo);
        } else {
            toasts.tell(words);
        }
    });
}

/// Whether its link has ended. It is listed because it can be sent again, but takes no seat.
pub fn is_over(invitation: &Invitation) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 milliseconds")]
    let ends = invitation.expires_at.timestamp_millis() as f64;
    ends <= dom::now_ms()
}

/// An invitation that waits for an answer.
pub fn pending(invitation: Invitation, shared: &Shared) -> AnyView {
    let whom = invitation
        .email
        .as_ref()
        .map_or_else(|| "Whoever has the link".to_owned(), ToString::to_string);
    let id = invitation.id;
    let (status, tone, ends) = if is_over(&invitation) {
        ("Expired", Tone::Danger, "Link ended ")
    } else {
        ("Pending", Tone::Warning, "Link ends ")
    };
    let button = |symbol: Symbol, label: String, dialog: &'static str| {
        let shared = shared.clone();
        view! { <IconButton symbol label on_click=move |_| shared.open(dialog, id) /> }
    };
    view! {
        <tr>
            <th scope="row">
                <span class="person">
                    <span class="avatar avatar-free"><Icon symbol=Symbol::Mail /></span>
                    <span class="person-name">
                        {whom.clone()} <span class="under">"Invited by " {invitation.invited_by.to_string()}</span>
                    </span>
                </span>
            </th>
            <td><Badge tone>{status}</Badge></td>
            <td>{groups(invitation.role)}</td>
            <td>{text::role(invitation.role)}</td>
            <td colspan="2">"Pending since " <Ago at=invitation.created_at.timestamp_millis() /></td>
            <td>{ends} <Ago at=invitation.expires_at.timestamp_millis() /></td>
            <td class="row-actions">
                <span class="row-buttons">
                    {button(Symbol::Rotate, format!("Make a new link for {whom}"), "resend-invitation")}
                    {button(Symbol::Trash, format!("Revoke the invitation for {whom}"), "revoke-invitation")}
                </span>
            </td>
        </tr>
    }
    .into_any()
}
