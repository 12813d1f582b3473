//! What an entry may say, what must be sent again when it changes, and which entry is for an object.

use shared::{
    error::FieldError,
    storage::{NewStorageEntry, StorageEntryChange, StorageProvider},
    text::SecretText,
};

use super::{
    address::{AZURE, Address, GOOGLE, Place},
    signing::{Access, is_shared_signature},
};

/// The most entries of one account.
pub const MOST_ENTRIES: i64 = 100;

const LONGEST_KEY: usize = 256;
const LONGEST_SECRET: usize = 4096;
const LONGEST_TOKEN: usize = 8192;
const LONGEST_HOST: usize = 255;

/// An entry without its secrets, each part in the one form in which it is stored and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Whose protocol.
    pub provider: StorageProvider,
    /// Bucket or container; empty for every one.
    pub bucket: String,
    /// Access key, or the name of an Azure account.
    pub key: String,
    /// Region.
    pub region: Option<String>,
    /// Host with its port unless that is the usual one, with `http://` before it where there is no TLS.
    pub host: Option<String>,
}

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

/// A new entry, if everything in it is right.
pub fn new_entry(wanted: &NewStorageEntry) -> Result<Shape, Vec<FieldError>> {
    let shape = Shape {
        provider: wanted.provider,
        bucket: wanted.bucket.clone(),
        key: wanted.key.clone(),
        region: wanted.region.clone(),
        host: wanted.host.clone(),
    };
    checked(shape, Some(&wanted.secret), wanted.token.as_ref())
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
    let shape = checked(shape, change.secret.as_ref(), token.and_then(Option::as_ref))?;
    let is_elsewhere =
        (shape.provider, &shape.key, &shape.host) != (before.provider, &before.key, &before.host);
    if is_elsewhere && change.secret.is_none() {
        let why = "Send the secret again: it was given for another provider, key or host.";
        return Err(vec![field("secret", why)]);
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

fn checked(
    shape: Shape,
    secret: Option<&SecretText>,
    token: Option<&SecretText>,
) -> Result<Shape, Vec<FieldError>> {
    let mut faults = Vec::new();
    let provider = shape.provider;
    let mut fault = |pointer: &str, why: Option<&str>| faults.extend(why.map(|why| field(pointer, why)));
    fault("bucket", bucket_fault(provider, &shape.bucket));
    fault("key", key_fault(provider, &shape.key));
    fault(
        "secret",
        secret.and_then(|secret| secret_fault(provider, secret.expose())),
    );
    fault(
        "token",
        token.and_then(|token| token_fault(provider, token.expose())),
    );
    let region = shape.region.filter(|region| !region.is_empty());
    fault("region", region.as_deref().and_then(region_fault));
    let host = match shape.host.filter(|host| !host.is_empty()).as_deref().map(host) {
        None => None,
        Some(Ok(host)) => Some(host),
        Some(Err(why)) => {
            fault("host", Some(why));
            None
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Shape {
        region,
        host,
        ..shape
    })
}

fn field(name: &str, why: &str) -> FieldError {
    FieldError {
        pointer: format!("/{name}"),
        detail: why.to_owned(),
    }
}

fn bucket_fault(provider: StorageProvider, bucket: &str) -> Option<&'static str> {
    if bucket.is_empty()
        || (provider == StorageProvider::Azure && matches!(bucket, "$root" | "$web" | "$logs"))
    {
        return None;
    }
    let ends_well = |c: char| c.is_ascii_alphanumeric();
    let framed = bucket.starts_with(ends_well) && bucket.ends_with(ends_well);
    let only = |more: &str| {
        bucket
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(c))
    };
    let (good, why) = match provider {
        // Old buckets and those of other makers have letters that Amazon gives no more.
        StorageProvider::S3 => (
            (3..=255).contains(&bucket.len())
                && bucket
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)),
            "A bucket's name has 3 to 255 letters, digits, dots, hyphens or underscores, with a letter or digit at \
             each end. Leave out `s3://` and the path.",
        ),
        StorageProvider::Azure => (
            (3..=63).contains(&bucket.len()) && only("-") && !bucket.contains("--"),
            "A container's name has 3 to 63 small letters, digits or single hyphens, with a letter or digit at each end.",
        ),
        StorageProvider::Gcs => (
            (3..=222).contains(&bucket.len()) && only(".-_"),
            "A bucket's name has 3 to 222 small letters, digits, dots, hyphens or underscores, with a letter or digit \
             at each end. Leave out `gs://` and the path.",
        ),
    };
    (!(good && framed && !bucket.contains(".."))).then_some(why)
}

