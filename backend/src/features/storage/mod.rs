//! Web App Cloud Access: people's keys to cloud storage, and objects that the server reads with them for their browsers.
//! Secrets are sealed, opened for one call, and never sent back.

mod address;
mod changes;
mod kinds;
mod objects;
mod probe;
mod reasons;
mod rules;
mod signing;
pub(crate) mod store;

use secrets::{keys::InstanceKeys, seal};
use shared::{
    contract::url,
    error::ErrorCode,
    ids::StorageEntryId,
    page::Page,
    storage::{
        ChangeStorageEntry, CreateStorageEntry, DeleteStorageEntry, GetStorageEntry, ListStorageEntries,
        LoadObject, OneStorageEntry, PreviewObject, ShowObject, StorageEntry, TestStorageEntry,
    },
};

use self::{changes::Sealed, signing::Access, store::EntryRow};
use crate::{
    error::AppError,
    http::{Ctx, Mount, content::serve_content, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListStorageEntries, list),
        serve(CreateStorageEntry, create),
        serve(GetStorageEntry, get),
        serve(ChangeStorageEntry, change),
        serve(DeleteStorageEntry, delete),
        serve(TestStorageEntry, probe::test),
        serve(PreviewObject, objects::preview),
        serve_content(ShowObject, objects::PAGES, objects::show),
        serve_content(LoadObject, kinds::MEDIA, objects::load),
    ]
}

async fn list(ctx: Ctx<ListStorageEntries>) -> Result<Page<StorageEntry>, AppError> {
    let rows = ctx.read(|conn, own| Ok(store::all(conn, own)?)).await?;
    Ok(Page::whole(rows.into_iter().map(StorageEntry::from).collect()))
}

async fn get(ctx: Ctx<GetStorageEntry>) -> Result<StorageEntry, AppError> {
    let id = ctx.path.storage_entry_id;
    let row = ctx
        .read_brief(move |conn, own| Ok(store::by_id(conn, own, id)?))
        .await?;
    Ok(row.into())
}

async fn create(ctx: Ctx<CreateStorageEntry>) -> Result<StorageEntry, AppError> {
    let (id, wanted) = (StorageEntryId(ctx.new_id()), ctx.body.clone());
    let sealed = Sealed::new(ctx.keys(), id, Some(&wanted.secret), wanted.token.as_ref())?;
    let made = ctx
        .write(move |tx, own| changes::create(tx, own, &wanted, sealed))
        .await?;
    ctx.located(url::<GetStorageEntry>(&OneStorageEntry { storage_entry_id: id }));
    Ok(made)
}

async fn change(ctx: Ctx<ChangeStorageEntry>) -> Result<StorageEntry, AppError> {
    let (id, wanted, matches) = (ctx.path.storage_entry_id, ctx.body.clone(), ctx.match_check());
    let token = wanted.token.as_ref().and_then(Option::as_ref);
    let sealed = Sealed::new(ctx.keys(), id, wanted.secret.as_ref(), token)?;
    ctx.write(move |tx, own| changes::change(tx, own, &wanted, sealed, matches))
        .await
}

async fn delete(ctx: Ctx<DeleteStorageEntry>) -> Result<(), AppError> {
    let id = ctx.path.storage_entry_id;
    ctx.write(move |tx, own| changes::remove(tx, own, id)).await
}

/// An entry with its secrets open.
fn open(keys: &InstanceKeys, row: EntryRow) -> Result<Access, AppError> {
    let id: StorageEntryId = row.id.into();
    let text = |place: String, sealed: &str| {
        seal::open_text(keys, &place, sealed).map_err(|fault| {
            tracing::error!(%fault, entry = %id, "a storage entry cannot be opened");
            AppError::from(ErrorCode::ContentUnreadable)
        })
    };
    let token = row.sealed_token.as_deref();
    Ok(Access {
        secret: text(store::secret_place(id), &row.sealed_secret)?,
        token: token
            .map(|token| text(store::token_place(id), token))
            .transpose()?,
        provider: row.provider.into(),
        bucket: row.bucket,
        key: row.access_key,
        region: row.region,
        host: row.host,
    })
}
