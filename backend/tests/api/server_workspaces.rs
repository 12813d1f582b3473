//! Workspaces of the server, as its operators see them.

use chrono::TimeDelta;
use db::{columns, schema::workspaces};
use diesel::prelude::*;
use shared::{
    ids::WorkspaceId,
    page::{Page, PageQuery},
    permission::Role,
    server_workspaces::{
        ChangeServerWorkspace, GetServerWorkspace, ListServerWorkspaces, OneServerWorkspace, ServerWorkspace,
        ServerWorkspaceChange,
    },
    workspaces::{GetWorkspace, InWorkspace},
};
use testkit::{Answer, As, Person, TestApp};

fn one(server_workspace_id: WorkspaceId) -> OneServerWorkspace {
    OneServerWorkspace { server_workspace_id }
}

async fn listed(app: &TestApp, who: impl Into<As>, query: PageQuery) -> Answer<Page<ServerWorkspace>> {
    app.call::<ListServerWorkspaces>(who, (), query, ()).await
}

async fn seats(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    max_members: Option<u32>,
) -> Answer<ServerWorkspace> {
    let wanted = ServerWorkspaceChange {
        max_members: Some(max_members),
    };
    app.call::<ChangeServerWorkspace>(who, one(workspace), (), wanted)
        .await
}

fn names(page: &Page<ServerWorkspace>) -> Vec<&str> {
    page.items.iter().map(|one| one.name.as_str()).collect()
}

fn sorted(sort: &str) -> PageQuery {
    PageQuery {
        sort: Some(sort.to_owned()),
        ..PageQuery::default()
    }
}

#[actix_web::test]
async fn an_operator_sees_every_workspace_and_nothing_of_what_is_in_it() {
    let app = TestApp::start().await;
    let (admin, ann, bob) = (app.set_up(), app.person("ann"), app.person("bob"));
    let team = app.workspace(&ann, "Team");
    app.member(team, &bob, Role::User);
    let answer = app.call::<GetServerWorkspace>(&admin, one(team), (), ()).await;
    insta::assert_json_snapshot!(answer.seen(), @r#"
    {
      "body": {
        "created_at": "[start]",
        "id": "[id 1]",
        "max_members": null,
        "members": 2,
        "name": "Team",
        "owner_id": "[id 2]",
        "owner_name": "ann",
        "personal": false
      },
      "status": 200
    }
    "#);
    let page = listed(&app, &admin, PageQuery::default()).await.reply();
    assert_eq!(
        names(&page),
        ["admin's workspace", "ann's workspace", "bob's workspace", "Team"]
    );
    assert_eq!(page.items[3], answer.reply());
    assert!(page.items[0].personal);
    let path = InWorkspace { workspace_id: team };
    let inside = app.call::<GetWorkspace>(&admin, path, (), ()).await;
    assert_eq!(inside.status, 404, "operating the server opens no workspace");
}

#[actix_web::test]
async fn workspaces_are_listed_in_every_order_searched_and_paged() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    for (name, members) in [("Zeta", 3), ("beta 50%", 1), ("Alpha", 2)] {
        app.clock.advance(TimeDelta::seconds(1));
        let workspace = app.workspace(&ann, name);
        for number in 1..members {
            app.member(
                workspace,
                &app.person(&format!("guest{members}{number}")),
                Role::User,
            );
        }
    }
    let team = |page: &Page<ServerWorkspace>| -> Vec<String> {
        let ours = page.items.iter().filter(|one| !one.personal);
        ours.map(|one| one.name.as_str().to_owned()).collect()
    };
    for (sort, expected) in [
        ("name", ["Alpha", "beta 50%", "Zeta"]),
        ("-name", ["Zeta", "beta 50%", "Alpha"]),
        ("created_at", ["Zeta", "beta 50%", "Alpha"]),
        ("-created_at", ["Alpha", "beta 50%", "Zeta"]),
        ("members", ["beta 50%", "Alpha", "Zeta"]),
        ("-members", ["Zeta", "Alpha", "beta 50%"]),
    ] {
        let whole = listed(&app, &admin, sorted(sort)).await.reply();
        assert_eq!(team(&whole), expected, "{sort}");
        let (mut cursor, mut paged) = (None, Vec::new());
        for _ in 0..20 {
            let query = PageQuery {
                limit: Some(2),
                cursor: cursor.take(),
                ..sorted(sort)
            };
            let page = listed(&app, &admin, query).await.reply();
            paged.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole.items, "{sort}");
    }
    for (q, expected) in [
        ("ALPHA", vec!["Alpha"]),
        ("50%", vec!["beta 50%"]),
        ("' OR 1=1", vec![]),
    ] {
        let query = PageQuery {
            q: Some(q.to_owned()),
            ..PageQuery::default()
        };
        assert_eq!(names(&listed(&app, &admin, query).await.reply()), expected, "{q}");
    }
    let refused = listed(&app, &admin, sorted("owner_name")).await;
    assert_eq!(
        (refused.status, refused.problem().errors[0].pointer.as_str()),
        (422, "sort")
    );
}

