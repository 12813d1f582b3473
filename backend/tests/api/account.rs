//! One's own account, through HTTP.
