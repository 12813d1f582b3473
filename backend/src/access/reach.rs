//! Which rows a caller may touch. Every query starts at one of these, and only this module can make one.

use std::net::IpAddr;

use chrono::NaiveDateTime;
use db::{Conn, columns, schema::*};
use diesel::{dsl, prelude::*};
use shared::{
    ids::{SessionId, UserId, WorkspaceId},
    permission::{Permission, Role},
};

use crate::{audit::Tx, error::AppError, state::State};

/// Who does something, for the journal.
#[derive(Debug, Clone)]
pub struct Actor {
    /// `session`, `key`, `anonymous` or `system`.
    pub kind: &'static str,
    /// The account, if there is one.
    pub user_id: Option<UserId>,
    /// The access key, if one was used.
    pub credential: Option<String>,
    /// Network address.
    pub address: IpAddr,
}

/// Rows of one workspace, as one of its members.
#[derive(Debug, Clone)]
pub struct Scope {
    pub(super) workspace_id: WorkspaceId,
    pub(super) user_id: UserId,
    pub(super) role: Role,
    pub(super) makes_until: Option<NaiveDateTime>,
}

/// Rows of the signed-in account only.
#[derive(Debug, Clone)]
pub struct OwnAccount {
    pub(super) user_id: UserId,
    pub(super) session_id: Option<SessionId>,
    pub(super) key: Option<(String, WorkspaceId)>,
}

/// No rows but those whose secret, or exact name, the caller brings.
#[derive(Debug, Clone)]
pub struct Anonymous(pub(super) ());

/// Accounts and workspaces of the whole server, as one of its operators; nothing of what is in a workspace.
#[derive(Debug, Clone)]
pub struct WholeServer {
    pub(super) operator: UserId,
}

/// Every row: for jobs and commands. Says why.
#[derive(Debug, Clone, Copy)]
pub struct System {
    why: &'static str,
}

type InWorkspace<T, C> = dsl::Filter<T, dsl::Eq<C, columns::WorkspaceId>>;
type OfUser<T, C> = dsl::Filter<T, dsl::Eq<C, columns::UserId>>;
type ToAddress = dsl::Filter<invitations::table, dsl::Eq<invitations::email_key, Option<String>>>;
type UsedBy = dsl::Filter<invitations::table, dsl::Eq<invitations::used_by, Option<columns::UserId>>>;
type DoneBy = dsl::Filter<audit_entries::table, dsl::Eq<audit_entries::actor_id, Option<String>>>;
type AboutWorkspace =
    dsl::Filter<notifications::table, dsl::Eq<notifications::workspace_id, Option<columns::WorkspaceId>>>;
type OwnedVaults = dsl::Filter<vaults::table, dsl::Eq<vaults::owner_id, Option<columns::UserId>>>;
type OneVault =
    dsl::Filter<InWorkspace<vaults::table, vaults::workspace_id>, dsl::Eq<vaults::id, columns::VaultId>>;
type VersionsOf = dsl::Filter<
    vault_versions::table,
    dsl::EqAny<vault_versions::vault_id, dsl::Select<OneVault, vaults::id>>,
>;
type ByText<T, C> = dsl::Filter<T, dsl::Eq<C, String>>;

impl Scope {
    /// The workspace.
    #[must_use]
    pub fn workspace_id(&self) -> columns::WorkspaceId {
        self.workspace_id.into()
    }

    /// The member who calls.
    #[must_use]
    pub fn user_id(&self) -> columns::UserId {
        self.user_id.into()
    }

    /// Their role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The end of the short-lived token that they call with: what they make may not outlive it.
    #[must_use]
    pub fn makes_until(&self) -> Option<NaiveDateTime> {
        self.makes_until
    }

