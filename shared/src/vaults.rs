//! Configuration vaults: central configuration that every SDK and agent reads when it starts. Each member has one of their
//! own; administrators write more, each for one group. The administrators' apply in their order, then the personal one, then
//! those that are enforced; the later wins. What is in vaults is read in person: keys, which lie on many machines, get what is
//! active and nothing else, and change nobody's own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    contract::Download,
    endpoint,
    ids::{GroupId, UserId, VaultId, WorkspaceId},
    page::{Page, PageQuery},
    text::{Name, SecretText},
    workspaces::InWorkspace,
};

endpoint!(
    /// One's own vault with its content; there is none until it is first saved.
    GetPersonalVault = reads Get "/api/v1/workspaces/{workspace_id}/vaults/personal", in_person needs VaultsUse,
    path InWorkspace, query (), body () => PersonalVault);
endpoint!(
    /// Changes one's own vault. What clients could not read is refused, and says where.
    ChangePersonalVault = changes Patch "/api/v1/workspaces/{workspace_id}/vaults/personal", in_person needs VaultsUse,
    path InWorkspace, query (), body PersonalVaultChange => PersonalVault, body_up_to MOST_BODY);
endpoint!(
    /// The administrators' vaults that apply to oneself, in the order in which they apply.
    ListAppliedVaults = reads Get "/api/v1/workspaces/{workspace_id}/vaults/applied", needs VaultsUse,
    path InWorkspace, query (), body () => Page<Vault>);
endpoint!(
    /// What a client's configuration is with all vaults of a member, key by key with its origin; secrets are masked. Without
    /// `user_id` one's own; only administrators may ask about others.
    GetEffectiveConfiguration = reads Get "/api/v1/workspaces/{workspace_id}/vaults/effective", needs VaultsUse,
    path InWorkspace, query WhoseConfiguration, body () => EffectiveConfiguration);
endpoint!(
    /// Says what clients would make of a content, without keeping it.
    CheckVault = reads Post "/api/v1/workspaces/{workspace_id}/vaults/check", needs VaultsUse,
    path InWorkspace, query (), body VaultText => VaultReport, body_up_to MOST_BODY);
endpoint!(
    /// The administrators' vaults, in the order in which they apply. `q` searches their names and those of their groups.
    ListVaults = reads Get "/api/v1/workspaces/{workspace_id}/vaults", needs VaultsManage,
    path InWorkspace, query PageQuery, body () => Page<Vault>);
endpoint!(
    /// Makes a vault for a group, the last in the order.
    CreateVault = creates Post "/api/v1/workspaces/{workspace_id}/vaults", needs VaultsManage,
    path InWorkspace, query (), body NewVault => Vault, body_up_to MOST_BODY);
endpoint!(
    /// One vault with its content: one's own, one that applies to oneself, or any of the administrators' for them.
    GetVault = reads Get "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}", in_person needs VaultsUse,
    path OneVault, query (), body () => VaultWithContent);
endpoint!(
    /// Changes an administrators' vault.
    ChangeVault = changes Patch "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}", needs VaultsManage,
    path OneVault, query (), body VaultChange => VaultWithContent, body_up_to MOST_BODY);
endpoint!(
    /// Moves an administrators' vault to another place in the order.
    MoveVault = changes Post "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}/move", needs VaultsManage,
    path OneVault, query (), body VaultPlace => Page<Vault>);
endpoint!(
    /// Deletes an administrators' vault with all its versions.
    DeleteVault = changes Delete "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}", needs VaultsManage,
    path OneVault, query (), body () => ());
endpoint!(
    /// The content as a file.
    DownloadVault = reads Get "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}/file", in_person needs VaultsUse,
    path OneVault, query (), body () => Download);
endpoint!(
    /// Every save of a vault that one may change, the newest first.
    ListVaultVersions = reads Get "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}/versions", in_person needs VaultsUse,
    path OneVault, query PageQuery, body () => Page<VaultVersion>);
endpoint!(
    /// One save with its content.
    GetVaultVersion = reads Get "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}/versions/{version}", in_person needs VaultsUse,
    path OneVersion, query (), body () => VersionWithContent);
endpoint!(
    /// Makes the content of an earlier save the newest one, byte for byte.
    RestoreVaultVersion = changes Post "/api/v1/workspaces/{workspace_id}/vaults/{vault_id}/versions/{version}/restore",
    in_person needs VaultsUse, path OneVersion, query (), body () => Vault);

/// The most bytes of a content: 1 MiB.
pub const MOST_BYTES: usize = 1024 * 1024;
/// The most bytes of a body with a content: JSON may spell each byte with six, and there are other fields.
const MOST_BODY: usize = 6 * MOST_BYTES + 64 * 1024;

/// Path of one vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneVault {
    /// Where it is.
    pub workspace_id: WorkspaceId,
    /// Which.
    pub vault_id: VaultId,
}

/// Path of one save of a vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneVersion {
    /// Where the vault is.
    pub workspace_id: WorkspaceId,
    /// Which vault.
    pub vault_id: VaultId,
    /// Which save: they count from 1.
    pub version: u64,
}

/// Whose configuration to compute.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WhoseConfiguration {
    /// A member; oneself unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

/// How a content is written. Clients read all of them as HOCON; YAML is given to them as JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VaultFormat {
    /// The language of `clearml.conf`.
    #[default]
    Hocon,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl VaultFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Hocon, Self::Json, Self::Yaml];

    /// The format as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hocon => "hocon",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }
}

/// What a vault is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VaultTarget {
    /// The configuration of SDK and agent.
    #[default]
    Config,
    /// Access to cloud storage for the app, for everybody in the group: a JSON list of storage entries. Clients never get it.
    Storage,
}

