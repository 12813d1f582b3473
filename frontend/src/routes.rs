//! The addresses of the app. The workspace and the section are in the path; dialogs, tabs and filters are in the query.

use leptos::prelude::window;
use shared::{ids::WorkspaceId, permission::Role};

use crate::ui::icon::Symbol;

/// The sign-in page. `?next=` says where to go afterwards.
pub const SIGN_IN: &str = "/sign-in";
/// The page that asks for a link to choose a new password.
pub const FORGOT_PASSWORD: &str = "/forgot-password";
/// The page behind that link.
pub const RESET_PASSWORD: &str = "/reset-password";
/// The page behind an invitation link.
pub const JOIN: &str = "/join";
/// The first-run page.
pub const SETUP: &str = "/setup";

/// A section of the settings, as it stands in the side bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// One's own account.
    Profile,
    /// Preferences and storage access.
    Configuration,
    /// Workspaces, credentials, vault of one's own.
    Workspace,
    /// What one's clients get of all vaults.
    Effective,
    /// Members, groups, service accounts.
    Users,
    /// Who may see and change what.
    AccessRules,
    /// Configuration for groups.
    Vaults,
    /// Usage, plan, invoices.
    Usage,
    /// Who did what in the workspace.
    Audit,
    /// Everybody who has an account on this server.
    ServerUsers,
    /// Every workspace of this server.
    ServerWorkspaces,
    /// Who did what on the server outside of any workspace.
    ServerAudit,
}

impl Section {
    /// Every section, in the order of the side bar.
    pub const ALL: [Self; 12] = [
        Self::Profile,
        Self::Configuration,
        Self::Workspace,
        Self::Effective,
        Self::Users,
        Self::AccessRules,
        Self::Vaults,
        Self::Usage,
        Self::Audit,
        Self::ServerUsers,
        Self::ServerWorkspaces,
        Self::ServerAudit,
    ];

    /// Its part of the address.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Configuration => "configuration",
            Self::Workspace => "workspace",
            Self::Effective => "effective",
            Self::Users => "users",
            Self::AccessRules => "access-rules",
            Self::Vaults => "vaults",
            Self::Usage => "usage",
            Self::Audit => "audit",
            Self::ServerUsers => "server-users",
            Self::ServerWorkspaces => "server-workspaces",
            Self::ServerAudit => "server-log",
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Profile => "Profile",
            Self::Configuration => "Configuration",
            Self::Workspace => "Workspace",
            Self::Effective => "Effective Configuration",
            Self::Users => "Users & Groups",
            Self::AccessRules => "Access Rules",
            Self::Vaults => "Configuration Vaults",
            Self::Usage => "Usage & Billing",
            Self::Audit => "Audit Log",
            Self::ServerUsers => "Accounts",
            Self::ServerWorkspaces => "Workspaces",
            Self::ServerAudit => "Server Log",
        }
    }

    /// Its picture.
    pub const fn symbol(self) -> Symbol {
        match self {
            Self::Profile => Symbol::User,
            Self::Configuration => Symbol::Sliders,
            Self::Workspace | Self::ServerWorkspaces => Symbol::Workspace,
            Self::Effective => Symbol::Eye,
            Self::Users | Self::ServerUsers => Symbol::Users,
            Self::AccessRules => Symbol::Shield,
            Self::Vaults => Symbol::Vault,
            Self::Usage => Symbol::Chart,
            Self::Audit | Self::ServerAudit => Symbol::Log,
        }
    }

    /// Whether it is for the workspace's administrators alone.
    pub const fn is_for_administrators(self) -> bool {
        matches!(
            self,
            Self::Users | Self::AccessRules | Self::Vaults | Self::Usage | Self::Audit
        )
    }

    /// Whether it is for those who operate the server, whatever the workspace.
    pub const fn is_for_operators(self) -> bool {
        matches!(
            self,
            Self::ServerUsers | Self::ServerWorkspaces | Self::ServerAudit
        )
    }

    /// The section with this part of the address.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.slug() == slug)
    }
}

/// What there is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On to the first workspace, to the sign-in page or to setting up.
    Start,
    /// [`SETUP`].
    SetUp,
    /// [`SIGN_IN`].
    SignIn,
    /// [`FORGOT_PASSWORD`].
    ForgotPassword,
    /// [`RESET_PASSWORD`].
    ResetPassword,
    /// [`JOIN`].
    Join,
    /// A page of a workspace: [`Inside`] says which.
    Inside,
    /// Nothing.
    Nothing,
}

impl Place {
    /// What there is at `path`.
    pub fn at(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::Start,
            SETUP => Self::SetUp,
            SIGN_IN => Self::SignIn,
            FORGOT_PASSWORD => Self::ForgotPassword,
            RESET_PASSWORD => Self::ResetPassword,
            JOIN => Self::Join,
            path if path.starts_with(WORKSPACES) => Self::Inside,
            _ => Self::Nothing,
        }
    }
}

/// A page of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// A section of the settings.
    Section(Section),
    /// The address is short for that of a section.
    ShortFor(Section),
    /// Nothing.
    Nothing,
}

