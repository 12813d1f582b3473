//! What is wrong with a text and where: one fault, the first that stops its reading. What is merely odd about a text that
//! can be read is a finding of `lint`.

/// The largest text that is read, in bytes: 1 MiB.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Why a text cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FaultKind {
    /// The grammar does not allow it.
    Syntax,
    /// Things are put together that do not fit, for example a list and a text.
    Mismatch,
    /// A substitution leads nowhere or in a circle.
    Substitution,
    /// It is larger, deeper or grows more than is read.
    Limit,
    /// It can be read, but not be said to clients.
    Unsayable,
}

/// The first thing that stops the reading of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fault {
    /// The kind of trouble.
    pub kind: FaultKind,
    /// The line, from 1.
    pub line: u32,
    /// The column in Unicode scalar values, from 1.
    pub column: u32,
    /// A sentence that says what to do. It never quotes values, which may be secret; keys it may name.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

impl std::error::Error for Fault {}

/// A fault while its place still is an offset.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) kind: FaultKind,
    /// Scalar values from the start of the expanded text.
    pub(crate) at: usize,
    pub(crate) message: String,
}

impl Stop {
    pub(crate) fn new(kind: FaultKind, at: usize, message: impl Into<String>) -> Self {
        Self {
            kind,
            at,
            message: message.into(),
        }
    }

    pub(crate) fn syntax(at: usize, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Syntax, at, message)
    }

    pub(crate) fn limit(at: usize, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Limit, at, message)
    }

    pub(crate) fn substitution(at: usize, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Substitution, at, message)
    }
}
