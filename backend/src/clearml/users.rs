//! The service `users`: who the key belongs to, the members of its workspace, preferences, and vaults.

use serde_json::{Map, Value, json};
use shared::{account::Preferences, ids::UserId, vaults::LayerKind};

use super::{
    contract::{
        Company, CurrentUser, Nothing, OneUser, Oneself, Person, UpdatedFields, UserFilter, UserPreferences,
        Users, UsersGetAll, UsersGetAllEx, UsersGetById, UsersGetCurrentUser, UsersGetPreferences,
        UsersGetVaults, UsersSetPreferences, UsersUpdate, Vault, VaultScope, Vaults,
    },
    fault::Fault,
    people::Chosen,
    serve::{Call, serve},
    store::{self, MemberRow},
};
use crate::{
    access::{Admit, Scope},
    error::AppError,
    features::{account, vaults},
    http::Ctx,
    threads::blocking,
};

pub(super) fn calls() -> Vec<Call> {
    vec![
        serve(UsersGetCurrentUser, current),
        serve(UsersGetById, by_id),
        serve(UsersGetAll, all),
        serve(UsersGetAllEx, all_ex),
        serve(UsersUpdate, update),
        serve(UsersGetPreferences, preferences),
        serve(UsersSetPreferences, set_preferences),
        serve(UsersGetVaults, applied_vaults),
    ]
}

async fn current(ctx: Ctx<UsersGetCurrentUser>) -> Result<CurrentUser, Fault> {
    let workspace = ctx.key().ok_or_else(Fault::no_credentials)?.workspace_id;
    let (me, preferences, (role, workspace_name)) = ctx
        .read_brief(move |conn, own| {
            let me = account::store::me(conn, own)?;
            let preferences = account::store::preferences(conn, own)?;
            Ok((me, preferences, store::membership(conn, own, workspace.into())?))
        })
        .await?;
    Ok(CurrentUser {
        user: Oneself {
            id: me.id,
            name: me.name,
            given_name: None,
            family_name: None,
            avatar: None,
            role: role.into(),
            company: Company {
                id: workspace,
                name: store::name(&workspace_name)?,
            },
            preferences: preferences.0,
            created: me.created_at,
            created_in_version: None,
        },
        getting_started: None,
        settings: Nothing {},
    })
}

async fn by_id(ctx: Ctx<UsersGetById>) -> Result<OneUser, Fault> {
    let id: UserId = ctx.body.user.parse().map_err(|_no_id| Fault::unknown_user())?;
    let user = ctx
        .read_brief(move |conn, scope| person(store::member(conn, scope, id.into())?, scope))
        .await
        .map_err(|error| Fault::from(error).or_if_missing(Fault::unknown_user()))?;
    Ok(OneUser { user })
}

async fn all(ctx: Ctx<UsersGetAll>) -> Result<Users, Fault> {
    chosen(&ctx, &ctx.body).await
}

async fn all_ex(ctx: Ctx<UsersGetAllEx>) -> Result<Users, Fault> {
    let users = chosen(&ctx, &ctx.body.filter).await?;
    Ok(match &ctx.body.active_in_projects {
        // Nobody has tasks in any project: this server has neither.
        Some(_) => Users { users: Vec::new() },
        None => users,
    })
}

async fn chosen<E>(ctx: &Ctx<E>, filter: &UserFilter) -> Result<Users, Fault>
where
    E: shared::contract::Endpoint,
    E::Caller: Admit<Reach = Scope>,
{
    let chosen = Chosen::by(filter)?;
    let users = ctx
        .read(move |conn, scope| {
            let people: Result<Vec<Person>, AppError> = store::members(conn, scope)?
                .into_iter()
                .map(|row| person(row, scope))
                .collect();
            Ok(chosen.of(people?))
        })
        .await?;
    Ok(Users { users })
}

fn person(row: MemberRow, scope: &Scope) -> Result<Person, AppError> {
    Ok(Person {
        id: row.id.into(),
        name: store::name(&row.name)?,
        given_name: None,
        family_name: None,
        avatar: None,
        company: scope.workspace_id().into(),
        role: row.role.into(),
        created: row.created_at.and_utc(),
    })
}

async fn update(ctx: Ctx<UsersUpdate>) -> Result<UpdatedFields, Fault> {
    if ctx.body.user != UserId::from(ctx.reach().user_id()).to_string() {
        return Err(Fault::not_oneself());
    }
    let Some(name) = ctx.body.name.clone() else {
        return Ok(updated(Map::new()));
    };
    let fields = Map::from_iter([("name".to_owned(), json!(name))]);
    ctx.write(move |tx, own| account::rename(tx, own, Some(name), |_| Ok(())))
        .await?;
    Ok(updated(fields))
}

async fn preferences(ctx: Ctx<UsersGetPreferences>) -> Result<UserPreferences, Fault> {
    let Preferences(preferences) = ctx.read_brief(account::store::preferences).await?;
    Ok(UserPreferences { preferences })
}

async fn set_preferences(ctx: Ctx<UsersSetPreferences>) -> Result<UpdatedFields, Fault> {
    let change = ctx.body.preferences.clone();
    if change.keys().any(|key| key.contains('.')) {
        return Err(Fault::dotted_key());
    }
    let Preferences(after) = ctx
        .write(move |tx, own| account::merge_preferences(tx, own, change, |_| Ok(())))
        .await?;
    Ok(updated(Map::from_iter([(
        "preferences".to_owned(),
        Value::Object(after),
    )])))
}

/// What applies to the runs of whoever the key belongs to. Clients ask at the start of every session.
async fn applied_vaults(ctx: Ctx<UsersGetVaults>) -> Result<Vaults, Fault> {
    let types = &ctx.body.types.0;
    let wants_config = types.is_empty() || types.iter().any(|kind| kind == "config");
    if ctx.body.enabled == Some(false) || !wants_config {
        // There is no way to what is switched off.
        return Ok(Vaults { vaults: Vec::new() });
    }
    let keys = ctx.keys_for_queries();
    let rows = ctx
        .read(move |conn, scope| {
            Ok(vaults::store::served::config(
                conn,
                scope,
                scope.user_id(),
                scope.role(),
            )?)
        })
        .await?;
    // Long texts are opened, and nobody else waits for a connection meanwhile.
    let vaults: Result<Vec<Vault>, AppError> = blocking(move || {
        let served = vaults::effective::served(&keys, rows);
        Ok(served.into_iter().map(vault).collect())
    })
    .await?;
    Ok(Vaults { vaults: vaults? })
}

fn vault(served: vaults::effective::Served) -> Result<Vault, AppError> {
    Ok(Vault {
        id: served.row.id.into(),
        description: store::name(&served.row.name)?,
        scope: match served.kind() {
            LayerKind::Personal => VaultScope::User,
            LayerKind::Defaults | LayerKind::Administrators | LayerKind::Enforced => VaultScope::Group,
        },
        data: served.data,
    })
}

fn updated(fields: Map<String, Value>) -> UpdatedFields {
    UpdatedFields {
        updated: u32::from(!fields.is_empty()),
        fields,
    }
}
