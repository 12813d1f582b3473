//! The list of accounts: what it shows of each, order, search, pages.

use chrono::TimeDelta;
use db::{
    columns,
    schema::{credentials, users},
};
use diesel::prelude::*;
use shared::{
    page::Page,
    permission::Role,
    server_users::{ListServerUsers, ServerUser, ServerUsersQuery, UserState},
};
use testkit::{Answer, As, Person, TestApp};

use super::{change, delete, disabling, one, operator, seen};

async fn listed(app: &TestApp, who: impl Into<As>, query: ServerUsersQuery) -> Answer<Page<ServerUser>> {
    app.call::<ListServerUsers>(who, (), query, ()).await
}

fn sorted(sort: &str) -> ServerUsersQuery {
    ServerUsersQuery {
        sort: Some(sort.to_owned()),
        ..ServerUsersQuery::default()
    }
}

fn searched(q: &str) -> ServerUsersQuery {
    ServerUsersQuery {
        q: Some(q.to_owned()),
        ..ServerUsersQuery::default()
    }
}

fn in_state(state: UserState) -> ServerUsersQuery {
    ServerUsersQuery {
        state: Some(state),
        ..ServerUsersQuery::default()
    }
}

fn names(page: &Page<ServerUser>) -> Vec<&str> {
    page.items.iter().map(|one| one.name.as_str()).collect()
}

fn signed_in(app: &TestApp, person: &Person) {
    let now = app.clock.now();
    app.change(|conn| {
        diesel::update(users::table.find(columns::UserId(person.id)))
            .set(users::last_sign_in_at.eq(now))
            .execute(conn)
    });
}

#[actix_web::test]
async fn an_account_shows_its_state_and_what_it_has() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    app.member(admin.workspace, &ann, Role::User);
    let _ = app.session(ann.id);
    let (first, second) = (app.key(&ann, ann.workspace), app.key(&ann, admin.workspace));
    let revoked = app.key(&ann, ann.workspace);
    app.revoke(&revoked);
    let ended = app.key(&ann, ann.workspace);
    app.expire(&ended, app.clock.now());
    app.clock.advance(TimeDelta::hours(1));
    for key in [&first, &second] {
        let used = credentials::last_used_at.eq(app.clock.now());
        let row = credentials::table.find(&key.access_key);
        app.change(|conn| diesel::update(row).set(used).execute(conn));
    }
    let answer = app
        .call::<shared::server_users::GetServerUser>(&admin, one(ann.id), (), ())
        .await;
    insta::assert_json_snapshot!(answer.seen(), @r#"
    {
      "body": {
        "created_at": "[start]",
        "email": "ann@example.com",
        "id": "[id 1]",
        "is_operator": false,
        "keys": 2,
        "last_key_use_at": "[start + 3600 s]",
        "last_sign_in_at": null,
        "must_change_password": false,
        "name": "ann",
        "sessions": 2,
        "state": "active",
        "workspaces": 2
      },
      "status": 200
    }
    "#);
    let page = listed(&app, &admin, ServerUsersQuery::default()).await.reply();
    assert_eq!(names(&page), ["admin", "ann"]);
    assert_eq!(page.items[1], answer.reply(), "the list says the same");
    assert!(page.items[0].is_operator);
    app.clock.advance(TimeDelta::days(8));
    assert_eq!(
        app.call::<shared::account::GetMe>(&admin, (), (), ())
            .await
            .status,
        401,
        "a week without use is over"
    );
    let again = app.session(admin.id).1;
    let page = listed(&app, As::Session(again), ServerUsersQuery::default())
        .await
        .reply();
    assert_eq!(page.items[1].sessions, 0, "sessions that ended are not counted");
}

