//! Looking at vaults: whoever asks sees what [`rules::sight`] lets them see, and of the rest not even that it is there.

use db::Conn;
use secrets::keys::InstanceKeys;
use shared::{
    contract::Download,
    contract::Endpoint,
    error::ErrorCode,
    ids::VaultId,
    page::Page,
    permission::Permission,
    text::SecretText,
    vaults::{
        DownloadVault, GetPersonalVault, GetVault, GetVaultVersion, ListAppliedVaults, ListVaultVersions,
        ListVaults, PersonalVault, Vault, VaultFormat, VaultVersion, VaultWithContent, VersionWithContent,
    },
};

use super::{
    content,
    rules::{self, Sight, Standing, Whose},
    store::{self, VaultPlace, VaultRow},
};
use crate::{
    access::Scope,
    error::AppError,
    features::groups::store as groups,
    http::{
        Ctx,
        cursor::Cursors,
        download::{Attachment, Piece, file_name},
    },
    listing::{self, Order},
};

const HOCON: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
/// The types of files.
pub const FILES: &[&str] = &[HOCON, JSON, YAML];

/// A vault that the caller sees, and what they may do with it.
pub fn seen(conn: &mut Conn, scope: &Scope, vault: VaultId) -> Result<(VaultRow, Sight), AppError> {
    let row = store::by_id(conn, scope, vault.into())?;
    let manages = scope.may(Permission::VaultsManage);
    let applies = match row.group_id {
        Some(group) if row.is_active && !manages => {
            groups::of_member(conn, scope, scope.user_id(), scope.role())?.contains(&group)
        }
        _ => false,
    };
    let sight = rules::sight(Standing {
        whose: match row.owner_id {
            None => Whose::Administrators,
            Some(owner) if owner == scope.user_id() => Whose::Own,
            Some(_) => Whose::SomebodyElses,
        },
        manages,
        applies,
    })?;
    Ok((row, sight))
}

/// The same, if they may also see what was in it before.
fn changeable(conn: &mut Conn, scope: &Scope, vault: VaultId) -> Result<VaultRow, AppError> {
    let (row, sight) = seen(conn, scope, vault)?;
    rules::check_changes(sight)?;
    Ok(row)
}

pub(super) fn shown(rows: Vec<VaultRow>) -> Result<Page<Vault>, AppError> {
    let items: Result<Vec<Vault>, AppError> = rows.into_iter().map(Vault::try_from).collect();
    items.map(Page::whole)
}

/// What is in a vault, as it is shown.
fn content_of(
    conn: &mut Conn,
    scope: &Scope,
    keys: &InstanceKeys,
    row: &VaultRow,
) -> Result<SecretText, AppError> {
    let sealed = store::sealed(conn, scope, row.id, row.version)?;
    content::shown(keys, row, &sealed)
}

pub(super) async fn personal(ctx: Ctx<GetPersonalVault>) -> Result<PersonalVault, AppError> {
    let keys = ctx.keys_for_queries();
    ctx.read(move |conn, scope| {
        let Some(row) = store::personal(conn, scope)? else {
            return Ok(PersonalVault::none());
        };
        let content = content_of(conn, scope, &keys, &row)?;
        Ok(PersonalVault {
            vault: Some(row.try_into()?),
            content,
        })
    })
    .await
}

pub(super) async fn applied(ctx: Ctx<ListAppliedVaults>) -> Result<Page<Vault>, AppError> {
    let rows = ctx
        .read(|conn, scope| {
            let of_member = groups::of_member(conn, scope, scope.user_id(), scope.role())?;
            Ok(store::applied(conn, scope, &of_member)?)
        })
        .await?;
    shown(rows)
}

pub(super) async fn list(ctx: Ctx<ListVaults>) -> Result<Page<Vault>, AppError> {
    Order::read(ctx.query.sort.as_deref(), &[("position", ())], ()).and_then(|order| {
        if order.descending {
            Err(one_order())
        } else {
            Ok(())
        }
    })?;
    let pattern = listing::search(ctx.query.q.as_deref())?;
    let caller = (ctx.path.workspace_id, ctx.reach().user_id().0);
    let cursors = Cursors::new(ctx.keys(), &(ListVaults::NAME, caller, &pattern));
    let after: Option<VaultPlace> = opened(&cursors, ctx.query.cursor.as_deref())?;
    let limit = ctx.query.limit();
    let part = ctx
        .read(move |conn, scope| Ok(store::page(conn, scope, pattern.as_deref(), after, limit)?))
        .await?;
    let items: Result<Vec<Vault>, AppError> = part.rows.into_iter().map(Vault::try_from).collect();
    Ok(Page {
        items: items?,
        next_cursor: part.next.map(|place| cursors.seal(&place)),
        total: part.total,
    })
}

