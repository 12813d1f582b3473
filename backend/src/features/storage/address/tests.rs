//! Addresses in every form of clients and browsers, and what is none.

use super::*;

/// Addresses, the storage, bucket and name that they mean.
const FORMS_READ: &[(&str, &str, &str, &str)] = &[
    ("s3://data/a/b.png", "amazon", "data", "a/b.png"),
    ("S3://data/a//b.png", "amazon", "data", "a//b.png"),
    ("s3://data/a%20b.png", "amazon", "data", "a b.png"),
    ("s3://data/100%.png", "amazon", "data", "100%.png"),
    ("s3://data/what?#x.png", "amazon", "data", "what?#x.png"),
    ("s3://minio:9000/data/a.png", "minio:9000", "data", "a.png"),
    (
        "s3://MinIO.Internal:443/data/a.png",
        "minio.internal:443",
        "data",
        "a.png",
    ),
    ("s3://[::1]:9000/data/a.png", "[::1]:9000", "data", "a.png"),
    ("gs://data/a/b.png", "google", "data", "a/b.png"),
    (
        "azure://acme.blob.core.windows.net/data/a/b.png",
        "azure acme",
        "data",
        "a/b.png",
    ),
    (
        "https://acme.blob.core.windows.net/data/a%20b.png?sv=1&sig=x",
        "azure acme",
        "data",
        "a b.png",
    ),
    ("https://data.s3.amazonaws.com/a.png", "amazon", "data", "a.png"),
    (
        "https://data.set.s3.eu-west-1.amazonaws.com/a.png",
        "amazon",
        "data.set",
        "a.png",
    ),
    (
        "https://s3.eu-west-1.amazonaws.com/data/a.png",
        "amazon",
        "data",
        "a.png",
    ),
    (
        "https://s3-eu-west-1.amazonaws.com/data/a.png",
        "amazon",
        "data",
        "a.png",
    ),
    (
        "https://s3.cn-north-1.amazonaws.com.cn/data/a.png",
        "amazon",
        "data",
        "a.png",
    ),
    (
        "https://storage.googleapis.com/data/a.png",
        "google",
        "data",
        "a.png",
    ),
    (
        "https://data.storage.googleapis.com/a.png",
        "google",
        "data",
        "a.png",
    ),
    (
        "https://storage.cloud.google.com/data/a.png",
        "google",
        "data",
        "a.png",
    ),
    (
        "https://minio.example/data/a.png",
        "minio.example:443",
        "data",
        "a.png",
    ),
    (
        "http://minio.example:9000/data/a.png",
        "minio.example:9000",
        "data",
        "a.png",
    ),
];

#[test]
fn each_form_of_an_address_is_read() {
    for (text, place, bucket, key) in FORMS_READ {
        let mut found = read(text).unwrap_or_else(|_| panic!("{text}"));
        let address = found.swap_remove(0);
        let told = match &address.place {
            Place::Amazon => "amazon".to_owned(),
            Place::Google => "google".to_owned(),
            Place::Azure { account } => format!("azure {account}"),
            Place::Host { host, port } => format!("{host}:{}", port.unwrap()),
            Place::AzureHost { .. } => "another azure".to_owned(),
        };
        assert_eq!(
            (told.as_str(), address.bucket.as_str(), address.keys[0].as_str()),
            (*place, *bucket, *key),
            "{text}"
        );
    }
}

#[test]
fn a_name_that_was_escaped_or_not_is_tried_both_ways() {
    let found = read("s3://data/a%20b.png").unwrap();
    assert_eq!(found[0].keys, ["a b.png", "a%20b.png"]);
    assert_eq!(found[0].name(), "a b.png");
    assert_eq!(read("s3://data/a.png").unwrap()[0].keys, ["a.png"]);
    assert_eq!(
        read("https://minio.example/data/a%2520b").unwrap()[0].keys,
        ["a%20b"]
    );
}

#[test]
fn another_host_with_azures_protocol_has_the_account_in_its_name_or_in_the_path() {
    let found = read("azure://127.0.0.1:10000/acme/data/a.png").unwrap();
    let at = |account: &str| Place::AzureHost {
        account: account.to_owned(),
        host: "127.0.0.1".to_owned(),
        port: Some(10000),
    };
    assert!(
        found
            .iter()
            .any(|address| address.place == at("acme") && address.bucket == "data")
    );
    let found = read("https://acme.blob.core.chinacloudapi.cn/data/a.png").unwrap();
    assert!(found.iter().any(|address| matches!(&address.place,
        Place::AzureHost { account, .. } if account == "acme")
        && address.bucket == "data"));
}

#[test]
fn what_is_no_address_of_an_object_is_refused() {
    for bad in [
        "",
        "s3://",
        "s3://data",
        "s3://data/",
        "s3:///a",
        "data/a.png",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://host/a/b",
        "s3://user@host:9000/data/a",
        "s3://a b/c",
        "gs://data",
        "azure://acme/",
        "azure://acme.blob.core.windows.net/data",
        "azure://a@b/c/d",
        "azure://a#b/c/d",
        "azure://a?b/c/d",
        "https://u:p@minio.example/data/a",
        "https://minio.example/",
        "https://minio.example/data",
        "https://ec2.amazonaws.com/data/a",
        "s3://data/a\nb",
        "s3://data/a\0",
        "s3://host:99999/data/a",
    ] {
        assert!(read(bad).is_err(), "{bad:?}: {:?}", read(bad));
    }
    assert!(read(&format!("s3://data/{}", "a".repeat(1025))).is_err());
}