#[actix_web::test]
async fn ruling_8_a_limit_below_the_present_number_shuts_nobody_out() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let team = app.workspace(&ann, "Team");
    let people: Vec<Person> = (0..3).map(|number| app.person(&format!("p{number}"))).collect();
    for person in &people {
        app.member(team, person, Role::User);
    }
    let set = seats(&app, &admin, team, Some(2)).await.reply();
    assert_eq!((set.max_members, set.members), (Some(2), 4));
    for person in people.iter().chain([&ann]) {
        let path = InWorkspace { workspace_id: team };
        let here = app.call::<GetWorkspace>(person, path, (), ()).await.reply();
        assert_eq!((here.members, here.max_members), (4, Some(2)));
    }
    assert_eq!(seats(&app, &admin, team, None).await.reply().max_members, None);
    let stored: Option<i64> = app.db(|conn| {
        workspaces::table
            .find(columns::WorkspaceId(team))
            .select(workspaces::max_members)
            .first(conn)
    });
    assert_eq!(stored, None);
    let by_chain = |chain: &str| -> Vec<(Option<String>, Option<String>)> {
        let entries = app.journal().into_iter();
        entries
            .filter(|entry| entry.chain == chain && entry.action == "workspace.change_seats")
            .map(|entry| (entry.before, entry.after))
            .collect()
    };
    let text = |limit: &str| Some(format!(r#"{{"max_members":{limit}}}"#));
    let expected = [(text("null"), text("2")), (text("2"), text("null"))];
    assert_eq!(by_chain(&team.to_string()), expected, "its administrators see it");
    assert_eq!(by_chain("server"), expected, "and so do the operators");
}

#[actix_web::test]
async fn a_limit_that_is_none_is_refused_and_one_that_is_set_already_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    for bad in [0, 1_000_001, u32::MAX] {
        let refused = seats(&app, &admin, admin.workspace, Some(bad)).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
        assert_eq!(refused.problem().errors[0].pointer, "/max_members");
    }
    let before = app.journal().len();
    assert_eq!(seats(&app, &admin, admin.workspace, None).await.status, 200);
    let nothing = ServerWorkspaceChange { max_members: None };
    let answer = app
        .call::<ChangeServerWorkspace>(&admin, one(admin.workspace), (), nothing)
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(app.journal().len(), before);
    let unknown = seats(&app, &admin, WorkspaceId::NIL, Some(5)).await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
}

#[actix_web::test]
async fn only_a_person_who_operates_the_server_gets_to_its_workspaces() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let key = app.key(&admin, admin.workspace);
    let token = app.bearer(&key);
    for (who, expected) in [
        (As::Nobody, (401, "unauthenticated")),
        (As::from(&ann), (403, "operator_only")),
        (As::from(&key), (403, "operator_only")),
        (token, (403, "operator_only")),
    ] {
        let list = listed(&app, &who, PageQuery::default()).await;
        assert_eq!((list.status, list.code()), expected, "{who:?}");
        // One's own workspace is no exception.
        let get = app
            .call::<GetServerWorkspace>(&who, one(ann.workspace), (), ())
            .await;
        assert_eq!((get.status, get.code()), expected, "{who:?}");
        let set = seats(&app, &who, ann.workspace, Some(1_000)).await;
        assert_eq!((set.status, set.code()), expected, "{who:?}");
    }
}
