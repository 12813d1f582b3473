//! The access to storage that a group has is its members' for as long as they are in it and the vault is on, by every road to
//! an object. Vaults are made and changed as administrators do it.

use db::{columns, schema::group_members};
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::{
    contract::{query_string, url},
    ids::WorkspaceId,
    permission::Role,
    storage::{LoadObject, NewStorageEntry, ObjectAddress, PreviewObject, ShowObject},
    vaults::{
        ChangeVault, CreateVault, DeleteVault, NewVault, RestoreVaultVersion, Vault, VaultChange, VaultTarget,
    },
    workspaces::InWorkspace,
};
use testkit::{Key, Person, TestApp};

use super::{
    in_s3, server,
    servers::{KEY, PAGE, SECRET},
    wanted,
};
use crate::vaults::{Team, content_of, wanted as vault_wanted};

/// What the three roads to an object of the storage answer.
async fn roads(app: &TestApp, who: &Person, workspace_id: WorkspaceId) -> [(u16, String); 3] {
    let here = InWorkspace { workspace_id };
    let address = ObjectAddress {
        url: in_s3("data/page.html"),
    };
    let query = query_string(&address);
    let requests = [
        app.request("POST", &url::<PreviewObject>(&here), who)
            .set_json(&address),
        app.request("GET", &(url::<ShowObject>(&here) + &query), who),
        app.request("GET", &(url::<LoadObject>(&here) + &query), who),
    ];
    let mut answers = Vec::new();
    for request in requests {
        let answer = app.raw(request).await;
        answers.push((answer.status, answer.text()));
    }
    answers.try_into().unwrap()
}

/// Every road leads to the object.
async fn is_open(team: &Team, who: &Person) {
    let [preview, page, file] = roads(&team.app, who, team.ann.workspace).await;
    let preview_json: Value = serde_json::from_str(&preview.1).unwrap();
    assert_eq!(
        (preview.0, &preview_json["name"]),
        (200, &json!("page.html")),
        "{preview:?}"
    );
    let loaded = super::servers::load(preview_json["url"].as_str().unwrap());
    assert_eq!((loaded.status, loaded.body.as_slice()), (200, PAGE.as_bytes()));
    assert_eq!((page.0, page.1.as_str()), (200, PAGE));
    assert_eq!((file.0, file.1.as_str()), (200, PAGE));
}

/// No road leads anywhere, and none tells more than that there is no access.
async fn is_shut(team: &Team, who: &Person, workspace: WorkspaceId, status: u16) {
    for (found, text) in roads(&team.app, who, workspace).await {
        assert_eq!(found, status, "{text}");
        for told in [KEY, SECRET, PAGE, "Buckets"] {
            assert!(!text.contains(told), "{told}: {text}");
        }
        if status == 422 {
            assert!(text.contains("There is no access to `data`"), "{text}");
        }
    }
}

/// Whatever clients ask for, they get no access to storage.
async fn clients_get_nothing(team: &Team, key: &Key) {
    for query in ["", "?types=storage", "?enabled=true&types=config&types=storage"] {
        let request = team
            .app
            .request("GET", &format!("/api/users.get_vaults{query}"), key);
        let answer = team.app.raw(request).await.with_status(200);
        assert_eq!(answer.json()["data"]["vaults"], json!([]), "{query}");
    }
}

fn in_storage(group: shared::ids::GroupId, entries: &Value) -> NewVault {
    NewVault {
        target: VaultTarget::Storage,
        ..vault_wanted(group, "Buckets", &entries.to_string())
    }
}

/// A team with a group *Night* of Bob alone, which has access to the storage.
async fn with_access() -> (Team, shared::ids::GroupId, Vault) {
    let team = Team::on(server().await);
    let night = team.custom_group("Night", &[&team.bob]);
    let vault = team.made(in_storage(night, &json!([wanted()]))).await;
    (team, night, vault)
}

#[actix_web::test]
async fn attack_9_a_storage_vault_that_is_off_or_deleted_opens_nothing_by_any_road() {
    let (team, _, vault) = with_access().await;
    let here = team.ann.workspace;
    is_open(&team, &team.bob).await;
    clients_get_nothing(&team, &team.bobs_key).await;
    team.switch(vault.id, false).await;
    is_shut(&team, &team.bob, here, 422).await;
    clients_get_nothing(&team, &team.bobs_key).await;
    team.switch(vault.id, true).await;
    is_open(&team, &team.bob).await;
    let deleted = team
        .app
        .call::<DeleteVault>(&team.ann, team.one(vault.id), (), ())
        .await;
    assert_eq!(deleted.status, 204);
    is_shut(&team, &team.bob, here, 422).await;
    let restored = team
        .app
        .call::<RestoreVaultVersion>(&team.ann, team.save(vault.id, 1), (), ())
        .await;
    assert_eq!(restored.code(), "not_found");
    is_shut(&team, &team.bob, here, 422).await;
}

