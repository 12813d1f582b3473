//! Web App Cloud Access, through HTTP, against storages that check signatures.

#[cfg(test)]
mod access;
#[cfg(test)]
mod azure;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
pub mod servers;
#[cfg(test)]
mod shut_in;
#[cfg(test)]
mod vaults;

use chrono::{DateTime, Utc};
use shared::{
    error::Problem,
    ids::StorageEntryId,
    storage::{
        CreateStorageEntry, NewStorageEntry, ObjectAddress, ObjectPreview, OneStorageEntry, PreviewObject,
        StorageEntry, StorageProvider, StorageTest, TestStorageEntry,
    },
    text::SecretText,
    workspaces::InWorkspace,
};
use testkit::{Answer, Person, TestApp};

use self::servers::{KEY, SECRET, s3};

pub(crate) fn at(storage_entry_id: StorageEntryId) -> OneStorageEntry {
    OneStorageEntry { storage_entry_id }
}

pub(crate) fn secret(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

/// An entry for the bucket `data` of the storage on this machine.
pub(crate) fn wanted() -> NewStorageEntry {
    NewStorageEntry {
        provider: StorageProvider::S3,
        bucket: "data".to_owned(),
        key: KEY.to_owned(),
        secret: secret(SECRET),
        token: None,
        region: None,
        host: Some(format!("http://{}", s3().host)),
    }
}

/// A server whose settings allow the storage on this machine, whose clock is right, and which browsers reach without TLS, so
/// that they reach the storage as well.
pub(crate) async fn server() -> TestApp {
    with_address("http://localhost:8080").await
}

pub(crate) async fn with_address(public: &str) -> TestApp {
    let app = TestApp::with(|config| {
        config.public_url = Some(public.parse().unwrap());
        config.storage.allowed_private_hosts = vec![s3().host.clone()];
    })
    .await;
    set_clock(&app);
    app
}

/// Sets the server's clock to that of the storages.
pub(crate) fn set_clock(app: &TestApp) {
    let now: DateTime<Utc> = std::time::SystemTime::now().into();
    app.clock.advance(now.naive_utc() - testkit::START);
}

pub(crate) async fn add(app: &TestApp, person: &Person, wanted: NewStorageEntry) -> StorageEntry {
    app.call::<CreateStorageEntry>(person, (), (), wanted)
        .await
        .reply()
}

/// What testing an entry tells.
pub(crate) async fn tested(app: &TestApp, person: &Person, wanted: NewStorageEntry) -> StorageTest {
    let entry = add(app, person, wanted).await;
    app.call::<TestStorageEntry>(person, at(entry.id), (), ())
        .await
        .reply()
}

pub(crate) async fn preview(app: &TestApp, person: &Person, url: &str) -> Answer<ObjectPreview> {
    let path = InWorkspace {
        workspace_id: person.workspace,
    };
    let body = ObjectAddress { url: url.to_owned() };
    app.call::<PreviewObject>(person, path, (), body).await
}

/// The address of an object in the storage on this machine.
pub(crate) fn in_s3(path: &str) -> String {
    format!("s3://{}/{path}", s3().host)
}

/// The one sentence about the field `pointer`.
pub(crate) fn sentence(problem: &Problem, pointer: &str) -> String {
    assert_eq!(problem.status, 422, "{problem:?}");
    let [fault] = problem.errors.as_slice() else {
        panic!("{problem:?}");
    };
    assert_eq!(fault.pointer, pointer);
    fault.detail.clone()
}
