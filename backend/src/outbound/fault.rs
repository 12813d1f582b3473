//! Why another host gave no answer.

use std::{error::Error, io};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Its address is not one of the public internet, and the settings do not allow it.
    #[error("the address is private")]
    Private,
    /// Nobody knows its name.
    #[error("the name does not resolve")]
    NoSuchName,
    /// Nothing answers there.
    #[error("the host does not answer")]
    Unreachable,
    /// It could not prove who it is, or speaks no TLS that is safe.
    #[error("no TLS connection")]
    Tls,
    /// It took too long.
    #[error("no answer in time")]
    TimedOut,
    /// What it answered is no HTTP, or was cut off.
    #[error("the answer cannot be read")]
    Unreadable,
    /// This server asks as much as it may already.
    #[error("too many requests are under way")]
    Busy,
}

/// A name led to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not public")]
pub(super) struct Closed;

/// A name led nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name does not resolve")]
pub(super) struct NoSuchName;

impl Fault {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if let Some(known) = causes(error).find_map(known) {
            return known;
        }
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::Unreachable
        } else {
            Self::Unreadable
        }
    }
}

fn known(cause: &(dyn Error + 'static)) -> Option<Fault> {
    if cause.is::<Closed>() {
        return Some(Fault::Private);
    }
    if cause.is::<NoSuchName>() {
        return Some(Fault::NoSuchName);
    }
    if cause.is::<rustls::Error>() {
        return Some(Fault::Tls);
    }
    // An error of input and output is not in the chain of what it wraps.
    let wrapped = cause.downcast_ref::<io::Error>()?.get_ref()?;
    causes(wrapped).find_map(known)
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
