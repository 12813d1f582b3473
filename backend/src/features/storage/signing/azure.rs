//! Shared access signatures of Azure Blob Storage: made with an account's key, or taken as they were given.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{NaiveDateTime, TimeDelta};
use shared::storage::entry::{is_shared_signature, shared_signature};
use url::form_urlencoded;

use super::{Access, Form, Slashes, Target, Unsigned, escaped, hmac, query};

/// The version of the protocol whose form of signing is used.
const VERSION: &str = "2021-12-02";

/// What may stand in a shared access signature. Anything else could make another request of the one that is meant.
const PARTS: &[&str] = &[
    "sv", "ss", "srt", "st", "se", "sp", "sip", "spr", "sr", "sig", "si", "ses", "sdd", "skoid", "sktid",
    "skt", "ske", "sks", "skv", "saoid", "suoid", "scid", "rscc", "rscd", "rsce", "rscl", "rsct",
];

/// An address that lets in.
pub(super) fn sign(
    access: &Access,
    target: Target<'_>,
    form: Option<Form<'_>>,
    now: NaiveDateTime,
    seconds: u32,
) -> Result<String, Unsigned> {
    let (scheme, host) = access.host();
    let account = &access.key;
    // Azure's own hosts begin with the account's name; elsewhere it stands in the path.
    let in_host = host.split('.').next() == Some(account.as_str());
    let base = if in_host {
        String::new()
    } else {
        format!("/{account}")
    };
    let container = |name: &str| escaped(name, Slashes::Letters);
    let (path, asked): (String, &[(&str, &str)]) = match target {
        Target::Buckets => (format!("{base}/"), &[("comp", "list"), ("maxresults", "1")]),
        Target::Bucket(name) => (
            format!("{base}/{}", container(name)),
            &[("restype", "container"), ("comp", "list"), ("maxresults", "1")],
        ),
        Target::Object(name, key) => (
            format!("{base}/{}/{}", container(name), escaped(key, Slashes::Part)),
            &[],
        ),
    };
    let asked = asked.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let secret = access.secret.expose();
    if is_shared_signature(secret) {
        let given = given(secret);
        let given = given.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let query = query(&asked.chain(given).collect::<Vec<_>>());
        return Ok(format!("{scheme}://{host}{path}?{query}"));
    }
    let key = STANDARD.decode(secret).map_err(|_bad| Unsigned::Secret)?;
    let end = (now + TimeDelta::seconds(seconds.into()))
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    let made = match target {
        Target::Buckets => of_account(account, &key, end),
        Target::Bucket(name) => of_resource(&key, end, ("c", "l"), &format!("/blob/{account}/{name}"), None),
        Target::Object(name, blob) => of_resource(
            &key,
            end,
            ("b", "r"),
            &format!("/blob/{account}/{name}/{blob}"),
            form,
        ),
    };
    let query = query(&asked.chain(made).collect::<Vec<_>>());
    Ok(format!("{scheme}://{host}{path}?{query}"))
}

/// The parts of a signature as it was given.
fn given(secret: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(shared_signature(secret).as_bytes())
        // A plus that was not escaped means itself: signatures are full of them.
        .map(|(name, value)| (name.into_owned(), value.replace(' ', "+")))
        .filter(|(name, _)| PARTS.contains(&name.as_str()))
        .collect()
}

/// A signature for one container or blob: `kind` says which, and what may be done.
fn of_resource(
    key: &[u8],
    end: String,
    (kind, may): (&'static str, &'static str),
    resource: &str,
    form: Option<Form<'_>>,
) -> Vec<(&'static str, String)> {
    let disposition = form.map(|form| form.disposition).unwrap_or_default();
    let media = form.map(|form| form.media).unwrap_or_default();
    // Start, identifier, address, protocol, snapshot, encryption, and of the form cache, encoding and language are not used.
    let to_sign =
        format!("{may}\n\n{end}\n{resource}\n\n\n\n{VERSION}\n{kind}\n\n\n\n{disposition}\n\n\n{media}");
    let mut made = vec![
        ("sv", VERSION.to_owned()),
        ("se", end),
        ("sr", kind.to_owned()),
        ("sp", may.to_owned()),
        ("sig", STANDARD.encode(hmac(key, &to_sign))),
    ];
    if let Some(form) = form {
        made.push(("rscd", form.disposition.to_owned()));
        made.push(("rsct", form.media.to_owned()));
    }
    made
}

/// A signature for listing an account's containers.
fn of_account(account: &str, key: &[u8], end: String) -> Vec<(&'static str, String)> {
    let to_sign = format!("{account}\nl\nb\ns\n\n{end}\n\n\n{VERSION}\n\n");
    vec![
        ("sv", VERSION.to_owned()),
        ("ss", "b".to_owned()),
        ("srt", "s".to_owned()),
        ("se", end),
        ("sp", "l".to_owned()),
        ("sig", STANDARD.encode(hmac(key, &to_sign))),
    ]
}
