//! Several people at once: nothing is lost, and the order stays an order.

use std::{
    sync::{Arc, Barrier},
    time::{Duration, Instant},
};

use db::{
    Conn, columns,
    schema::{vaults, workspaces},
};
use diesel::{PgConnection, prelude::*};
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

/// How many sessions of the database wait for this one.
fn waiting(conn: &mut PgConnection) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "only PostgreSQL knows, and has no table for it"
    )]
    let found = diesel::sql_query(
        "SELECT count(*) AS count FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))",
    );
    found.get_result::<Count>(conn).unwrap().count
}

#[actix_web::test]
async fn two_who_wait_for_each_other_are_no_failure_and_one_of_them_is_told_to_try_again() {
    let team = Team::new().await;
    let vault = team.vault("V", "a = 1").await;
    let (path, who) = (team.one(vault.id), As::from(&team.ann));
    let (row, workspace) = (
        columns::VaultId(vault.id),
        columns::WorkspaceId(team.ann.workspace),
    );
    // The change locks the workspace and then the vault; somebody else does it the other way round.
    let has_locked = Arc::new(Barrier::new(2));
    let body = super::content_of("a = 2");
    let (whose, wanted) = (path.clone(), body.clone());
    let answers = team.app.race(2, async move |app, number| {
        if number == 1 {
            has_locked.wait();
            let answer = app
                .call::<ChangeVault>(&who, path.clone(), (), body.clone())
                .await;
            let told = (answer.status != 200).then(|| answer.code());
            return Some((answer.status, told));
        }
        app.change(|conn| {
            diesel::update(vaults::table.find(row))
                .set(vaults::version.eq(vaults::version))
                .execute(conn)?;
            has_locked.wait();
            if let Conn::Pg(conn) = conn {
                let began = Instant::now();
                while waiting(conn) == 0 {
                    assert!(
                        began.elapsed().as_secs() < 20,
                        "the change never came to the vault"
                    );
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            diesel::update(workspaces::table.find(workspace))
                .set(workspaces::name.eq(workspaces::name))
                .execute(conn)
        });
        None
    });
    // On SQLite nobody locks anything before whoever writes has ended.
    let is_postgres = team.app.db(|conn| Ok(matches!(conn, Conn::Pg(_))));
    let expected = if is_postgres {
        (503, Some("busy"))
    } else {
        (200, None)
    };
    assert_eq!(answers[1], Some(expected));
    // What was undone is undone whole, and can be done again.
    let again = team
        .app
        .call::<ChangeVault>(&team.ann, whose, (), wanted)
        .await
        .reply();
    assert_eq!((again.vault.version, again.content.expose()), (2, "a = 2"));
}
