//! Being in several workspaces: making them, seeing only the one that is asked for, and keys that work in one.

use db::{columns, schema::server};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    credentials::{CredentialFilter, ListCredentials},
    invitations::{CreateInvitation, JoinWithNewAccount, Joining, NewInvitation},
    members::ListMembers,
    page::PageQuery,
    permission::Role,
    setup::Hosting,
    text::{Password, SecretText},
    usage::GetUsage,
    workspaces::{CreateWorkspace, ListWorkspaces, NewWorkspace, Workspace},
};
use testkit::{Answer, As, PASSWORD, TestApp};

use super::{get, here};
use crate::credentials::{create as create_key, labelled};

pub(crate) async fn create(app: &TestApp, who: impl Into<As>, name: &str) -> Answer<Workspace> {
    let body = NewWorkspace {
        name: name.parse().unwrap(),
    };
    app.call::<CreateWorkspace>(who, (), (), body).await
}

#[actix_web::test]
async fn r027_r028_one_makes_workspaces_owns_and_administers_them_and_finds_them_in_the_list() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let made = create(&app, &ann, " Research ").await;
    let expected = json!({
        "status": 201,
        "body": {
            "id": "[id 1]", "name": "Research", "personal": false, "owner_id": "[id 2]", "role": "admin",
            "members": 1, "max_members": null, "max_credential_days": null, "created_at": "[start]",
            "keys_needing_attention": 0,
        },
    });
    assert_eq!(made.seen(), expected);
    let location = made.header("location").unwrap().to_owned();
    let made = made.reply();
    assert_eq!(made.owner_id, ann.id);
    let found = app.raw(app.request("GET", &location, &ann)).await;
    assert_eq!(found.json(), serde_json::to_value(&made).unwrap());
    let list = app.call::<ListWorkspaces>(&ann, (), (), ()).await.reply();
    let names: Vec<_> = list.items.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["ann's workspace", "Research"]);
    let entry = app.journal().pop().unwrap();
    assert_eq!(
        (entry.chain, entry.action.as_str(), entry.after.as_deref()),
        (
            made.id.to_string(),
            "workspace.create",
            Some(r#"{"name":"Research"}"#)
        )
    );
    // Two may have the same name: they are told apart by who owns them.
    assert_eq!(create(&app, &ann, "Research").await.status, 201);
    let stranger = app.person("stranger");
    assert_eq!(get(&app, &stranger, made.id).await.status, 404);
}

#[actix_web::test]
async fn a_workspace_is_made_by_a_person_and_its_name_is_a_name() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    for who in [As::from(&key), app.bearer(&key)] {
        let refused = create(&app, &who, "Mine").await;
        assert_eq!((refused.status, refused.code()), (403, "in_person_only"));
    }
    assert_eq!(create(&app, As::Nobody, "Mine").await.status, 401);
    for name in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(121)] {
        let request = app.request("POST", "/api/v1/workspaces", &ann);
        let refused = app.raw(request.set_json(json!({ "name": name }))).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{name:?}");
    }
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn r069_a_new_workspace_on_a_server_for_several_teams_has_three_seats() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    app.change(|conn| {
        diesel::update(server::table.find(1))
            .set(server::hosting.eq(columns::Hosting(Hosting::SeveralTeams)))
            .execute(conn)
    });
    let made = create(&app, &ann, "Research").await.reply();
    assert_eq!((made.members, made.max_members), (1, Some(3)));
    // So has the personal one of a new account.
    let body = NewInvitation {
        email: None,
        role: Role::User,
    };
    let invited = app
        .call::<CreateInvitation>(&ann, here(made.id), (), body)
        .await
        .reply();
    let token = invited.link.expose().split_once("#token=").unwrap().1;
    let joining = Joining {
        token: SecretText::new(token.to_owned()),
        name: "Bob".parse().unwrap(),
        email: "bob@example.com".parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()),
    };
    let joined = app.call::<JoinWithNewAccount>(As::Nobody, (), (), joining).await;
    let bob = As::Session(joined.cookie().unwrap().value().to_owned());
    let his = app.call::<ListWorkspaces>(&bob, (), (), ()).await.reply();
    let seats: Vec<_> = his
        .items
        .iter()
        .map(|one| (one.personal, one.max_members))
        .collect();
    assert_eq!(seats, [(true, Some(3)), (false, Some(3))]);
}