impl Inside {
    /// What there is at `path` in the workspace that it names.
    pub fn at(path: &str) -> Self {
        let mut parts = inside(path).skip(1);
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::ShortFor(Section::Workspace),
            (Some("settings"), None, _) => Self::ShortFor(Section::Profile),
            (Some("settings"), Some(slug), None) => {
                Section::from_slug(slug).map_or(Self::Nothing, Self::Section)
            }
            _ => Self::Nothing,
        }
    }
}

/// What every address of a workspace begins with.
const WORKSPACES: &str = "/workspaces/";

fn inside(path: &str) -> impl Iterator<Item = &str> {
    let rest = path.strip_prefix(WORKSPACES).unwrap_or_default();
    rest.split('/').filter(|part| !part.is_empty())
}

/// The workspace that an address names, if it is an id at all.
pub fn workspace_id(path: &str) -> Option<WorkspaceId> {
    inside(path).next()?.parse().ok()
}

/// The address of a section in a workspace.
pub fn settings(workspace_id: WorkspaceId, section: Section) -> String {
    format!("/workspaces/{workspace_id}/settings/{}", section.slug())
}

/// The same section in another workspace, if one may see it with the role that one has there; what the query says belongs to the old one and is
/// left out.
pub fn switched(to: WorkspaceId, role: Role, path: &str) -> String {
    let section = path
        .rsplit('/')
        .next()
        .and_then(Section::from_slug)
        .filter(|section| role == Role::Admin || !section.is_for_administrators())
        .unwrap_or(Section::Workspace);
    settings(to, section)
}

/// The sign-in page, from which one comes back here.
pub fn sign_in_and_return() -> String {
    let location = window().location();
    let here = [location.pathname(), location.search()]
        .into_iter()
        .flatten()
        .collect::<String>();
    if here.starts_with(WORKSPACES) {
        format!("{SIGN_IN}?next={}", js_sys::encode_uri_component(&here))
    } else {
        SIGN_IN.to_owned()
    }
}

/// Where `?next=` may lead: into this app and nowhere else.
pub fn safe_next(next: Option<String>) -> String {
    next.filter(|next| next.starts_with(WORKSPACES) && !next.contains(['\\', '\n', '\r']))
        .unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r004_every_section_has_its_own_address() {
        for section in Section::ALL {
            assert_eq!(Section::from_slug(section.slug()), Some(section));
        }
        assert_eq!(
            settings(WorkspaceId::NIL, Section::AccessRules),
            "/workspaces/00000000000000000000000000000000/settings/access-rules"
        );
    }

    #[test]
    fn an_address_leads_to_one_place_with_and_without_a_slash_at_its_end() {
        for (path, place) in [
            ("/", Place::Start),
            (SETUP, Place::SetUp),
            (SIGN_IN, Place::SignIn),
            (FORGOT_PASSWORD, Place::ForgotPassword),
            (RESET_PASSWORD, Place::ResetPassword),
            (JOIN, Place::Join),
            ("/workspaces/x", Place::Inside),
            ("/workspaces/x/anything/else", Place::Inside),
            ("/workspaces", Place::Nothing),
            ("/sign-in/more", Place::Nothing),
        ] {
            assert_eq!(Place::at(path), place, "{path}");
            assert_eq!(Place::at(&format!("{path}/")), place, "{path}/");
        }
    }

    #[test]
    fn inside_a_workspace_an_address_is_a_section_or_short_for_one_or_nothing() {
        let home = "/workspaces/00000000000000000000000000000000";
        assert_eq!(workspace_id(home), Some(WorkspaceId::NIL));
        assert_eq!(workspace_id("/workspaces/x/settings"), None);
        assert_eq!(workspace_id(SIGN_IN), None);
        for (rest, place) in [
            ("", Inside::ShortFor(Section::Workspace)),
            ("/settings", Inside::ShortFor(Section::Profile)),
            ("/settings/users", Inside::Section(Section::Users)),
            ("/settings/nonsense", Inside::Nothing),
            ("/settings/users/more", Inside::Nothing),
            ("/elsewhere", Inside::Nothing),
        ] {
            assert_eq!(Inside::at(&format!("{home}{rest}")), place, "{rest}");
            assert_eq!(Inside::at(&format!("{home}{rest}/")), place, "{rest}/");
        }
    }

    #[test]
    fn switching_keeps_the_section_that_one_may_see() {
        let to = WorkspaceId::NIL;
        let [users, profile, workspace] =
            [Section::Users, Section::Profile, Section::Workspace].map(|section| settings(to, section));
        assert_eq!(switched(to, Role::Admin, &users), users);
        assert_eq!(switched(to, Role::User, &users), workspace);
        assert_eq!(switched(to, Role::User, &profile), profile);
        assert_eq!(switched(to, Role::Admin, "/elsewhere"), workspace);
    }

    #[test]
    fn after_signing_in_one_stays_in_the_app() {
        let good = "/workspaces/0/settings/profile?tab=keys";
        assert_eq!(safe_next(Some(good.to_owned())), good);
        for bad in [
            "https://example.com",
            "//example.com",
            "/\\example.com",
            "/workspaces/\\..",
            "",
        ] {
            assert_eq!(safe_next(Some(bad.to_owned())), "/", "{bad}");
        }
        assert_eq!(safe_next(None), "/");
    }
}
