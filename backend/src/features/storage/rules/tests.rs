//! Whose secret stays, and which entry is for an object.

use secrets::secret::Secret;
use shared::text::SecretText;

use super::*;
use crate::features::storage::address::read;

fn shape() -> Shape {
    Shape {
        provider: StorageProvider::S3,
        bucket: "data".to_owned(),
        key: "AKIA1".to_owned(),
        region: None,
        host: None,
    }
}

#[test]
fn a_secret_stays_only_with_the_storage_that_it_was_given_for() {
    let before = shape();
    let change = |change: StorageEntryChange| {
        let changed = changed(&before, &change);
        changed.map(|(_, secret, token)| (secret, token))
    };
    let some = |text: &str| Some(SecretText::new(text.to_owned()));
    for moved in [
        StorageEntryChange {
            host: Some(Some("evil.example".to_owned())),
            ..StorageEntryChange::default()
        },
        StorageEntryChange {
            host: Some(Some("http://s3.amazonaws.com".to_owned())),
            ..StorageEntryChange::default()
        },
        StorageEntryChange {
            key: Some("AKIA2".to_owned()),
            ..StorageEntryChange::default()
        },
        StorageEntryChange {
            provider: Some(StorageProvider::Gcs),
            ..StorageEntryChange::default()
        },
    ] {
        assert_eq!(
            change(moved.clone()).unwrap_err()[0].pointer,
            "/secret",
            "{moved:?}"
        );
        let again = StorageEntryChange {
            secret: some("new"),
            ..moved
        };
        assert_eq!(
            change(again).unwrap(),
            (Kept::Replaced, Kept::Gone),
            "a token is of the key it came with"
        );
    }
    let elsewhere = StorageEntryChange {
        bucket: Some("other".to_owned()),
        region: Some(None),
        ..StorageEntryChange::default()
    };
    assert_eq!(change(elsewhere).unwrap(), (Kept::AsItWas, Kept::AsItWas));
    let without_token = StorageEntryChange {
        token: Some(None),
        ..StorageEntryChange::default()
    };
    assert_eq!(change(without_token).unwrap(), (Kept::AsItWas, Kept::Gone));
    let with_token = StorageEntryChange {
        token: Some(some("t")),
        secret: some("s"),
        ..StorageEntryChange::default()
    };
    assert_eq!(change(with_token).unwrap(), (Kept::Replaced, Kept::Replaced));
}

fn access(provider: StorageProvider, bucket: &str, key: &str, host: Option<&str>) -> Access {
    Access {
        provider,
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        secret: Secret::from(String::new()),
        token: None,
        region: None,
        host: host.map(str::to_owned),
    }
}

#[test]
fn the_entry_for_the_bucket_comes_before_one_for_every_bucket_and_then_the_first() {
    use StorageProvider::{Azure, Gcs, S3};
    let all = [
        access(S3, "", "any", None),
        access(S3, "data", "exact", None),
        access(S3, "data", "second", None),
        access(S3, "", "minio", Some("http://minio:9000")),
        access(S3, "", "tls", Some("minio.example")),
        access(S3, "eu", "amazon", Some("s3.eu-west-1.amazonaws.com")),
        access(Gcs, "", "google", None),
        access(Azure, "", "acme", None),
        access(Azure, "", "inner", Some("http://127.0.0.1:10000")),
        access(Azure, "", "said", Some("said.blob.core.windows.net")),
    ];
    let found = |url: &str| {
        let addresses = read(url).unwrap();
        let found = [true, false]
            .into_iter()
            .find_map(|exactly| find(&all, &addresses, exactly));
        found.map(|(at, _)| all[at].key.clone())
    };
    for (url, key) in [
        ("s3://data/a", Some("exact")),
        ("s3://other/a", Some("any")),
        ("s3://eu/a", Some("amazon")),
        ("https://data.s3.eu-west-1.amazonaws.com/a", Some("exact")),
        ("s3://minio:9000/data/a", Some("minio")),
        ("http://minio:9000/data/a", Some("minio")),
        ("s3://minio:9001/data/a", None),
        ("s3://minio.example:443/data/a", Some("tls")),
        ("s3://minio.example/data/a", Some("tls")),
        ("https://minio.example/data/a", Some("tls")),
        ("http://minio.example/data/a", None),
        ("s3://evil.example:443/data/a", None),
        ("gs://data/a", Some("google")),
        ("https://storage.googleapis.com/data/a", Some("google")),
        ("azure://acme.blob.core.windows.net/data/a", Some("acme")),
        ("azure://said.blob.core.windows.net/data/a", Some("said")),
        ("azure://other.blob.core.windows.net/data/a", None),
        ("azure://127.0.0.1:10000/inner/data/a", Some("inner")),
        ("azure://acme.blob.core.windows.net.evil.example/data/a", None),
    ] {
        assert_eq!(found(url).as_deref(), key, "{url}");
    }
}
