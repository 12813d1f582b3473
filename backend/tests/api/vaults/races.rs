//! Several people at once: nothing is lost, and the order stays an order.

use serde_json::json;
use shared::{
    contract::url,
    page::PageQuery,
    vaults::{
        ChangePersonalVault, ChangeVault, CreateVault, GetVault, ListVaults, MoveVault, VaultFormat,
        VaultPlace,
    },
};
use testkit::As;

use super::{Team, own_address, text_of, wanted};

#[actix_web::test]
async fn of_two_saves_on_the_same_ground_one_is_refused() {
    let team = Team::new().await;
    let vault = team.vault("V", "a = 0").await;
    let address = url::<GetVault>(&team.one(vault.id));
    let now = team.app.raw(team.app.request("GET", &address, &team.ann)).await;
    let (etag, who) = (now.header("etag").unwrap().to_owned(), As::from(&team.ann));
    let answers = team.app.race(6, async move |app, number| {
        let request = app
            .request("PATCH", &address, &who)
            .insert_header(("if-match", etag.clone()))
            .set_json(json!({ "content": format!("a = {number} # by one of six") }));
        app.raw(request).await.status
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(
        answers.iter().filter(|status| **status == 412).count(),
        5,
        "{answers:?}"
    );
    let after = team
        .app
        .call::<GetVault>(&team.ann, team.one(vault.id), (), ())
        .await
        .reply();
    assert_eq!(after.vault.version, 2);
}

#[actix_web::test]
async fn saves_without_ground_are_all_kept() {
    let team = Team::new().await;
    let vault = team.vault("V", "a = 0").await;
    let (path, who) = (team.one(vault.id), As::from(&team.ann));
    let answers = team.app.race(6, async move |app, number| {
        let change = super::content_of(&format!("a = {number} # by one of six"));
        app.call::<ChangeVault>(&who, path.clone(), (), change)
            .await
            .reply()
            .vault
            .version
    });
    let mut numbers = answers.clone();
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3, 4, 5, 6, 7]);
}

#[actix_web::test]
async fn a_personal_vault_that_is_made_twice_at_once_is_one() {
    let team = Team::new().await;
    let (path, who) = (team.here(), As::from(&team.bob));
    let vaults = team.app.race(6, async move |app, number| {
        let body = text_of(VaultFormat::Hocon, &format!("a = {number}"));
        let saved = app
            .call::<ChangePersonalVault>(&who, path.clone(), (), body)
            .await
            .reply();
        saved.vault.unwrap().id
    });
    assert!(vaults.windows(2).all(|pair| pair[0] == pair[1]), "{vaults:?}");
    let now = team
        .app
        .raw(team.app.request("GET", &own_address(&team), &team.bob))
        .await;
    assert_eq!(now.json()["vault"]["version"], 6);
}

#[actix_web::test]
async fn moves_and_new_vaults_at_once_leave_one_order_with_everything_in_it() {
    let team = Team::new().await;
    let users = team.group(shared::groups::GroupKind::Users).await;
    let mut ids = Vec::new();
    for number in 0..8 {
        ids.push(team.vault(&format!("V{number}"), "a = 1").await.id);
    }
    let (here, who, all) = (team.here(), As::from(&team.ann), ids.clone());
    let team_path = team.one(ids[0]);
    let statuses = team.app.race(6, async move |app, number| {
        let mut path = team_path.clone();
        path.vault_id = all[number];
        let before = VaultPlace {
            before: Some(all[7 - number]),
        };
        let moved = app.call::<MoveVault>(&who, path.clone(), (), before).await.status;
        let made = wanted(users, &format!("New {number}"), "a = 1");
        let made = app.call::<CreateVault>(&who, here.clone(), (), made).await.status;
        let end = app
            .call::<MoveVault>(&who, path, (), VaultPlace { before: None })
            .await
            .status;
        (moved, made, end)
    });
    assert!(
        statuses.iter().all(|status| *status == (200, 201, 200)),
        "{statuses:?}"
    );
    let page = team
        .app
        .call::<ListVaults>(&team.ann, team.here(), PageQuery::default(), ())
        .await
        .reply();
    assert_eq!((page.total, page.items.len()), (14, 14));
    let positions: Vec<i64> = team.app.db(|conn| {
        use db::schema::vaults;
        use diesel::prelude::*;
        vaults::table
            .select(vaults::position)
            .order(vaults::position)
            .load(conn)
    });
    assert!(
        positions.windows(2).all(|pair| pair[0] < pair[1]),
        "{positions:?}"
    );
    assert_eq!(
        team.names().await,
        page.items
            .iter()
            .map(|vault| vault.name.to_string())
            .collect::<Vec<_>>()
    );
}
