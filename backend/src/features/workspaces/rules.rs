//! Decisions about workspaces: their order, what may change, and how the list of members is asked for.

use serde::Serialize;
use shared::{
    text::Name,
    workspaces::{Workspace, WorkspaceChange},
};

use crate::error::AppError;

/// The longest limit of a key's life, in days.
const MOST_DAYS: u32 = 3650;
/// The longest text to search for, in characters.
const MOST_SEARCHED: usize = 254;

/// The personal workspace first, the others by name.
pub fn sort(workspaces: &mut [Workspace]) {
    workspaces.sort_by_cached_key(|workspace| {
        (
            !workspace.personal,
            workspace.name.as_str().to_lowercase(),
            workspace.id,
        )
    });
}

/// Refuses a limit of a key's life that is none.
pub fn check_limit(wanted: &WorkspaceChange) -> Result<(), AppError> {
    match wanted.max_credential_days {
        Some(Some(days)) if !(1..=MOST_DAYS).contains(&days) => Err(AppError::field(
            "/max_credential_days",
            format!("Choose 1 to {MOST_DAYS} days, or none."),
        )),
        _ => Ok(()),
    }
}

/// The workspace with what was sent.
pub fn changed(before: &Workspace, wanted: WorkspaceChange) -> Workspace {
    Workspace {
        name: wanted.name.unwrap_or_else(|| before.name.clone()),
        max_credential_days: wanted.max_credential_days.unwrap_or(before.max_credential_days),
        ..before.clone()
    }
}

/// What may change, as the journal keeps it.
#[derive(Debug, Serialize)]
pub struct Noted<'a> {
    name: &'a Name,
    max_credential_days: Option<u32>,
}

/// What the journal keeps of a workspace.
pub fn noted(workspace: &Workspace) -> Noted<'_> {
    Noted {
        name: &workspace.name,
        max_credential_days: workspace.max_credential_days,
    }
}

/// What members are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum MemberSort {
    /// By name, whatever its case.
    Name,
    /// By when they were added.
    AddedAt,
}

/// The order of the list of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MemberOrder {
    /// By what.
    pub by: MemberSort,
    /// From the last to the first.
    pub descending: bool,
}

impl MemberOrder {
    /// Reads the query's `sort`.
    pub fn read(sort: Option<&str>) -> Result<Self, AppError> {
        let sort = sort.unwrap_or("name");
        let by = match sort.strip_prefix('-').unwrap_or(sort) {
            "name" => MemberSort::Name,
            "added_at" => MemberSort::AddedAt,
            _ => {
                let detail = "Sort by name, -name, added_at or -added_at.";
                return Err(AppError::field("sort", detail));
            }
        };
        Ok(Self {
            by,
            descending: sort.starts_with('-'),
        })
    }
}

/// The pattern that finds `q` anywhere in a text in lower case. `%` and `_` stand for themselves; `\` escapes.
pub fn search(q: Option<&str>) -> Result<Option<String>, AppError> {
    let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) else {
        return Ok(None);
    };
    if q.chars().count() > MOST_SEARCHED {
        let detail = format!("Search for {MOST_SEARCHED} characters or fewer.");
        return Err(AppError::field("q", detail));
    }
    let mut pattern = String::with_capacity(q.len() + 2);
    pattern.push('%');
    for c in q.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Ok(Some(pattern))
}

#[cfg(test)]
mod tests {
    use shared::{
        ids::{UserId, WorkspaceId},
        permission::Role,
    };

    use super::*;

    fn workspace(name: &str, personal: bool) -> Workspace {
        Workspace {
            id: WorkspaceId::NIL,
            name: name.parse().unwrap(),
            personal,
            owner_id: UserId::NIL,
            role: Role::Admin,
            members: 1,
            max_members: None,
            max_credential_days: Some(30),
            created_at: chrono::DateTime::UNIX_EPOCH,
            keys_needing_attention: 0,
        }
    }

    #[test]
    fn r036_the_personal_workspace_comes_first_and_the_others_by_name() {
        let mut all = [
            workspace("beta", false),
            workspace("Zeta", true),
            workspace("Alpha", false),
            workspace("Émile", false),
        ];
        sort(&mut all);
        let names: Vec<_> = all.iter().map(|workspace| workspace.name.as_str()).collect();
        assert_eq!(names, ["Zeta", "Alpha", "beta", "Émile"]);
    }

    #[test]
    fn only_what_was_sent_changes() {
        let before = workspace("Team", false);
        let same = changed(&before, WorkspaceChange::default());
        assert_eq!(same, before);
        let wanted = WorkspaceChange {
            name: None,
            max_credential_days: Some(None),
        };
        assert_eq!(changed(&before, wanted).max_credential_days, None);
    }

    #[test]
    fn a_limit_is_one_day_to_ten_years() {
        let check = |days| {
            check_limit(&WorkspaceChange {
                name: None,
                max_credential_days: days,
            })
        };
        for good in [None, Some(None), Some(Some(1)), Some(Some(3650))] {
            assert!(check(good).is_ok(), "{good:?}");
        }
        for bad in [0, 3651, u32::MAX] {
            assert!(check(Some(Some(bad))).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_order_is_one_of_four() {
        let read = |sort| MemberOrder::read(sort).map(|order| (order.by, order.descending));
        assert_eq!(read(None).unwrap(), (MemberSort::Name, false));
        assert_eq!(read(Some("-name")).unwrap(), (MemberSort::Name, true));
        assert_eq!(read(Some("added_at")).unwrap(), (MemberSort::AddedAt, false));
        assert_eq!(read(Some("-added_at")).unwrap(), (MemberSort::AddedAt, true));
        for bad in [
            "",
            "-",
            "--name",
            "email",
            "password_hash",
            "name,added_at",
            "name; DROP",
        ] {
            assert!(read(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_searched_for_stands_for_itself() {
        let pattern = |q| search(Some(q)).unwrap();
        assert_eq!(search(None).unwrap(), None);
        assert_eq!(pattern("  "), None);
        assert_eq!(pattern(" Ann "), Some("%ann%".to_owned()));
        assert_eq!(pattern("50%_\\É"), Some("%50\\%\\_\\\\é%".to_owned()));
        assert!(search(Some(&"x".repeat(255))).is_err());
    }
}
