//! Answers of storages, and what is told of them.

use reqwest::header::HeaderMap;
use secrets::secret::Secret;

use super::*;

fn access(provider: StorageProvider, secret: &str) -> Access {
    Access {
        provider,
        bucket: "data".to_owned(),
        key: "acme".to_owned(),
        secret: Secret::from(secret.to_owned()),
        token: None,
        region: None,
        host: None,
    }
}

fn reason(provider: StorageProvider, secret: &str, status: u16, body: &str) -> Reason {
    let answer = Answer {
        status,
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
    };
    Reason::of(&access(provider, secret), Target::Bucket("data"), &answer)
}

#[test]
fn s3_says_why_in_its_codes() {
    let of = |status, body: &str| reason(StorageProvider::S3, "s", status, body);
    let code =
        |code: &str| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message></Error>");
    for (status, name, expected) in [
        (403, "InvalidAccessKeyId", Reason::UnknownKey),
        (403, "SignatureDoesNotMatch", Reason::WrongSecret),
        (400, "InvalidToken", Reason::WrongToken),
        (400, "ExpiredToken", Reason::TokenExpired),
        (404, "NoSuchBucket", Reason::NoSuchBucket),
        (403, "AccessDenied", Reason::NotAllowed),
        (403, "RequestTimeTooSkewed", Reason::ClockSkew),
        (503, "SlowDown", Reason::TooBusy),
        (301, "PermanentRedirect", Reason::WrongRegion(None)),
        (403, "SomethingNew", Reason::NotAllowed),
        (400, "SomethingNew", Reason::Other(400, "SomethingNew".to_owned())),
    ] {
        assert_eq!(of(status, &code(name)), expected, "{name}");
    }
    let elsewhere = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
    assert_eq!(
        of(400, elsewhere),
        Reason::WrongRegion(Some("eu-west-1".to_owned()))
    );
    let late = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    assert_eq!(of(403, late), Reason::ClockSkew);
    assert_eq!(of(404, ""), Reason::NoSuchBucket);
    assert_eq!(of(403, "<html>no</html>"), Reason::Other(403, String::new()));
    assert_eq!(of(200, "<html>hello</html>"), Reason::Other(200, String::new()));
}

#[test]
fn azure_says_why_in_its_codes() {
    let of = |secret: &str, code: &str, detail: &str| {
        let body = format!(
            "\u{feff}<Error><Code>{code}</Code><AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail></Error>"
        );
        reason(StorageProvider::Azure, secret, 403, &body)
    };
    let (key, given) = ("a2V5", "sv=1&sig=x");
    let late = "Signature not valid in the specified time frame: Start [x] - Expiry [y]";
    assert_eq!(
        of(given, "AuthenticationFailed", late),
        Reason::SignatureExpired(None)
    );
    assert_eq!(of(key, "AuthenticationFailed", late), Reason::ClockSkew);
    assert_eq!(of(key, "AuthenticationFailed", "x"), Reason::WrongSecret);
    assert_eq!(of(given, "AuthenticationFailed", "x"), Reason::WrongSignature);
    assert_eq!(of(key, "ContainerNotFound", ""), Reason::NoSuchBucket);
    assert_eq!(
        of(given, "AuthorizationPermissionMismatch", ""),
        Reason::NotAllowed
    );
}

#[test]
fn a_sentence_passes_on_nothing_that_the_storage_made_up() {
    let body = "<Error><Code>Evil <b>`</Code><Region>eu\"><script></Region><Message>secret</Message></Error>";
    let access = access(StorageProvider::S3, "s");
    let told = reason(StorageProvider::S3, "s", 400, body).sentence(&access, None);
    assert_eq!(told, "The storage refused with `Evilb` and the status 400.");
}

#[test]
fn the_sentence_for_each_fault_of_the_network_says_what_to_do() {
    let access = access(StorageProvider::Azure, "s");
    let mut told: Vec<String> = [
        Fault::Private,
        Fault::NoSuchName,
        Fault::Unreachable,
        Fault::Tls,
        Fault::TimedOut,
        Fault::Unreadable,
    ]
    .into_iter()
    .map(|fault| of_network(fault).unwrap().sentence(&access, None))
    .collect();
    assert!(
        told.iter()
            .all(|sentence| sentence.contains("`acme.blob.core.windows.net`"))
    );
    assert!(told[0].contains("storage.allowed_private_hosts"));
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 6);
    assert_eq!(of_network(Fault::Busy).unwrap_err().code(), ErrorCode::Busy);
}