#[actix_web::test]
async fn attack_9_a_storage_vault_opens_nothing_to_those_who_are_not_in_its_group() {
    let (team, night, vault) = with_access().await;
    let here = team.ann.workspace;
    let carl = team.app.person("carl");
    team.app.member(here, &carl, Role::User);
    // Whoever administers it is no member of the group by that.
    is_shut(&team, &team.ann, here, 422).await;
    is_shut(&team, &carl, here, 422).await;
    // Neither from another workspace of one's own, nor for a stranger.
    is_shut(&team, &team.bob, team.bob.workspace, 422).await;
    is_shut(&team, &team.eve, here, 404).await;
    is_shut(&team, &team.eve, team.eve.workspace, 422).await;

    let row = group_members::table.find((columns::GroupId(night), columns::UserId(team.bob.id)));
    team.app.change(|conn| diesel::delete(row).execute(conn));
    is_shut(&team, &team.bob, here, 422).await;
    // For another group it is theirs.
    let day = team.custom_group("Day", &[&carl]);
    let change = VaultChange {
        group_id: Some(day),
        ..VaultChange::default()
    };
    team.change(vault.id, change).await;
    is_open(&team, &carl).await;
    is_shut(&team, &team.bob, here, 422).await;
    team.app.remove_member(here, &carl);
    is_shut(&team, &carl, here, 404).await;
}

#[actix_web::test]
async fn p02_of_a_storage_vault_the_newest_save_counts() {
    let (team, _, vault) = with_access().await;
    let useless = NewStorageEntry {
        bucket: "other".to_owned(),
        ..wanted()
    };
    let saved = team
        .change(vault.id, content_of(&json!([useless]).to_string()))
        .await;
    assert_eq!(saved.vault.version, 2);
    is_shut(&team, &team.bob, team.ann.workspace, 422).await;
    let restored = team
        .app
        .call::<RestoreVaultVersion>(&team.ann, team.save(vault.id, 1), (), ())
        .await
        .reply();
    assert_eq!(restored.version, 3);
    is_open(&team, &team.bob).await;
}

#[actix_web::test]
async fn p02_an_entry_in_a_vault_obeys_the_rules_of_ones_own() {
    let (team, night, vault) = with_access().await;
    let entry = json!(wanted());
    let table = [
        ("bucket", json!("No Bucket")),
        ("bucket", json!("../data")),
        ("key", json!("")),
        ("secret", json!("two words")),
        ("region", json!("mars/1")),
        ("host", json!("ftp://storage.example.com")),
    ];
    for (field, value) in table {
        let mut spoilt = entry.clone();
        spoilt[field] = value.clone();
        let list = json!([entry, spoilt]);
        let mut new = in_storage(night, &list);
        new.name = "Spoilt".parse().unwrap();
        let made = team
            .app
            .call::<CreateVault>(&team.ann, team.here(), (), new)
            .await;
        let changed = team
            .app
            .call::<ChangeVault>(&team.ann, team.one(vault.id), (), content_of(&list.to_string()))
            .await;
        for problem in [made.problem(), changed.problem()] {
            assert_eq!((problem.status, problem.code.as_str()), (422, "invalid"));
            let [fault] = problem.errors.as_slice() else {
                panic!("{field} {value}: {problem:?}");
            };
            assert_eq!(fault.pointer, "/content");
            let expected = format!("Entry 2: \"{field}\": ");
            assert!(fault.detail.starts_with(&expected), "{field} {value}: {fault:?}");
        }
        // The same value is refused in an entry of one's own, with the same words.
        let own = team
            .app
            .raw(
                team.app
                    .request("POST", "/api/v1/me/storage", &team.bob)
                    .set_json(&spoilt),
            )
            .await;
        let problem = own.problem();
        assert_eq!(problem.errors[0].pointer, format!("/{field}"));
        assert!(
            changed.problem().errors[0]
                .detail
                .ends_with(&problem.errors[0].detail),
            "{problem:?}"
        );
    }
    // What was there is there as it was.
    is_open(&team, &team.bob).await;
}