#[actix_web::test]
async fn of_64_workspaces_made_at_the_limit_as_many_are_made_as_there_is_room_for() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for number in 0..89 {
        app.workspace(&ann, &format!("team {number}"));
    }
    // Those of others, of which one is a member, do not count.
    app.member(bob.workspace, &ann, Role::Admin);
    let who = As::from(&ann);
    let statuses = app.race(64, async move |app, _| {
        let answer = create(app, &who, "One more").await;
        if answer.status == 409 {
            assert_eq!(answer.code(), "too_many_workspaces");
        }
        answer.status
    });
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((count(201), count(409)), (10, 54), "{statuses:?}");
    let list = app.call::<ListWorkspaces>(&ann, (), (), ()).await.reply();
    let owned = list.items.iter().filter(|one| one.owner_id == ann.id).count();
    assert_eq!((owned, list.items.len()), (100, 101));
    let one = list
        .items
        .iter()
        .find(|one| one.owner_id == ann.id && !one.personal)
        .unwrap();
    let path = here(one.id);
    let gone = app
        .call::<shared::workspaces::DeleteWorkspace>(&ann, path, (), ())
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(create(&app, &ann, "Room again").await.status, 201);
}

#[actix_web::test]
async fn r006_r029_r030_r032_each_workspace_shows_what_is_its_own_side_by_side() {
    let app = TestApp::start().await;
    let (ann, bob, carl) = (app.person("ann"), app.person("bob"), app.person("carl"));
    let (one, two) = (app.workspace(&ann, "one"), app.workspace(&ann, "two"));
    app.member(one, &bob, Role::User);
    app.member(two, &carl, Role::User);
    for (workspace, label) in [(one, "key of one"), (two, "key of two")] {
        assert_eq!(
            create_key(&app, &ann, workspace, labelled(label)).await.status,
            201
        );
    }
    // Two tabs: the same session asks for both in turn, and neither answer holds anything of the other workspace.
    for _ in 0..2 {
        for (workspace, name, other_name, member, other_member) in
            [(one, "one", "two", &bob, &carl), (two, "two", "one", &carl, &bob)]
        {
            let seen = [
                get(&app, &ann, workspace).await.text(),
                app.call::<ListMembers>(&ann, here(workspace), PageQuery::default(), ())
                    .await
                    .text(),
                app.call::<ListCredentials>(&ann, here(workspace), CredentialFilter::default(), ())
                    .await
                    .text(),
                app.call::<GetUsage>(&ann, here(workspace), (), ()).await.text(),
            ]
            .join("\n");
            assert!(seen.contains(&format!("key of {name}")) && seen.contains(&member.id.to_string()));
            let foreign = [
                format!("key of {other_name}"),
                other_member.id.to_string(),
                other_member.email.clone(),
            ];
            assert!(foreign.iter().all(|text| !seen.contains(text.as_str())), "{seen}");
        }
    }
}

#[actix_web::test]
async fn r042_keys_are_made_for_any_workspace_that_one_is_in_without_going_there() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (team, foreign) = (app.workspace(&ann, "team"), app.workspace(&bob, "foreign"));
    app.member(bob.workspace, &ann, Role::User);
    for workspace in [ann.workspace, team, bob.workspace] {
        assert_eq!(create_key(&app, &ann, workspace, labelled("")).await.status, 201);
    }
    assert_eq!(create_key(&app, &ann, foreign, labelled("")).await.status, 404);
}

#[actix_web::test]
async fn r044_a_key_works_in_its_own_workspace_and_in_no_other_of_its_owner() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (one, two) = (app.workspace(&ann, "one"), app.workspace(&ann, "two"));
    let key = app.key(&ann, one);
    for who in [As::from(&key), app.bearer(&key)] {
        assert_eq!(get(&app, &who, one).await.status, 200);
        for other in [two, ann.workspace] {
            let refused = get(&app, &who, other).await;
            assert_eq!((refused.status, refused.code()), (404, "not_found"));
            assert_eq!(create_key(&app, &who, other, labelled("")).await.status, 404);
        }
        let user = app.wire("users.get_current_user", json!({}), &who).await.json();
        assert_eq!(user["data"]["user"]["company"]["id"], json!(one));
    }
}
