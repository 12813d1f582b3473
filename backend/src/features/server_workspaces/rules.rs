//! How workspaces are sorted, and how many members one may have.

use serde::Serialize;
use shared::server_workspaces::ServerWorkspaceChange;

use crate::error::AppError;

/// The highest limit.
const MOST_MEMBERS: u32 = 1_000_000;

/// What workspaces are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum WorkspaceSort {
    /// By name, whatever its case.
    Name,
    /// By when they were made.
    CreatedAt,
    /// By how many members they have.
    Members,
}

/// The words for it.
pub const SORTS: [(&str, WorkspaceSort); 3] = [
    ("name", WorkspaceSort::Name),
    ("created_at", WorkspaceSort::CreatedAt),
    ("members", WorkspaceSort::Members),
];

/// Refuses a limit that is none.
pub fn check(wanted: &ServerWorkspaceChange) -> Result<(), AppError> {
    match wanted.max_members {
        Some(Some(most)) if !(1..=MOST_MEMBERS).contains(&most) => Err(AppError::field(
            "/max_members",
            "Choose 1 to 1,000,000 members, or none.",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_one_to_a_million_or_none() {
        let check = |max_members| check(&ServerWorkspaceChange { max_members });
        for good in [None, Some(None), Some(Some(1)), Some(Some(1_000_000))] {
            assert!(check(good).is_ok(), "{good:?}");
        }
        for bad in [0, 1_000_001, u32::MAX] {
            assert!(check(Some(Some(bad))).is_err(), "{bad}");
        }
    }
}
