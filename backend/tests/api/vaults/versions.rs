//! N05: every save is kept and comes back byte for byte.

use serde_json::json;
use shared::{
    contract::url,
    page::PageQuery,
    vaults::{
        DownloadVault, GetPersonalVault, GetVaultVersion, ListVaultVersions, RestoreVaultVersion, VaultFormat,
    },
};
use testkit::Person;

use super::{Team, content_of, journal, text_of};

/// Texts of which an editor or a library would like to change something.
const ODD: [&str; 6] = [
    "a = 1\r\nb = 2\r\n",
    "a = 1   \n\n\n",
    "# \u{feff}é ü 漢字 🚀 \u{301}\na = \"\\t\"\n\n",
    "\ta = 1\n\t\tb = 2\n   ",
    "a = 1",
    "\n\n\na = 1\r\n\n",
];

async fn saved(team: &Team, who: &Person, vault: shared::ids::VaultId) -> Vec<(u64, Option<u64>)> {
    let page = team
        .app
        .call::<ListVaultVersions>(who, team.one(vault), PageQuery::default(), ())
        .await
        .reply();
    assert_eq!(page.total, page.items.len() as u64);
    page.items
        .iter()
        .map(|save| (save.version, save.restored_from))
        .collect()
}

#[actix_web::test]
async fn n05_every_save_comes_back_byte_for_byte() {
    let team = Team::new().await;
    let mut vault = team.own_text(&team.bob, ODD[0]).await;
    for text in &ODD[1..] {
        vault = team.own_text(&team.bob, text).await;
    }
    assert_eq!(vault.version, 6);
    for (number, text) in (1..).zip(ODD) {
        let save = team
            .app
            .call::<GetVaultVersion>(&team.bob, team.save(vault.id, number), (), ())
            .await
            .reply();
        assert_eq!(save.content.expose(), text, "save {number}");
        assert_eq!(
            (save.version.version, save.version.bytes),
            (number, text.len() as u64)
        );
        assert_eq!(save.version.saved_by.id, team.bob.id);
    }
    for (number, text) in (1..).zip(ODD) {
        let restored = team
            .app
            .call::<RestoreVaultVersion>(&team.bob, team.save(vault.id, number), (), ())
            .await
            .reply();
        let now = team
            .app
            .call::<GetPersonalVault>(&team.bob, team.here(), (), ())
            .await
            .reply();
        assert_eq!(now.content.expose(), text, "save {number}");
        assert_eq!(now.vault.unwrap(), restored);
        let file = team
            .app
            .request("GET", &url::<DownloadVault>(&team.one(vault.id)), &team.bob);
        let file = team.app.raw(file).await.with_status(200);
        assert_eq!(file.body, text.as_bytes());
        assert_eq!(
            file.header("content-disposition"),
            Some("attachment; filename=\"Personal-vault.conf\"")
        );
        assert_eq!(team.served().await[0].2, json!(text));
    }
    let saves = saved(&team, &team.bob, vault.id).await;
    assert_eq!(saves[0], (12, Some(6)));
    assert_eq!(saves.len(), 12);
}

#[actix_web::test]
async fn n05_what_is_as_it_was_is_no_save() {
    let team = Team::new().await;
    let vault = team.own_text(&team.bob, "a = 1").await;
    let entries = team.app.journal().len();
    assert_eq!(team.own_text(&team.bob, "a = 1").await, vault);
    let same = team
        .app
        .call::<RestoreVaultVersion>(&team.bob, team.save(vault.id, 1), (), ())
        .await
        .reply();
    assert_eq!(same, vault);
    assert_eq!(team.app.journal().len(), entries);
    // The same text in another language is another content.
    team.own(&team.bob, text_of(VaultFormat::Json, "{}")).await;
    let yaml = team
        .own(&team.bob, text_of(VaultFormat::Yaml, "{}"))
        .await
        .vault
        .unwrap();
    assert_eq!((yaml.version, yaml.format), (3, VaultFormat::Yaml));
    let restored = team
        .app
        .call::<RestoreVaultVersion>(&team.bob, team.save(vault.id, 2), (), ())
        .await
        .reply();
    assert_eq!((restored.version, restored.format), (4, VaultFormat::Json));
}

