//! Attack 9 (CVE-2024-43779): what is off, deleted, or somebody else's is reached by no road: not by its id, not in a list, not in
//! the merged configuration, not as a file, not by an entity tag, not through its saves, and not on the clients' wire.

use serde_json::{Value, json};
use shared::{
    contract::{Endpoint, url},
    ids::VaultId,
    permission::Role,
    vaults::{
        ChangeVault, DeleteVault, DownloadVault, GetEffectiveConfiguration, GetVault, GetVaultVersion,
        ListAppliedVaults, ListVaultVersions, ListVaults, MoveVault, PersonalVaultChange,
        RestoreVaultVersion, WhoseConfiguration,
    },
};
use testkit::{As, Person};

use super::{Team, content_of, served};

const SECRET: &str = "only-in-this-vault";

/// Every road to a vault that is an address of its own, as method, address and body.
fn roads(team: &Team, vault: VaultId) -> Vec<(&'static str, String, Value)> {
    let (one, save) = (team.one(vault), team.save(vault, 1));
    vec![
        ("GET", url::<GetVault>(&one), Value::Null),
        ("GET", url::<DownloadVault>(&one), Value::Null),
        ("GET", url::<ListVaultVersions>(&one), Value::Null),
        ("GET", url::<GetVaultVersion>(&save), Value::Null),
        ("POST", url::<RestoreVaultVersion>(&save), Value::Null),
        ("PATCH", url::<ChangeVault>(&one), json!({ "is_active": true })),
        ("POST", url::<MoveVault>(&one), json!({ "before": null })),
        ("DELETE", url::<DeleteVault>(&one), Value::Null),
    ]
}

/// Asks by every road, also with entity tags; the answers must be `expected` and show nothing.
async fn is_shut(team: &Team, who: impl Into<As>, vault: VaultId, etag: &str, may_change: bool) {
    let who = who.into();
    let app = &team.app;
    for (method, address, body) in roads(team, vault) {
        let ends_at_the_role =
            !may_change && (["PATCH", "DELETE"].contains(&method) || address.ends_with("/move"));
        let expected = match &who {
            _ if ends_at_the_role => (403, "forbidden"),
            As::Key(_) | As::Bearer(_) => (403, "in_person_only"),
            As::Session(_) | As::Nobody => (404, "not_found"),
        };
        for tags in [None, Some(etag), Some("*")] {
            let mut request = app.request(method, &address, &who);
            if let Some(tag) = tags {
                request = request.insert_header(("if-none-match", tag));
            }
            if !body.is_null() {
                request = request.set_json(&body);
            }
            let answer = app.raw(request).await;
            assert_eq!(
                (answer.status, answer.code()),
                expected,
                "{method} {address} {tags:?}"
            );
            assert!(!answer.text().contains(SECRET));
            assert_eq!(answer.header("etag"), None, "{method} {address}");
        }
    }
}

/// What lists, merges and clients show to somebody holds nothing of the vault.
async fn is_in_nothing(team: &Team, who: &Person, vault: VaultId) {
    let app = &team.app;
    let addresses = [
        ListAppliedVaults::PATH,
        GetEffectiveConfiguration::PATH,
        ListVaults::PATH,
    ]
    .map(|path| path.replace("{workspace_id}", &team.ann.workspace.to_string()));
    let key = app.key(who, team.ann.workspace);
    for address in addresses {
        let text = app.raw(app.request("GET", &address, who)).await.text();
        assert!(
            !text.contains(SECRET) && !text.contains(&vault.to_string()),
            "{address}: {text}"
        );
    }
    for query in [
        "",
        "?enabled=true",
        "?enabled=false",
        "?types=config",
        "?types=storage",
        "?enabled=true&types=all",
    ] {
        for caller in [As::from(&key), app.bearer(&key)] {
            let request = app.request("GET", &format!("/api/users.get_vaults{query}"), caller);
            let answer = app.raw(request).await.with_status(200);
            assert!(!answer.text().contains(SECRET), "{query}: {}", answer.text());
        }
    }
}

async fn etag(team: &Team, who: &Person, vault: VaultId) -> String {
    let request = team.app.request("GET", &url::<GetVault>(&team.one(vault)), who);
    team.app
        .raw(request)
        .await
        .with_status(200)
        .header("etag")
        .unwrap()
        .to_owned()
}

#[actix_web::test]
async fn attack_9_a_vault_that_is_off_is_reached_by_no_road() {
    let team = Team::new().await;
    let vault = team.vault("V", &format!("a = {SECRET}")).await;
    let tag = etag(&team, &team.bob, vault.id).await;
    assert!(team.served().await[0].2.as_str().unwrap().contains(SECRET));
    team.switch(vault.id, false).await;
    is_shut(&team, &team.bob, vault.id, &tag, false).await;
    is_shut(&team, &team.bobs_key, vault.id, &tag, false).await;
    is_in_nothing(&team, &team.bob, vault.id).await;
    // Whoever writes vaults sees it, and their clients do not.
    assert!(team.content(&team.ann, vault.id).await.contains(SECRET));
    let key = team.app.key(&team.ann, team.ann.workspace);
    assert!(served(&team.app, &key).await.is_empty());
    team.switch(vault.id, true).await;
    assert_eq!(team.names().await, ["V"]);
}

