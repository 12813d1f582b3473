//! Signature version 4 in an address, of S3 and of what speaks its protocol. Buckets stand in the path: that works for every
//! name and every host.

use chrono::NaiveDateTime;
use sha2::{Digest as _, Sha256};

use super::{Access, Form, Slashes, Target, Verb, escaped, hmac, query};
use crate::audit::hex;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// An address that lets in.
pub(super) fn sign(
    access: &Access,
    verb: Verb,
    target: Target<'_>,
    form: Option<Form<'_>>,
    now: NaiveDateTime,
    seconds: u32,
) -> String {
    let (scheme, host) = access.host();
    let path = match target {
        Target::Buckets => "/".to_owned(),
        Target::Bucket(bucket) => format!("/{}", escaped(bucket, Slashes::Letters)),
        Target::Object(bucket, key) => {
            format!(
                "/{}/{}",
                escaped(bucket, Slashes::Letters),
                escaped(key, Slashes::Part)
            )
        }
    };
    let (time, day) = (
        now.format("%Y%m%dT%H%M%SZ").to_string(),
        now.format("%Y%m%d").to_string(),
    );
    let place = format!("{day}/{}/s3/aws4_request", access.region());
    let mut pairs = vec![
        ("X-Amz-Algorithm", ALGORITHM.to_owned()),
        ("X-Amz-Credential", format!("{}/{place}", access.key)),
        ("X-Amz-Date", time.clone()),
        ("X-Amz-Expires", seconds.to_string()),
        ("X-Amz-SignedHeaders", "host".to_owned()),
    ];
    if let Some(token) = &access.token {
        pairs.push(("X-Amz-Security-Token", token.expose().to_owned()));
    }
    if matches!(target, Target::Bucket(_)) {
        pairs.push(("list-type", "2".to_owned()));
        pairs.push(("max-keys", "1".to_owned()));
    }
    if let Some(form) = form {
        pairs.push(("response-content-disposition", form.disposition.to_owned()));
        pairs.push(("response-content-type", form.media.to_owned()));
    }
    // In the order of bytes, in which the storage puts them too.
    pairs.sort_unstable();
    let query = query(&pairs);
    let method = match verb {
        Verb::Get => "GET",
        Verb::Head => "HEAD",
    };
    let asked = format!("{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
    let to_sign = format!("{ALGORITHM}\n{time}\n{place}\n{}", hex(&Sha256::digest(asked)));
    let key = [day.as_str(), access.region(), "s3", "aws4_request"]
        .into_iter()
        .fold(
            format!("AWS4{}", access.secret.expose()).into_bytes(),
            |key, part| hmac(&key, part),
        );
    let signature = hex(&hmac(&key, &to_sign));
    format!("{scheme}://{host}{path}?{query}&X-Amz-Signature={signature}")
}
