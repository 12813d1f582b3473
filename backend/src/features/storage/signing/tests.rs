//! Signatures beside those that the makers of the protocols published, and what must not get into an address.

use super::*;

fn access(provider: StorageProvider) -> Access {
    Access {
        provider,
        bucket: String::new(),
        key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: Secret::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        token: None,
        region: Some("us-east-1".to_owned()),
        host: Some("examplebucket.s3.amazonaws.com".to_owned()),
    }
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn signed(access: &Access, key: &str) -> Result<Url, Unsigned> {
    access.sign(
        Verb::Get,
        Target::Object("data", key),
        None,
        at("2026-03-02T10:00:00"),
        300,
    )
}

#[test]
fn an_address_has_the_published_parts_in_their_order() {
    let access = Access {
        host: None,
        token: Some(Secret::from("a+b/c==".to_owned())),
        ..access(StorageProvider::S3)
    };
    let form = Form {
        media: "image/png",
        disposition: "attachment; filename=\"a b.png\"",
    };
    let target = Target::Object("data", "a b/ü+&?#%.png");
    let url = access
        .sign(Verb::Get, target, Some(form), at("2026-03-02T10:00:00"), 300)
        .unwrap();
    let (before, signature) = url.as_str().rsplit_once('=').unwrap();
    assert_eq!(
        before,
        "https://s3.us-east-1.amazonaws.com/data/a%20b/%C3%BC%2B%26%3F%23%25.png?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260302%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260302T100000Z\
         &X-Amz-Expires=300&X-Amz-Security-Token=a%2Bb%2Fc%3D%3D&X-Amz-SignedHeaders=host\
         &response-content-disposition=attachment%3B%20filename%3D%22a%20b.png%22\
         &response-content-type=image%2Fpng&X-Amz-Signature"
    );
    assert_eq!(signature.len(), 64);
}

#[test]
fn each_provider_has_its_own_host_and_region() {
    let of = |provider, region: Option<&str>| {
        let access = Access {
            host: None,
            region: region.map(str::to_owned),
            key: "acme".to_owned(),
            ..access(provider)
        };
        (access.host(), access.region().to_owned())
    };
    let host = |host: &str| ("https", host.to_owned());
    assert_eq!(
        of(StorageProvider::S3, None),
        (host("s3.us-east-1.amazonaws.com"), "us-east-1".to_owned())
    );
    assert_eq!(
        of(StorageProvider::S3, Some("cn-north-1")).0,
        host("s3.cn-north-1.amazonaws.com.cn")
    );
    assert_eq!(
        of(StorageProvider::Gcs, None),
        (host("storage.googleapis.com"), "auto".to_owned())
    );
    assert_eq!(
        of(StorageProvider::Azure, None).0,
        host("acme.blob.core.windows.net")
    );
    let plain = Access {
        host: Some("http://minio:9000".to_owned()),
        ..access(StorageProvider::S3)
    };
    assert_eq!(plain.host(), ("http", "minio:9000".to_owned()));
}

#[test]
fn a_name_that_addresses_cannot_say_is_not_signed() {
    for provider in [StorageProvider::S3, StorageProvider::Gcs] {
        for bad in ["a/../b", "..", "a/./b", "."] {
            assert_eq!(
                signed(&access(provider), bad).unwrap_err(),
                Unsigned::Name,
                "{bad}"
            );
        }
        for good in [
            "a..b",
            "a//b",
            "...",
            "a/%2e%2e/b",
            "a\\b",
            "x?y#z",
            "a:b@c",
            " ",
            "'\"<>`{}|^",
        ] {
            assert!(signed(&access(provider), good).is_ok(), "{good}");
        }
    }
}

#[test]
fn of_a_shared_signature_only_its_own_parts_get_into_an_address() {
    let given = "https://x.example/?sv=2021-12-02&sig=a%2Bb/c+d%3D&se=2026-03-02&comp=list&restype=container&x=y&sp=r";
    let access = Access {
        key: "acme".to_owned(),
        host: None,
        secret: Secret::from(given.to_owned()),
        ..access(StorageProvider::Azure)
    };
    assert!(access.has_shared_signature());
    assert_eq!(
        signed(&access, "a b").unwrap().as_str(),
        "https://acme.blob.core.windows.net/data/a%20b?sv=2021-12-02&sig=a%2Bb%2Fc%2Bd%3D&se=2026-03-02&sp=r"
    );
}

#[test]
fn the_end_of_a_shared_signature_is_read_in_each_form() {
    let end = |text: &str| end_of_shared_signature(&format!("?sig=x&se={text}"));
    assert_eq!(end("2026-03-02T10%3A00%3A00Z"), Some(at("2026-03-02T10:00:00")));
    assert_eq!(end("2026-03-02T10:00Z"), Some(at("2026-03-02T10:00:00")));
    assert_eq!(end("2026-03-02"), Some(at("2026-03-02T00:00:00")));
    assert_eq!(end("never"), None);
    assert_eq!(end_of_shared_signature("sig=x"), None);
}

#[test]
fn what_is_neither_key_nor_signature_signs_nothing_at_azure() {
    let access = Access {
        secret: Secret::from("not base64!".to_owned()),
        host: None,
        ..access(StorageProvider::Azure)
    };
    assert_eq!(signed(&access, "a").unwrap_err(), Unsigned::Secret);
    assert!(!format!("{access:?}").contains("not base64"));
}