fn one_order() -> AppError {
    AppError::field(
        "sort",
        "Vaults are listed in the order in which they apply: leave this out, or send position.",
    )
}

fn opened<T: serde::de::DeserializeOwned>(
    cursors: &Cursors<'_>,
    cursor: Option<&str>,
) -> Result<Option<T>, AppError> {
    cursor.map(|cursor| cursors.open(cursor)).transpose()
}

pub(super) async fn get(ctx: Ctx<GetVault>) -> Result<VaultWithContent, AppError> {
    let (keys, id) = (ctx.keys_for_queries(), ctx.path.vault_id);
    ctx.read(move |conn, scope| {
        let (row, _) = seen(conn, scope, id)?;
        let content = content_of(conn, scope, &keys, &row)?;
        Ok(VaultWithContent {
            vault: row.try_into()?,
            content,
        })
    })
    .await
}

pub(super) async fn download(ctx: Ctx<DownloadVault>) -> Result<Attachment, AppError>
where
    DownloadVault: Endpoint<Reply = Download>,
{
    let (keys, id) = (ctx.keys_for_queries(), ctx.path.vault_id);
    let (row, _) = ctx.read(move |conn, scope| seen(conn, scope, id)).await?;
    let (media, ending) = match row.format.into() {
        VaultFormat::Hocon => (HOCON, "conf"),
        VaultFormat::Json => (JSON, "json"),
        VaultFormat::Yaml => (YAML, "yaml"),
    };
    let name = file_name(&row.name, ending);
    // The save that was named: a newer one may be written in another language.
    let produce = move |conn: &mut Conn, scope: &Scope, ()| {
        let (now, _) = seen(conn, scope, id)?;
        let sealed = store::sealed(conn, scope, now.id, row.version)?;
        let content = content::shown(&keys, &now, &sealed)?;
        Ok(Piece {
            bytes: content.expose().as_bytes().to_vec(),
            next: None,
        })
    };
    Ok(ctx.attach(name, media, (), produce))
}

pub(super) async fn versions(ctx: Ctx<ListVaultVersions>) -> Result<Page<VaultVersion>, AppError> {
    if ctx.query.q.is_some() {
        return Err(AppError::field(
            "q",
            "Saves have no names to search for: leave this out.",
        ));
    }
    if ctx.query.sort.is_some() {
        return Err(AppError::field(
            "sort",
            "Saves are listed from the newest to the oldest: leave this out.",
        ));
    }
    let id = ctx.path.vault_id;
    let caller = (ctx.path.workspace_id, ctx.reach().user_id().0);
    let cursors = Cursors::new(ctx.keys(), &(ListVaultVersions::NAME, caller, id));
    let below: Option<i64> = opened(&cursors, ctx.query.cursor.as_deref())?;
    let limit = ctx.query.limit();
    let part = ctx
        .read(move |conn, scope| {
            let row = changeable(conn, scope, id)?;
            Ok(store::versions(conn, scope, row.id, below, limit)?)
        })
        .await?;
    let items: Result<Vec<VaultVersion>, AppError> =
        part.rows.into_iter().map(VaultVersion::try_from).collect();
    Ok(Page {
        items: items?,
        next_cursor: part.next.map(|place| cursors.seal(&place)),
        total: part.total,
    })
}

pub(super) async fn version(ctx: Ctx<GetVaultVersion>) -> Result<VersionWithContent, AppError> {
    let (keys, id) = (ctx.keys_for_queries(), ctx.path.vault_id);
    let version = i64::try_from(ctx.path.version).map_err(|_too_large| ErrorCode::NotFound)?;
    ctx.read(move |conn, scope| {
        let row = changeable(conn, scope, id)?;
        let (version, sealed) = store::version(conn, scope, row.id, version)?;
        let content = content::shown(&keys, &row, &sealed)?;
        Ok(VersionWithContent {
            version: version.try_into()?,
            content,
        })
    })
    .await
}
