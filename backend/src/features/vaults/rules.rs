//! Decisions about vaults: who may see or change which, and how much may be kept.

use shared::{error::ErrorCode, vaults::MOST_BYTES};

use crate::error::AppError;

/// Administrators' vaults in one workspace.
pub const MOST_VAULTS: i64 = 20_000;
/// Bytes in all administrators' vaults of one workspace: a client may get them all at once.
pub const MOST_BYTES_IN_ALL: i64 = 64 * 1024 * 1024;
/// Saves that are kept of a vault: the oldest go.
pub const MOST_VERSIONS: i64 = 1_000;
/// Bytes in all saves of one vault, beside the newest: the oldest go.
pub const MOST_BYTES_IN_VERSIONS: i64 = 64 * 1024 * 1024;
/// What a personal vault is called.
pub const PERSONAL_NAME: &str = "Personal vault";

/// What somebody may do with a vault that they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Read what is in it now.
    Reads,
    /// Also change it, and read what was in it.
    Changes,
}

/// Whose a vault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The personal one of the one who asks.
    Own,
    /// The personal one of somebody else.
    SomebodyElses,
    /// The administrators'.
    Administrators,
}

/// How a vault stands to the one who asks.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Whose it is.
    pub whose: Whose,
    /// Whether they write vaults for groups.
    pub manages: bool,
    /// Whether it is active and for a group that they are in.
    pub applies: bool,
}

/// What the one who asks may do. What one may not see is not there.
pub fn sight(standing: Standing) -> Result<Sight, ErrorCode> {
    match (standing.whose, standing.manages, standing.applies) {
        (Whose::Own, ..) | (Whose::Administrators, true, _) => Ok(Sight::Changes),
        (Whose::Administrators, false, true) => Ok(Sight::Reads),
        (Whose::SomebodyElses, ..) | (Whose::Administrators, false, false) => Err(ErrorCode::NotFound),
    }
}

/// Refuses whoever may only read.
pub fn check_changes(sight: Sight) -> Result<(), ErrorCode> {
    match sight {
        Sight::Changes => Ok(()),
        Sight::Reads => Err(ErrorCode::Forbidden),
    }
}

/// Refuses a content that is too long.
pub fn check_length(content: &str) -> Result<(), AppError> {
    if content.len() <= MOST_BYTES {
        return Ok(());
    }
    let detail = "A vault holds at most 1 MiB. Shorten it, or split it into several vaults.";
    Err(AppError::field("/content", detail))
}

/// Refuses a format without the content that is written in it.
pub fn check_format(has_format: bool, has_content: bool) -> Result<(), AppError> {
    if has_format && !has_content {
        let detail = "Send the content as well, written in this format.";
        return Err(AppError::field("/format", detail));
    }
    Ok(())
}

/// Refuses one more vault, or more in one, than a workspace may have. Both are what there would be.
pub fn check_room(vaults: i64, bytes: i64) -> Result<(), ErrorCode> {
    if vaults > MOST_VAULTS || bytes > MOST_BYTES_IN_ALL {
        return Err(ErrorCode::VaultsFull);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(whose: Whose, manages: bool, applies: bool) -> Result<Sight, ErrorCode> {
        sight(Standing {
            whose,
            manages,
            applies,
        })
    }

    #[test]
    fn nobody_sees_the_personal_vault_of_another() {
        for manages in [false, true] {
            for applies in [false, true] {
                assert_eq!(
                    seen(Whose::SomebodyElses, manages, applies),
                    Err(ErrorCode::NotFound)
                );
                assert_eq!(seen(Whose::Own, manages, applies), Ok(Sight::Changes));
            }
        }
    }

    #[test]
    fn r163_a_vault_of_administrators_is_read_where_it_applies_and_changed_by_those_who_manage() {
        assert_eq!(
            seen(Whose::Administrators, false, false),
            Err(ErrorCode::NotFound)
        );
        assert_eq!(seen(Whose::Administrators, false, true), Ok(Sight::Reads));
        assert_eq!(seen(Whose::Administrators, true, false), Ok(Sight::Changes));
        assert_eq!(seen(Whose::Administrators, true, true), Ok(Sight::Changes));
        assert_eq!(check_changes(Sight::Reads), Err(ErrorCode::Forbidden));
        assert_eq!(check_changes(Sight::Changes), Ok(()));
    }

    #[test]
    fn a_content_has_at_most_a_mebibyte_and_a_workspace_has_an_end() {
        assert!(check_length(&"x".repeat(MOST_BYTES)).is_ok());
        assert!(check_length(&"x".repeat(MOST_BYTES + 1)).is_err());
        assert_eq!(check_room(MOST_VAULTS, MOST_BYTES_IN_ALL), Ok(()));
        assert_eq!(check_room(MOST_VAULTS + 1, 0), Err(ErrorCode::VaultsFull));
        assert_eq!(check_room(1, MOST_BYTES_IN_ALL + 1), Err(ErrorCode::VaultsFull));
        assert!(check_format(true, false).is_err() && check_format(true, true).is_ok());
    }
}