#[actix_web::test]
async fn n05_administrators_see_and_restore_every_save_and_members_none() {
    let team = Team::new().await;
    let vault = team.vault("V", "password = first").await;
    team.change(vault.id, content_of("a = second")).await;
    assert_eq!(saved(&team, &team.ann, vault.id).await, [(2, None), (1, None)]);
    let list = team
        .app
        .call::<ListVaultVersions>(&team.bob, team.one(vault.id), PageQuery::default(), ())
        .await;
    assert_eq!((list.status, list.code()), (403, "forbidden"));
    let one = team
        .app
        .call::<GetVaultVersion>(&team.bob, team.save(vault.id, 1), (), ())
        .await;
    assert_eq!((one.status, one.code()), (403, "forbidden"));
    assert!(!one.text().contains("first"));
    let restore = team
        .app
        .call::<RestoreVaultVersion>(&team.bob, team.save(vault.id, 1), (), ())
        .await;
    assert_eq!((restore.status, restore.code()), (403, "forbidden"));
    let done = team
        .app
        .call::<RestoreVaultVersion>(&team.ann, team.save(vault.id, 1), (), ())
        .await
        .reply();
    assert_eq!(done.version, 3);
    assert_eq!(team.content(&team.bob, vault.id).await, "password = first");
    let (action, before, after) = journal(&team.app).pop().unwrap();
    assert_eq!(action, "vault.restore");
    assert_eq!(
        (&before["version"], &after["version"], &after["restored_from"]),
        (&json!(2), &json!(3), &json!(1))
    );
    for missing in [0, 4, u64::MAX] {
        let answer = team
            .app
            .call::<GetVaultVersion>(&team.ann, team.save(vault.id, missing), (), ())
            .await;
        assert_eq!(answer.code(), "not_found", "{missing}");
    }
}

#[actix_web::test]
async fn pages_of_saves_go_back_to_the_first() {
    let team = Team::new().await;
    let vault = team.vault("V", "a = 0").await;
    for number in 1..5 {
        team.change(vault.id, content_of(&format!("a = {number}"))).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let query = PageQuery {
            limit: Some(2),
            cursor,
            ..PageQuery::default()
        };
        let page = team
            .app
            .call::<ListVaultVersions>(&team.ann, team.one(vault.id), query, ())
            .await
            .reply();
        assert_eq!(page.total, 5);
        seen.extend(page.items.iter().map(|save| save.version));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let query = PageQuery {
        q: Some("x".to_owned()),
        ..PageQuery::default()
    };
    let refused = team
        .app
        .call::<ListVaultVersions>(&team.ann, team.one(vault.id), query, ())
        .await;
    assert_eq!(refused.status, 422);
}

#[actix_web::test]
async fn the_oldest_saves_go_when_there_are_more_than_are_kept() {
    use db::{
        columns,
        schema::{vault_versions, vaults},
    };
    use diesel::prelude::*;
    let team = Team::new().await;
    let vault = team.vault("V", "a = 1").await;
    let id = columns::VaultId(vault.id);
    // As if it had been saved so often; what is in that save cannot be opened any more, which keeps nobody from saving anew.
    team.app.change(|conn| {
        diesel::update(vault_versions::table.find((id, 1)))
            .set(vault_versions::version.eq(1_000))
            .execute(conn)?;
        diesel::update(vaults::table.find(id))
            .set(vaults::version.eq(1_000))
            .execute(conn)
    });
    team.change(vault.id, content_of("a = 2")).await;
    assert_eq!(
        saved(&team, &team.ann, vault.id).await,
        [(1_001, None), (1_000, None)]
    );
    team.app.change(|conn| {
        diesel::update(vault_versions::table.find((id, 1_000)))
            .set(vault_versions::version.eq(1))
            .execute(conn)
    });
    team.change(vault.id, content_of("a = 3")).await;
    assert_eq!(
        saved(&team, &team.ann, vault.id).await,
        [(1_002, None), (1_001, None)]
    );
}

#[actix_web::test]
async fn a_file_is_named_after_its_vault_and_its_language() {
    let team = Team::new().await;
    let vault = team.vault("../../Büro \"S3\"", "a = 1").await;
    let file = team
        .app
        .request("GET", &url::<DownloadVault>(&team.one(vault.id)), &team.bob);
    let file = team.app.raw(file).await.with_status(200);
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"------B-ro--S3-.conf\"")
    );
    assert_eq!(file.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(file.header("cache-control"), Some("no-store"));
    let mut change = content_of("a: 1\n");
    change.format = Some(VaultFormat::Yaml);
    team.change(vault.id, change).await;
    let file = team
        .app
        .request("GET", &url::<DownloadVault>(&team.one(vault.id)), &team.bob);
    let file = team.app.raw(file).await;
    assert_eq!(
        (file.header("content-type"), file.text().as_str()),
        (Some("application/yaml"), "a: 1\n")
    );
}

#[actix_web::test]
async fn a_byte_order_mark_that_clients_trip_over_is_refused_and_not_cut_off() {
    let team = Team::new().await;
    let body = text_of(VaultFormat::Hocon, "\u{feff}# a remark\r\na = 1\r\n");
    let refused = team
        .app
        .call::<shared::vaults::ChangePersonalVault>(&team.bob, team.here(), (), body)
        .await;
    let detail = &refused.with_status(422).problem().errors[0].detail;
    assert!(detail.contains("byte order mark"), "{detail}");
    // The reader of YAML knows it, so that clients never see it; the text stays as it was written.
    let yaml = "\u{feff}a: 1\r\n";
    let saved = team.own(&team.bob, text_of(VaultFormat::Yaml, yaml)).await;
    assert_eq!(saved.content.expose(), yaml);
    assert_eq!(saved.vault.unwrap().bytes, yaml.len() as u64);
    let data = team.served().await[0].2.as_str().unwrap().to_owned();
    assert!(data.starts_with('{'), "{data}");
}
