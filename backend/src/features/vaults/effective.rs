//! What clients get of a member's vaults, and what it all comes to.

use secrets::keys::InstanceKeys;
use shared::{
    error::ErrorCode,
    permission::Permission,
    text::SecretText,
    vaults::{ConfigurationLayer, EffectiveConfiguration, GetEffectiveConfiguration, LayerKind, VaultGroup},
};

use super::{
    content,
    store::{self, served::ServedRow},
    text,
};
use crate::{error::AppError, http::Ctx};

/// A vault as clients get it.
#[derive(Debug)]
pub struct Served {
    /// Which, of what kind, and for whom.
    pub row: ServedRow,
    /// HOCON or JSON; nothing if it cannot be opened or said to clients.
    pub data: Option<SecretText>,
}

impl Served {
    /// What kind of vault it is.
    #[must_use]
    pub fn kind(&self) -> LayerKind {
        match (&self.row.group, self.row.is_enforced) {
            (None, _) => LayerKind::Personal,
            (Some(_), false) => LayerKind::Administrators,
            (Some(_), true) => LayerKind::Enforced,
        }
    }
}

/// Opens vaults for clients. One that cannot be opened keeps its place and takes no other with it; one with nothing in it is left out.
#[must_use]
pub fn served(keys: &InstanceKeys, rows: Vec<ServedRow>) -> Vec<Served> {
    rows.into_iter()
        .filter_map(|row| {
            let opened = content::open(keys, row.id.into(), row.version, &row.sealed_content).ok();
            if opened.as_ref().is_some_and(|text| text::is_blank(text.expose())) {
                return None;
            }
            let data = opened
                .and_then(|text| text::served(row.format.into(), text.expose()))
                .map(SecretText::new);
            Some(Served { row, data })
        })
        .collect()
}

pub(super) async fn get(ctx: Ctx<GetEffectiveConfiguration>) -> Result<EffectiveConfiguration, AppError> {
    let (keys, wanted) = (ctx.keys_for_queries(), ctx.query.user_id);
    ctx.read(move |conn, scope| {
        let user = wanted.map_or_else(|| scope.user_id(), Into::into);
        if user != scope.user_id() && !scope.may(Permission::VaultsManage) {
            return Err(ErrorCode::Forbidden.into());
        }
        let role = store::role_of(conn, scope, user)?;
        let vaults = served(&keys, store::served::config(conn, scope, user, role)?);
        merged(user.into(), &vaults)
    })
    .await
}

fn merged(user_id: shared::ids::UserId, vaults: &[Served]) -> Result<EffectiveConfiguration, AppError> {
    let texts: Vec<&str> = vaults
        .iter()
        .filter_map(|vault| vault.data.as_ref().map(SecretText::expose))
        .collect();
    let merged = text::merged(&texts);
    let mut readable = merged.readable.into_iter();
    let (mut layers, mut skipped) = (vec![defaults()], Vec::new());
    for vault in vaults {
        if vault.data.is_some() && readable.next().unwrap_or(false) {
            layers.push(layer(vault)?);
        } else {
            skipped.push(vault.row.id.into());
        }
    }
    Ok(EffectiveConfiguration {
        user_id,
        layers,
        entries: merged.entries,
        skipped,
    })
}

/// What clients have by themselves.
fn defaults() -> ConfigurationLayer {
    ConfigurationLayer {
        kind: LayerKind::Defaults,
        vault_id: None,
        name: text::defaults_name(),
        group: None,
    }
}

fn layer(vault: &Served) -> Result<ConfigurationLayer, AppError> {
    let group = vault.row.group.as_ref().map(|(id, name)| {
        Ok::<_, AppError>(VaultGroup {
            id: (*id).into(),
            name: name.parse().map_err(anyhow::Error::msg)?,
        })
    });
    Ok(ConfigurationLayer {
        kind: vault.kind(),
        vault_id: Some(vault.row.id.into()),
        name: vault.row.name.clone(),
        group: group.transpose()?,
    })
}
