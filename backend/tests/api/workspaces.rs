//! Workspaces and who is in them, through HTTP.
