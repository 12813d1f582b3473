//! Anonymous usage data, which helps those who make this software. Nothing is sent until an operator has chosen so, and what
//! would be sent is shown as it is.

use serde::{Deserialize, Serialize};

use crate::endpoint;

endpoint!(
    /// Whether anonymous usage data is sent, where to, and exactly what.
    GetUsageData = reads Get "/api/v1/server/usage-data", operator, path (), query (), body () => UsageData);
endpoint!(
    /// Chooses whether anonymous usage data is sent.
    ChooseUsageData = changes Patch "/api/v1/server/usage-data", operator, path (), query (), body UsageDataChoice => UsageData);

/// What is sent, and whether.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageData {
    /// What an operator chose; `null` until one has, and then nothing is sent.
    pub is_sent: Option<bool>,
    /// Where to: the setting `usage_data_url`. Without it nothing is sent, whatever was chosen.
    pub recipient: Option<String>,
    /// What is sent once a day, as it is now.
    pub report: UsageDataReport,
}

/// All that is sent. Sizes are given as a power of ten, so that no server can be told from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageDataReport {
    /// Of this program.
    pub version: String,
    /// `sqlite` or `postgresql`.
    pub database: String,
    /// `own_team` or `several_teams`.
    pub hosting: String,
    /// Accounts, in words such as `11 to 100`.
    pub accounts: String,
    /// Workspaces.
    pub workspaces: String,
    /// Key pairs that are not revoked.
    pub keys: String,
}

/// What an operator chooses.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UsageDataChoice {
    /// Whether to send.
    pub is_sent: bool,
}
