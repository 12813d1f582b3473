//! Decisions about accounts: who may lose what, what stands for a deleted one, and what becomes of its workspaces.

use serde::Serialize;
use shared::{
    error::ErrorCode,
    ids::UserId,
    permission::Role,
    server_users::ServerUserChange,
    text::{Email, Name},
};

/// What accounts are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum UserSort {
    /// By name, whatever its case.
    Name,
    /// By when they were made.
    CreatedAt,
    /// By when they last signed in; those who never did count as the longest ago.
    LastSignInAt,
}

/// The words for it.
pub const SORTS: [(&str, UserSort); 3] = [
    ("name", UserSort::Name),
    ("created_at", UserSort::CreatedAt),
    ("last_sign_in_at", UserSort::LastSignInAt),
];

/// What decides whether an account may lose its power.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Whether it is the account of the operator who asks.
    pub own: bool,
    /// Whether it operates the server.
    pub operator: bool,
    /// Whether it is disabled.
    pub disabled: bool,
    /// How many other accounts operate the server and are enabled.
    pub other_operators: i64,
}

/// Whether the account may be deleted, as far as people are concerned.
pub fn may_delete(standing: &Standing) -> Result<(), ErrorCode> {
    if standing.own {
        return Err(ErrorCode::NotYourself);
    }
    if standing.operator && !standing.disabled && standing.other_operators == 0 {
        return Err(ErrorCode::LastOperator);
    }
    Ok(())
}

/// Whether the account may be changed so: shutting out and demoting need what deleting needs.
pub fn may_change(standing: &Standing, wanted: &ServerUserChange) -> Result<(), ErrorCode> {
    let shuts_out = wanted.disabled == Some(true) && !standing.disabled;
    let demotes = wanted.is_operator == Some(false) && standing.operator;
    if shuts_out || demotes {
        may_delete(standing)
    } else {
        Ok(())
    }
}

/// What stands for a deleted account: the end of its id, which is random, tells one from the other.
pub fn pseudonym(user: UserId) -> Result<Name, String> {
    let id = user.to_string();
    let end: String = id.chars().skip(id.len().saturating_sub(8)).collect();
    format!("Deleted user {end}").parse()
}

/// The address of a deleted account. No mail can reach a name below `.invalid`, and nobody signs in with it.
pub fn address(user: UserId) -> Result<Email, String> {
    format!("deleted-{user}@deleted.invalid").parse()
}

/// Whom a workspace goes to, the best first: whether they must be able to sign in, and with which role.
pub const SUCCESSION: [(bool, Role); 4] = [
    (true, Role::Admin),
    (true, Role::User),
    (false, Role::Admin),
    (false, Role::User),
];

/// What a workspace is to one of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// Their personal one.
    Personal,
    /// One that they own.
    Owned,
    /// One of somebody else.
    Joined,
}

/// Who is in a workspace besides one of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Nobody.
    None,
    /// Somebody, and no administrator.
    Members,
    /// An administrator.
    Admin,
}

/// What becomes of a workspace when one of its members is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parting {
    /// The membership ends, nothing else.
    Leave,
    /// The first in the succession becomes an administrator: there is no other.
    Promote,
    /// The first in the succession owns and administers it. A personal one becomes an ordinary one.
    HandOver,
    /// It goes too: nobody is in it.
    Delete,
}

/// What becomes of a workspace when one of its members is deleted.
#[must_use]
pub fn parting(tie: Tie, others: Others) -> Parting {
    match (tie, others) {
        (Tie::Personal | Tie::Owned, Others::Members | Others::Admin) => Parting::HandOver,
        (Tie::Owned, Others::None) => Parting::Delete,
        (Tie::Joined, Others::Members) => Parting::Promote,
        (Tie::Personal, Others::None) | (Tie::Joined, Others::None | Others::Admin) => Parting::Leave,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator() -> Standing {
        Standing {
            own: false,
            operator: true,
            disabled: false,
            other_operators: 1,
        }
    }

    #[test]
    fn nobody_shuts_themselves_out_and_the_last_operator_stays() {
        let own = Standing {
            own: true,
            ..operator()
        };
        let last = Standing {
            other_operators: 0,
            ..operator()
        };
        let disable = ServerUserChange {
            disabled: Some(true),
            ..ServerUserChange::default()
        };
        let demote = ServerUserChange {
            is_operator: Some(false),
            ..ServerUserChange::default()
        };
        for change in [&disable, &demote] {
            assert_eq!(may_change(&operator(), change), Ok(()));
            assert_eq!(may_change(&own, change), Err(ErrorCode::NotYourself));
            assert_eq!(may_change(&last, change), Err(ErrorCode::LastOperator));
        }
        assert_eq!(may_delete(&own), Err(ErrorCode::NotYourself));
        assert_eq!(may_delete(&last), Err(ErrorCode::LastOperator));
        let harmless = ServerUserChange {
            disabled: Some(false),
            must_change_password: Some(true),
            is_operator: Some(true),
        };
        assert_eq!(may_change(&own, &harmless), Ok(()));
        assert_eq!(may_change(&last, &harmless), Ok(()));
        let disabled = Standing {
            disabled: true,
            ..last
        };
        assert_eq!(may_delete(&disabled), Ok(()), "a disabled one does not count");
    }

    #[test]
    fn what_stands_for_a_deleted_account_comes_from_its_id_alone() {
        let user: UserId = "0190a0b0c0d070008000000012343f9a".parse().unwrap();
        assert_eq!(pseudonym(user).unwrap().as_str(), "Deleted user 12343f9a");
        let address = address(user).unwrap();
        assert_eq!(
            address.as_str(),
            "deleted-0190a0b0c0d070008000000012343f9a@deleted.invalid"
        );
    }

    #[test]
    fn a_workspace_keeps_an_owner_and_an_administrator_or_goes() {
        assert_eq!(parting(Tie::Owned, Others::Admin), Parting::HandOver);
        assert_eq!(parting(Tie::Owned, Others::Members), Parting::HandOver);
        assert_eq!(parting(Tie::Owned, Others::None), Parting::Delete);
        assert_eq!(parting(Tie::Personal, Others::None), Parting::Leave);
        assert_eq!(parting(Tie::Personal, Others::Members), Parting::HandOver);
        assert_eq!(parting(Tie::Joined, Others::Admin), Parting::Leave);
        assert_eq!(parting(Tie::Joined, Others::Members), Parting::Promote);
        assert_eq!(parting(Tie::Joined, Others::None), Parting::Leave);
    }
}
