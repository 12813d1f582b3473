//! One chain of the journal, as a reach: whoever holds it may read this chain and no other.

use db::schema::*;
use diesel::{dsl, prelude::*};

use super::reach::{Scope, System, WholeServer};
use crate::audit::SERVER_CHAIN;

/// One chain of the journal.
#[derive(Debug, Clone)]
pub struct Chain {
    name: String,
}

type ByName<T, C> = dsl::Filter<T, dsl::Eq<C, String>>;

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
