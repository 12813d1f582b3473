//! The menu of the Profile button: settings (R002), one's workspaces (R006), invite a user (R007), theme, sign out.

use leptos::prelude::*;
use shared::{permission::Permission, workspaces::Workspace};

use crate::{
    app,
    router::{NavigateOptions, use_location, use_navigate},
    routes::{self, Section},
    session::{use_session, use_workspace},
    theme::{Theme, use_theme},
    ui::{
        avatar::Avatar,
        icon::Symbol,
        live::live,
        load::Explain,
        menu::{Menu, MenuChoice, MenuHeading, MenuItem, MenuLine, MenuLink},
        toast::use_toasts,
    },
};

/// More workspaces than this are looked for by typing, too.
const MANY: usize = 8;

/// The Profile button and its menu.
#[component]
pub fn ProfileMenu(
    /// Opens the command palette, which finds one of many workspaces.
    finding: RwSignal<bool>,
) -> impl IntoView {
    let session = use_session();
    let workspace = use_workspace();
    let name = Signal::derive(move || {
        session
            .account()
            .map(|account| account.name.to_string())
            .unwrap_or_default()
    });
    let email = move || session.account().map(|account| account.email.to_string());
    let trigger = view! { <Avatar name /> }.into_any();
    let can_invite = move || workspace.may(Permission::MembersManage) && app::page(Section::Users).is_some();
    let invite = format!("{}?dialog=invite", routes::settings(workspace.id, Section::Users));
    view! {
        <Menu label="Profile" trigger class="profile-button">
            <MenuHeading>
                <span class="menu-name">{name}</span>
                <span class="menu-mail">{email}</span>
            </MenuHeading>
            <MenuLink href=routes::settings(workspace.id, Section::Profile) icon=Symbol::Settings>"Settings"</MenuLink>
            {live(move || {
                can_invite().then(|| view! { <MenuLink href=invite.clone() icon=Symbol::Mail>"Invite a User"</MenuLink> })
            })}
            <MenuLine />
            <MenuHeading>"Workspaces"</MenuHeading>
            <Workspaces />
            <FindItem finding />
            <MenuLine />
            <MenuHeading>"Theme"</MenuHeading>
            <Themes />
            <MenuLine />
            <SignOutItem />
        </Menu>
    }
}

#[component]
fn Workspaces() -> impl IntoView {
    let session = use_session();
    let current = use_workspace().id;
    let path = use_location().pathname;
    let item = move |workspace: Workspace| {
        let (id, role) = (workspace.id, workspace.role);
        let href = Signal::derive(move || path.with(|path| routes::switched(id, role, path)));
        view! {
            <MenuLink href icon=Symbol::Workspace current=Signal::derive(move || id == current)>
                {workspace.name.to_string()}
            </MenuLink>
        }
    };
    view! {
        <div class="menu-many" role="group" aria-label="Workspaces">
            {live(move || session.workspaces().into_iter().map(item).collect_view())}
        </div>
    }
}

/// For those who are in more workspaces than one sees at a glance.
#[component]
fn FindItem(finding: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let many = Memo::new(move |_| session.workspaces().len() > MANY);
    move || {
        many.get().then(|| {
            view! {
                <MenuItem icon=Symbol::Search on_choose=move |()| finding.set(true)>"Find a workspace"</MenuItem>
            }
        })
    }
}

#[component]
fn Themes() -> impl IntoView {
    let theme = use_theme();
    let item = move |choice: Theme| {
        let chosen = Signal::derive(move || theme.get() == choice);
        view! {
            <MenuChoice chosen icon=choice.symbol() on_choose=move |()| theme.set(choice)>{choice.label()}</MenuChoice>
        }
    };
    Theme::ALL.map(item).into_iter().collect_view()
}

#[component]
fn SignOutItem() -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let navigate = use_navigate();
    let sign_out = move |()| {
        let toasts = toasts.clone();
        leptos::task::spawn_local(async move {
            match session.sign_out().await {
                Ok(()) => navigate(routes::SIGN_IN, NavigateOptions::default()),
                Err(error) => toasts.tell(error.sentence()),
            }
        });
    };
    view! { <MenuItem icon=Symbol::LogOut on_choose=sign_out>"Sign out"</MenuItem> }
}
