//! Testing an entry: the storage says why it does not let in, and the sentence says what to do.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use shared::storage::{NewStorageEntry, StorageProvider, StorageTest, TestStorageEntry};

use super::{
    add, at, secret, server,
    servers::{ABROAD_KEY, READER_KEY, SESSION_KEY, TOKEN},
    tested, wanted,
};

#[actix_web::test]
async fn r020_a_right_entry_works_for_one_bucket_and_for_all() {
    let app = server().await;
    let ann = app.person("ann");
    let one = tested(&app, &ann, wanted()).await;
    assert_eq!(
        one,
        StorageTest {
            works: true,
            message: "The storage lets this entry into the bucket `data`.".to_owned()
        }
    );
    for (bucket, provider) in [
        ("empty", StorageProvider::S3),
        ("", StorageProvider::S3),
        ("data", StorageProvider::Gcs),
    ] {
        let entry = NewStorageEntry {
            provider,
            bucket: bucket.to_owned(),
            ..wanted()
        };
        let found = tested(&app, &ann, entry).await;
        assert!(found.works, "{bucket}: {found:?}");
    }
}

#[actix_web::test]
async fn a_test_tells_why_an_entry_does_not_let_in() {
    type Spoilt = fn(&mut NewStorageEntry);
    let app = server().await;
    let ann = app.person("ann");
    let table: [(&str, Spoilt); 10] = [
        ("does not know this key", |entry| {
            entry.key = "AKIANOBODY".to_owned();
        }),
        ("secret does not belong to this key", |entry| {
            entry.secret = secret("wrong");
        }),
        ("no bucket `nowhere`", |entry| entry.bucket = "nowhere".to_owned()),
        ("does not let it list", |entry| entry.key = READER_KEY.to_owned()),
        ("in the region `eu-west-1`", |entry| {
            entry.key = ABROAD_KEY.to_owned();
        }),
        ("session token does not belong", |entry| {
            entry.key = SESSION_KEY.to_owned();
        }),
        ("does not resolve", |entry| {
            entry.host = Some("storage.invalid".to_owned());
        }),
        ("private network", |entry| {
            entry.host = Some("http://127.0.0.1:9".to_owned());
        }),
        ("storage.allowed_private_hosts", |entry| {
            entry.host = Some("localhost:9000".to_owned());
        }),
        // The storage on this machine, which speaks no TLS.
        ("No safe connection", |entry| {
            entry.host = entry.host.take().map(|host| host.replace("http://", ""));
        }),
    ];
    for (why, change) in table {
        let mut entry = wanted();
        change(&mut entry);
        let found = tested(&app, &ann, entry).await;
        assert!(!found.works && found.message.contains(why), "{why}: {found:?}");
    }
}

#[actix_web::test]
async fn p02_a_temporary_key_works_with_its_token_and_in_its_region() {
    let app = server().await;
    let ann = app.person("ann");
    let session = NewStorageEntry {
        key: SESSION_KEY.to_owned(),
        token: Some(secret(TOKEN)),
        ..wanted()
    };
    assert!(tested(&app, &ann, session.clone()).await.works);
    let stale = NewStorageEntry {
        token: Some(secret("stale")),
        ..session
    };
    assert!(!tested(&app, &ann, stale).await.works);
    let abroad = NewStorageEntry {
        key: ABROAD_KEY.to_owned(),
        region: Some("eu-west-1".to_owned()),
        ..wanted()
    };
    assert!(tested(&app, &ann, abroad).await.works);
    let reader = NewStorageEntry {
        key: READER_KEY.to_owned(),
        bucket: String::new(),
        ..wanted()
    };
    let found = tested(&app, &ann, reader).await;
    assert!(found.works && found.message.contains("name one"), "{found:?}");
}

#[actix_web::test]
async fn clocks_that_differ_are_named_as_the_cause() {
    for minutes in [-60, 60] {
        let app = server().await;
        app.clock.advance(TimeDelta::minutes(minutes));
        let ann = app.person("ann");
        let found = tested(&app, &ann, wanted()).await;
        assert!(
            !found.works && found.message.contains("clock"),
            "{minutes}: {found:?}"
        );
    }
}