#[actix_web::test]
async fn attack_9_a_vault_that_was_deleted_is_reached_by_no_road() {
    let team = Team::new().await;
    let vault = team.vault("V", &format!("a = {SECRET}")).await;
    team.change(vault.id, content_of(&format!("b = {SECRET}"))).await;
    let tags = (
        etag(&team, &team.bob, vault.id).await,
        etag(&team, &team.ann, vault.id).await,
    );
    let deleted = team
        .app
        .call::<DeleteVault>(&team.ann, team.one(vault.id), (), ())
        .await;
    assert_eq!(deleted.status, 204);
    is_shut(&team, &team.bob, vault.id, &tags.0, false).await;
    is_shut(&team, &team.ann, vault.id, &tags.1, true).await;
    is_in_nothing(&team, &team.bob, vault.id).await;
    is_in_nothing(&team, &team.ann, vault.id).await;
}

#[actix_web::test]
async fn attack_9_the_personal_vault_of_another_is_reached_by_nobody_an_administrator_included() {
    let team = Team::new().await;
    let vault = team
        .own_text(&team.bob, &format!("sdk.x.secret_key = {SECRET}"))
        .await;
    let tag = etag(&team, &team.bob, vault.id).await;
    is_shut(&team, &team.ann, vault.id, &tag, true).await;
    is_in_nothing(&team, &team.ann, vault.id).await;
    let carl = team.app.person("carl");
    team.app.member(team.ann.workspace, &carl, Role::User);
    is_shut(&team, &carl, vault.id, &tag, false).await;
    is_in_nothing(&team, &carl, vault.id).await;
    // What an administrator may compute of it has its secrets masked.
    let whose = WhoseConfiguration {
        user_id: Some(team.bob.id),
    };
    let merged = team
        .app
        .call::<GetEffectiveConfiguration>(&team.ann, team.here(), whose, ())
        .await;
    assert!(
        merged.text().contains("secret_key") && !merged.text().contains(SECRET),
        "{}",
        merged.text()
    );
    // Its owner does not change it by the administrators' road either.
    let change = team
        .app
        .call::<ChangeVault>(&team.ann, team.one(vault.id), (), content_of("a = 1"))
        .await;
    assert_eq!(change.code(), "not_found");
}

#[actix_web::test]
async fn attack_9_a_personal_vault_that_is_off_is_its_owners_to_edit_and_nothing_to_clients() {
    let team = Team::new().await;
    let vault = team.own_text(&team.bob, &format!("a = {SECRET}")).await;
    let off = PersonalVaultChange {
        is_active: Some(false),
        ..PersonalVaultChange::default()
    };
    team.own(&team.bob, off).await;
    assert!(team.content(&team.bob, vault.id).await.contains(SECRET));
    let whose = WhoseConfiguration::default();
    let merged = team
        .app
        .call::<GetEffectiveConfiguration>(&team.bob, team.here(), whose, ())
        .await;
    assert!(!merged.text().contains(SECRET));
    for query in [
        "",
        "?enabled=true",
        "?enabled=false",
        "?enabled=false&types=config",
    ] {
        let request = team
            .app
            .request("POST", &format!("/api/users.get_vaults{query}"), &team.bobs_key);
        let answer = team.app.raw(request).await.with_status(200);
        assert_eq!(answer.json()["data"]["vaults"], json!([]), "{query}");
    }
}

#[actix_web::test]
async fn attack_9_a_vault_of_another_group_or_workspace_is_reached_by_no_road() {
    let team = Team::new().await;
    let day = team.custom_group("Day", &[&team.ann]);
    let vault = team.vault_for(day, "V", &format!("a = {SECRET}")).await;
    is_shut(&team, &team.bob, vault.id, "\"x\"", false).await;
    is_in_nothing(&team, &team.bob, vault.id).await;
    // By her own workspace's address, of which Eve is the administrator.
    for (method, address, body) in roads(&team, vault.id) {
        let address = address.replace(&team.ann.workspace.to_string(), &team.eve.workspace.to_string());
        let request = team.app.request(method, &address, &team.eve);
        let answer = team
            .app
            .raw(if body.is_null() {
                request
            } else {
                request.set_json(&body)
            })
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "not_found"),
            "{method} {address}"
        );
    }
    assert_eq!(team.content(&team.ann, vault.id).await, format!("a = {SECRET}"));
}

#[actix_web::test]
async fn attack_9_who_left_a_group_has_lost_its_vaults_at_once() {
    use db::{columns, schema::group_members};
    use diesel::prelude::*;
    let team = Team::new().await;
    let night = team.custom_group("Night", &[&team.bob]);
    let vault = team.vault_for(night, "V", &format!("a = {SECRET}")).await;
    let tag = etag(&team, &team.bob, vault.id).await;
    let row = group_members::table.find((columns::GroupId(night), columns::UserId(team.bob.id)));
    team.app.change(|conn| diesel::delete(row).execute(conn));
    is_shut(&team, &team.bob, vault.id, &tag, false).await;
    is_in_nothing(&team, &team.bob, vault.id).await;
}

#[actix_web::test]
async fn an_entity_tag_spares_the_content_to_those_who_see_it() {
    let team = Team::new().await;
    let vault = team.vault("V", "a = 1").await;
    let tag = etag(&team, &team.bob, vault.id).await;
    let address = url::<GetVault>(&team.one(vault.id));
    let again = team
        .app
        .request("GET", &address, &team.bob)
        .insert_header(("if-none-match", tag.clone()));
    assert_eq!(team.app.raw(again).await.status, 304);
    team.change(vault.id, content_of("a = 2")).await;
    let changed = team
        .app
        .request("GET", &address, &team.bob)
        .insert_header(("if-none-match", tag));
    assert_eq!(team.app.raw(changed).await.status, 200);
}
