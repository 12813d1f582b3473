//! Azure Blob Storage, against Azurite: account keys sign addresses, and shared access signatures never leave the server.

use shared::{
    contract::url,
    storage::{LoadObject, NewStorageEntry, ObjectKind, StorageProvider},
    workspaces::InWorkspace,
};
use testkit::TestApp;

use super::{
    add, preview, secret, sentence,
    servers::{ACCOUNT, Azure, PAGE, account_key, load, shared_signature},
    set_clock, tested,
};

const FAR: &str = "2099-01-01T00:00:00Z";

fn entry(azure: &Azure, secret_text: &str) -> NewStorageEntry {
    NewStorageEntry {
        provider: StorageProvider::Azure,
        bucket: "data".to_owned(),
        key: ACCOUNT.to_owned(),
        secret: secret(secret_text),
        token: None,
        region: None,
        host: Some(format!("http://{}", azure.host)),
    }
}

async fn server(azure: &Azure) -> TestApp {
    let app = TestApp::with(|config| {
        config.public_url = Some("http://localhost:8080".parse().unwrap());
        config.storage.allowed_private_hosts = vec![azure.host.clone()];
    })
    .await;
    set_clock(&app);
    app
}

#[actix_web::test]
async fn r023_azure_lets_account_keys_and_shared_access_signatures_in_and_says_why_not() {
    let Some(azure) = Azure::start() else { return };
    let app = server(&azure).await;
    let ann = app.person("ann");
    let (key, given) = (account_key(), shared_signature("rl", FAR));
    for bucket in ["data", ""] {
        for secret in [&key, &given, &format!("?{given}")] {
            let entry = NewStorageEntry {
                bucket: bucket.to_owned(),
                ..entry(&azure, secret)
            };
            let found = tested(&app, &ann, entry).await;
            assert!(found.works, "{bucket}: {found:?}");
        }
    }
    let other_key = key.replacen('A', "B", 1);
    let past = shared_signature("rl", "2020-01-01T00:00:00Z");
    let table: [(&str, String, Option<&str>); 6] = [
        ("does not belong to this account", other_key, None),
        ("expired on 2020-01-01", past, None),
        (
            "does not accept the shared access signature",
            given.replace("sp=rl", "sp=rwl"),
            None,
        ),
        ("no container `nowhere`", key.clone(), Some("nowhere")),
        ("does not let it list", shared_signature("r", FAR), None),
        ("no container `nowhere`", given.clone(), Some("nowhere")),
    ];
    for (why, secret, bucket) in table {
        let mut entry = entry(&azure, &secret);
        if let Some(bucket) = bucket {
            entry.bucket = bucket.to_owned();
        }
        let found = tested(&app, &ann, entry).await;
        assert!(!found.works && found.message.contains(why), "{why}: {found:?}");
    }
}

#[actix_web::test]
async fn n16_azure_addresses_are_signed_with_the_account_key_and_say_how_to_answer() {
    let Some(azure) = Azure::start() else { return };
    let app = server(&azure).await;
    let ann = app.person("ann");
    add(&app, &ann, entry(&azure, &account_key())).await;
    let address = |name: &str| format!("azure://{}/{ACCOUNT}/data/{name}", azure.host);
    let found = preview(&app, &ann, &address("a%20b/page.html")).await.reply();
    assert_eq!((found.kind, found.bytes), (ObjectKind::Html, PAGE.len() as u64));
    let loaded = load(&found.url);
    assert_eq!((loaded.status, loaded.body.as_slice()), (200, PAGE.as_bytes()));
    // It was stored as a page.
    assert!(
        loaded.head.contains("content-type: application/octet-stream"),
        "{}",
        loaded.head
    );
    assert!(
        loaded
            .head
            .contains("content-disposition: attachment; filename=\"page.html\""),
        "{}",
        loaded.head
    );
    for (from, to) in [
        ("a%20b/page.html", "sample.png"),
        ("octet-stream", "x-html"),
        ("attachment", "inline"),
        ("sp=r", "sp=rw"),
    ] {
        assert!(found.url.contains(from), "{}", found.url);
        assert_eq!(load(&found.url.replacen(from, to, 1)).status, 403, "{to}");
    }
    let missing = preview(&app, &ann, &address("nothing.png")).await;
    assert!(sentence(&missing.problem(), "/url").contains("no such object"));
}

#[actix_web::test]
async fn n16_a_shared_access_signature_never_reaches_the_browser() {
    let Some(azure) = Azure::start() else { return };
    let app = server(&azure).await;
    let ann = app.person("ann");
    let given = shared_signature("r", FAR);
    add(&app, &ann, entry(&azure, &given)).await;
    let answer = preview(
        &app,
        &ann,
        &format!("azure://{}/{ACCOUNT}/data/sample.png", azure.host),
    )
    .await;
    let signature = given.rsplit_once("sig=").unwrap().1;
    assert!(!answer.text().contains(signature) && !answer.text().contains("sig="));
    let found = answer.reply();
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    assert!(found.url.starts_with(&url::<LoadObject>(&path)), "{}", found.url);
    let loaded = app.raw(app.request("GET", &found.url, &ann)).await;
    assert_eq!(
        (loaded.status, loaded.body.as_ref()),
        (200, b"\x89PNG blob".as_slice())
    );
    assert!(!format!("{:?}", loaded.headers).contains(signature));
}
