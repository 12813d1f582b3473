//! Decisions about workspaces: their order, how many there may be, what may change, and what only their owner may do.

use serde::Serialize;
use shared::{
    error::ErrorCode,
    ids::UserId,
    text::Name,
    workspaces::{Workspace, WorkspaceChange},
};

use crate::error::AppError;

/// The longest limit of a key's life, in days.
const MOST_DAYS: u32 = 3650;
/// How many workspaces one account may own, its personal one among them.
const MOST_OWNED: i64 = 100;

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

/// Whether an account that owns so many may make one more.
pub fn check_owned(owned: i64) -> Result<(), ErrorCode> {
    if owned < MOST_OWNED {
        Ok(())
    } else {
        Err(ErrorCode::TooManyWorkspaces)
    }
}

/// Whether `caller` may hand it over. What only an owner may do is refused to others first: why it cannot be done now is
/// not theirs to know.
pub fn check_transfer(workspace: &Workspace, caller: UserId) -> Result<(), ErrorCode> {
    if workspace.owner_id != caller {
        Err(ErrorCode::Forbidden)
    } else if workspace.personal {
        Err(ErrorCode::PersonalWorkspace)
    } else {
        Ok(())
    }
}

/// Whether `caller` may delete it.
pub fn check_deletion(workspace: &Workspace, caller: UserId) -> Result<(), ErrorCode> {
    check_transfer(workspace, caller)?;
    if workspace.members > 1 {
        return Err(ErrorCode::WorkspaceNotEmpty);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use shared::{ids::WorkspaceId, permission::Role};

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
    fn one_owns_a_hundred_workspaces_at_most() {
        assert_eq!(check_owned(0), Ok(()));
        assert_eq!(check_owned(99), Ok(()));
        assert_eq!(check_owned(100), Err(ErrorCode::TooManyWorkspaces));
    }

    #[test]
    fn only_the_owner_hands_over_or_deletes_and_never_a_personal_workspace() {
        let (owner, other) = (UserId::NIL, UserId(uuid::Uuid::max()));
        let (team, personal) = (workspace("Team", false), workspace("Mine", true));
        assert_eq!(check_transfer(&team, owner), Ok(()));
        assert_eq!(check_transfer(&team, other), Err(ErrorCode::Forbidden));
        assert_eq!(
            check_transfer(&personal, owner),
            Err(ErrorCode::PersonalWorkspace)
        );
        assert_eq!(check_transfer(&personal, other), Err(ErrorCode::Forbidden));
        let full = Workspace {
            members: 2,
            ..team.clone()
        };
        assert_eq!(check_deletion(&team, owner), Ok(()));
        assert_eq!(check_deletion(&full, owner), Err(ErrorCode::WorkspaceNotEmpty));
        assert_eq!(check_deletion(&full, other), Err(ErrorCode::Forbidden));
        assert_eq!(
            check_deletion(&personal, owner),
            Err(ErrorCode::PersonalWorkspace)
        );
    }
}
