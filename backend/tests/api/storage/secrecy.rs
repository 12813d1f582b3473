//! Secrets come in and never go out: in no answer, no journal, no table, in no form.

use db::schema::storage_entries;
use diesel::prelude::*;
use serde_json::json;
use shared::storage::{
    ChangeStorageEntry, CreateStorageEntry, GetStorageEntry, ListStorageEntries, NewStorageEntry,
    StorageEntryChange, TestStorageEntry,
};

use super::{
    at, in_s3, preview, secret, server,
    servers::{SECRET, TOKEN},
    wanted,
};
use crate::dump::{assert_holds_none, dump, files, forms};

#[actix_web::test]
async fn r021_no_secret_of_an_entry_is_in_any_answer_journal_or_table() {
    let app = server().await;
    let ann = app.person("ann");
    let mut seen = String::new();
    let entry = NewStorageEntry {
        token: Some(secret(TOKEN)),
        ..wanted()
    };
    let made = app.call::<CreateStorageEntry>(&ann, (), (), entry).await;
    seen += &made.text();
    seen = format!("{seen}{:?}", made.headers);
    let id = made.reply().id;
    let change = StorageEntryChange {
        secret: Some(secret(SECRET)),
        token: Some(Some(secret(TOKEN))),
        ..StorageEntryChange::default()
    };
    seen += &app
        .call::<ChangeStorageEntry>(&ann, at(id), (), change)
        .await
        .text();
    seen += &app.call::<GetStorageEntry>(&ann, at(id), (), ()).await.text();
    seen += &app.call::<ListStorageEntries>(&ann, (), (), ()).await.text();
    seen += &app.call::<TestStorageEntry>(&ann, at(id), (), ()).await.text();
    // A change that is refused, with the secret in it.
    let bad = json!({"secret": format!("{SECRET} {SECRET}"), "token": format!("{TOKEN}\n"), "x": SECRET});
    let path = format!("/api/v1/me/storage/{id}");
    seen += &app
        .raw(app.request("PATCH", &path, &ann).set_json(&bad))
        .await
        .text();
    let bad = json!({"secret": format!("{SECRET} {SECRET}")});
    seen += &app
        .raw(app.request("PATCH", &path, &ann).set_json(&bad))
        .await
        .text();
    seen += &app
        .raw(app.request("GET", "/api/v1/me/export", &ann))
        .await
        .text();
    seen = format!("{seen}{:?}", app.journal());
    let kept = app
        .request("POST", "/api/v1/me/storage", &ann)
        .insert_header(("idempotency-key", "once"));
    seen += &app.raw(kept.set_json(wanted())).await.text();
    // The address of an object holds the token, as that of any client does, and never the secret.
    let url = preview(&app, &ann, &in_s3("data/sample.png")).await.text();
    for form in forms(SECRET) {
        assert!(!seen.contains(&form) && !url.contains(&form), "{form}");
    }
    for form in forms(TOKEN) {
        assert!(!seen.contains(&form), "{form}");
    }
    let stored: Vec<String> = app.db(|conn| {
        storage_entries::table
            .select(storage_entries::sealed_secret)
            .load(conn)
    });
    assert!(
        stored.len() == 2 && stored.iter().all(|secret| secret.starts_with("v1.")),
        "{stored:?}"
    );
    assert_holds_none("a table", dump(&app).as_bytes(), &[SECRET, TOKEN]);
    assert_holds_none("a file", &files(&app), &[SECRET, TOKEN]);
}

#[actix_web::test]
async fn a_sealed_secret_moved_to_another_entry_opens_nothing() {
    let app = server().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let hers = app
        .call::<CreateStorageEntry>(&ann, (), (), wanted())
        .await
        .reply();
    let his = app
        .call::<CreateStorageEntry>(&bob, (), (), wanted())
        .await
        .reply();
    let id = |id| storage_entries::id.eq(db::columns::StorageEntryId(id));
    app.change(|conn| {
        let sealed: String = storage_entries::table
            .filter(id(hers.id))
            .select(storage_entries::sealed_secret)
            .first(conn)?;
        diesel::update(storage_entries::table.filter(id(his.id)))
            .set(storage_entries::sealed_secret.eq(sealed))
            .execute(conn)
    });
    let refused = app.call::<TestStorageEntry>(&bob, at(his.id), (), ()).await;
    assert_eq!((refused.status, refused.code()), (500, "content_unreadable"));
}

#[actix_web::test]
async fn changes_of_entries_are_journalled_without_their_secrets() {
    let app = server().await;
    let ann = app.person("ann");
    let made = app
        .call::<CreateStorageEntry>(&ann, (), (), wanted())
        .await
        .reply();
    let change = StorageEntryChange {
        secret: Some(secret("another")),
        ..StorageEntryChange::default()
    };
    app.call::<ChangeStorageEntry>(&ann, at(made.id), (), change)
        .await
        .reply();
    app.call::<shared::storage::DeleteStorageEntry>(&ann, at(made.id), (), ())
        .await;
    let told: Vec<_> = app
        .journal()
        .into_iter()
        .filter(|row| row.subject_kind == "storage_entry")
        .map(|row| (row.chain, row.action, row.subject_id, row.before, row.after))
        .collect();
    let host = made.host.unwrap();
    let kept = |more: &str| {
        let key = super::servers::KEY;
        Some(format!(
            "{{\"provider\":\"s3\",\"bucket\":\"data\",\"key\":\"{key}\",\"has_token\":false,\"region\":null,\
             \"host\":\"{host}\"{more}}}"
        ))
    };
    let line = |action: &str, before, after| {
        (
            "server".to_owned(),
            action.to_owned(),
            made.id.to_string(),
            before,
            after,
        )
    };
    assert_eq!(
        told,
        [
            line("storage.create", None, kept("")),
            line("storage.change", kept(""), kept(",\"new_secret\":true")),
            line("storage.delete", kept(""), None),
        ]
    );
}
