//! The calls of the wire that this server answers, as types. Names and shapes are the clients'. Fields that are not
//! known are ignored: the SDK puts one of its own into every body.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::{
    endpoint,
    ids::{UserId, VaultId, WorkspaceId},
    permission::Role,
    text::{Label, Name, SecretText},
};

use super::input::Several;

endpoint!(
    /// Makes a token with a key pair, or with a token that is still valid.
    AuthLogin = reads Post "auth.login", signed_in, path (), query (), body LoginAsked => LoggedIn);
endpoint!(
    /// Answers that nothing was revoked: a token ends by itself or with its key.
    AuthLogout = reads Post "auth.logout", signed_in, path (), query (), body Nothing => LoggedOut);
endpoint!(
    /// Makes a key pair for the workspace of the key that asks.
    AuthCreateCredentials = changes Post "auth.create_credentials", needs CredentialsUse, path (), query (),
    body NewPair => CreatedPair);
endpoint!(
    /// One's own key pairs in the workspace of the key that asks, without their secrets.
    AuthGetCredentials = reads Post "auth.get_credentials", needs CredentialsUse, path (), query (),
    body Nothing => Pairs);
endpoint!(
    /// Changes the label of one of one's key pairs.
    AuthEditCredentials = changes Post "auth.edit_credentials", needs CredentialsUse, path (), query (),
    body PairChange => Updated);
endpoint!(
    /// Revokes one of one's key pairs and every token made with it, from the next call on.
    AuthRevokeCredentials = changes Post "auth.revoke_credentials", needs CredentialsUse, path (), query (),
    body WhichPair => RevokedPairs);
endpoint!(
    /// Whether users stand in a configuration file: they do not.
    AuthFixedUsersMode = reads Post "auth.fixed_users_mode", public, path (), query (), body Nothing => FixedUsers);
endpoint!(
    /// Ways to sign in with this protocol in a browser: none.
    LoginSupportedModes = reads Post "login.supported_modes", public, path (), query (), body Nothing => LoginModes);
endpoint!(
    /// Ends a browser's session of this protocol: there is none.
    LoginLogout = reads Post "login.logout", public, path (), query (), body Nothing => Nothing);
endpoint!(
    /// Who the key belongs to, and the workspace it works in.
    UsersGetCurrentUser = reads Post "users.get_current_user", signed_in, path (), query (),
    body Nothing => CurrentUser);
endpoint!(
    /// One member of the key's workspace.
    UsersGetById = reads Post "users.get_by_id", needs MembersRead, path (), query (), body WhichUser => OneUser);
endpoint!(
    /// Members of the key's workspace.
    UsersGetAll = reads Post "users.get_all", needs MembersRead, path (), query (), body UserFilter => Users);
endpoint!(
    /// Members of the key's workspace, with more ways to choose.
    UsersGetAllEx = reads Post "users.get_all_ex", needs MembersRead, path (), query (), body UserFilterEx => Users);
endpoint!(
    /// Changes one's own name.
    UsersUpdate = changes Post "users.update", signed_in, path (), query (), body UserChange => UpdatedFields);
endpoint!(
    /// One's preferences.
    UsersGetPreferences = reads Post "users.get_preferences", signed_in, path (), query (),
    body Nothing => UserPreferences);
endpoint!(
    /// Merges top-level keys into one's preferences; null takes a key away.
    UsersSetPreferences = changes Post "users.set_preferences", signed_in, path (), query (),
    body UserPreferences => UpdatedFields);
endpoint!(
    /// The configuration vaults that apply to the key's runs.
    UsersGetVaults = reads Post "users.get_vaults", needs VaultsUse, path (), query (), body VaultsAsked => Vaults);
endpoint!(
    /// The key's workspace.
    OrganizationGetUserCompanies = reads Post "organization.get_user_companies", needs WorkspaceRead, path (),
    query (), body Nothing => Companies);
endpoint!(
    /// The server's versions.
    ServerInfo = reads Post "server.info", public, path (), query (), body Nothing => ServerVersions);
endpoint!(
    /// Whether statistics are sent to the makers of the server: they are not.
    ServerReportStatsOption = reads Post "server.report_stats_option", signed_in, path (), query (),
    body StatisticsAsked => Statistics);

/// Nothing that is read, or nothing to say.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Nothing {}

/// What a login asks for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoginAsked {
    /// Life of the token in seconds; 30 days unless said, a year at most.
    pub(super) expiration_sec: Option<i64>,
}

/// A new token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LoggedIn {
    pub(super) token: SecretText,
}

/// Whether the token was ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LoggedOut {
    pub(super) revoked: bool,
}

/// What a new pair is to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct NewPair {
    pub(super) label: Option<Label>,
}

/// A new pair.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CreatedPair {
    pub(super) credentials: PairWithSecret,
}

/// A pair with its secret: the only time that it is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PairWithSecret {
    pub(super) access_key: String,
    pub(super) secret_key: SecretText,
    pub(super) label: Label,
}

/// Pairs without their secrets.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Pairs {
    pub(super) credentials: Vec<Pair>,
}

