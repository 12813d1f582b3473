//! Entries in the vaults of groups: they open objects for those who are in the group, after one's own.

use db::{columns, schema::*};
use diesel::prelude::*;
use secrets::seal;
use serde_json::{Value, json};
use shared::{
    contract::{query_string, url},
    groups::GroupKind,
    ids::{GroupId, VaultId, WorkspaceId},
    permission::Role,
    storage::{LoadObject, ObjectAddress, PreviewObject},
    vaults::{VaultFormat, VaultTarget},
    workspaces::InWorkspace,
};
use testkit::{Person, TestApp};

use super::{add, in_s3, secret, server, wanted};

/// A group of the workspace.
fn group(app: &TestApp, workspace: WorkspaceId, kind: GroupKind) -> GroupId {
    let kind = columns::GroupKind(kind);
    let found: columns::GroupId = app.db(|conn| {
        groups::table
            .filter(groups::workspace_id.eq(columns::WorkspaceId(workspace)))
            .filter(groups::kind.eq(kind))
            .select(groups::id.into_sql::<diesel::sql_types::Text>())
            .first(conn)
    });
    found.into()
}

/// A vault for a group, with this content.
fn vault(app: &TestApp, owner: &Person, group: GroupId, target: VaultTarget, content: &Value) -> VaultId {
    let id = VaultId(app.clock.new_id());
    let place = format!("vault/{id}/1");
    let sealed = seal::seal(app.state.keys(), &place, content.to_string().as_bytes()).unwrap();
    let now = app.clock.now();
    app.change(|conn| {
        diesel::insert_into(vaults::table)
            .values((
                (
                    vaults::id.eq(columns::VaultId(id)),
                    vaults::workspace_id.eq(columns::WorkspaceId(owner.workspace)),
                    vaults::group_id.eq(Some(group.to_string())),
                    vaults::name.eq(id.to_string()),
                    vaults::name_key.eq(id.to_string()),
                    vaults::target.eq(columns::VaultTarget(target)),
                ),
                (
                    vaults::is_active.eq(true),
                    vaults::is_enforced.eq(false),
                    vaults::position.eq(1),
                    vaults::version.eq(1),
                    vaults::created_at.eq(now),
                    vaults::updated_at.eq(now),
                    vaults::updated_by.eq(columns::UserId(owner.id)),
                ),
            ))
            .execute(conn)?;
        diesel::insert_into(vault_versions::table)
            .values((
                vault_versions::vault_id.eq(columns::VaultId(id)),
                vault_versions::version.eq(1),
                vault_versions::format.eq(columns::VaultFormat(VaultFormat::Json)),
                vault_versions::sealed_content.eq(&sealed),
                vault_versions::line_count.eq(1),
                vault_versions::byte_count.eq(1),
                vault_versions::saved_at.eq(now),
                vault_versions::saved_by.eq(columns::UserId(owner.id)),
            ))
            .execute(conn)
    });
    id
}

async fn opens(app: &TestApp, person: &Person, workspace_id: WorkspaceId) -> bool {
    let body = ObjectAddress {
        url: in_s3("data/sample.png"),
    };
    let found = app
        .call::<PreviewObject>(person, InWorkspace { workspace_id }, (), body)
        .await;
    assert!(matches!(found.status, 200 | 422), "{}", found.text());
    found.status == 200
}

#[actix_web::test]
async fn p02_a_vault_of_a_group_opens_objects_for_those_who_are_in_it() {
    let app = server().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let entries = json!([wanted()]);
    let admins = group(&app, ann.workspace, GroupKind::Admins);
    vault(&app, &ann, admins, VaultTarget::Storage, &entries);
    assert!(opens(&app, &ann, ann.workspace).await && !opens(&app, &bob, ann.workspace).await);
    assert!(
        !opens(&app, &ann, app.workspace(&ann, "other")).await,
        "it is of its own workspace"
    );
    let queues = group(&app, ann.workspace, GroupKind::QueueAdmins);
    vault(&app, &ann, queues, VaultTarget::Storage, &entries);
    assert!(!opens(&app, &bob, ann.workspace).await);
    app.change(|conn| {
        diesel::insert_into(group_members::table)
            .values((
                group_members::group_id.eq(queues.to_string()),
                group_members::workspace_id.eq(columns::WorkspaceId(ann.workspace)),
                group_members::user_id.eq(columns::UserId(bob.id)),
                group_members::added_at.eq(app.clock.now()),
            ))
            .execute(conn)
    });
    assert!(opens(&app, &bob, ann.workspace).await);
}

#[actix_web::test]
async fn p02_a_vault_that_is_off_for_clients_or_of_another_target_opens_nothing() {
    let app = server().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let users = group(&app, ann.workspace, GroupKind::Users);
    vault(&app, &ann, users, VaultTarget::Config, &json!([wanted()]));
    assert!(!opens(&app, &bob, ann.workspace).await);
    vault(&app, &ann, users, VaultTarget::Storage, &json!({"not": "a list"}));
    let with_a_bad_one = json!([{ "key": "", "secret": "" }, wanted()]);
    let made = vault(&app, &ann, users, VaultTarget::Storage, &with_a_bad_one);
    assert!(opens(&app, &bob, ann.workspace).await);
    app.change(|conn| {
        diesel::update(vaults::table.filter(vaults::id.eq(columns::VaultId(made))))
            .set(vaults::is_active.eq(false))
            .execute(conn)
    });
    assert!(!opens(&app, &bob, ann.workspace).await);
}

#[actix_web::test]
async fn p02_ones_own_entry_comes_before_that_of_a_vault() {
    let app = server().await;
    let ann = app.person("ann");
    let users = group(&app, ann.workspace, GroupKind::Users);
    vault(&app, &ann, users, VaultTarget::Storage, &json!([wanted()]));
    assert!(opens(&app, &ann, ann.workspace).await);
    let broken = shared::storage::NewStorageEntry {
        secret: secret("wrong"),
        ..wanted()
    };
    let for_any = shared::storage::NewStorageEntry {
        bucket: String::new(),
        ..broken.clone()
    };
    add(&app, &ann, for_any).await;
    assert!(
        opens(&app, &ann, ann.workspace).await,
        "an entry for the bucket comes before one's own for every bucket"
    );
    add(&app, &ann, broken).await;
    assert!(!opens(&app, &ann, ann.workspace).await);
}

#[actix_web::test]
async fn what_a_vault_opens_ends_with_the_membership() {
    let app = server().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let users = group(&app, ann.workspace, GroupKind::Users);
    vault(&app, &ann, users, VaultTarget::Storage, &json!([wanted()]));
    assert!(opens(&app, &bob, ann.workspace).await);
    app.remove_member(ann.workspace, &bob);
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let query = query_string(&json!({ "url": in_s3("data/sample.png") }));
    let loaded = app
        .raw(app.request("GET", &(url::<LoadObject>(&path) + &query), &bob))
        .await;
    assert_eq!(loaded.status, 404);
}