    /// Whether they may do something beyond what admitted them.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.role.grants(permission)
    }

    /// The workspace's own row.
    #[must_use]
    pub fn workspace(&self) -> dsl::Filter<workspaces::table, dsl::Eq<workspaces::id, columns::WorkspaceId>> {
        workspaces::table.filter(workspaces::id.eq(self.workspace_id()))
    }

    /// Its members.
    #[must_use]
    pub fn members(&self) -> InWorkspace<members::table, members::workspace_id> {
        members::table.filter(members::workspace_id.eq(self.workspace_id()))
    }

    /// Everybody's credentials in it. What of them the caller may see is a rule of the feature.
    #[must_use]
    pub fn credentials(&self) -> InWorkspace<credentials::table, credentials::workspace_id> {
        credentials::table.filter(credentials::workspace_id.eq(self.workspace_id()))
    }

    /// Its invitations, open or not.
    #[must_use]
    pub fn invitations(&self) -> InWorkspace<invitations::table, invitations::workspace_id> {
        invitations::table.filter(invitations::workspace_id.eq(self.workspace_id()))
    }

    /// The account that an invitation to this address ([`shared::text::Email::key`]) is for. Whoever invites must not learn
    /// whether there is one.
    #[must_use]
    pub fn account_invited(&self, email_key: String) -> ByText<users::table, users::email_key> {
        users::table.filter(users::email_key.eq(email_key))
    }

    /// What accounts were told of this workspace.
    #[must_use]
    pub fn notifications(&self) -> AboutWorkspace {
        notifications::table.filter(notifications::workspace_id.eq(Some(self.workspace_id())))
    }

    /// Its groups.
    #[must_use]
    pub fn groups(&self) -> InWorkspace<groups::table, groups::workspace_id> {
        groups::table.filter(groups::workspace_id.eq(self.workspace_id()))
    }

    /// Who was put into its groups.
    #[must_use]
    pub fn group_members(&self) -> InWorkspace<group_members::table, group_members::workspace_id> {
        group_members::table.filter(group_members::workspace_id.eq(self.workspace_id()))
    }

    /// Everybody's vaults in it. What of them the caller may see is a rule of the feature.
    #[must_use]
    pub fn vaults(&self) -> InWorkspace<vaults::table, vaults::workspace_id> {
        vaults::table.filter(vaults::workspace_id.eq(self.workspace_id()))
    }

    /// The saves of one of them.
    #[must_use]
    pub fn versions_of(&self, vault: columns::VaultId) -> VersionsOf {
        let vault = self.vaults().filter(vaults::id.eq(vault)).select(vaults::id);
        vault_versions::table.filter(vault_versions::vault_id.eq_any(vault))
    }

    /// Its counted calls.
    #[must_use]
    pub fn call_counts(&self) -> ByText<call_counts::table, call_counts::workspace_id> {
        call_counts::table.filter(call_counts::workspace_id.eq(self.workspace_id.to_string()))
    }
}

impl OwnAccount {
    /// The account.
    #[must_use]
    pub fn user_id(&self) -> columns::UserId {
        self.user_id.into()
    }

    /// The browser session that asks, if a person does.
    #[must_use]
    pub fn session_id(&self) -> Option<SessionId> {
        self.session_id
    }

    /// The access key that asks, and the workspace it works in, if a key or token does.
    #[must_use]
    pub fn key(&self) -> Option<(&str, WorkspaceId)> {
        self.key
            .as_ref()
            .map(|(key, workspace)| (key.as_str(), *workspace))
    }

    /// The account's own row.
    #[must_use]
    pub fn account(&self) -> OfUser<users::table, users::id> {
        users::table.filter(users::id.eq(self.user_id()))
    }

    /// Its preferences.
    #[must_use]
    pub fn preferences(&self) -> OfUser<preferences::table, preferences::user_id> {
        preferences::table.filter(preferences::user_id.eq(self.user_id()))
    }

    /// Its entries of cloud storage access.
    #[must_use]
    pub fn storage_entries(&self) -> OfUser<storage_entries::table, storage_entries::user_id> {
        storage_entries::table.filter(storage_entries::user_id.eq(self.user_id()))
    }

    /// Its personal vaults, one in each workspace at most.
    #[must_use]
    pub fn vaults(&self) -> OwnedVaults {
        vaults::table.filter(vaults::owner_id.eq(Some(self.user_id())))
    }

