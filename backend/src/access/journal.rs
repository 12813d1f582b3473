//! One chain of the journal, as a reach: whoever holds it may read this chain and no other, and learn today's names of what
//! its entries are about.

use db::schema::*;
use diesel::{dsl, prelude::*};

use super::reach::{Scope, System, WholeServer};
use crate::audit::{AuditRow, SERVER_CHAIN};

/// One chain of the journal.
#[derive(Debug, Clone)]
pub struct Chain {
    name: String,
}

type ByName<T, C> = dsl::Filter<T, dsl::Eq<C, String>>;
type AnyOf<T, C> = dsl::Filter<T, dsl::EqAny<C, Vec<String>>>;

impl Chain {
    /// A workspace's id, or [`SERVER_CHAIN`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its entries.
    #[must_use]
    pub fn entries(&self) -> ByName<audit_entries::table, audit_entries::chain> {
        audit_entries::table.filter(audit_entries::chain.eq(self.name.clone()))
    }

    /// The row with its last number and hash.
    #[must_use]
    pub fn head(&self) -> ByName<audit_chains::table, audit_chains::chain> {
        audit_chains::table.filter(audit_chains::chain.eq(self.name.clone()))
    }

    /// The row with what was removed last, if anything was.
    #[must_use]
    pub fn anchor(&self) -> ByName<audit_anchors::table, audit_anchors::chain> {
        audit_anchors::table.filter(audit_anchors::chain.eq(self.name.clone()))
    }

    /// The accounts that did what these entries of the chain say, or to which it was done.
    #[must_use]
    pub fn accounts_in(&self, entries: &[AuditRow]) -> AnyOf<users::table, users::id> {
        let here = || entries.iter().filter(|row| row.chain == self.name);
        let subjects = here()
            .filter(|row| matches!(row.subject_kind.as_str(), "account" | "member"))
            .map(|row| row.subject_id.clone());
        let actors = here().filter_map(|row| row.actor_id.clone());
        users::table.filter(users::id.eq_any(distinct(actors.chain(subjects))))
    }

    /// The workspaces to which something was done: of a workspace's chain only this one.
    #[must_use]
    pub fn workspaces_in(&self, entries: &[AuditRow]) -> AnyOf<workspaces::table, workspaces::id> {
        let subjects = entries
            .iter()
            .filter(|row| row.chain == self.name && row.subject_kind == "workspace")
            .map(|row| row.subject_id.clone())
            .filter(|id| self.name == SERVER_CHAIN || *id == self.name);
        workspaces::table.filter(workspaces::id.eq_any(distinct(subjects)))
    }

    /// The credentials of the workspace whose chain it is.
    #[must_use]
    pub fn credentials(&self) -> ByName<credentials::table, credentials::workspace_id> {
        credentials::table.filter(credentials::workspace_id.eq(self.name.clone()))
    }

    /// The vaults of the workspace whose chain it is.
    #[must_use]
    pub fn vaults(&self) -> ByName<vaults::table, vaults::workspace_id> {
        vaults::table.filter(vaults::workspace_id.eq(self.name.clone()))
    }

    /// The invitations to the workspace whose chain it is.
    #[must_use]
    pub fn invitations(&self) -> ByName<invitations::table, invitations::workspace_id> {
        invitations::table.filter(invitations::workspace_id.eq(self.name.clone()))
    }
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect()
}

impl Scope {
    /// The workspace's chain of the journal. Who of its members may read it is in the contract.
    #[must_use]
    pub fn audit(&self) -> Chain {
        Chain {
            name: self.workspace_id.to_string(),
        }
    }
}

impl WholeServer {
    /// The server's own chain of the journal; what was done in a workspace is for its administrators.
    #[must_use]
    pub fn audit(&self) -> Chain {
        Chain {
            name: SERVER_CHAIN.to_owned(),
        }
    }
}

impl System {
    /// Any chain of the journal.
    #[must_use]
    pub fn audit(&self, name: &str) -> Chain {
        Chain {
            name: name.to_owned(),
        }
    }
}
