//! What a workspace uses, from metered calls.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{endpoint, workspaces::InWorkspace};

endpoint!(
    /// Members and API calls of this month.
    GetUsage = reads Get "/api/v1/workspaces/{workspace_id}/usage", needs UsageRead,
    path InWorkspace, query (), body () => Usage);

/// What was used since the first of the month, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Usage {
    /// The first day counted.
    pub since: NaiveDate,
    /// The time of the last count.
    pub counted_at: DateTime<Utc>,
    /// Members of the workspace.
    pub members: u64,
    /// API calls through every door.
    pub calls: u64,
    /// The same calls by endpoint, the most called first.
    pub calls_by_endpoint: Vec<EndpointCalls>,
}

/// Calls of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndpointCalls {
    /// The endpoint's name.
    pub endpoint: String,
    /// How often it was called.
    pub calls: u64,
}
