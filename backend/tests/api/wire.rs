//! The `ClearML` wire, as unmodified clients speak it.