    /// Its browser sessions.
    #[must_use]
    pub fn sessions(&self) -> OfUser<sessions::table, sessions::user_id> {
        sessions::table.filter(sessions::user_id.eq(self.user_id()))
    }

    /// Its one-time links for choosing a password.
    #[must_use]
    pub fn links(&self) -> OfUser<one_time_links::table, one_time_links::user_id> {
        one_time_links::table.filter(one_time_links::user_id.eq(self.user_id()))
    }

    /// Its memberships.
    #[must_use]
    pub fn memberships(&self) -> OfUser<members::table, members::user_id> {
        members::table.filter(members::user_id.eq(self.user_id()))
    }

    /// The invitation with this keyed hash, whose token the account's owner holds.
    #[must_use]
    pub fn invitation(&self, token_hash: String) -> ByText<invitations::table, invitations::token_hash> {
        invitations::table.filter(invitations::token_hash.eq(token_hash))
    }

    /// What it was told.
    #[must_use]
    pub fn notifications(&self) -> OfUser<notifications::table, notifications::user_id> {
        notifications::table.filter(notifications::user_id.eq(self.user_id()))
    }

    /// The invitations to one address, which must be the account's own ([`shared::text::Email::key`]).
    #[must_use]
    pub fn invitations_to(&self, email_key: String) -> ToAddress {
        invitations::table.filter(invitations::email_key.eq(Some(email_key)))
    }

    /// The invitations that it sent, in every workspace.
    #[must_use]
    pub fn invitations_sent(&self) -> OfUser<invitations::table, invitations::invited_by> {
        invitations::table.filter(invitations::invited_by.eq(self.user_id()))
    }

    /// The invitations by which it joined.
    #[must_use]
    pub fn invitations_used(&self) -> UsedBy {
        invitations::table.filter(invitations::used_by.eq(Some(self.user_id())))
    }

    /// What it did itself, in every chain of the journal.
    #[must_use]
    pub fn deeds(&self) -> DoneBy {
        audit_entries::table.filter(audit_entries::actor_id.eq(Some(self.user_id.to_string())))
    }

    /// Its own counted calls, in every workspace and outside of them.
    #[must_use]
    pub fn call_counts(&self) -> ByText<call_counts::table, call_counts::user_id> {
        call_counts::table.filter(call_counts::user_id.eq(self.user_id.to_string()))
    }

    /// The one row that says for whom the server is.
    #[must_use]
    pub fn server(&self) -> server::table {
        server::table
    }

    /// The invitation that the account answers, which it has found by its token or its own address.
    #[must_use]
    pub fn answers(
        &self,
        id: columns::InvitationId,
    ) -> dsl::Filter<invitations::table, dsl::Eq<invitations::id, columns::InvitationId>> {
        invitations::table.filter(invitations::id.eq(id))
    }

    /// The workspace that an invitation leads to which the account's owner holds or was sent.
    #[must_use]
    pub fn invited_to(
        &self,
        workspace: columns::WorkspaceId,
    ) -> dsl::Filter<workspaces::table, dsl::Eq<workspaces::id, columns::WorkspaceId>> {
        workspaces::table.filter(workspaces::id.eq(workspace))
    }

    /// Its own credentials, in every workspace.
    #[must_use]
    pub fn credentials(&self) -> OfUser<credentials::table, credentials::user_id> {
        credentials::table.filter(credentials::user_id.eq(self.user_id()))
    }
}

impl Anonymous {
    /// The account that signs in with this address ([`shared::text::Email::key`]).
    #[must_use]
    pub fn account_by_email(&self, email_key: String) -> ByText<users::table, users::email_key> {
        users::table.filter(users::email_key.eq(email_key))
    }

    /// The one-time link with this keyed hash.
    #[must_use]
    pub fn link(&self, token_hash: String) -> ByText<one_time_links::table, one_time_links::token_hash> {
        one_time_links::table.filter(one_time_links::token_hash.eq(token_hash))
    }

