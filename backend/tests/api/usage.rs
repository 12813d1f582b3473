//! What a workspace uses, through HTTP.
