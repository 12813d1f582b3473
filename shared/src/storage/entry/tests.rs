//! Entries that are right and wrong.

use super::*;

const SAS: &str = "?sv=2021-12-02&ss=b&sig=abc%3D";

fn wanted(provider: StorageProvider) -> NewStorageEntry {
    let is_azure = provider == StorageProvider::Azure;
    NewStorageEntry {
        provider,
        bucket: "data".to_owned(),
        key: if is_azure { "acme" } else { "AKIA1" }.to_owned(),
        secret: SecretText::new(if is_azure { SAS } else { "secret/+=" }.to_owned()),
        token: None,
        region: None,
        host: None,
    }
}

/// The fields that are refused when `change` is made to a good entry.
fn refused(provider: StorageProvider, change: impl FnOnce(&mut NewStorageEntry)) -> Vec<String> {
    let mut entry = wanted(provider);
    change(&mut entry);
    match entry.checked() {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| fault.pointer).collect(),
    }
}

#[test]
fn a_bucket_is_named_as_its_provider_names_them() {
    use StorageProvider::{Azure, Gcs, S3};
    for (provider, good) in [
        (S3, "abc"),
        (S3, "my.Bucket_1-x"),
        (S3, ""),
        (Azure, "my-data"),
        (Azure, "$web"),
        (Gcs, "my_bucket.example.com"),
    ] {
        assert!(
            refused(provider, |entry| entry.bucket = good.to_owned()).is_empty(),
            "{good}"
        );
    }
    for (provider, bad) in [
        (S3, "ab"),
        (S3, "-abc"),
        (S3, "abc-"),
        (S3, "a..b"),
        (S3, "s3://abc"),
        (S3, "abc/def"),
        (S3, "a\nbc"),
        (S3, "äbc"),
        (Azure, "MyData"),
        (Azure, "my--data"),
        (Azure, "my.data"),
        (Azure, "$x"),
        (Gcs, "MyData"),
        (Gcs, "a b"),
    ] {
        assert_eq!(
            refused(provider, |entry| entry.bucket = bad.to_owned()),
            ["/bucket"],
            "{bad}"
        );
    }
    let long = "a".repeat(64);
    assert_eq!(
        refused(Azure, |entry| entry.bucket.clone_from(&long)),
        ["/bucket"]
    );
}

#[test]
fn keys_and_secrets_are_one_visible_word() {
    use StorageProvider::{Azure, S3};
    for bad in ["", "a b", "a\r\nx-amz: 1", "a\0", "ä", &"a".repeat(257)] {
        assert_eq!(
            refused(S3, |entry| entry.key = bad.to_owned()),
            ["/key"],
            "{bad:?}"
        );
    }
    for bad in ["ab", "Acme", "a@b.c", "a#b", "a?b", "a/b", "a.b", &"a".repeat(25)] {
        assert_eq!(
            refused(Azure, |entry| entry.key = bad.to_owned()),
            ["/key"],
            "{bad:?}"
        );
    }
    let secret = |text: &str| SecretText::new(text.to_owned());
    for bad in ["", "a b", "a\n", &"a".repeat(4097)] {
        assert_eq!(
            refused(S3, |entry| entry.secret = secret(bad)),
            ["/secret"],
            "{bad:?}"
        );
    }
    for bad in ["password", "AAAA", "sv=2021&se=2030"] {
        assert_eq!(
            refused(Azure, |entry| entry.secret = secret(bad)),
            ["/secret"],
            "{bad:?}"
        );
    }
    let account_key = format!("{}==", "A/+9".repeat(21) + "AA");
    assert!(refused(Azure, |entry| entry.secret = secret(&account_key)).is_empty());
}

#[test]
fn a_token_is_of_s3_and_a_region_is_one_word() {
    use StorageProvider::{Gcs, S3};
    let secret = |text: &str| SecretText::new(text.to_owned());
    for bad in ["", "a b", &"a".repeat(8193)] {
        assert_eq!(
            refused(S3, |entry| entry.token = Some(secret(bad))),
            ["/token"],
            "{bad:?}"
        );
    }
    assert!(refused(S3, |entry| entry.token = Some(secret("FwoG+/=="))).is_empty());
    assert_eq!(refused(Gcs, |entry| entry.token = Some(secret("x"))), ["/token"]);
    for bad in [
        "eu west",
        "EU-WEST-1",
        "eu-west-1.evil.example/",
        "-eu",
        "x@y",
        &"a".repeat(33),
    ] {
        assert_eq!(
            refused(S3, |entry| entry.region = Some(bad.to_owned())),
            ["/region"],
            "{bad:?}"
        );
    }
    let all = refused(S3, |entry| {
        entry.bucket = "a".to_owned();
        entry.key = String::new();
        entry.host = Some("a/b".to_owned());
    });
    assert_eq!(
        all,
        ["/bucket", "/key", "/host"],
        "everything that is wrong is said at once"
    );
}

#[test]
fn attack_43_a_host_is_a_host_and_nothing_more() {
    let stored = |host: &str| {
        let entry = NewStorageEntry {
            host: Some(host.to_owned()),
            ..wanted(StorageProvider::S3)
        };
        entry.checked().map(|shape| shape.host)
    };
    for (text, host) in [
        ("minio.example:9000", Some("minio.example:9000")),
        ("https://MinIO.example:443/", Some("minio.example")),
        ("http://minio.example:80", Some("http://minio.example")),
        ("http://minio:9000", Some("http://minio:9000")),
        ("[::1]:9000", Some("[::1]:9000")),
        // Shown as what it is.
        ("0x7f.1:9000", Some("127.0.0.1:9000")),
        ("", None),
    ] {
        assert_eq!(stored(text).unwrap().as_deref(), host, "{text}");
    }
    for bad in [
        "minio.example/bucket",
        "https://minio.example/x",
        "user@minio.example",
        "https://u:p@minio.example",
        "minio.example?x",
        "minio.example#x",
        "minio.example#@evil.example",
        "minio.example\\@evil.example",
        "ftp://minio.example",
        "file:///etc/passwd",
        "minio.example:99999",
        "minio.example:0",
        "minio example",
        "minio.example\n",
        "mïnio.example",
        "https://",
        ":9000",
        "a:b:c",
        "%31%32%37.0.0.1",
    ] {
        assert_eq!(stored(bad).unwrap_err()[0].pointer, "/host", "{bad:?}");
    }
}