    /// The invitation with this keyed hash.
    #[must_use]
    pub fn invitation(&self, token_hash: String) -> ByText<invitations::table, invitations::token_hash> {
        invitations::table.filter(invitations::token_hash.eq(token_hash))
    }

    /// The one row that says that the server was set up.
    #[must_use]
    pub fn server(&self) -> server::table {
        server::table
    }

    /// The credential with this access key; its secret must be checked before anything is done to it.
    #[must_use]
    pub fn credential(&self, access_key: String) -> ByText<credentials::table, credentials::access_key> {
        credentials::table.filter(credentials::access_key.eq(access_key))
    }

    /// The account that a password, a one-time link or the set-up has just been proven for. Only the features
    /// `session`, `setup` and `invitations` may call this; the architecture test sees to it.
    #[must_use]
    pub fn proven(&self, user_id: columns::UserId) -> OwnAccount {
        OwnAccount {
            user_id: user_id.into(),
            session_id: None,
            key: None,
        }
    }
}

impl WholeServer {
    /// The operator who asks; nobody's id for one who sits at the machine itself.
    #[must_use]
    pub fn user_id(&self) -> columns::UserId {
        self.operator.into()
    }

    /// Every account.
    #[must_use]
    pub fn users(&self) -> users::table {
        users::table
    }

    /// Every workspace.
    #[must_use]
    pub fn workspaces(&self) -> workspaces::table {
        workspaces::table
    }

    /// Every membership.
    #[must_use]
    pub fn members(&self) -> members::table {
        members::table
    }

    /// Every key pair.
    #[must_use]
    pub fn credentials(&self) -> credentials::table {
        credentials::table
    }

    /// Every browser session.
    #[must_use]
    pub fn sessions(&self) -> sessions::table {
        sessions::table
    }

    /// Every invitation.
    #[must_use]
    pub fn invitations(&self) -> invitations::table {
        invitations::table
    }

    /// Everything that anybody was told.
    #[must_use]
    pub fn notifications(&self) -> notifications::table {
        notifications::table
    }

    /// All mail that waits or was sent a short while ago.
    #[must_use]
    pub fn mail(&self) -> outbox::table {
        outbox::table
    }

    /// The one row that says that the server was set up. Whoever changes who operates it locks this row first.
    #[must_use]
    pub fn server(&self) -> server::table {
        server::table
    }

    /// The rows of one account, to be changed by an operator. Only the feature `server_users` and the commands may call
    /// this; the architecture test sees to it.
    #[must_use]
    pub fn rows_of(&self, user: columns::UserId) -> OwnAccount {
        OwnAccount {
            user_id: user.into(),
            session_id: None,
            key: None,
        }
    }
}

impl System {
    /// The reason.
    #[must_use]
    pub const fn why(&self) -> &'static str {
        self.why
    }

    /// What an operator reaches, for one who sits at the machine itself.
    #[must_use]
    pub fn operates(&self) -> WholeServer {
        WholeServer {
            operator: UserId::NIL,
        }
    }

    /// The actor for the journal.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            kind: "system",
            user_id: None,
            credential: None,
            address: IpAddr::from([127, 0, 0, 1]),
        }
    }
}

impl State {
    /// Runs queries that change nothing with every row in reach: for jobs and commands.
    pub fn system_read<T>(
        &self,
        why: &'static str,
        f: impl FnOnce(&mut Conn, &System) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let reach = System { why };
        tracing::debug!(why = reach.why(), "system reads");
        self.db.read(|conn| f(conn, &reach))
    }

    /// Runs `f` in one transaction with every row in reach: for start, jobs and commands. Handlers have no `State`.
    /// What changes must be journalled like any other change.
    pub fn system<T>(
        &self,
        why: &'static str,
        f: impl FnOnce(&mut Tx<'_>, &System) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let reach = System { why };
        tracing::debug!(why = reach.why(), "system");
        Tx::run(self, &reach.actor(), None, |tx| f(tx, &reach))
    }
}
