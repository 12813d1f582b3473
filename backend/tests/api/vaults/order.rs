//! P03 and ruling 6: administrators' vaults apply in their order, then the personal one, then those that are enforced.

use serde_json::json;
use shared::{
    groups::GroupKind,
    page::PageQuery,
    vaults::{ChangeVault, CreateVault, DeleteVault, ListVaults, MoveVault, Vault, VaultChange, VaultPlace},
};

use super::{Team, journal, wanted};

async fn listed(team: &Team, query: PageQuery) -> Vec<String> {
    let page = team
        .app
        .call::<ListVaults>(&team.ann, team.here(), query, ())
        .await
        .reply();
    page.items.iter().map(|vault| vault.name.to_string()).collect()
}

async fn moved(team: &Team, vault: &Vault, before: Option<&Vault>) -> Vec<String> {
    let body = VaultPlace {
        before: before.map(|vault| vault.id),
    };
    let page = team
        .app
        .call::<MoveVault>(&team.ann, team.one(vault.id), (), body)
        .await
        .reply();
    let names: Vec<String> = page.items.iter().map(|vault| vault.name.to_string()).collect();
    assert_eq!(names, listed(team, PageQuery::default()).await);
    names
}

#[actix_web::test]
async fn p03_vaults_apply_in_their_order_then_the_personal_one_then_the_enforced() {
    let team = Team::new().await;
    let users = team.group(GroupKind::Users).await;
    let mut forced = wanted(users, "Forced one", "a = f1");
    forced.is_enforced = true;
    let forced = team.made(forced).await;
    team.vault("First", "a = 1").await;
    let second = team.vault("Second", "a = 2").await;
    let mut last = wanted(users, "Forced two", "a = f2");
    last.is_enforced = true;
    team.made(last).await;
    team.own_text(&team.bob, "a = own").await;
    let order = ["First", "Second", "Personal vault", "Forced one", "Forced two"];
    assert_eq!(team.names().await, order);
    assert_eq!(
        listed(&team, PageQuery::default()).await,
        ["Forced one", "First", "Second", "Forced two"]
    );
    let scopes: Vec<String> = team
        .served()
        .await
        .into_iter()
        .map(|(_, scope, _)| scope)
        .collect();
    assert_eq!(scopes, ["group", "group", "user", "group", "group"]);

    let free = VaultChange {
        is_enforced: Some(false),
        ..VaultChange::default()
    };
    team.change(forced.id, free).await;
    assert_eq!(
        team.names().await,
        ["Forced one", "First", "Second", "Personal vault", "Forced two"]
    );
    team.switch(second.id, false).await;
    assert_eq!(
        team.names().await,
        ["Forced one", "First", "Personal vault", "Forced two"]
    );
}

#[actix_web::test]
async fn p03_a_vault_moves_to_any_place() {
    let team = Team::new().await;
    let (a, b, c, d) = (
        team.vault("A", "x = a").await,
        team.vault("B", "x = b").await,
        team.vault("C", "x = c").await,
        team.vault("D", "x = d").await,
    );
    assert_eq!(moved(&team, &d, Some(&a)).await, ["D", "A", "B", "C"]);
    assert_eq!(moved(&team, &d, Some(&c)).await, ["A", "B", "D", "C"]);
    assert_eq!(moved(&team, &a, None).await, ["B", "D", "C", "A"]);
    assert_eq!(moved(&team, &b, Some(&c)).await, ["D", "B", "C", "A"]);
    assert_eq!(team.names().await, ["D", "B", "C", "A"]);
    let moves: Vec<_> = journal(&team.app)
        .into_iter()
        .filter(|(action, ..)| action == "vault.move")
        .map(|(_, before, after)| {
            (
                before["name"].clone(),
                before["place"].clone(),
                after["place"].clone(),
            )
        })
        .collect();
    assert_eq!(
        moves,
        [
            (json!("D"), json!(4), json!(1)),
            (json!("D"), json!(1), json!(3)),
            (json!("A"), json!(1), json!(4)),
            (json!("B"), json!(1), json!(2)),
        ]
    );
    // Where it stands already it stays, and nothing is journalled.
    let entries = team.app.journal().len();
    for before in [Some(&b), Some(&c)] {
        assert_eq!(moved(&team, &b, before).await, ["D", "B", "C", "A"]);
    }
    assert_eq!(moved(&team, &a, None).await, ["D", "B", "C", "A"]);
    assert_eq!(team.app.journal().len(), entries);
    let own = team.own_text(&team.ann, "x = 1").await;
    let body = VaultPlace { before: Some(own.id) };
    let refused = team
        .app
        .call::<MoveVault>(&team.ann, team.one(a.id), (), body)
        .await;
    assert_eq!(refused.problem().errors[0].pointer, "/before");
}

