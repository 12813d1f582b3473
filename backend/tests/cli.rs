//! The real binary, started as an operator starts it: what stops the start, what the start prints and makes, and how
//! it ends.

// `cfg(test)` tells the linter that these are tests throughout.
#[cfg(test)]
mod cli {
    mod commands;
    mod keys;
    mod process;
    mod refusals;
    mod running;
    mod secrecy;
}
