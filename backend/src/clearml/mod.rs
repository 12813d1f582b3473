//! The `ClearML` wire: the door for unmodified SDKs and agents.
