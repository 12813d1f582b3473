//! First run: the first administrator.

use crate::http::Mount;

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    Vec::new()
}
