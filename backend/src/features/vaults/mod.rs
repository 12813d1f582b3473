//! Configuration vaults: one of each member, and those that administrators write for groups. What clients get of them is
//! `effective`; what is in a text is left to `text`.

pub(crate) mod changes;
pub(crate) mod content;
pub(crate) mod effective;
mod reading;
pub(crate) mod rules;
mod saving;
mod storage;
pub mod store;
mod text;

use shared::{
    contract::url,
    error::ErrorCode,
    ids::VaultId,
    page::Page,
    vaults::{
        ChangePersonalVault, ChangeVault, CheckVault, CreateVault, DeleteVault, DownloadVault,
        GetEffectiveConfiguration, GetPersonalVault, GetVault, GetVaultVersion, ListAppliedVaults,
        ListVaultVersions, ListVaults, MoveVault, OneVault, PersonalVault, RestoreVaultVersion, Vault,
        VaultReport, VaultWithContent,
    },
};

use crate::{
    error::AppError,
    http::{Ctx, Mount, download::serve_download, serve},
    threads::blocking,
};

/// The endpoints of this feature. Those whose address is a word stand before those whose address is an id.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(GetPersonalVault, reading::personal),
        serve(ChangePersonalVault, change_personal),
        serve(ListAppliedVaults, reading::applied),
        serve(GetEffectiveConfiguration, effective::get),
        serve(CheckVault, check),
        serve(ListVaults, reading::list),
        serve(CreateVault, create),
        serve(GetVault, reading::get),
        serve(ChangeVault, change),
        serve(MoveVault, move_to),
        serve(DeleteVault, delete),
        serve_download(DownloadVault, reading::FILES, reading::download),
        serve(ListVaultVersions, reading::versions),
        serve(GetVaultVersion, reading::version),
        serve(RestoreVaultVersion, restore),
    ]
}

async fn check(ctx: Ctx<CheckVault>) -> Result<VaultReport, AppError> {
    let sent = ctx.body.clone();
    blocking(move || {
        rules::check_length(sent.content.expose())?;
        Ok(text::report(sent.format, sent.content.expose()))
    })
    .await
}

async fn change_personal(ctx: Ctx<ChangePersonalVault>) -> Result<PersonalVault, AppError> {
    let (keys, matches, id) = (ctx.keys_for_queries(), ctx.match_check(), VaultId(ctx.new_id()));
    let mut wanted = ctx.body.clone();
    rules::check_format(wanted.format.is_some(), wanted.content.is_some())?;
    if wanted.content.is_some() && wanted.format.is_none() {
        let format = ctx
            .read(|conn, scope| Ok(store::personal(conn, scope)?.map(|row| row.format.into())))
            .await?;
        wanted.format = Some(format.unwrap_or_default());
    }
    let draft = saving::checked(wanted.content.take(), wanted.format).await?;
    ctx.write(move |tx, scope| changes::change_personal(tx, scope, &keys, id, &wanted, draft, matches))
        .await
}

async fn create(ctx: Ctx<CreateVault>) -> Result<Vault, AppError> {
    let (keys, id, wanted) = (ctx.keys_for_queries(), VaultId(ctx.new_id()), ctx.body.clone());
    let draft = saving::new(&wanted).await?;
    let made = ctx
        .write(move |tx, scope| changes::create(tx, scope, &keys, id, &wanted, draft))
        .await?;
    ctx.located(url::<GetVault>(&OneVault {
        workspace_id: ctx.path.workspace_id,
        vault_id: made.id,
    }));
    Ok(made)
}

async fn change(ctx: Ctx<ChangeVault>) -> Result<VaultWithContent, AppError> {
    let (keys, matches, id) = (ctx.keys_for_queries(), ctx.match_check(), ctx.path.vault_id);
    let mut wanted = ctx.body.clone();
    rules::check_format(wanted.format.is_some(), wanted.content.is_some())?;
    let draft = match wanted.content.take() {
        None => None,
        Some(content) => {
            let row = ctx
                .read(move |conn, scope| changes::administrators(conn, scope, id))
                .await?;
            saving::of(&row, content, wanted.format).await?
        }
    };
    ctx.write(move |tx, scope| changes::change(tx, scope, &keys, id, &wanted, draft, matches))
        .await
}

async fn move_to(ctx: Ctx<MoveVault>) -> Result<Page<Vault>, AppError> {
    let (id, before) = (ctx.path.vault_id, ctx.body.before);
    let rows = ctx
        .write(move |tx, scope| changes::move_to(tx, scope, id, before))
        .await?;
    reading::shown(rows)
}

async fn delete(ctx: Ctx<DeleteVault>) -> Result<(), AppError> {
    let id = ctx.path.vault_id;
    ctx.write(move |tx, scope| changes::delete(tx, scope, id)).await
}

async fn restore(ctx: Ctx<RestoreVaultVersion>) -> Result<Vault, AppError> {
    let keys = ctx.keys_for_queries();
    let (id, version) = (ctx.path.vault_id, ctx.path.version);
    let version = i64::try_from(version).map_err(|_too_large| ErrorCode::NotFound)?;
    ctx.write(move |tx, scope| changes::restore(tx, scope, &keys, id, version))
        .await
}