fn key_fault(provider: StorageProvider, key: &str) -> Option<&'static str> {
    if provider == StorageProvider::Azure {
        let good = (3..=24).contains(&key.len())
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        return (!good)
            .then_some("The key is the name of a storage account: 3 to 24 small letters and digits.");
    }
    let good = !key.is_empty() && key.len() <= LONGEST_KEY && key.bytes().all(|b| b.is_ascii_graphic());
    (!good).then_some("Give the access key: letters, digits and signs without spaces, 256 at most.")
}

fn secret_fault(provider: StorageProvider, secret: &str) -> Option<&'static str> {
    if secret.is_empty() || secret.len() > LONGEST_SECRET || !secret.bytes().all(|b| b.is_ascii_graphic()) {
        return Some("Give the secret: letters, digits and signs without spaces, 4096 at most.");
    }
    if provider == StorageProvider::Azure && !is_shared_signature(secret) && !is_account_key(secret) {
        return Some("This is neither an account key nor a shared access signature (`sv=...&sig=...`).");
    }
    None
}

/// Azure's account keys are 64 bytes in base64.
fn is_account_key(secret: &str) -> bool {
    let letters = secret.trim_end_matches('=');
    (80..=90).contains(&secret.len())
        && letters
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+/".contains(&b))
}

fn token_fault(provider: StorageProvider, token: &str) -> Option<&'static str> {
    if provider != StorageProvider::S3 {
        return Some("Only S3 has session tokens. Leave this empty.");
    }
    let good =
        !token.is_empty() && token.len() <= LONGEST_TOKEN && token.bytes().all(|b| b.is_ascii_graphic());
    (!good).then_some("A session token has letters, digits and signs without spaces, 8192 at most.")
}

fn region_fault(region: &str) -> Option<&'static str> {
    let good = region.len() <= 32
        && region.starts_with(|c: char| c.is_ascii_alphanumeric())
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (!good).then_some("A region is like `eu-central-1`: small letters, digits and hyphens, 32 at most.")
}

/// A host in the one form in which it is stored.
fn host(text: &str) -> Result<String, &'static str> {
    const WHY: &str = "A host is like `minio.example.com:9000`, with `http://` before it where there is no TLS, and without \
                       path, name or password.";
    let text = text.to_ascii_lowercase();
    let (scheme, rest) = match text.split_once("://") {
        None => ("https", text.as_str()),
        Some(("https", rest)) => ("https", rest),
        Some(("http", rest)) => ("http", rest),
        Some(_) => return Err(WHY),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if rest.is_empty() || rest.len() > LONGEST_HOST || !rest.chars().all(plain) {
        return Err(WHY);
    }
    let url = url::Url::parse(&format!("{scheme}://{rest}/")).map_err(|_bad| WHY)?;
    let name = url.host_str().filter(|name| !name.is_empty()).ok_or(WHY)?;
    let before = if scheme == "http" { "http://" } else { "" };
    Ok(match url.port() {
        Some(0) => return Err(WHY),
        Some(port) => format!("{before}{name}:{port}"),
        None => format!("{before}{name}"),
    })
}

/// Whether a member's preferences say that scripts in objects are blocked, which they are unless somebody said otherwise.
#[must_use]
pub fn blocks_scripts(preferences: Option<&str>) -> bool {
    let chosen = preferences.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    chosen
        .and_then(|chosen| chosen.get("block_scripts")?.as_bool())
        .unwrap_or(true)
}

/// The entry that an object is read with: one for its bucket before one for every bucket, and else the first.
#[must_use]
pub fn best<'a, 'b>(entries: &'a [Access], addresses: &'b [Address]) -> Option<(&'a Access, &'b Address)> {
    let fits = |address: &'b Address, exactly: bool| {
        entries
            .iter()
            .filter(move |access| {
                if exactly {
                    access.bucket == address.bucket
                } else {
                    access.bucket.is_empty()
                }
            })
            .find(|access| is_for(access, address))
            .map(|access| (access, address))
    };
    [true, false]
        .into_iter()
        .find_map(|exactly| addresses.iter().find_map(|address| fits(address, exactly)))
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