#[actix_web::test]
async fn p08_vaults_are_found_by_their_name_and_by_that_of_their_group() {
    let team = Team::new().await;
    let night = team.custom_group("Night Shift", &[&team.bob]);
    team.vault("Büro S3", "a = 1").await;
    team.vault_for(night, "Pip index", "a = 1").await;
    team.vault("100%", "a = 1").await;
    let found = async |q: &str| {
        let query = PageQuery {
            q: Some(q.to_owned()),
            ..PageQuery::default()
        };
        listed(&team, query).await
    };
    assert_eq!(found("BÜRO").await, ["Büro S3"]);
    assert_eq!(found("night").await, ["Pip index"]);
    assert_eq!(found("%").await, ["100%"]);
    assert!(found("nothing").await.is_empty());
}

#[actix_web::test]
async fn pages_go_through_the_order_without_a_gap() {
    let team = Team::new().await;
    let mut names = Vec::new();
    for number in 0..7 {
        let name = format!("Vault {number}");
        team.vault(&name, "a = 1").await;
        names.push(name);
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let query = PageQuery {
            limit: Some(3),
            cursor,
            ..PageQuery::default()
        };
        let page = team
            .app
            .call::<ListVaults>(&team.ann, team.here(), query, ())
            .await
            .reply();
        assert_eq!(page.total, 7);
        seen.extend(page.items.iter().map(|vault| vault.name.to_string()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, names);
    for (sort, status) in [("position", 200), ("-position", 422), ("name", 422)] {
        let query = PageQuery {
            sort: Some(sort.to_owned()),
            ..PageQuery::default()
        };
        let answer = team
            .app
            .call::<ListVaults>(&team.ann, team.here(), query, ())
            .await;
        assert_eq!(answer.status, status, "{sort}");
    }
}

#[actix_web::test]
async fn names_are_unique_in_a_workspace_whatever_their_case() {
    let team = Team::new().await;
    let users = team.group(GroupKind::Users).await;
    let one = team.vault("Storage É", "a = 1").await;
    let two = team.vault("Other", "a = 1").await;
    let twin = team
        .app
        .call::<CreateVault>(&team.ann, team.here(), (), wanted(users, "storage é", "a = 1"))
        .await;
    assert_eq!((twin.status, twin.code()), (409, "vault_name_taken"));
    let name = |name: &str| VaultChange {
        name: Some(name.parse().unwrap()),
        ..VaultChange::default()
    };
    let twin = team
        .app
        .call::<ChangeVault>(&team.ann, team.one(two.id), (), name("STORAGE É"))
        .await;
    assert_eq!((twin.status, twin.code()), (409, "vault_name_taken"));
    assert_eq!(
        team.change(one.id, name("STORAGE É")).await.vault.name.as_str(),
        "STORAGE É"
    );
    let deleted = team
        .app
        .call::<DeleteVault>(&team.ann, team.one(one.id), (), ())
        .await;
    assert_eq!(deleted.status, 204);
    team.vault("storage é", "a = 1").await;
}

#[actix_web::test]
async fn a_vault_is_for_a_group_of_its_own_workspace() {
    let team = Team::new().await;
    let foreign = super::custom_group(&team.app, team.eve.workspace, "Hers", &[]);
    let refused = team
        .app
        .call::<CreateVault>(&team.ann, team.here(), (), wanted(foreign, "X", "a = 1"))
        .await;
    assert_eq!(
        (refused.status, refused.problem().errors[0].pointer.as_str()),
        (422, "/group_id")
    );
    let vault = team.vault("X", "a = 1").await;
    let change = VaultChange {
        group_id: Some(foreign),
        ..VaultChange::default()
    };
    let refused = team
        .app
        .call::<ChangeVault>(&team.ann, team.one(vault.id), (), change)
        .await;
    assert_eq!(
        (refused.status, refused.problem().errors[0].pointer.as_str()),
        (422, "/group_id")
    );
}
