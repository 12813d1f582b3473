//! What anybody may know of the server.

use crate::http::Mount;

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    Vec::new()
}
