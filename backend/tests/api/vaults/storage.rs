//! Vaults for cloud storage: everybody in the group uses the access, and nobody sees its secrets.

use serde_json::{Value, json};
use shared::{
    contract::url,
    groups::GroupKind,
    page::PageQuery,
    vaults::{
        ChangeVault, CreateVault, DownloadVault, GetVaultVersion, ListVaultVersions, NewVault,
        RestoreVaultVersion, VaultFormat, VaultTarget,
    },
};

use super::{Team, content_of, secret, wanted};

const SECRET: &str = "lantern-and-orchard";
const TOKEN: &str = "fennel-and-seven";

fn entry(host: &str) -> Value {
    json!({ "provider": "s3", "bucket": "data", "key": "AKIA1", "secret": SECRET, "token": TOKEN, "host": host, "region": "eu" })
}

async fn new_vault(team: &Team, content: &Value) -> NewVault {
    NewVault {
        target: VaultTarget::Storage,
        content: secret(&content.to_string()),
        ..wanted(team.group(GroupKind::Users).await, "Buckets", "")
    }
}

#[actix_web::test]
async fn p03_a_vault_for_storage_counts_its_entries_and_never_shows_their_secrets() {
    let team = Team::new().await;
    let content = json!([entry("a.example.com"), entry("b.example.com")]);
    let vault = team.made(new_vault(&team, &content).await).await;
    assert_eq!(
        (vault.entries, vault.format, vault.target),
        (Some(2), VaultFormat::Json, VaultTarget::Storage)
    );
    team.change(vault.id, content_of(&json!([entry("a.example.com")]).to_string()))
        .await;
    let one = team.one(vault.id);
    for who in [&team.ann, &team.bob] {
        let shown = team.content(who, vault.id).await;
        let list: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(
            list,
            json!([{ "provider": "s3", "bucket": "data", "key": "AKIA1", "host": "a.example.com", "region": "eu" }])
        );
        let file = team
            .app
            .raw(team.app.request("GET", &url::<DownloadVault>(&one), who))
            .await;
        assert_eq!(file.text(), shown);
    }
    let old = team
        .app
        .call::<GetVaultVersion>(&team.ann, team.save(vault.id, 1), (), ())
        .await;
    assert!(old.text().contains("b.example.com"));
    assert!(
        !old.text().contains(SECRET) && !old.text().contains(TOKEN),
        "{}",
        old.text()
    );
    let saves = team
        .app
        .call::<ListVaultVersions>(&team.ann, one, PageQuery::default(), ())
        .await
        .reply();
    assert_eq!(
        saves.items.iter().map(|save| save.entries).collect::<Vec<_>>(),
        [Some(1), Some(2)]
    );
    assert_eq!(
        saves.items[0].bytes,
        team.content(&team.ann, vault.id).await.len() as u64
    );
    let journal = format!("{:?}", team.app.journal());
    assert!(!journal.contains(SECRET) && !journal.contains("AKIA1"));
}

#[actix_web::test]
async fn clients_never_get_a_vault_for_storage() {
    let team = Team::new().await;
    team.made(new_vault(&team, &json!([entry("a")])).await).await;
    assert!(team.served().await.is_empty());
    let request = team
        .app
        .request("GET", "/api/users.get_vaults?types=storage", &team.bobs_key);
    assert_eq!(team.app.raw(request).await.json()["data"]["vaults"], json!([]));
}

#[actix_web::test]
async fn a_save_without_a_secret_keeps_it_unless_it_is_for_something_else() {
    let team = Team::new().await;
    let vault = team.made(new_vault(&team, &json!([entry("a")])).await).await;
    let shown = team.content(&team.ann, vault.id).await;
    let same = team.change(vault.id, content_of(&shown)).await;
    assert_eq!(same.vault.version, 1, "what is shown saves as it was");
    let more: Value =
        json!([serde_json::from_str::<Value>(&shown).unwrap()[0], { "key": "AKIA2", "secret": "other" }]);
    assert_eq!(
        team.change(vault.id, content_of(&more.to_string()))
            .await
            .vault
            .version,
        2
    );
    assert_eq!(stored(&team, vault.id, 2)[0]["secret"], SECRET);
    assert_eq!(stored(&team, vault.id, 2)[0]["token"], TOKEN);
    assert_eq!(stored(&team, vault.id, 2)[1]["secret"], "other");
    for field in ["host", "bucket", "key"] {
        let mut other: Value = serde_json::from_str(&shown).unwrap();
        other[0][field] = json!("evil.example.com");
        let refused = team
            .app
            .call::<ChangeVault>(&team.ann, team.one(vault.id), (), content_of(&other.to_string()))
            .await;
        assert_eq!(refused.status, 422, "{field}");
        let error = &refused.problem().errors[0];
        assert!(
            error.pointer == "/content" && error.detail.contains("Entry 1: There is no secret"),
            "{error:?}"
        );
    }
    let restored = team
        .app
        .call::<RestoreVaultVersion>(&team.ann, team.save(vault.id, 1), (), ())
        .await
        .reply();
    assert_eq!((restored.version, restored.entries), (3, Some(1)));
    assert_eq!(stored(&team, vault.id, 3)[0]["secret"], SECRET);
}

/// A save as it is stored.
fn stored(team: &Team, vault: shared::ids::VaultId, version: i64) -> Value {
    use db::{columns, schema::vault_versions};
    use diesel::prelude::*;
    let row = vault_versions::table.find((columns::VaultId(vault), version));
    let sealed: String = team
        .app
        .db(|conn| row.select(vault_versions::sealed_content).first(conn));
    let place = format!("vault/{vault}/{version}");
    let text = secrets::seal::open_text(team.app.state.keys(), &place, &sealed).unwrap();
    serde_json::from_str(text.expose()).unwrap()
}

#[actix_web::test]
async fn what_is_no_list_of_storage_entries_is_refused_and_not_repeated() {
    let team = Team::new().await;
    for wrong in [
        json!({}),
        json!([{ "key": "k" }]),
        json!([{ "key": "k", "secrets": SECRET }]),
        json!([5]),
        json!("x"),
    ] {
        let body = new_vault(&team, &wrong).await;
        let refused = team
            .app
            .call::<CreateVault>(&team.ann, team.here(), (), body)
            .await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{wrong}");
        assert!(!refused.text().contains(SECRET));
    }
    let mut yaml = new_vault(&team, &json!([entry("a")])).await;
    yaml.format = VaultFormat::Yaml;
    let refused = team
        .app
        .call::<CreateVault>(&team.ann, team.here(), (), yaml)
        .await;
    assert_eq!(refused.problem().errors[0].pointer, "/format");
}

#[actix_web::test]
async fn p03_a_member_sees_which_access_to_storage_applies_to_them() {
    let team = Team::new().await;
    let off = team.made(new_vault(&team, &json!([entry("off")])).await).await;
    team.switch(off.id, false).await;
    let mut body = new_vault(&team, &json!([entry("on")])).await;
    body.name = "Others".parse().unwrap();
    team.made(body).await;
    let applied = team
        .app
        .call::<shared::vaults::ListAppliedVaults>(&team.bob, team.here(), (), ())
        .await
        .reply();
    assert_eq!(applied.items.len(), 1);
    assert_eq!(applied.items[0].entries, Some(1));
}
