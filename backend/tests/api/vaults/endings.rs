//! Ruling 5 and N19: what ends with a membership, a workspace and an account, and what one takes along.

use db::schema::{group_members, vault_versions, vaults};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    account::ExportMe,
    contract::url,
    members::{OneMember, PreviewRemoval, Removal, RemoveMember},
    permission::Role,
    server_users::{DeleteServerUser, OneServerUser},
    vaults::GetPersonalVault,
    workspaces::{DeleteWorkspace, InWorkspace, LeaveWorkspace, Leaving},
};

use super::{Team, content_of, served};

/// How many vaults, saves and places in groups there are.
fn counted(team: &Team) -> (i64, i64, i64) {
    team.app.db(|conn| {
        Ok((
            vaults::table.count().get_result(conn)?,
            vault_versions::table.count().get_result(conn)?,
            group_members::table.count().get_result(conn)?,
        ))
    })
}

#[actix_web::test]
async fn a_removed_member_loses_their_vault_and_their_groups_and_comes_back_with_nothing() {
    let team = Team::new().await;
    let night = team.custom_group("Night", &[&team.bob]);
    let forced = team.vault_for(night, "For the night", "b = 1").await;
    let own = team.own_text(&team.bob, "a = 1").await;
    team.own_text(&team.bob, "a = 2").await;
    assert_eq!(counted(&team), (2, 3, 1));
    let path = OneMember {
        workspace_id: team.ann.workspace,
        user_id: team.bob.id,
    };
    let preview = team
        .app
        .call::<PreviewRemoval>(&team.ann, path.clone(), (), ())
        .await;
    assert!(preview.reply().has_vault, "who removes somebody is told");
    let removed = team
        .app
        .call::<RemoveMember>(&team.ann, path, Removal::default(), ())
        .await;
    assert_eq!(removed.status, 204);
    assert_eq!(counted(&team), (1, 1, 0));
    assert_eq!(
        team.app
            .wire("users.get_vaults", json!({}), &team.bobs_key)
            .await
            .status,
        401
    );

    team.app.member(team.ann.workspace, &team.bob, Role::User);
    let key = team.app.key(&team.bob, team.ann.workspace);
    assert!(served(&team.app, &key).await.is_empty());
    let none = team
        .app
        .call::<GetPersonalVault>(&team.bob, team.here(), (), ())
        .await
        .reply();
    assert!(none.vault.is_none());
    for gone in [own.id, forced.id] {
        let address = url::<shared::vaults::GetVault>(&team.one(gone));
        let answer = team.app.raw(team.app.request("GET", &address, &team.bob)).await;
        assert_eq!(answer.status, 404);
    }
}

#[actix_web::test]
async fn whoever_leaves_takes_their_vault_with_them() {
    let team = Team::new().await;
    team.own_text(&team.bob, "a = 1").await;
    let left = team
        .app
        .call::<LeaveWorkspace>(&team.bob, team.here(), (), Leaving::default())
        .await;
    assert_eq!(left.status, 204, "{}", left.text());
    assert_eq!(counted(&team), (0, 0, 0));
}

#[actix_web::test]
async fn what_a_member_wrote_for_others_stays_when_they_go() {
    let team = Team::new().await;
    team.app.change_role(team.ann.workspace, &team.bob, Role::Admin);
    let vault = team.vault("V", "a = 1").await;
    let changed = team
        .app
        .call::<shared::vaults::ChangeVault>(&team.bob, team.one(vault.id), (), content_of("a = 2"))
        .await;
    assert_eq!(changed.status, 200);
    let path = OneMember {
        workspace_id: team.ann.workspace,
        user_id: team.bob.id,
    };
    let removed = team
        .app
        .call::<RemoveMember>(&team.ann, path, Removal::default(), ())
        .await;
    assert_eq!(removed.status, 204);
    assert_eq!(team.content(&team.ann, vault.id).await, "a = 2");
}

#[actix_web::test]
async fn a_deleted_workspace_takes_its_vaults_and_groups_with_it() {
    let team = Team::new().await;
    let shop = team.app.workspace(&team.ann, "Shop");
    let group = super::custom_group(&team.app, shop, "Ones", &[&team.ann]);
    let here = InWorkspace { workspace_id: shop };
    let made = team
        .app
        .call::<shared::vaults::CreateVault>(&team.ann, here.clone(), (), super::wanted(group, "V", "a = 1"))
        .await;
    assert_eq!(made.status, 201);
    let body = super::text_of(shared::vaults::VaultFormat::Hocon, "a = 1");
    team.app
        .call::<shared::vaults::ChangePersonalVault>(&team.ann, here.clone(), (), body)
        .await
        .with_status(200);
    assert_eq!(counted(&team), (2, 2, 1));
    let deleted = team.app.call::<DeleteWorkspace>(&team.ann, here, (), ()).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    assert_eq!(counted(&team), (0, 0, 0));
}

#[actix_web::test]
async fn n19_a_deleted_account_leaves_nothing_of_what_it_kept_for_itself() {
    let team = Team::new().await;
    let operator = team.app.set_up();
    team.own_text(&team.bob, "a = 1").await;
    let home = InWorkspace {
        workspace_id: team.bob.workspace,
    };
    let group = super::custom_group(&team.app, team.bob.workspace, "Ones", &[]);
    let body = super::wanted(group, "Mine", "a = 1");
    team.app
        .call::<shared::vaults::CreateVault>(&team.bob, home.clone(), (), body)
        .await
        .with_status(201);
    let body = super::text_of(shared::vaults::VaultFormat::Hocon, "b = 1");
    team.app
        .call::<shared::vaults::ChangePersonalVault>(&team.bob, home, (), body)
        .await
        .with_status(200);
    let others = team.vault("V", "a = 1").await;
    assert_eq!(counted(&team).0, 4);
    let path = OneServerUser { user_id: team.bob.id };
    let deleted = team.app.call::<DeleteServerUser>(&operator, path, (), ()).await;
    assert!(deleted.status < 300, "{}", deleted.text());
    assert_eq!((counted(&team).0, counted(&team).1), (1, 1));
    assert_eq!(team.content(&team.ann, others.id).await, "a = 1");
}

#[actix_web::test]
async fn n19_ones_own_data_holds_every_save_of_ones_own_vaults() {
    let team = Team::new().await;
    for number in 1..=9 {
        team.own_text(&team.bob, &format!("a = {number}\n")).await;
    }
    team.own_text(&team.ann, "secret = hers").await;
    team.vault("V", "secret = everybodys").await;
    let answer = team
        .app
        .raw(team.app.request("GET", &url::<ExportMe>(&()), &team.bob))
        .await;
    let all = answer.with_status(200);
    let saves = all.json()["vault_versions"].as_array().unwrap().clone();
    assert_eq!(saves.len(), 9);
    for (number, save) in (1..).zip(&saves) {
        assert_eq!(save["content"], format!("a = {number}\n"));
        assert_eq!(
            (&save["version"], &save["format"]),
            (&json!(number), &json!("hocon"))
        );
        assert_eq!(save["is_active"], number == 9);
        assert_eq!(save["workspace_id"], team.ann.workspace.to_string());
    }
    assert!(!all.text().contains("hers") && !all.text().contains("everybodys"));
    let nobody = team
        .app
        .raw(team.app.request("GET", &url::<ExportMe>(&()), &team.eve))
        .await;
    assert_eq!(nobody.json()["vault_versions"], json!([]));
}