#[actix_web::test]
async fn a_storage_that_says_nothing_is_waited_for_ten_seconds_at_most() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let app =
        testkit::TestApp::with(|config| config.storage.allowed_private_hosts = vec![host.clone()]).await;
    let ann = app.person("ann");
    let entry = NewStorageEntry {
        host: Some(format!("http://{host}")),
        ..wanted()
    };
    let entry = add(&app, &ann, entry).await;
    let begun = Instant::now();
    let found = app
        .call::<TestStorageEntry>(&ann, at(entry.id), (), ())
        .await
        .reply();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(!found.works && found.message.contains("in time"), "{found:?}");
}

#[actix_web::test]
async fn attack_43_no_private_host_is_tested_however_it_is_written() {
    let app = testkit::TestApp::start().await;
    let ann = app.person("ann");
    for host in [
        "127.0.0.1",
        "127.0.0.1:22",
        "http://127.1",
        "http://0x7f000001",
        "http://2130706433",
        "http://017700000001",
        "0.0.0.0",
        "http://0",
        "10.0.0.1",
        "10.255.255.255:9000",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",
        "http://169.254.169.254:80",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]:9000",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[ff02::1]",
        "[2002:7f00:1::]",
        "[64:ff9b::a9fe:a9fe]",
        "[2001:0:7f00:1::]",
        // Names that lead there.
        "localhost",
        "http://localhost:6379",
    ] {
        for provider in StorageProvider::ALL {
            let is_azure = provider == StorageProvider::Azure;
            let entry = NewStorageEntry {
                provider,
                key: if is_azure { "acme" } else { "AKIA1" }.to_owned(),
                secret: secret("sv=2021-12-02&sig=x"),
                host: Some(host.to_owned()),
                ..wanted()
            };
            let found = tested(&app, &ann, entry).await;
            assert!(
                !found.works && found.message.contains("private network"),
                "{host}: {found:?}"
            );
        }
        // As many as one account may have are soon there.
        let listed = app
            .call::<shared::storage::ListStorageEntries>(&ann, (), (), ())
            .await
            .reply();
        for entry in listed.items {
            app.call::<shared::storage::DeleteStorageEntry>(&ann, at(entry.id), (), ())
                .await;
        }
    }
}

/// Run again as a process of its own with the variables by which clouds give machines credentials and proxies.
#[actix_web::test]
async fn attack_43_nothing_of_the_servers_own_environment_is_used() {
    const INNER: &str = "CLEARANCE_TEST_IN_A_CLOUD";
    if std::env::var_os(INNER).is_some() {
        let app = server().await;
        let ann = app.person("ann");
        assert!(
            tested(&app, &ann, wanted()).await.works,
            "a proxy or an endpoint was believed"
        );
        let without = NewStorageEntry {
            key: "AKIANOBODY".to_owned(),
            secret: secret("wrong"),
            ..wanted()
        };
        let found = tested(&app, &ann, without).await;
        assert!(!found.works, "the machine's own key was used: {found:?}");
        return;
    }
    let nowhere = "http://127.0.0.1:9";
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again
        .args([
            "--exact",
            "storage::access::attack_43_nothing_of_the_servers_own_environment_is_used",
        ])
        .env(INNER, "yes");
    for name in [
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ] {
        again.env(name, nowhere);
    }
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", super::servers::KEY),
        ("AWS_SECRET_ACCESS_KEY", super::servers::SECRET),
        ("AWS_SESSION_TOKEN", "x"),
        ("AWS_ENDPOINT_URL", nowhere),
        ("AWS_REGION", "mars-1"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "acme"),
        ("AZURE_STORAGE_ACCOUNT_KEY", "AAAA"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere"),
        ("NO_PROXY", ""),
    ] {
        again.env(name, value);
    }
    let ended = again.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
}
