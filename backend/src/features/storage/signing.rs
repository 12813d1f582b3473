//! Signed addresses: what a storage lets in for a short time without the secret that made it. Everything that the server asks
//! a storage goes by one, so that there is one way to sign, and no header that could leak.

mod azure;
mod s3;

use chrono::NaiveDateTime;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrets::secret::Secret;
use sha2::Sha256;
use shared::storage::{
    StorageProvider,
    entry::{is_shared_signature, shared_signature},
};
use url::Url;

use super::address::{AZURE, GOOGLE};

/// A storage with the key to it, in the clear: lives as long as one call.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose protocol.
    pub provider: StorageProvider,
    /// Bucket or container; empty for every one.
    pub bucket: String,
    /// Access key, or the name of an Azure account.
    pub key: String,
    /// Secret key, account key or shared access signature.
    pub secret: Secret,
    /// Session token.
    pub token: Option<Secret>,
    /// Region.
    pub region: Option<String>,
    /// Host with port, with `http://` before it where there is no TLS.
    pub host: Option<String>,
}

/// What of a storage is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The first of its buckets.
    Buckets,
    /// The first object of a bucket.
    Bucket(&'a str),
    /// One object of a bucket.
    Object(&'a str, &'a str),
}

/// How the storage is to answer with an object, whatever is stored with it.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Its media type.
    pub media: &'a str,
    /// Its `Content-Disposition`.
    pub disposition: &'a str,
}

/// A method that is signed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Reads what there is to know.
    Head,
}

/// Why nothing could be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// The secret is neither an account key nor a shared access signature.
    Secret,
    /// The object has a name that addresses cannot say: browsers change it.
    Name,
}

impl Access {
    /// Scheme and host with port, as they stand in addresses.
    #[must_use]
    pub fn host(&self) -> (&'static str, String) {
        let named = self.host.as_deref().filter(|host| !host.is_empty());
        if let Some(host) = named {
            return match host.strip_prefix("http://") {
                Some(host) => ("http", host.to_owned()),
                None => ("https", host.strip_prefix("https://").unwrap_or(host).to_owned()),
            };
        }
        let host = match self.provider {
            StorageProvider::S3 => {
                let region = self.region();
                let china = if region.starts_with("cn-") { ".cn" } else { "" };
                format!("s3.{region}.amazonaws.com{china}")
            }
            StorageProvider::Gcs => GOOGLE.to_owned(),
            StorageProvider::Azure => format!("{}{AZURE}", self.key),
        };
        ("https", host)
    }

    /// The region that signatures are for.
    #[must_use]
    pub fn region(&self) -> &str {
        let unsaid = match self.provider {
            StorageProvider::Gcs => "auto",
            StorageProvider::S3 | StorageProvider::Azure => "us-east-1",
        };
        self.region
            .as_deref()
            .filter(|region| !region.is_empty())
            .unwrap_or(unsaid)
    }

    /// Whether the secret is a shared access signature. It is itself what would have to be handed out.
    #[must_use]
    pub fn has_shared_signature(&self) -> bool {
        self.provider == StorageProvider::Azure && is_shared_signature(self.secret.expose())
    }

    /// An address that lets in from `now` on for so many seconds.
    pub fn sign(
        &self,
        verb: Verb,
        target: Target<'_>,
        form: Option<Form<'_>>,
        now: NaiveDateTime,
        seconds: u32,
    ) -> Result<Url, Unsigned> {
        let text = match self.provider {
            StorageProvider::S3 | StorageProvider::Gcs => s3::sign(self, verb, target, form, now, seconds),
            StorageProvider::Azure => azure::sign(self, target, form, now, seconds)?,
        };
        // What the parser writes otherwise, such as `..`, is not what was signed.
        Url::parse(&text)
            .ok()
            .filter(|url| url.as_str() == text)
            .ok_or(Unsigned::Name)
    }
}

/// The last moment of a shared access signature, if it says one.
#[must_use]
pub fn end_of_shared_signature(secret: &str) -> Option<NaiveDateTime> {
    let pairs = url::form_urlencoded::parse(shared_signature(secret).as_bytes());
    let end = pairs.into_iter().find(|(name, _)| name == "se")?.1.into_owned();
    let full = chrono::DateTime::parse_from_rfc3339(&end).map(|time| time.naive_utc());
    let minutes = || NaiveDateTime::parse_from_str(&end, "%Y-%m-%dT%H:%MZ");
    let day = || format!("{end}T00:00:00Z").parse::<chrono::DateTime<chrono::Utc>>();
    full.ok()
        .or_else(|| minutes().ok())
        .or_else(|| day().ok().map(|time| time.naive_utc()))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length is one.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Everything but letters, digits and `-._~` as `%XX`, and slashes too if they mean nothing here.
fn escaped(text: &str, slashes: Slashes) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if slashes == Slashes::Part => out.push('/'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// What slashes are in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slashes {
    /// They part it.
    Part,
    /// Letters like others.
    Letters,
}

/// `a=b&c=d`, each name and value escaped.
fn query(pairs: &[(&str, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| {
        format!(
            "{}={}",
            escaped(name, Slashes::Letters),
            escaped(value, Slashes::Letters)
        )
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests;
