//! Signing in and out, tokens, forgotten passwords, and the list of one's browsers.

use crate::http::Mount;

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    Vec::new()
}
