//! Why a storage does not let in, from its answer, and the sentence that tells what to do. Of the answer itself nothing is
//! passed on but words that are known here.

use chrono::NaiveDateTime;
use shared::{error::ErrorCode, storage::StorageProvider};

use super::signing::{Access, Target};
use crate::{
    error::AppError,
    outbound::{Answer, Fault},
};

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The storage does not know the key.
    UnknownKey,
    /// The secret is not the key's.
    WrongSecret,
    /// The session token is not the key's.
    WrongToken,
    /// The session is over.
    TokenExpired,
    /// The shared access signature is over.
    SignatureExpired(Option<NaiveDateTime>),
    /// The shared access signature was not made with the account's key.
    WrongSignature,
    /// There is no such bucket.
    NoSuchBucket,
    /// There is no such object.
    NoSuchObject,
    /// Key and secret are right, but not for this.
    NotAllowed,
    /// The bucket is in another region.
    WrongRegion(Option<String>),
    /// The clocks differ.
    ClockSkew,
    /// The storage has too much to do.
    TooBusy,
    /// No answer.
    Network(Fault),
    /// Something that is not known here.
    Other(u16, String),
}

/// Why there was no answer; [`ErrorCode::Busy`] if it is this server that has too much to do.
pub fn of_network(fault: Fault) -> Result<Reason, AppError> {
    match fault {
        Fault::Busy => Err(ErrorCode::Busy.into()),
        other => Ok(Reason::Network(other)),
    }
}

impl Reason {
    /// Why the storage answered so when it was asked for `target`.
    #[must_use]
    pub fn of(access: &Access, target: Target<'_>, answer: &Answer) -> Self {
        let text = String::from_utf8_lossy(&answer.body);
        let code = element(&text, "Code")
            .or_else(|| answer.header("x-ms-error-code"))
            .unwrap_or_default();
        let region = element(&text, "Region")
            .or_else(|| answer.header("x-amz-bucket-region"))
            .filter(|region| is_word(region))
            .map(str::to_owned);
        let told = format!(
            "{} {}",
            element(&text, "Message").unwrap_or_default(),
            element(&text, "AuthenticationErrorDetail").unwrap_or_default()
        );
        if access.provider == StorageProvider::Azure {
            Self::of_azure(access, code, &told)
        } else {
            Self::of_s3(code, &told, region)
        }
        .unwrap_or_else(|| Self::of_status(target, answer.status, code))
    }

    fn of_s3(code: &str, told: &str, region: Option<String>) -> Option<Self> {
        Some(match code {
            "InvalidAccessKeyId" | "InvalidSecurity" | "NotSignedUp" => Self::UnknownKey,
            "SignatureDoesNotMatch" => Self::WrongSecret,
            "InvalidToken" => Self::WrongToken,
            "ExpiredToken" | "TokenRefreshRequired" => Self::TokenExpired,
            "NoSuchBucket" => Self::NoSuchBucket,
            "NoSuchKey" => Self::NoSuchObject,
            "RequestTimeTooSkewed" | "RequestExpired" => Self::ClockSkew,
            // An address is made for each request: it can be over only by another clock.
            "AccessDenied" if told.contains("expired") || told.contains("not yet valid") => Self::ClockSkew,
            "AccessDenied" | "AllAccessDisabled" | "AccountProblem" => Self::NotAllowed,
            "AuthorizationHeaderMalformed"
            | "AuthorizationQueryParametersError"
            | "PermanentRedirect"
            | "TemporaryRedirect"
            | "IllegalLocationConstraintException" => Self::WrongRegion(region),
            "SlowDown" | "ServiceUnavailable" | "TooManyRequests" => Self::TooBusy,
            "" if region.is_some() => Self::WrongRegion(region),
            _ => return None,
        })
    }

    fn of_azure(access: &Access, code: &str, told: &str) -> Option<Self> {
        let given = access.has_shared_signature();
        Some(match code {
            "AuthenticationFailed" if told.contains("time frame") || told.contains("expir") => {
                if given {
                    Self::SignatureExpired(None)
                } else {
                    Self::ClockSkew
                }
            }
            // Azurite has one code for a wrong signature and a missing right, and tells them apart in words only.
            "AuthorizationFailure" if told.contains("failed to authenticate") && given => {
                Self::WrongSignature
            }
            "AuthorizationFailure" if told.contains("failed to authenticate") => Self::WrongSecret,
            "AuthenticationFailed" | "InvalidAuthenticationInfo" | "NoAuthenticationInformation" if given => {
                Self::WrongSignature
            }
            "AuthenticationFailed" | "InvalidAuthenticationInfo" => Self::WrongSecret,
            // What stands in for Azure in tests says so of an account that it does not have.
            "InvalidOperation" if told.contains("account") => Self::UnknownKey,
            "ContainerNotFound" | "ContainerBeingDeleted" => Self::NoSuchBucket,
            "BlobNotFound" => Self::NoSuchObject,
            "AuthorizationFailure"
            | "AuthorizationPermissionMismatch"
            | "AuthorizationResourceTypeMismatch"
            | "AuthorizationServiceMismatch"
            | "AuthorizationSourceIPMismatch"
            | "AuthorizationProtocolMismatch"
            | "InsufficientAccountPermissions"
            | "KeyBasedAuthenticationNotPermitted"
            | "PublicAccessNotPermitted" => Self::NotAllowed,
            "ServerBusy" => Self::TooBusy,
            _ => return None,
        })
    }