impl VaultTarget {
    /// Every target.
    pub const ALL: [Self; 2] = [Self::Config, Self::Storage];

    /// The target as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Storage => "storage",
        }
    }
}

/// A vault without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Vault {
    /// Which.
    pub id: VaultId,
    /// Its name.
    pub name: Name,
    /// The group it is for; `null` for a personal one.
    pub group: Option<VaultGroup>,
    /// What it is for.
    pub target: VaultTarget,
    /// How it is written.
    pub format: VaultFormat,
    /// Whether it applies.
    pub is_active: bool,
    /// Whether it applies after the personal one.
    pub is_enforced: bool,
    /// Lines of its content.
    pub lines: u64,
    /// Bytes of its content.
    pub bytes: u64,
    /// Storage entries in it, when that is what it is for.
    pub entries: Option<u64>,
    /// The number of its newest save.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: VaultAuthor,
}

/// The group that a vault is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VaultGroup {
    /// Which.
    pub id: GroupId,
    /// Its name.
    pub name: Name,
}

/// Who saved something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VaultAuthor {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: Name,
}

/// A vault with its content.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VaultWithContent {
    /// The vault.
    pub vault: Vault,
    /// What is in it. Secrets of storage entries are left out.
    pub content: SecretText,
}

/// One's own vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonalVault {
    /// The vault; `null` until it is first saved.
    pub vault: Option<Vault>,
    /// What is in it.
    pub content: SecretText,
}

impl PersonalVault {
    /// What there is before the first save.
    #[must_use]
    pub fn none() -> Self {
        Self {
            vault: None,
            content: SecretText::new(String::new()),
        }
    }
}

/// What may change in one's own vault.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonalVaultChange {
    /// Whether it applies. A new vault does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// How the content is written; with a content only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<VaultFormat>,
    /// A new content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<SecretText>,
}

/// What a new vault is to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewVault {
    /// What to call it: no other vault of administrators here is called so.
    pub name: Name,
    /// The group it is for.
    pub group_id: GroupId,
    /// What it is for.
    #[serde(default)]
    pub target: VaultTarget,
    /// How its content is written; storage entries are JSON.
    #[serde(default)]
    pub format: VaultFormat,
    /// What is in it.
    pub content: SecretText,
    /// Whether it applies; yes unless said.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Whether it applies after the personal one.
    #[serde(default)]
    pub is_enforced: bool,
}

const fn yes() -> bool {
    true
}

/// What may change in an administrators' vault.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VaultChange {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Another group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// Whether it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Whether it applies after the personal one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_enforced: Option<bool>,
    /// How the content is written; with a content only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<VaultFormat>,
    /// A new content. A storage entry sent without its secret keeps the one that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<SecretText>,
}

/// A place in the order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VaultPlace {
    /// The vault that it comes before; `null` for the end.
    pub before: Option<VaultId>,
}

/// A save of a vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VaultVersion {
    /// Its number: they count from 1.
    pub version: u64,
    /// How it is written.
    pub format: VaultFormat,
    /// Lines.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    /// Storage entries in it, when that is what the vault is for.
    pub entries: Option<u64>,
    /// The earlier save whose content it took over.
    pub restored_from: Option<u64>,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// Who.
    pub saved_by: VaultAuthor,
}

/// A save with its content.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionWithContent {
    /// The save.
    pub version: VaultVersion,
    /// What was saved. Secrets of storage entries are left out.
    pub content: SecretText,
}

/// A content to be checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VaultText {
    /// How it is written.
    #[serde(default)]
    pub format: VaultFormat,
    /// The content.
    pub content: SecretText,
}

/// What clients would make of a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VaultReport {
    /// Whether it could be saved: no finding is an error.
    pub is_readable: bool,
    /// What was found, in the order of the text.
    pub findings: Vec<VaultFinding>,
}

/// Something about a place in a content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VaultFinding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a word that stays the same.
    pub code: String,
    /// The key it is about, with dots.
    pub key: Option<String>,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
    /// A sentence that says what to do.
    pub message: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Clients cannot read it: it is not saved.
    Error,
    /// Clients read it otherwise than it looks, or ignore it.
    Warning,
    /// Good to know.
    Note,
}

/// A configuration key by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EffectiveConfiguration {
    /// Whose it is.
    pub user_id: UserId,
    /// What was merged, in order: the defaults of the client first, then vaults.
    pub layers: Vec<ConfigurationLayer>,
    /// The keys, sorted.
    pub entries: Vec<ConfigurationEntry>,
    /// Vaults that clients skip because they cannot read them.
    pub skipped: Vec<VaultId>,
}

/// One thing that was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfigurationLayer {
    /// What it is.
    pub kind: LayerKind,
    /// The vault, if it is one.
    pub vault_id: Option<VaultId>,
    /// Its name.
    pub name: String,
    /// The group it is for.
    pub group: Option<VaultGroup>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// The client's own defaults.
    Defaults,
    /// An administrators' vault.
    Administrators,
    /// The member's own vault.
    Personal,
    /// An administrators' vault that applies last.
    Enforced,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfigurationEntry {
    /// Its parts, from the outside in.
    pub path: Vec<String>,
    /// Its value as JSON, or `null` when it is masked.
    pub value: Option<String>,
    /// Whether the value is a secret and therefore left out.
    pub is_masked: bool,
    /// Whether the client decides: the value names something of its own environment.
    pub is_resolved_by_client: bool,
    /// Which of `layers` it comes from.
    pub origin: u32,
    /// Which of `layers` had another value before, the nearest first.
    pub overrides: Vec<u32>,
}
