//! The audit log: who did what, to whom, from where, before and after. Each workspace has a chain of entries, and the
//! server one for what belongs to no workspace.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{contract::Download, endpoint, ids::UserId, page::Page, text::Name, workspaces::InWorkspace};

endpoint!(
    /// What was done in a workspace, the newest first.
    ListAudit = reads Get "/api/v1/workspaces/{workspace_id}/audit", needs AuditRead,
    path InWorkspace, query AuditQuery, body () => Page<AuditEntry>);
endpoint!(
    /// The same as a file, without paging, the oldest first, up to the newest entry that there was at the beginning.
    ExportAudit = reads Get "/api/v1/workspaces/{workspace_id}/audit/export", needs AuditRead,
    path InWorkspace, query AuditExport, body () => Download);
endpoint!(
    /// Recomputes the chain of hashes and says whether anything was changed, removed or put in. One at a time for a chain:
    /// `busy` while another is under way.
    VerifyAudit = reads Get "/api/v1/workspaces/{workspace_id}/audit/verify", needs AuditRead,
    path InWorkspace, query (), body () => AuditVerdict);
endpoint!(
    /// What was done on the server outside of any workspace, the newest first.
    ListServerAudit = reads Get "/api/v1/server/audit", operator, path (), query AuditQuery, body () => Page<AuditEntry>);
endpoint!(
    /// The same as a file, without paging, the oldest first, up to the newest entry that there was at the beginning.
    ExportServerAudit = reads Get "/api/v1/server/audit/export", operator, path (), query AuditExport, body () => Download);
endpoint!(
    /// Recomputes the server's chain of hashes.
    VerifyServerAudit = reads Get "/api/v1/server/audit/verify", operator, path (), query (), body () => AuditVerdict);

/// Which entries. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Items a page: 1 to 200, 50 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// An action, `noun.verb`, or its noun alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// The id of what it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<String>,
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// The form of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuditFormat {
    /// Comma-separated values with a heading, safe to open in a spreadsheet: an apostrophe stands before what would run.
    #[default]
    Csv,
    /// One JSON object a line, with everything that a check of the hashes needs.
    Jsonl,
}

/// Which entries, and in which form. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuditExport {
    /// The form; CSV unless said.
    #[serde(default)]
    pub format: AuditFormat,
    /// As in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// As in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// As in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<String>,
    /// As in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// As in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// Number in the chain, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// How it was done: `session`, `key`, `anonymous` or `system`.
    pub actor_kind: String,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// Their name today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<Name>,
    /// The access key it was done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_credential: Option<String>,
    /// From which network address.
    pub address: String,
    /// What was done: `noun.verb`.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which one.
    pub subject_id: String,
    /// Its name today, if it has one that the reader may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_name: Option<String>,
    /// What it was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<serde_json::Value>,
    /// What it was afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<serde_json::Value>,
    /// Covers this entry and the one before, SHA-256 in hex.
    pub hash: String,
}

/// Whether a chain is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditVerdict {
    /// Whether every hash is right and no number is missing.
    pub whole: bool,
    /// How many entries were looked at.
    pub entries: u64,
    /// The first number that is kept; what came before was removed by the retention setting.
    pub first_seq: u64,
    /// The last number.
    pub last_seq: u64,
    /// The hash of the last entry: note it elsewhere, and a later check can prove that nothing was cut off.
    pub last_hash: String,
    /// The first number where the chain is broken, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
}
