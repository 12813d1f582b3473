//! What must be sent again when an entry changes, and which entry is for an object. What an entry may say is said in `shared`.

use shared::{
    account::Preferences,
    error::FieldError,
    preferences::Known,
    storage::{
        StorageEntryChange, StorageProvider,
        entry::{self, Shape},
    },
};

use super::{
    address::{AZURE, Address, GOOGLE, Place},
    signing::Access,
};

/// The most entries of one account.
pub const MOST_ENTRIES: i64 = 100;

/// What becomes of an entry's secret or token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It stays as it is.
    AsItWas,
    /// There is none any more.
    Gone,
    /// The one that was sent takes its place.
    Replaced,
}

/// What an entry becomes, and what becomes of its secret and its token. A secret stays with the storage, key and host that it
/// was given for: whoever gets hold of a browser cannot have it sent elsewhere.
pub fn changed(before: &Shape, change: &StorageEntryChange) -> Result<(Shape, Kept, Kept), Vec<FieldError>> {
    let wanted = change.clone();
    let shape = Shape {
        provider: wanted.provider.unwrap_or(before.provider),
        bucket: wanted.bucket.unwrap_or_else(|| before.bucket.clone()),
        key: wanted.key.unwrap_or_else(|| before.key.clone()),
        region: wanted.region.unwrap_or_else(|| before.region.clone()),
        host: wanted.host.unwrap_or_else(|| before.host.clone()),
    };
    let token = change.token.as_ref();
    let shape = shape.checked(change.secret.as_ref(), token.and_then(Option::as_ref))?;
    let is_elsewhere =
        (shape.provider, &shape.key, &shape.host) != (before.provider, &before.key, &before.host);
    if is_elsewhere && change.secret.is_none() {
        let why = "Send the secret again: it was given for another provider, key or host.";
        return Err(vec![entry::field("secret", why)]);
    }
    let secret = change
        .secret
        .as_ref()
        .map_or(Kept::AsItWas, |_sent| Kept::Replaced);
    let token = match token {
        Some(Some(_sent)) => Kept::Replaced,
        Some(None) => Kept::Gone,
        None if is_elsewhere => Kept::Gone,
        None => Kept::AsItWas,
    };
    Ok((shape, secret, token))
}

/// Whether a member's preferences say that scripts in objects are blocked, which they are unless somebody said otherwise.
#[must_use]
pub fn blocks_scripts(preferences: Option<&str>) -> bool {
    let chosen = preferences.and_then(|text| serde_json::from_str::<Preferences>(text).ok());
    chosen.is_none_or(|chosen| Known::from(&chosen).block_scripts)
}

/// The first entry for one of these addresses, and which address it is: with `exactly` one for its bucket, else one for every
/// bucket, and then one for a host of its own before one for a provider.
#[must_use]
pub fn find<'a>(entries: &[Access], addresses: &'a [Address], exactly: bool) -> Option<(usize, &'a Address)> {
    let for_one = |address: &'a Address| {
        let at = entries.iter().position(|access| {
            let bucket = if exactly { address.bucket.as_str() } else { "" };
            access.bucket == bucket && is_for(access, address)
        });
        at.map(|at| (at, address))
    };
    let is_host = |address: &&Address| matches!(address.place, Place::Host { .. } | Place::AzureHost { .. });
    if exactly {
        return addresses.iter().find_map(for_one);
    }
    let (hosts, providers): (Vec<_>, Vec<_>) = addresses.iter().partition(is_host);
    hosts.into_iter().chain(providers).find_map(for_one)
}

/// Whether an entry is for the storage that an object is in.
fn is_for(access: &Access, address: &Address) -> bool {
    let is_azure = access.provider == StorageProvider::Azure;
    match &address.place {
        Place::Amazon => {
            access.provider == StorageProvider::S3
                && access.host.as_deref().is_none_or(super::address::is_amazon)
        }
        // Whoever wrote the provider's own host into the entry means the same.
        Place::Google => {
            access.provider == StorageProvider::Gcs && access.host() == ("https", GOOGLE.to_owned())
        }
        Place::Azure { account } => {
            is_azure && access.key == *account && access.host() == ("https", format!("{account}{AZURE}"))
        }
        Place::Host { host, port } => !is_azure && is_at(access, host, *port),
        Place::AzureHost { account, host, port } => {
            is_azure && access.key == *account && is_at(access, host, *port)
        }
    }
}

/// Whether an entry's own host is this one. An address without a port is of the usual one.
fn is_at(access: &Access, host: &str, port: Option<u16>) -> bool {
    if access.host.is_none() {
        return false;
    }
    let (scheme, own) = access.host();
    let Ok(url) = url::Url::parse(&format!("{scheme}://{own}/")) else {
        return false;
    };
    let usual = if scheme == "http" { 80 } else { 443 };
    url.host_str() == Some(host) && url.port_or_known_default() == Some(port.unwrap_or(usual))
}

#[cfg(test)]
mod tests;
