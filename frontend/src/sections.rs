//! The settings pages: which features make up which section. Features do not know each other; here they meet.

use leptos::prelude::*;
use shared::ids::{UserId, WorkspaceId};

use crate::{
    address::{Step, use_address},
    features::{
        access_rules::{AccessRules, RolesCard},
        account::{
            appearance::AppearanceCard, data::DataCard, password::PasswordCard, preferences::PreferencesCard,
            profile::ProfileCard,
        },
        audit::{AuditLog, Chain},
        credentials::Credentials,
        invitations::{invite::InviteDialog, mine::MyInvitations, pending::PendingDialogs},
        members::{
            block::MembersBlock,
            leave::LeaveDialog,
            pick::{MemberPicker, Picked},
            remove::RemoveDialog,
            transfer::TransferDialog,
            users::Users,
        },
        server::{connection::ConnectionCard, usage_data::UsageDataCard},
        server_users::ServerUsers,
        server_workspaces::ServerWorkspaces,
        session::browsers::BrowserSessions,
        storage::CloudAccess,
        usage::UsagePage,
        vaults::{effective::Effective, page::Vaults, personal::PersonalVault},
        workspaces::{WorkspaceList, create::CreateButton},
    },
    routes::{self, Section},
    session::use_workspace,
    text,
    ui::{effect::effect, page_title::PageTitle},
};

/// The page of a settings section.
pub fn page(section: Section) -> fn() -> AnyView {
    match section {
        Section::Profile => profile,
        Section::Configuration => configuration,
        Section::Workspace => workspace,
        Section::Effective => effective,
        Section::Users => users,
        Section::AccessRules => access_rules,
        Section::Vaults => vaults,
        Section::Usage => usage,
        Section::Audit => audit,
        Section::ServerUsers => server_users,
        Section::ServerWorkspaces => server_workspaces,
        Section::ServerAudit => server_audit,
    }
}

fn profile() -> AnyView {
    let sessions_ended = RwSignal::new(0);
    let changed = move |()| sessions_ended.update(|n| *n += 1);
    view! {
        <PageTitle title="Profile" section=text::SETTINGS />
        <ProfileCard />
        <PasswordCard on_changed=changed />
        <BrowserSessions version=sessions_ended />
        <DataCard />
    }
    .into_any()
}

fn configuration() -> AnyView {
    view! {
        <PageTitle title="Configuration" section=text::SETTINGS />
        <AppearanceCard />
        <PreferencesCard />
        <CloudAccess />
        <ConnectionCard />
        <UsageDataCard />
    }
    .into_any()
}

fn workspace() -> AnyView {
    view! {
        <PageTitle title="Workspace" section=text::SETTINGS><CreateButton /></PageTitle>
        <MyInvitations />
        <WorkspaceList inside=inside_workspace />
    }
    .into_any()
}

/// What is in the panel of a workspace below what is set for it.
fn inside_workspace(id: WorkspaceId) -> AnyView {
    let to_users = routes::settings(id, Section::Users);
    view! {
        <MembersBlock workspace_id=id />
        <Credentials workspace_id=id />
        <PersonalVault workspace_id=id />
        <InviteDialog workspace_id=id after=to_users />
        <LeaveDialog workspace_id=id />
        <TransferDialog workspace_id=id />
    }
    .into_any()
}

fn effective() -> AnyView {
    view! { <Effective picker=member_picker /> }.into_any()
}

/// Chooses whose effective configuration is shown.
fn member_picker() -> AnyView {
    let address = use_address();
    let workspace_id = use_workspace().id;
    let picked = Picked::nobody();
    effect(move || {
        if let Some(user_id) = picked.who() {
            address.change(
                Step::New,
                &[("user", Some(user_id.to_string())), ("cursor", None)],
            );
        }
    });
    view! {
        <MemberPicker
            workspace_id
            except=UserId::NIL
            label="Another member"
            hint="As an administrator you see what clients of all members get; never secrets."
            optional=true
            picked
            error=Signal::stored(None)
        />
    }
    .into_any()
}

fn vaults() -> AnyView {
    view! { <Vaults /> }.into_any()
}

fn users() -> AnyView {
    let workspace = use_workspace();
    let version = RwSignal::new(0);
    let changed = move |()| version.update(|n| *n += 1);
    view! {
        <Users version />
        <RolesCard />
        <InviteDialog workspace_id=workspace.id on_invited=changed />
        <PendingDialogs version />
        <RemoveDialog version />
        <LeaveDialog workspace_id=workspace.id />
    }
    .into_any()
}

fn access_rules() -> AnyView {
    view! { <AccessRules /> }.into_any()
}

fn usage() -> AnyView {
    view! { <UsagePage /> }.into_any()
}

fn audit() -> AnyView {
    let chain = Chain::Workspace(use_workspace().id);
    view! { <AuditLog chain /> }.into_any()
}

fn server_users() -> AnyView {
    view! { <ServerUsers /> }.into_any()
}

fn server_workspaces() -> AnyView {
    view! { <ServerWorkspaces /> }.into_any()
}

fn server_audit() -> AnyView {
    view! { <AuditLog chain=Chain::Server /> }.into_any()
}
