//! What changes entries: rule, seal, query and journal in one transaction. The journal gets no secret, nor whether it is the
//! one from before; only that one was given.

use secrets::{keys::InstanceKeys, seal};
use serde::Serialize;
use shared::{
    error::ErrorCode,
    ids::StorageEntryId,
    storage::{NewStorageEntry, StorageEntry, StorageEntryChange, StorageProvider, entry::Shape},
    text::SecretText,
};

use super::{
    rules::{self, Kept},
    store::{self, EntryRow},
};
use crate::{
    access::OwnAccount,
    audit::{Entry, Tx},
    error::AppError,
    features::account::store as accounts,
};

/// Secrets of an entry as they are stored, sealed before the transaction begins.
#[derive(Debug)]
pub struct Sealed {
    id: StorageEntryId,
    secret: Option<String>,
    token: Option<String>,
}

impl Sealed {
    /// Seals what was sent for the entry `id`.
    pub fn new(
        keys: &InstanceKeys,
        id: StorageEntryId,
        secret: Option<&SecretText>,
        token: Option<&SecretText>,
    ) -> Result<Self, AppError> {
        let sealed = |place: String, text: Option<&SecretText>| {
            text.map(|text| seal::seal(keys, &place, text.expose().as_bytes()))
                .transpose()
                .map_err(|fault| AppError::Internal(fault.into()))
        };
        Ok(Self {
            id,
            secret: sealed(store::secret_place(id), secret)?,
            token: sealed(store::token_place(id), token)?,
        })
    }
}

/// What the journal keeps of an entry.
#[derive(Serialize)]
struct Noted<'a> {
    provider: StorageProvider,
    bucket: &'a str,
    key: &'a str,
    has_token: bool,
    region: Option<&'a str>,
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    new_secret: bool,
}

impl<'a> Noted<'a> {
    fn of(row: &'a EntryRow) -> Self {
        Self {
            provider: row.provider.into(),
            bucket: &row.bucket,
            key: &row.access_key,
            has_token: row.sealed_token.is_some(),
            region: row.region.as_deref(),
            host: row.host.as_deref(),
            new_secret: false,
        }
    }
}

/// Adds an entry.
pub fn create(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    wanted: &NewStorageEntry,
    sealed: Sealed,
) -> Result<StorageEntry, AppError> {
    let shape = wanted.checked().map_err(AppError::Invalid)?;
    // The account first: whoever adds one waits for their turn, and whoever deletes the account for them.
    accounts::locked(tx.conn, own)?;
    if store::count(tx.conn, own)? >= rules::MOST_ENTRIES {
        return Err(ErrorCode::TooManyStorageEntries.into());
    }
    let now = tx.now();
    let secret = sealed
        .secret
        .ok_or_else(|| AppError::bug("an entry without a secret"))?;
    let row = EntryRow {
        id: sealed.id.into(),
        user_id: own.user_id(),
        provider: shape.provider.into(),
        bucket: shape.bucket,
        access_key: shape.key,
        sealed_secret: secret,
        sealed_token: sealed.token,
        region: shape.region,
        host: shape.host,
        created_at: now,
        updated_at: now,
    };
    store::insert(tx.conn, &row)?;
    tx.record(Entry::new("storage.create", "storage_entry", sealed.id).after(&Noted::of(&row)))?;
    Ok(row.into())
}

/// Changes one. `matches` sees it as it is before and may refuse.
pub fn change(
    tx: &mut Tx<'_>,
    own: &OwnAccount,
    wanted: &StorageEntryChange,
    sealed: Sealed,
    matches: impl Fn(&StorageEntry) -> Result<(), AppError>,
) -> Result<StorageEntry, AppError> {
    accounts::locked(tx.conn, own)?;
    let before = store::locked(tx.conn, own, sealed.id)?;
    matches(&before.clone().into())?;
    let (shape, secret, token) = rules::changed(&before.shape(), wanted).map_err(AppError::Invalid)?;
    let new_secret = secret == Kept::Replaced;
    let new_token = token == Kept::Replaced;
    let loses_token = token == Kept::Gone && before.sealed_token.is_some();
    if shape == before.shape() && !new_secret && !new_token && !loses_token {
        tx.needs_no_entry("the entry was so already");
        return Ok(before.into());
    }
    let Shape {
        provider,
        bucket,
        key,
        region,
        host,
    } = shape;
    let after = EntryRow {
        provider: provider.into(),
        bucket,
        access_key: key,
        sealed_secret: sealed.secret.unwrap_or_else(|| before.sealed_secret.clone()),
        sealed_token: match token {
            Kept::AsItWas => before.sealed_token.clone(),
            Kept::Gone => None,
            Kept::Replaced => sealed.token,
        },
        region,
        host,
        updated_at: tx.now(),
        ..before.clone()
    };
    store::update(tx.conn, own, &after)?;
    let noted = Noted {
        new_secret: new_secret || new_token,
        ..Noted::of(&after)
    };
    let entry = Entry::new("storage.change", "storage_entry", sealed.id);
    tx.record(entry.before(&Noted::of(&before)).after(&noted))?;
    Ok(after.into())
}

/// Removes one.
pub fn remove(tx: &mut Tx<'_>, own: &OwnAccount, id: StorageEntryId) -> Result<(), AppError> {
    accounts::locked(tx.conn, own)?;
    let before = store::locked(tx.conn, own, id)?;
    store::remove(tx.conn, own, id)?;
    tx.record(Entry::new("storage.delete", "storage_entry", id).before(&Noted::of(&before)))
}
