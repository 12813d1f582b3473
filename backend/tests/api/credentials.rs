//! App credentials, through HTTP.
