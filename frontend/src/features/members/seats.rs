//! How many seats a workspace has, and what to say when all are taken (R059, R060, R069, R156).

use shared::error::ErrorCode;

/// "2 of 10 users", or "2 users" without a limit.
pub fn users(members: u64, max: Option<u32>) -> String {
    let word = if max.map_or(members, u64::from) == 1 {
        "user"
    } else {
        "users"
    };
    match max {
        Some(max) => format!("{members} of {max} {word}"),
        None => format!("{members} {word}"),
    }
}

/// Why nobody can be invited, if so: members and open invitations take all seats.
pub fn why_full(members: u64, open_invitations: u64, max: Option<u32>) -> Option<String> {
    let max = u64::from(max?);
    (members + open_invitations >= max).then(|| ErrorCode::SeatsTaken.title().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r156_users_are_counted_against_the_seats() {
        assert_eq!(users(2, Some(10)), "2 of 10 users");
        assert_eq!(users(1, Some(1)), "1 of 1 user");
        assert_eq!(users(1, None), "1 user");
        assert_eq!(users(40, None), "40 users");
    }

    #[test]
    fn r059_r060_open_invitations_take_seats_and_without_a_limit_there_is_always_one() {
        assert!(why_full(2, 0, Some(3)).is_none());
        assert!(why_full(2, 1, Some(3)).is_some());
        assert!(why_full(4, 0, Some(3)).is_some());
        assert!(why_full(40_000, 9, None).is_none());
    }
}
