//! Decisions about members: how their list is asked for, who may lose a role or go, and who takes over from them.

use chrono::{NaiveDateTime, TimeDelta};
use db::columns::UserId;
use serde::Serialize;
use shared::{
    error::ErrorCode,
    permission::{Permission, Role},
};

use super::store::removal::Standing;
use crate::{access::Scope, error::AppError};

/// The longest text to search for, in characters.
const MOST_SEARCHED: usize = 254;

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

/// The text that `q` searches for, in the form in which members are searched: lower case, with one form of the Greek
/// sigma, which has another at the end of a word. Nothing if it is blank.
pub fn searched(q: Option<&str>) -> Result<Option<String>, AppError> {
    let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) else {
        return Ok(None);
    };
    if q.chars().count() > MOST_SEARCHED {
        let detail = format!("Search for {MOST_SEARCHED} characters or fewer.");
        return Err(AppError::field("q", detail));
    }
    if q.chars().any(char::is_control) {
        return Err(AppError::field("q", "Search for visible characters on one line."));
    }
    Ok(Some(q.to_lowercase().replace('ς', "σ")))
}

/// Since when a browser session must have been used to be alive.
pub fn idle_since(now: NaiveDateTime, idle_days: u32) -> NaiveDateTime {
    now - TimeDelta::days(i64::from(idle_days))
}

/// Whether the caller may see what stops when this member goes.
pub fn check_preview(scope: &Scope, user: UserId) -> Result<(), ErrorCode> {
    if user == scope.user_id() || scope.may(Permission::MembersManage) {
        Ok(())
    } else {
        Err(ErrorCode::Forbidden)
    }
}

/// Whether a membership may end now.
pub fn check_end(standing: &Standing) -> Result<(), ErrorCode> {
    if standing.is_owner && standing.is_personal {
        Err(ErrorCode::PersonalWorkspace)
    } else if standing.is_owner {
        Err(ErrorCode::OwnerStays)
    } else if standing.is_last_admin() {
        Err(ErrorCode::LastAdmin)
    } else {
        Ok(())
    }
}

/// Whether a member may have this role from now on.
pub fn check_role(standing: &Standing, wanted: Role) -> Result<(), ErrorCode> {
    match wanted {
        Role::User if standing.is_last_admin() => Err(ErrorCode::LastAdmin),
        Role::User if standing.is_owner => Err(ErrorCode::OwnerStays),
        Role::Admin | Role::User => Ok(()),
    }
}

/// Who takes over what a leaving member owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heir {
    /// Another member.
    pub user_id: UserId,
    /// Their role.
    pub role: Role,
}

/// Whether the heir can have what there is: an invitation is worth no more than its sender, so it would end with one who
/// may not invite. `pointer` says where the heir was named.
pub fn check_heir(heir: Option<Heir>, has_invitations: bool, pointer: &str) -> Result<(), AppError> {
    match heir {
        Some(heir) if has_invitations && !heir.role.grants(Permission::MembersManage) => {
            let detail = "Choose an administrator: only they can take over open invitations.";
            Err(AppError::field(pointer, detail))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_is_searched_for_has_no_case() {
        let text = |q| searched(Some(q)).unwrap();
        assert_eq!(searched(None).unwrap(), None);
        assert_eq!(text("  "), None);
        assert_eq!(text(" Ann "), Some("ann".to_owned()));
        assert_eq!(text("50%_\\É"), Some("50%_\\é".to_owned()));
        assert_eq!(text("ΟΔΥΣ"), Some("οδυσ".to_owned()));
        for bad in [&"x".repeat(255), "a\0b", "a\nb"] {
            assert!(searched(Some(bad)).is_err(), "{bad:?}");
        }
    }

    fn standing(role: Role, admins: i64, is_owner: bool, is_personal: bool) -> Standing {
        Standing {
            role,
            admins,
            is_owner,
            is_personal,
            workspace_name: "Team".to_owned(),
        }
    }

    #[test]
    fn r063_everybody_may_go_but_the_owner_and_the_last_administrator() {
        use Role::{Admin, User};
        for (role, admins, is_owner, is_personal, expected) in [
            (User, 1, false, false, Ok(())),
            (User, 1, false, true, Ok(())),
            (Admin, 2, false, false, Ok(())),
            (Admin, 1, false, false, Err(ErrorCode::LastAdmin)),
            (Admin, 1, true, false, Err(ErrorCode::OwnerStays)),
            (Admin, 2, true, false, Err(ErrorCode::OwnerStays)),
            (Admin, 2, true, true, Err(ErrorCode::PersonalWorkspace)),
        ] {
            let standing = standing(role, admins, is_owner, is_personal);
            assert_eq!(check_end(&standing), expected, "{standing:?}");
        }
    }

    #[test]
    fn the_owner_and_the_last_administrator_stay_administrators() {
        use Role::{Admin, User};
        for (role, admins, is_owner, wanted, expected) in [
            (User, 1, false, Admin, Ok(())),
            (Admin, 2, false, User, Ok(())),
            (Admin, 1, false, User, Err(ErrorCode::LastAdmin)),
            (Admin, 1, true, User, Err(ErrorCode::LastAdmin)),
            (Admin, 2, true, User, Err(ErrorCode::OwnerStays)),
            (Admin, 1, true, Admin, Ok(())),
        ] {
            let standing = standing(role, admins, is_owner, false);
            assert_eq!(check_role(&standing, wanted), expected, "{standing:?} {wanted:?}");
        }
    }

    #[test]
    fn an_heir_of_invitations_may_invite() {
        let heir = |role| {
            Some(Heir {
                user_id: UserId(shared::ids::UserId::NIL),
                role,
            })
        };
        assert!(check_heir(None, true, "heir").is_ok());
        assert!(check_heir(heir(Role::Admin), true, "heir").is_ok());
        assert!(check_heir(heir(Role::User), false, "heir").is_ok());
        assert!(check_heir(heir(Role::User), true, "heir").is_err());
    }
}
