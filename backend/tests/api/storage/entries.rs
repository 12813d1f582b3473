//! Keeping entries: adding, listing, changing and removing them.

use serde_json::json;
use shared::{
    account::ExportMe,
    contract::Endpoint as _,
    server_users::{DeleteServerUser, OneServerUser},
    storage::{
        ChangeStorageEntry, CreateStorageEntry, DeleteStorageEntry, GetStorageEntry, ListStorageEntries,
        NewStorageEntry, StorageEntryChange, StorageProvider, TestStorageEntry,
    },
};
use testkit::{As, TestApp};

use super::{
    add, at, secret, sentence, server,
    servers::{KEY, SECRET, TOKEN},
    wanted,
};

#[actix_web::test]
async fn r026_several_entries_are_kept_added_and_removed() {
    let app = server().await;
    let ann = app.person("ann");
    let first = add(&app, &ann, wanted()).await;
    let second = NewStorageEntry {
        bucket: String::new(),
        token: Some(secret(TOKEN)),
        region: Some("eu-central-1".to_owned()),
        host: None,
        ..wanted()
    };
    let second = add(&app, &ann, second).await;
    assert_eq!(
        (first.bucket.as_str(), first.key.as_str(), first.has_token),
        ("data", KEY, false)
    );
    assert_eq!(
        (second.region.as_deref(), second.has_token),
        (Some("eu-central-1"), true)
    );
    let listed = app.call::<ListStorageEntries>(&ann, (), (), ()).await.reply();
    assert_eq!(
        (listed.total, listed.items),
        (2, vec![first.clone(), second.clone()])
    );
    assert_eq!(
        app.call::<DeleteStorageEntry>(&ann, at(first.id), (), ())
            .await
            .status,
        204
    );
    let listed = app.call::<ListStorageEntries>(&ann, (), (), ()).await.reply();
    assert_eq!(listed.items, [second]);
    assert_eq!(
        app.call::<GetStorageEntry>(&ann, at(first.id), (), ())
            .await
            .status,
        404
    );
    assert_eq!(
        app.call::<DeleteStorageEntry>(&ann, at(first.id), (), ())
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn r021_to_r025_each_field_is_checked_and_everything_wrong_is_said_at_once() {
    let app = server().await;
    let ann = app.person("ann");
    let bad =
        json!({"bucket": "s3://x", "key": "", "secret": "a b", "region": "EU!", "host": "http://u:p@h/x"});
    let request = app.request("POST", CreateStorageEntry::PATH, &ann).set_json(bad);
    let answer = app.raw(request).await;
    assert_eq!(answer.status, 422);
    let mut fields: Vec<String> = answer
        .problem()
        .errors
        .into_iter()
        .map(|fault| fault.pointer)
        .collect();
    fields.sort();
    assert_eq!(fields, ["/bucket", "/host", "/key", "/region", "/secret"]);
    let more = json!({"key": KEY, "secret": SECRET, "owner": "x"});
    let request = app.request("POST", CreateStorageEntry::PATH, &ann).set_json(more);
    assert_eq!(app.raw(request).await.status, 422, "an unknown field");
}

#[actix_web::test]
async fn a_change_keeps_what_is_not_sent_and_wants_the_secret_again_elsewhere() {
    let app = server().await;
    let ann = app.person("ann");
    let entry = add(&app, &ann, wanted()).await;
    let change = async |change: StorageEntryChange| {
        app.call::<ChangeStorageEntry>(&ann, at(entry.id), (), change)
            .await
    };
    let region = StorageEntryChange {
        region: Some(Some("us-east-1".to_owned())),
        ..StorageEntryChange::default()
    };
    let changed = change(region.clone()).await.reply();
    assert_eq!(
        (changed.region.as_deref(), changed.host.clone()),
        (Some("us-east-1"), entry.host.clone())
    );
    let tested = app
        .call::<TestStorageEntry>(&ann, at(entry.id), (), ())
        .await
        .reply();
    assert!(tested.works, "the secret is the one from before: {tested:?}");
    let journalled = app.journal().len();
    change(region).await.reply();
    assert_eq!(app.journal().len(), journalled, "nothing was changed");
    for moved in [
        json!({"host": "evil.example"}),
        json!({"host": null}),
        json!({"key": "AKIAOTHER"}),
        json!({"provider": "gcs"}),
    ] {
        let refused = change(serde_json::from_value(moved.clone()).unwrap()).await;
        assert!(
            sentence(&refused.problem(), "/secret").contains("secret again"),
            "{moved}"
        );
    }
    let moved = StorageEntryChange {
        host: Some(None),
        secret: Some(secret("another")),
        ..StorageEntryChange::default()
    };
    assert_eq!(change(moved).await.reply().host, None);
}

#[actix_web::test]
async fn a_change_to_what_somebody_changed_meanwhile_is_refused() {
    let app = server().await;
    let ann = app.person("ann");
    let entry = add(&app, &ann, wanted()).await;
    let path = format!("/api/v1/me/storage/{}", entry.id);
    let seen = app.raw(app.request("GET", &path, &ann)).await;
    let tag = seen.header("etag").unwrap().to_owned();
    let change = |body: serde_json::Value| {
        app.request("PATCH", &path, &ann)
            .insert_header(("if-match", tag.clone()))
            .set_json(body)
    };
    assert_eq!(app.raw(change(json!({"bucket": "other"}))).await.status, 200);
    let late = app.raw(change(json!({"bucket": "third"}))).await;
    assert_eq!((late.status, late.code()), (412, "changed_meanwhile"));
}

#[actix_web::test]
async fn there_is_an_end_to_how_many_entries_one_has() {
    let app = server().await;
    let ann = app.person("ann");
    for _ in 0..100 {
        add(&app, &ann, wanted()).await;
    }
    let refused = app.call::<CreateStorageEntry>(&ann, (), (), wanted()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (409, "too_many_storage_entries")
    );
    assert_eq!(
        app.call::<ListStorageEntries>(&ann, (), (), ())
            .await
            .reply()
            .items
            .len(),
        100
    );
    let bob = app.person("bob");
    add(&app, &bob, wanted()).await;
}

#[actix_web::test]
async fn entries_are_their_owners_alone_and_no_keys_business() {
    let app = server().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let entry = add(&app, &ann, wanted()).await;
    app.member(ann.workspace, &bob, shared::permission::Role::Admin);
    let nothing = StorageEntryChange::default();
    for who in [As::from(&bob), As::from(&app.set_up())] {
        let all = [
            app.call::<GetStorageEntry>(who.clone(), at(entry.id), (), ())
                .await
                .status,
            app.call::<ChangeStorageEntry>(who.clone(), at(entry.id), (), nothing.clone())
                .await
                .status,
            app.call::<TestStorageEntry>(who.clone(), at(entry.id), (), ())
                .await
                .status,
            app.call::<DeleteStorageEntry>(who.clone(), at(entry.id), (), ())
                .await
                .status,
        ];
        assert_eq!(all, [404; 4], "{who:?}");
        assert_eq!(
            app.call::<ListStorageEntries>(who, (), (), ())
                .await
                .reply()
                .total,
            0
        );
    }
    let key = app.key(&ann, ann.workspace);
    for who in [As::from(&key), app.bearer(&key)] {
        let codes = [
            app.call::<ListStorageEntries>(who.clone(), (), (), ())
                .await
                .code()
                .to_owned(),
            app.call::<CreateStorageEntry>(who.clone(), (), (), wanted())
                .await
                .code()
                .to_owned(),
            app.call::<TestStorageEntry>(who, at(entry.id), (), ())
                .await
                .code()
                .to_owned(),
        ];
        assert_eq!(codes, ["in_person_only"; 3]);
    }
}

#[actix_web::test]
async fn own_entries_are_in_the_file_of_ones_own_data_without_secrets() {
    let app = server().await;
    let ann = app.person("ann");
    let entry = add(
        &app,
        &ann,
        NewStorageEntry {
            token: Some(secret(TOKEN)),
            ..wanted()
        },
    )
    .await;
    add(&app, &app.person("bob"), wanted()).await;
    let file = app.raw(app.request("GET", ExportMe::PATH, &ann)).await;
    let entries = &file.json()["storage_entries"];
    assert_eq!(*entries, json!([entry]));
    assert!(!file.text().contains(SECRET) && !file.text().contains(TOKEN));
}

#[actix_web::test]
async fn a_deleted_accounts_entries_are_gone() {
    let app = TestApp::start().await;
    let operator = app.set_up();
    let ann = app.person("ann");
    add(&app, &ann, wanted()).await;
    let path = OneServerUser { user_id: ann.id };
    let deleted = app.call::<DeleteServerUser>(&operator, path, (), ()).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    let left: i64 = app.db(|conn| {
        use diesel::prelude::*;
        db::schema::storage_entries::table.count().get_result(conn)
    });
    assert_eq!(left, 0);
}

#[actix_web::test]
async fn what_a_provider_does_not_have_is_refused() {
    let app = server().await;
    let ann = app.person("ann");
    let azure = NewStorageEntry {
        provider: StorageProvider::Azure,
        key: "acme#@evil.example".to_owned(),
        secret: secret("no key"),
        host: None,
        ..wanted()
    };
    let refused = app
        .call::<CreateStorageEntry>(&ann, (), (), azure)
        .await
        .problem();
    let fields: Vec<_> = refused
        .errors
        .iter()
        .map(|fault| fault.pointer.as_str())
        .collect();
    assert_eq!(fields, ["/key", "/secret"]);
}
