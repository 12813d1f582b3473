//! First run: the first administrator's account, and whom the server is for.

use serde::{Deserialize, Serialize};

use crate::{
    endpoint,
    session::Session,
    text::{Email, Name, Password, SecretText},
};

endpoint!(
    /// Makes the first administrator and signs them in. Works once, with the token of the set-up link.
    CompleteSetup = changes Post "/api/v1/setup", public, path (), query (), body Setup => Session);

/// Whom the server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Hosting {
    /// One's own team: no plans, no limits.
    OwnTeam,
    /// Several paying teams: plans from a catalogue.
    SeveralTeams,
}

impl Hosting {
    /// As it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnTeam => "own_team",
            Self::SeveralTeams => "several_teams",
        }
    }

    /// How many members a new workspace may have: those of the Free plan, where there are plans.
    #[must_use]
    pub const fn first_seats(self) -> Option<u32> {
        match self {
            Self::OwnTeam => None,
            Self::SeveralTeams => Some(3),
        }
    }
}

/// What the first-run page asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The token of the set-up link that the server printed.
    pub token: SecretText,
    /// The administrator's name.
    pub name: Name,
    /// The address they sign in with.
    pub email: Email,
    /// Their password.
    pub password: Password,
    /// Whom the server is for.
    pub hosting: Hosting,
}
