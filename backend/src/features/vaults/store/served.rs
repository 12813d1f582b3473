//! What a member's clients get. Only what is active: a vault that is not cannot come out of here, whoever asks.

use db::{
    Conn, columns,
    schema::{groups, vault_versions, vaults},
};
use diesel::prelude::*;
use secrets::keys::InstanceKeys;
use shared::{permission::Role, storage::NewStorageEntry, vaults::VaultTarget};

use super::{
    super::{content, storage},
    active_for, is_newest,
};
use crate::{access::Scope, features::groups::store as groups_of};

/// An active vault with what is in it.
#[derive(Debug, Clone, Queryable)]
pub struct ServedRow {
    /// Which.
    pub id: columns::VaultId,
    /// The group that it is for; a personal one has none.
    pub group: Option<(columns::GroupId, String)>,
    /// What it is called.
    pub name: String,
    /// Whether it applies after the personal one.
    pub is_enforced: bool,
    /// The number of its newest save.
    pub version: i64,
    /// How it is written.
    pub format: columns::VaultFormat,
    /// What is in it.
    pub sealed_content: String,
}

/// The vaults for clients of a member with this role, in the order in which they apply. Each query finds its rows by an index: how
/// many others there are does not matter.
pub fn config(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    role: Role,
) -> QueryResult<Vec<ServedRow>> {
    let mut all = of_groups(conn, scope, user, role, VaultTarget::Config)?;
    let own: Option<ServedRow> = scope
        .vaults()
        .left_join(groups::table)
        .inner_join(vault_versions::table.on(is_newest()))
        .filter(vaults::owner_id.eq(user))
        .filter(vaults::is_active.eq(true))
        .filter(vaults::target.eq(columns::VaultTarget(VaultTarget::Config)))
        .select((
            vaults::id,
            (groups::id, groups::name).nullable(),
            vaults::name,
            vaults::is_enforced,
            vaults::version,
            vault_versions::format,
            vault_versions::sealed_content,
        ))
        .first(conn)
        .optional()?;
    let enforced = all.iter().position(|row| row.is_enforced).unwrap_or(all.len());
    all.splice(enforced..enforced, own);
    Ok(all)
}

/// The access to cloud storage that groups of the caller have, in the order in which their vaults apply. A vault that cannot be
/// opened is left out, and told in the log.
pub fn storage_entries(
    conn: &mut Conn,
    scope: &Scope,
    keys: &InstanceKeys,
) -> QueryResult<Vec<NewStorageEntry>> {
    let rows = of_groups(conn, scope, scope.user_id(), scope.role(), VaultTarget::Storage)?;
    let entries = rows.into_iter().filter_map(|row| {
        let text = content::open(keys, row.id.into(), row.version, &row.sealed_content).ok()?;
        storage::entries(text.expose()).ok()
    });
    Ok(entries.flatten().collect())
}

fn of_groups(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    role: Role,
    target: VaultTarget,
) -> QueryResult<Vec<ServedRow>> {
    let of_member = groups_of::of_member(conn, scope, user, role)?;
    let which = active_for(conn, scope, &of_member)?;
    // What was switched off or given to another group meanwhile is left out.
    scope
        .vaults()
        .left_join(groups::table)
        .inner_join(vault_versions::table.on(is_newest()))
        .filter(vaults::id.eq_any(which))
        .filter(vaults::group_id.eq_any(of_member))
        .filter(vaults::is_active.eq(true))
        .filter(vaults::target.eq(columns::VaultTarget(target)))
        .order((vaults::is_enforced, vaults::position, vaults::id))
        .select((
            vaults::id,
            (groups::id, groups::name).nullable(),
            vaults::name,
            vaults::is_enforced,
            vaults::version,
            vault_versions::format,
            vault_versions::sealed_content,
        ))
        .load(conn)
}
