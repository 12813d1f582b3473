//! What is said about a server, so that none can be told from another.

use shared::{setup::Hosting, usage_data::UsageDataReport};

/// What was counted of a server.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// What an operator chose.
    pub is_sent: Option<bool>,
    /// For whom it is.
    pub hosting: Hosting,
    /// Whether its database is embedded.
    pub is_embedded: bool,
    /// Accounts.
    pub accounts: i64,
    /// Workspaces.
    pub workspaces: i64,
    /// Key pairs that are not revoked.
    pub keys: i64,
}

/// All that is sent.
#[must_use]
pub fn report(counted: &Counted) -> UsageDataReport {
    UsageDataReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: if counted.is_embedded {
            "sqlite"
        } else {
            "postgresql"
        }
        .to_owned(),
        hosting: counted.hosting.as_str().to_owned(),
        accounts: size(counted.accounts),
        workspaces: size(counted.workspaces),
        keys: size(counted.keys),
    }
}

/// A number as a power of ten.
fn size(number: i64) -> String {
    if number <= 10 {
        return "up to 10".to_owned();
    }
    let (mut above, mut upto) = (10_i64, 100_i64);
    while number > upto {
        (above, upto) = (upto, upto.saturating_mul(10));
    }
    format!("{} to {upto}", above + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r017_sizes_are_powers_of_ten() {
        for (number, expected) in [
            (0, "up to 10"),
            (10, "up to 10"),
            (11, "11 to 100"),
            (100, "11 to 100"),
            (101, "101 to 1000"),
            (99_999, "10001 to 100000"),
            (i64::MAX, "1000000000000000001 to 9223372036854775807"),
        ] {
            assert_eq!(size(number), expected);
        }
    }
}