/// A pair without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    pub(super) access_key: String,
    pub(super) label: Label,
    pub(super) last_used: Option<DateTime<Utc>>,
    pub(super) last_used_from: Option<String>,
}

/// What may change in a pair.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PairChange {
    pub(super) access_key: String,
    pub(super) label: Option<Label>,
}

/// How many were changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Updated {
    pub(super) updated: u32,
}

/// Both names are in use for the same thing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct WhichPair {
    pub(super) access_key: Option<String>,
    pub(super) key_id: Option<String>,
}

/// How many were revoked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RevokedPairs {
    pub(super) revoked: u32,
}

/// Users in a configuration file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct FixedUsers {
    pub(super) enabled: bool,
    pub(super) guest: Guest,
    pub(super) server_errors: Nothing,
}

/// A guest account.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Guest {
    pub(super) enabled: bool,
}

/// Ways to sign in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoginModes {
    pub(super) basic: BasicMode,
    pub(super) sso: Nothing,
    pub(super) sso_providers: Vec<Value>,
    pub(super) server_errors: Nothing,
}

/// Signing in with name and password.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct BasicMode {
    pub(super) enabled: bool,
    pub(super) guest: Guest,
}

/// Who calls.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CurrentUser {
    pub(super) user: Oneself,
    pub(super) getting_started: Option<Value>,
    pub(super) settings: Nothing,
}

/// An account as its owner sees it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Oneself {
    pub(super) id: UserId,
    pub(super) name: Name,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) avatar: Option<String>,
    pub(super) role: Role,
    pub(super) company: Company,
    pub(super) preferences: Map<String, Value>,
    pub(super) created: DateTime<Utc>,
    pub(super) created_in_version: Option<String>,
}

/// A workspace, in the clients' word for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Company {
    pub(super) id: WorkspaceId,
    pub(super) name: Name,
}

/// One user.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WhichUser {
    pub(super) user: String,
}

/// One member.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OneUser {
    pub(super) user: Person,
}

/// A member as others see them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    pub(super) id: UserId,
    pub(super) name: Name,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) avatar: Option<String>,
    pub(super) company: WorkspaceId,
    pub(super) role: Role,
    pub(super) created: DateTime<Utc>,
}

/// Which members, which of their fields, in which order, and which part of the list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UserFilter {
    /// A regular expression that must match somewhere in the name.
    pub(super) name: Option<String>,
    /// Any of these ids; with `-` in front, none of them.
    pub(super) id: Several,
    pub(super) only_fields: Several,
    pub(super) order_by: Several,
    /// From 0.
    pub(super) page: Option<u32>,
    pub(super) page_size: Option<u32>,
}

/// The same with one more way to choose.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UserFilterEx {
    #[serde(flatten)]
    pub(super) filter: UserFilter,
    /// Only who has tasks in one of these projects. This server has no tasks yet, so that nobody has.
    pub(super) active_in_projects: Option<Several>,
}

/// Members, with the fields asked for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Users {
    pub(super) users: Vec<Map<String, Value>>,
}

/// What may change in an account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UserChange {
    pub(super) user: String,
    pub(super) name: Option<Name>,
}

/// What was changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UpdatedFields {
    pub(super) updated: u32,
    pub(super) fields: Map<String, Value>,
}

/// Preferences, or a part of them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UserPreferences {
    pub(super) preferences: Map<String, Value>,
}

/// Which vaults a client wants. It gets none but those that apply, of the type that clients know.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct VaultsAsked {
    /// Only those that are active; there are no others here.
    pub(super) enabled: Option<bool>,
    /// `config`, or nothing.
    pub(super) types: Several,
}

/// Vaults in the order in which they apply.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Vaults {
    pub(super) vaults: Vec<Vault>,
}

/// A vault.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Vault {
    pub(super) id: VaultId,
    /// Its name, which clients put into warnings.
    pub(super) description: Name,
    /// Agents print it.
    pub(super) scope: VaultScope,
    /// HOCON or JSON; null, which clients skip, if it cannot be said to them.
    pub(super) data: Option<SecretText>,
}

/// Whose a vault is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VaultScope {
    /// One's own.
    User,
    /// A group's.
    Group,
}

/// Workspaces.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Companies {
    pub(super) companies: Vec<CompanyWithOwners>,
}

/// A workspace and whose it is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CompanyWithOwners {
    pub(super) id: WorkspaceId,
    pub(super) name: Name,
    pub(super) allocated: bool,
    pub(super) owners: Vec<Owner>,
}

/// The owner of a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    pub(super) id: UserId,
    pub(super) name: Name,
    pub(super) avatar: Option<String>,
}

/// Versions of the server.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ServerVersions {
    pub(super) version: String,
    pub(super) build: String,
    pub(super) commit: Option<String>,
    pub(super) uid: Option<String>,
    pub(super) api_version: String,
}

/// Whether to send statistics.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct StatisticsAsked {
    pub(super) enabled: Option<bool>,
}

/// Whether statistics are sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    pub(super) supported: bool,
    pub(super) enabled: bool,
    pub(super) enabled_time: Option<DateTime<Utc>>,
    pub(super) enabled_version: Option<String>,
    pub(super) enabled_user: Option<String>,
    pub(super) current_version: String,
}
