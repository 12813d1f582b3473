//! The panel of one workspace: what it is, and what other features put there (R029, R034, R155).

use leptos::prelude::*;
use shared::{
    ids::WorkspaceId,
    permission::{Permission, Role},
    text::Name,
    workspaces::{ChangeWorkspace, InWorkspace, WorkspaceChange},
};

use crate::{
    address::use_address,
    api::call,
    features::workspaces::{key_life::KeyLife, ownership::Ownership},
    routes::{self, Section},
    sending::{Sending, checked},
    session::{CurrentWorkspace, use_session, use_workspace},
    text,
    ui::{
        badge::{Badge, Tone},
        button::ButtonLink,
        effect::effect,
        icon::{Icon, Symbol},
        id_chip::IdChip,
        inline_edit::InlineEdit,
        live::live,
        number::plural,
        panel::Panel,
        toast::use_toasts,
    },
};

/// One workspace. It begins open if it is the active one, or if the address opens a dialog about it.
#[component]
pub fn WorkspacePanel(
    /// Which.
    id: WorkspaceId,
    /// What other features put into it.
    inside: fn(WorkspaceId) -> AnyView,
) -> impl IntoView {
    let workspace = CurrentWorkspace::of(use_session(), id);
    let active = use_workspace().id;
    let address = use_address();
    let open = RwSignal::new(id == active);
    effect(move || {
        // Opening what is open would draw it anew, and lose what is typed in it.
        if address.named_workspace() == Some(id) && !open.get_untracked() {
            open.set(true);
        }
    });
    let name = Signal::derive(move || workspace.name());
    view! {
        <Panel name open beside=move || beside(workspace, active)>
            <Body workspace inside />
        </Panel>
    }
}

fn beside(workspace: CurrentWorkspace, active: WorkspaceId) -> AnyView {
    let id = workspace.id;
    let is_active = id == active;
    let attention = Memo::new(move |_| {
        let count = workspace
            .get()
            .map_or(0, |workspace| workspace.keys_needing_attention);
        (count > 0).then(|| format!("{} attention", plural(count, "key needs", "keys need")))
    });
    let personal = Memo::new(move |_| workspace.get().is_some_and(|workspace| workspace.personal));
    view! {
        {is_active.then(|| view! { <Badge tone=Tone::Accent>"Currently Active"</Badge> })}
        {live(move || personal.get().then(|| view! { <Badge>"Personal"</Badge> }))}
        {live(move || attention.get().map(|words| view! { <Badge tone=Tone::Warning><Icon symbol=Symbol::Warning /> {words}</Badge> }))}
        <IdChip id=id.to_string() />
        {(!is_active)
            .then(|| {
                view! {
                    <span class="panel-end">
                        <ButtonLink href=routes::settings(id, Section::Workspace)>
                            "Switch to workspace" <span class="visually-hidden">" " {live(move || workspace.name())}</span>
                        </ButtonLink>
                    </span>
                }
            })}
    }
    .into_any()
}

#[component]
fn Body(workspace: CurrentWorkspace, inside: fn(WorkspaceId) -> AnyView) -> impl IntoView {
    let may_manage = Memo::new(move |_| workspace.may(Permission::WorkspaceManage));
    let role = move || {
        workspace.get().map(|workspace| {
            let sentence = match workspace.role {
                Role::Admin => "You administer this workspace.",
                Role::User => "You work here; an administrator can change what is set here.",
            };
            view! { <strong>{text::role(workspace.role)}</strong> " — " {sentence} }
        })
    };
    view! {
        <dl class="facts">
            <div>
                <dt>"Workspace name"</dt>
                <dd>
                    {live(move || {
                        if may_manage.get() {
                            view! { <Rename workspace /> }.into_any()
                        } else {
                            view! { <NotAllowed what=workspace.name() why="Only an administrator can rename it." /> }.into_any()
                        }
                    })}
                </dd>
            </div>
            <div><dt>"Your role"</dt><dd>{role}</dd></div>
            <Ownership workspace />
            <div><dt>"Longest life of a key"</dt><dd><KeyLife workspace /></dd></div>
        </dl>
        {inside(workspace.id)}
    }
}

/// A setting that one sees but may not change, with the reason.
#[component]
pub fn NotAllowed(
    /// What is set.
    #[prop(into)]
    what: String,
    /// Why it cannot be changed.
    why: &'static str,
) -> impl IntoView {
    view! { <span>{what}</span> <span class="why-not">{why}</span> }
}

#[component]
fn Rename(workspace: CurrentWorkspace) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let name = Signal::derive(move || workspace.name());
    let save = move |text: String| {
        let mut wrong = Vec::new();
        let Some(name) = checked::<Name>(&text, "/name", &mut wrong) else {
            sending.errors.set(wrong);
            return;
        };
        let path = InWorkspace {
            workspace_id: workspace.id,
        };
        let change = WorkspaceChange {
            name: Some(name),
            ..WorkspaceChange::default()
        };
        let toasts = toasts.clone();
        sending.send(call::<ChangeWorkspace>(path, (), change), move |changed| {
            session.put_workspace(changed);
            toasts.tell("Workspace renamed");
        });
    };
    view! { <InlineEdit label="workspace name" value=name busy error on_save=save /> }
}
