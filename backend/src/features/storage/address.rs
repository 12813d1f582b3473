//! Where an object is, in the forms in which clients write it.

use url::Url;

const FORMS: &str = "This is no address of an object. Write it like `s3://bucket/path`, `s3://host:port/bucket/path`, \
                     `gs://bucket/path` or `azure://account.blob.core.windows.net/container/path`.";
const LONGEST_KEY: usize = 1024;
const LONGEST: usize = 8192;
/// How the hosts of Azure Blob Storage end, behind the account.
pub const AZURE: &str = ".blob.core.windows.net";
/// The host of Google Cloud Storage.
pub const GOOGLE: &str = "storage.googleapis.com";

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// In which storage.
    pub place: Place,
    /// Bucket or container.
    pub bucket: String,
    /// The object's name, as it may be meant: clients escape some names and not others.
    pub keys: Vec<String>,
}

/// A storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Amazon S3.
    Amazon,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure {
        /// The account.
        account: String,
    },
    /// Another host with S3's protocol.
    Host {
        /// Its name.
        host: String,
        /// Its port, if one was said.
        port: Option<u16>,
    },
    /// Another host with Azure's protocol.
    AzureHost {
        /// The account.
        account: String,
        /// Its name.
        host: String,
        /// Its port, if one was said.
        port: Option<u16>,
    },
}

/// What an address may mean, the likeliest first; never nothing.
pub fn read(text: &str) -> Result<Vec<Address>, &'static str> {
    let bad = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.len() > LONGEST || text.contains(bad) {
        return Err(FORMS);
    }
    let (scheme, rest) = text.split_once("://").ok_or(FORMS)?;
    let scheme = scheme.to_ascii_lowercase();
    let found: Vec<Address> = match scheme.as_str() {
        "s3" => s3(rest),
        "gs" => {
            let (bucket, key) = parted(rest)?;
            vec![Address::new(Place::Google, bucket, key)]
        }
        "azure" => {
            let (authority, path) = parted(rest)?;
            azure(&server(authority)?, path)
        }
        "http" | "https" => web(text)?,
        _ => return Err(FORMS),
    };
    let found: Vec<Address> = found.into_iter().filter(Address::is_whole).collect();
    if found.is_empty() {
        return Err(FORMS);
    }
    Ok(found)
}

impl Address {
    fn new(place: Place, bucket: &str, key: &str) -> Self {
        let mut keys = Vec::new();
        // Of samples the path is escaped, of artifacts it is not.
        keys.extend(unescaped(key).filter(|plain| plain != key && !plain.contains(char::is_control)));
        keys.push(key.to_owned());
        Self {
            place,
            bucket: bucket.to_owned(),
            keys,
        }
    }

    fn is_whole(&self) -> bool {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-$".contains(c);
        !self.bucket.is_empty()
            && self.bucket.chars().all(is_name)
            && self
                .keys
                .iter()
                .all(|key| !key.is_empty() && key.len() <= LONGEST_KEY)
    }

    /// The object's name without the folders before it.
    #[must_use]
    pub fn name(&self) -> &str {
        let key = self.keys.first().map(String::as_str).unwrap_or_default();
        key.rsplit('/').find(|part| !part.is_empty()).unwrap_or(key)
    }
}

/// Whether a host is one of Amazon's.
#[must_use]
pub fn is_amazon(host: &str) -> bool {
    host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn")
}

/// `a/b/c` as `a` and `b/c`.
fn parted(rest: &str) -> Result<(&str, &str), &'static str> {
    rest.split_once('/').ok_or(FORMS)
}

fn s3(rest: &str) -> Vec<Address> {
    let Ok((first, path)) = parted(rest) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if !first.contains(':') {
        found.push(Address::new(Place::Amazon, first, path));
    }
    if let (Ok((host, port)), Ok((bucket, key))) = (server(first), parted(path)) {
        found.push(Address::new(Place::Host { host, port }, bucket, key));
    }
    found
}

fn azure((host, port): &(String, Option<u16>), path: &str) -> Vec<Address> {
    let Ok((first, rest)) = parted(path) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let Some(account) = host.strip_suffix(AZURE) {
        let place = Place::Azure {
            account: account.to_owned(),
        };
        found.push(Address::new(place, first, rest));
        return found;
    }
    let at = |account: &str| Place::AzureHost {
        account: account.to_owned(),
        host: host.clone(),
        port: *port,
    };
    if let Some((account, _)) = host.split_once('.') {
        found.push(Address::new(at(account), first, rest));
    }
    if let Ok((container, key)) = parted(rest) {
        found.push(Address::new(at(first), container, key));
    }
    found
}

/// The host and port of `host:port`.
fn server(text: &str) -> Result<(String, Option<u16>), &'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if text.is_empty() || !text.chars().all(plain) {
        return Err(FORMS);
    }
    // No scheme that has a usual port, so that the one that was said stays.
    let url = Url::parse(&format!("http://{text}/")).map_err(|_bad| FORMS)?;
    let said = text.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    Ok((url.host_str().ok_or(FORMS)?.to_owned(), said))
}

/// What a browser would load, as the storage behind it.
fn web(text: &str) -> Result<Vec<Address>, &'static str> {
    let url = Url::parse(text).map_err(|_bad| FORMS)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address.");
    }
    let host = url.host_str().ok_or(FORMS)?.to_owned();
    let path = unescaped(url.path().trim_start_matches('/')).ok_or(FORMS)?;
    let path = path.as_str();
    if is_amazon(&host) {
        return amazon(&host, path);
    }
    if let Some(bucket) = host.strip_suffix(".storage.googleapis.com") {
        return Ok(vec![Address::plain(Place::Google, bucket, path)]);
    }
    if matches!(
        host.as_str(),
        "storage.googleapis.com" | "storage.cloud.google.com"
    ) {
        let (bucket, key) = parted(path)?;
        return Ok(vec![Address::plain(Place::Google, bucket, key)]);
    }
    let port = url.port_or_known_default();
    let mut found = Vec::new();
    if !host.ends_with(AZURE) {
        let (bucket, key) = parted(path)?;
        let host = host.clone();
        found.push(Address::plain(Place::Host { host, port }, bucket, key));
    }
    let azure = azure(&(host, port), path).into_iter();
    found.extend(azure.map(|address| Address {
        // The path was escaped, and is not any more.
        keys: address.keys.into_iter().rev().take(1).collect(),
        ..address
    }));
    Ok(found)
}

impl Address {
    fn plain(place: Place, bucket: &str, key: &str) -> Self {
        Self {
            place,
            bucket: bucket.to_owned(),
            keys: vec![key.to_owned()],
        }
    }
}

/// Amazon's hosts: the bucket before `s3`, or in the path.
fn amazon(host: &str, path: &str) -> Result<Vec<Address>, &'static str> {
    let labels: Vec<&str> = host.split('.').collect();
    let s3 = labels
        .iter()
        .rposition(|label| *label == "s3" || label.starts_with("s3-"))
        .ok_or(FORMS)?;
    let before = labels.get(..s3).unwrap_or_default().join(".");
    if !before.is_empty() {
        return Ok(vec![Address::plain(Place::Amazon, &before, path)]);
    }
    let (bucket, key) = parted(path)?;
    Ok(vec![Address::plain(Place::Amazon, bucket, key)])
}

/// Text with every `%XX` read, if that is text.
fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'%').then(|| after.first_chunk::<2>()).flatten();
        let byte = escape
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests;
