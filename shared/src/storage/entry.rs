//! What an entry of cloud storage access may say, one's own or one in a vault.

use super::{NewStorageEntry, StorageProvider};
use crate::{error::FieldError, text::SecretText};

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

impl NewStorageEntry {
    /// The entry without its secrets, if everything in it is right, the secrets too; or all that is not.
    pub fn checked(&self) -> Result<Shape, Vec<FieldError>> {
        let shape = Shape {
            provider: self.provider,
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            region: self.region.clone(),
            host: self.host.clone(),
        };
        shape.checked(Some(&self.secret), self.token.as_ref())
    }
}

impl Shape {
    /// The shape in the form in which it is stored, or everything that is wrong with it and with what was sent as its secret and token.
    pub fn checked(
        self,
        secret: Option<&SecretText>,
        token: Option<&SecretText>,
    ) -> Result<Self, Vec<FieldError>> {
        let shape = self;
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
}

/// Whether an Azure secret is a shared access signature, with or without what stands before it in an address.
#[must_use]
pub fn is_shared_signature(secret: &str) -> bool {
    shared_signature(secret)
        .split('&')
        .any(|pair| pair.starts_with("sig="))
}

/// A shared access signature without what stands before it in an address.
#[must_use]
pub fn shared_signature(secret: &str) -> &str {
    secret.split_once('?').map_or(secret, |(_, query)| query)
}

/// What is wrong with one field of an entry.
#[must_use]
pub fn field(name: &str, why: &str) -> FieldError {
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

#[cfg(test)]
mod tests;