#[actix_web::test]
async fn accounts_are_listed_in_every_order_and_each_on_exactly_one_page() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let mut people = Vec::new();
    for name in ["Zoe", "bob", "Carl", "emile"] {
        app.clock.advance(TimeDelta::seconds(1));
        people.push(app.person(name));
    }
    let emile = (users::name.eq("Émile"), users::name_key.eq("émile"));
    let row = users::table.find(columns::UserId(people[3].id));
    app.change(|conn| diesel::update(row).set(emile).execute(conn));
    // Carl first, then Zoe; the others never.
    for person in [&people[2], &people[0]] {
        app.clock.advance(TimeDelta::seconds(1));
        signed_in(&app, person);
    }
    for (sort, expected) in [
        ("name", ["admin", "bob", "Carl", "Zoe", "Émile"]),
        ("-name", ["Émile", "Zoe", "Carl", "bob", "admin"]),
        ("created_at", ["admin", "Zoe", "bob", "Carl", "Émile"]),
        ("-created_at", ["Émile", "Carl", "bob", "Zoe", "admin"]),
        ("last_sign_in_at", ["admin", "bob", "Émile", "Carl", "Zoe"]),
        ("-last_sign_in_at", ["Zoe", "Carl", "Émile", "bob", "admin"]),
    ] {
        let whole = listed(&app, &admin, sorted(sort)).await.reply();
        assert_eq!((whole.total, whole.next_cursor.clone()), (5, None), "{sort}");
        let (expected, found) = (expected.to_vec(), names(&whole));
        if sort.ends_with("name") {
            // Where letters beyond ASCII stand is the database's to say.
            let plain = |names: Vec<&str>| -> Vec<String> {
                let plain = names.into_iter().filter(|name| name.is_ascii());
                plain.map(str::to_owned).collect()
            };
            assert_eq!(plain(found), plain(expected), "{sort}");
        } else {
            assert_eq!(found, expected, "{sort}");
        }
        let (mut cursor, mut paged) = (None, Vec::new());
        for _ in 0..10 {
            let query = ServerUsersQuery {
                limit: Some(2),
                cursor: cursor.take(),
                ..sorted(sort)
            };
            let page = listed(&app, &admin, query).await.reply();
            assert_eq!(page.total, 5);
            paged.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole.items, "{sort}");
    }
    for bad in ["", "email", "password_hash", "-state", "name,created_at"] {
        let refused = listed(&app, &admin, sorted(bad)).await;
        assert_eq!(refused.status, 422, "{bad}");
        assert_eq!(refused.problem().errors[0].pointer, "sort");
    }
}

#[actix_web::test]
async fn accounts_are_found_by_a_part_of_name_or_address_and_by_their_state() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let (ann, bob, odd) = (app.person("ann"), app.person("bob"), app.person("50%_x"));
    for (q, expected) in [
        ("ANN", vec!["ann"]),
        ("oB@EXAMPLE", vec!["bob"]),
        ("example.com", vec!["50%_x", "admin", "ann", "bob"]),
        ("%", vec!["50%_x"]),
        ("_", vec!["50%_x"]),
        ("b%b", vec![]),
        ("' OR '1'='1", vec![]),
    ] {
        let page = listed(&app, &admin, searched(q)).await.reply();
        assert_eq!(names(&page), expected, "{q}");
        assert_eq!(page.total, expected.len() as u64, "{q}");
    }
    let _ = change(&app, &admin, bob.id, disabling(true)).await.reply();
    assert_eq!(delete(&app, &admin, odd.id).await.status, 204);
    for (query, expected) in [
        (in_state(UserState::Active), vec!["admin", "ann"]),
        (in_state(UserState::Disabled), vec!["bob"]),
        (ServerUsersQuery::default(), vec!["admin", "ann", "bob"]),
    ] {
        let page = listed(&app, &admin, query).await.reply();
        assert_eq!(names(&page), expected);
    }
    let gone = listed(&app, &admin, in_state(UserState::Deleted)).await.reply();
    assert_eq!((gone.total, gone.items[0].id), (1, odd.id));
    assert_eq!(gone.items[0].state, UserState::Deleted);
    assert_eq!(seen(&app, &admin, ann.id).await.state, UserState::Active);
}

#[actix_web::test]
async fn attack_11_a_marker_of_the_list_is_valid_for_its_operator_and_query_only() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let second = operator(&app, &admin, "second").await;
    let _ = (app.person("bob"), app.person("carl"));
    let first = ServerUsersQuery {
        limit: Some(1),
        ..ServerUsersQuery::default()
    };
    let page = listed(&app, &admin, first.clone()).await.reply();
    let marker = page.next_cursor.unwrap();
    let with = |query: ServerUsersQuery, cursor: &str| ServerUsersQuery {
        cursor: Some(cursor.to_owned()),
        ..query
    };
    let next = listed(&app, &admin, with(first.clone(), &marker)).await.reply();
    assert_eq!(names(&next), ["bob"]);
    let refused = [
        listed(&app, &second, with(first.clone(), &marker)).await,
        listed(&app, &admin, with(sorted("-name"), &marker)).await,
        listed(&app, &admin, with(searched("b"), &marker)).await,
        listed(&app, &admin, with(in_state(UserState::Active), &marker)).await,
        listed(&app, &admin, with(first, &format!("{marker}0"))).await,
    ];
    for answer in refused {
        assert_eq!((answer.status, answer.code()), (400, "bad_cursor"));
    }
}
