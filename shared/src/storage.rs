//! Web App Cloud Access: with which keys this server reads cloud storage for one's browser. Secrets come in and never go out:
//! the browser gets short-lived signed addresses.

pub mod entry;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    contract::Foreign,
    endpoint,
    ids::StorageEntryId,
    page::Page,
    text::{SecretText, sent},
    workspaces::InWorkspace,
};

endpoint!(
    /// One's entries, the oldest first.
    ListStorageEntries = reads Get "/api/v1/me/storage", in_person, path (), query (), body () => Page<StorageEntry>);
endpoint!(
    /// Adds an entry.
    CreateStorageEntry = creates Post "/api/v1/me/storage", in_person, path (), query (), body NewStorageEntry => StorageEntry);
endpoint!(
    /// One entry.
    GetStorageEntry = reads Get "/api/v1/me/storage/{storage_entry_id}", in_person, path OneStorageEntry, query (),
    body () => StorageEntry);
endpoint!(
    /// Changes an entry. What is not sent stays, also the secret; with another host, key or provider the secret must be sent
    /// again, and the token belongs to what was and goes.
    ChangeStorageEntry = changes Patch "/api/v1/me/storage/{storage_entry_id}", in_person, path OneStorageEntry, query (),
    body StorageEntryChange => StorageEntry);
endpoint!(
    /// Removes an entry.
    DeleteStorageEntry = changes Delete "/api/v1/me/storage/{storage_entry_id}", in_person, path OneStorageEntry, query (),
    body () => ());
endpoint!(
    /// Asks the storage whether an entry lets in, and says why if it does not.
    TestStorageEntry = changes Post "/api/v1/me/storage/{storage_entry_id}/test", in_person, path OneStorageEntry, query (),
    body () => StorageTest);
endpoint!(
    /// Finds the entry for an object's address, one's own or one of a group's vault, and makes an address from which the browser
    /// loads it for five minutes: a signed one of the storage, or one of this server where the storage can sign none.
    PreviewObject = changes Post "/api/v1/workspaces/{workspace_id}/objects/preview", in_person needs WorkspaceRead,
    path InWorkspace, query (), body ObjectAddress => ObjectPreview);
endpoint!(
    /// The first part of an HTML object, in a sandbox: without scripts if one's preferences say so.
    ShowObject = reads Get "/api/v1/workspaces/{workspace_id}/objects/page", in_person needs WorkspaceRead,
    path InWorkspace, query ObjectAddress, body () => Foreign);
endpoint!(
    /// An object itself, for browsers that its storage cannot hand it to: with a shared access signature, which must not leave
    /// this server, and from a storage without TLS.
    LoadObject = reads Get "/api/v1/workspaces/{workspace_id}/objects/content", in_person needs WorkspaceRead,
    path InWorkspace, query ObjectAddress, body () => Foreign);

/// Path of one entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneStorageEntry {
    /// Which.
    pub storage_entry_id: StorageEntryId,
}

/// Whose protocol a storage speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StorageProvider {
    /// Amazon S3, or with a host what is compatible with it.
    #[default]
    S3,
    /// Azure Blob Storage: the key is the account's name, the secret its key or a shared access signature.
    Azure,
    /// Google Cloud Storage with an HMAC key.
    Gcs,
}

impl StorageProvider {
    /// Every provider.
    pub const ALL: [Self; 3] = [Self::S3, Self::Azure, Self::Gcs];

    /// The provider as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Azure => "azure",
            Self::Gcs => "gcs",
        }
    }
}

/// An entry without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StorageEntry {
    /// Which.
    pub id: StorageEntryId,
    /// Whose protocol.
    pub provider: StorageProvider,
    /// Bucket or container; empty for every one that the key opens.
    pub bucket: String,
    /// Access key, or the name of an Azure account.
    pub key: String,
    /// Whether there is a session token.
    pub has_token: bool,
    /// Region.
    pub region: Option<String>,
    /// Host with port if it has one, of what is not the provider's own.
    pub host: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a new entry is to be. Also the form of the entries in a vault for storage.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewStorageEntry {
    /// Whose protocol; S3 unless said.
    #[serde(default)]
    pub provider: StorageProvider,
    /// Bucket or container; empty for every one that the key opens.
    #[serde(default)]
    pub bucket: String,
    /// Access key, or the name of an Azure account.
    pub key: String,
    /// Secret key, account key, or shared access signature.
    pub secret: SecretText,
    /// Session token of temporary S3 keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretText>,
    /// Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Host with port if it has one, or `http://` and that where there is no TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// What may change in an entry.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StorageEntryChange {
    /// Another provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<StorageProvider>,
    /// Another bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Another access key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Another secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretText>,
    /// Another token; `null` for none.
    #[serde(default, deserialize_with = "sent", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<SecretText>"))]
    pub token: Option<Option<SecretText>>,
    /// Another region; `null` for none.
    #[serde(default, deserialize_with = "sent", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub region: Option<Option<String>>,
    /// Another host; `null` for the provider's own.
    #[serde(default, deserialize_with = "sent", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub host: Option<Option<String>>,
}

/// What the storage said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StorageTest {
    /// Whether the entry lets in.
    pub works: bool,
    /// A sentence that says what was found, and what to do if it does not work.
    pub message: String,
}

/// Where an object is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectAddress {
    /// As clients write it: `s3://bucket/key`, `s3://host:port/bucket/key`, `azure://account.blob.core.windows.net/container/key`,
    /// `gs://bucket/key`.
    pub url: String,
}

/// How to show an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObjectPreview {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name: the last part of its address.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Loads the object until `expires_at`: signed, or below this server's own address and then without a host.
    pub url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// What an object is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// An image that browsers show.
    Image,
    /// A video that browsers show.
    Video,
    /// Sound that browsers play.
    Audio,
    /// An HTML page.
    Html,
    /// Anything else: a file to save.
    File,
}
