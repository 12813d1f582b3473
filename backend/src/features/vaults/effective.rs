//! What clients get of a member's vaults, and what it all comes to.

use secrets::keys::InstanceKeys;
use shared::{
    error::ErrorCode,
    ids::UserId,
    permission::Permission,
    text::SecretText,
    vaults::{ConfigurationLayer, EffectiveConfiguration, GetEffectiveConfiguration, LayerKind},
};

use super::{
    content,
    store::{self, served::ServedRow},
    text,
};
use crate::{error::AppError, http::Ctx, threads::blocking};

/// As many as one member may ask for at the same time.
const AT_A_TIME: usize = 2;

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
    let (user, own, rows) = ctx
        .read(move |conn, scope| {
            let user = wanted.map_or_else(|| scope.user_id(), Into::into);
            let own = user == scope.user_id();
            if !own && !scope.may(Permission::VaultsManage) {
                return Err(ErrorCode::Forbidden.into());
            }
            let role = store::role_of(conn, scope, user)?;
            Ok((user, own, store::served::config(conn, scope, user, role)?))
        })
        .await?;
    // Texts are long: nobody else waits for a connection meanwhile, nor does one member take every thread.
    let _place = ctx.one_of(AT_A_TIME, "effective configuration")?;
    blocking(move || {
        let mut found = merged(user.into(), &served(&keys, rows))?;
        if !own {
            keep_private(&mut found);
        }
        Ok(found)
    })
    .await
}

/// Of somebody else's own vault, its texts stay with them: no list of names knows what is secret in them.
fn keep_private(found: &mut EffectiveConfiguration) {
    let personal = |origin: u32| {
        let layer = usize::try_from(origin).ok().and_then(|at| found.layers.get(at));
        layer.is_some_and(|layer| layer.kind == LayerKind::Personal)
    };
    for entry in &mut found.entries {
        if personal(entry.origin) && !text::holds_no_text(&entry.path) {
            entry.value = None;
            entry.is_masked = true;
        }
    }
}

fn merged(user_id: UserId, vaults: &[Served]) -> Result<EffectiveConfiguration, AppError> {
    let texts: Vec<&str> = vaults
        .iter()
        .filter_map(|vault| vault.data.as_ref().map(SecretText::expose))
        .collect();
    let merged = text::merged(&texts);
    if !merged.is_whole {
        return Err(AppError::field(
            "user_id",
            "The vaults of this member come to more than can be shown: their keys are long, deep and many. Download the vaults.",
        ));
    }
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
    let group = vault.row.group.as_ref();
    let group = group.map(|(id, name)| store::group(*id, name));
    Ok(ConfigurationLayer {
        kind: vault.kind(),
        vault_id: Some(vault.row.id.into()),
        name: vault.row.name.clone(),
        group: group.transpose()?,
    })
}