    fn of_status(target: Target<'_>, status: u16, code: &str) -> Self {
        match (status, target) {
            (404, Target::Bucket(_)) => Self::NoSuchBucket,
            (404, Target::Object(..)) => Self::NoSuchObject,
            (301 | 302 | 307 | 308, _) => Self::WrongRegion(None),
            (401 | 403, Target::Object(..)) => Self::NotAllowed,
            (401 | 403, _) if !code.is_empty() => Self::NotAllowed,
            (429 | 503, _) => Self::TooBusy,
            _ => Self::Other(
                status,
                code.chars()
                    .filter(char::is_ascii_alphanumeric)
                    .take(64)
                    .collect(),
            ),
        }
    }

    /// The sentence for it: about the object if one was asked for, else about the bucket.
    #[must_use]
    pub fn sentence(&self, access: &Access, object: Option<(&str, &str)>) -> String {
        let words = Words::of(access.provider);
        let (_, host) = access.host();
        let named = object.map_or(access.bucket.as_str(), |(bucket, _)| bucket);
        match self {
            Self::UnknownKey => format!("The storage does not know this {}. Check that it is whole and still there.", words.key),
            Self::WrongSecret => format!("The secret does not belong to this {}. Give the secret again.", words.key),
            Self::WrongToken => "The session token does not belong to this key. Give key, secret and token again.".to_owned(),
            Self::TokenExpired => "The session has ended. Give the key, secret and token of a new one.".to_owned(),
            Self::SignatureExpired(None) => "The shared access signature has expired or is not valid yet. Make a new one.".to_owned(),
            Self::SignatureExpired(Some(end)) => format!(
                "The shared access signature expired on {}. Make a new one.",
                end.format("%Y-%m-%d at %H:%M UTC")
            ),
            Self::WrongSignature => "The storage does not accept the shared access signature. Make a new one and copy all of it.".to_owned(),
            Self::NoSuchBucket => format!("There is no {} `{named}`. Check its name.", words.bucket),
            Self::NoSuchObject => "There is no such object in the storage. It may have been deleted.".to_owned(),
            Self::NotAllowed => match object {
                Some(_) => "The storage does not let this entry read the object, or there is no such object. Ask whoever manages the storage for the right to read it.".to_owned(),
                None => format!(
                    "The storage accepts the entry, but does not let it list the {}. Objects open only if it may read them: ask for the right to list to be sure.",
                    words.bucket
                ),
            },
            Self::WrongRegion(Some(region)) => format!("The {} is in the region `{region}`. Put that into the field Region.", words.bucket),
            Self::WrongRegion(None) => format!("The {} is in another region, or this is not its host. Check Region and Host.", words.bucket),
            Self::ClockSkew => "The clocks of this server and of the storage differ too much. Its operator must set the clock.".to_owned(),
            Self::TooBusy => "The storage has too much to do. Try again in a moment.".to_owned(),
            Self::Network(fault) => of_fault(*fault, &host),
            Self::Other(status, code) if code.is_empty() => {
                format!("`{host}` answered with the status {status}, not like a storage. Check Host and provider.")
            }
            Self::Other(status, code) => format!("The storage refused with `{code}` and the status {status}."),
        }
    }
}

fn of_fault(fault: Fault, host: &str) -> String {
    match fault {
        Fault::Private => format!(
            "`{host}` is an address of a private network, which this server does not ask. Its operator can allow it with the setting `storage.allowed_private_hosts`."
        ),
        Fault::NoSuchName => format!(
            "The name of `{host}` does not resolve to an address. Check Host, and for Azure the account's name."
        ),
        Fault::Unreachable => {
            format!("`{host}` does not answer. Check Host and port, and whether this server may reach it.")
        }
        Fault::Tls => format!(
            "No safe connection to `{host}` came about: check its certificate, or write `http://` before the host if it has none."
        ),
        Fault::TimedOut => format!(
            "`{host}` did not answer in time. Check Host and port, and whether this server may reach it."
        ),
        Fault::Unreadable | Fault::Busy => {
            format!("`{host}` did not answer like a storage. Check Host and port, and whether it speaks TLS.")
        }
    }
}

/// The sentence for an entry that lets in.
#[must_use]
pub fn works(access: &Access) -> String {
    let words = Words::of(access.provider);
    if access.bucket.is_empty() {
        return format!("The storage lets this entry in; it lists its {}s.", words.bucket);
    }
    format!(
        "The storage lets this entry into the {} `{}`.",
        words.bucket, access.bucket
    )
}

/// The sentence for one that may not list, which it need not.
#[must_use]
pub fn works_unlisted(access: &Access) -> String {
    let bucket = Words::of(access.provider).bucket;
    format!(
        "The storage accepts this entry. It may not list the {bucket}s, so name one to test whether it opens."
    )
}

/// What the providers call things.
struct Words {
    bucket: &'static str,
    key: &'static str,
}

impl Words {
    const fn of(provider: StorageProvider) -> Self {
        match provider {
            StorageProvider::S3 | StorageProvider::Gcs => Self {
                bucket: "bucket",
                key: "key",
            },
            StorageProvider::Azure => Self {
                bucket: "container",
                key: "account",
            },
        }
    }
}

/// Whether a storage answers so, and not any web server.
#[must_use]
pub fn is_list(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    [
        "<ListBucketResult",
        "<ListAllMyBucketsResult",
        "<EnumerationResults",
    ]
    .iter()
    .any(|root| text.contains(root))
}

/// The text of the first XML element of this name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = after.split_once(&format!("</{name}>"))?;
    Some(text.trim())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests;
