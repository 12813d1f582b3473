//! Groups in the database. Who is in *Users*, *Admins* and *Service Accounts* follows from the membership; the others have rows.

use std::collections::HashMap;

use db::{
    Conn, columns,
    schema::{group_members, groups, members, workspaces},
};
use diesel::{dsl, prelude::*};
use shared::{
    groups::{Group, GroupKind},
    permission::Role,
};

use crate::{access::Scope, error::AppError};

/// Every group: the four that each workspace has first, then by name.
pub fn all(conn: &mut Conn, scope: &Scope) -> Result<Vec<Group>, AppError> {
    let everybody: i64 = scope.workspace().select(workspaces::member_count).first(conn)?;
    let admins: i64 = scope
        .members()
        .filter(members::role.eq(columns::Role(Role::Admin)))
        .count()
        .get_result(conn)?;
    let put_in: HashMap<columns::GroupId, i64> = scope
        .group_members()
        .group_by(group_members::group_id)
        .select((group_members::group_id, dsl::count_star()))
        .load::<(columns::GroupId, i64)>(conn)?
        .into_iter()
        .collect();
    let mut rows: Vec<(columns::GroupId, columns::GroupKind, String)> = scope
        .groups()
        .order((groups::name_key, groups::id))
        .select((groups::id, groups::kind, groups::name))
        .load(conn)?;
    rows.sort_by_key(|(_, kind, _)| GroupKind::ALL.iter().position(|known| *known == kind.0));
    rows.into_iter()
        .map(|(id, kind, name)| {
            let members = match kind.0 {
                GroupKind::Users => everybody,
                GroupKind::Admins => admins,
                GroupKind::ServiceAccounts => 0,
                GroupKind::QueueAdmins | GroupKind::Custom => put_in.get(&id).copied().unwrap_or(0),
            };
            Ok(Group {
                id: id.into(),
                kind: kind.into(),
                name: name.parse().map_err(anyhow::Error::msg)?,
                members: u64::try_from(members).unwrap_or(0),
            })
        })
        .collect()
}

/// The groups that a member with this role is in.
pub fn of_member(
    conn: &mut Conn,
    scope: &Scope,
    user: columns::UserId,
    role: Role,
) -> QueryResult<Vec<columns::GroupId>> {
    let kinds: &[GroupKind] = match role {
        Role::Admin => &[GroupKind::Users, GroupKind::Admins],
        _ => &[GroupKind::Users],
    };
    let kinds = kinds.iter().map(|kind| columns::GroupKind(*kind));
    let mut found: Vec<columns::GroupId> = scope
        .groups()
        .filter(groups::kind.eq_any(kinds.collect::<Vec<_>>()))
        .select(groups::id)
        .load(conn)?;
    let put_in: Vec<columns::GroupId> = scope
        .group_members()
        .filter(group_members::user_id.eq(user))
        .select(group_members::group_id)
        .load(conn)?;
    found.extend(put_in);
    Ok(found)
}

/// Whether there is such a group here.
pub fn is_here(conn: &mut Conn, scope: &Scope, group: columns::GroupId) -> QueryResult<bool> {
    let found = scope.groups().filter(groups::id.eq(group));
    diesel::select(dsl::exists(found)).get_result(conn)
}
