//! What one sees of a member, and who gives whom which role.

use chrono::TimeDelta;
use db::{columns, schema::users};
use diesel::prelude::*;
use serde_json::json;
use shared::{members::MemberActivity, page::PageQuery, permission::Role};
use testkit::{As, Person, TestApp};

use super::{ann_and_bob, at, entries, get, give_role, list::members, told};

#[actix_web::test]
async fn p06_administrators_see_what_members_do_here_and_everybody_what_they_do_themselves() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let carl = app.person("carl");
    app.member(team, &carl, Role::User);
    let signed_in = app.clock.now();
    app.change(|conn| {
        diesel::update(users::table.find(columns::UserId(bob.id)))
            .set(users::last_sign_in_at.eq(signed_in))
            .execute(conn)
    });
    let key = app.key(&bob, team);
    let (ended, revoked) = (app.key(&bob, team), app.key(&bob, team));
    app.expire(&ended, app.clock.now());
    app.revoke(&revoked);
    // A key of another workspace is none of theirs.
    let elsewhere = app.key(&bob, bob.workspace);
    app.clock.advance(TimeDelta::minutes(5));
    let used = app.clock.now();
    assert_eq!(get(&app, &key, team, &bob).await.status, 200);
    app.state.write_meters().unwrap();
    app.clock.advance(TimeDelta::minutes(5));
    let me = app.raw(app.request("GET", "/api/v1/me", &elsewhere)).await;
    assert_eq!(me.status, 200);
    app.state.write_meters().unwrap();

    let activity = MemberActivity {
        last_sign_in_at: Some(signed_in.and_utc()),
        last_key_use_at: Some(used.and_utc()),
        keys: 1,
    };
    for who in [&ann, &bob] {
        assert_eq!(
            get(&app, who, team, &bob).await.reply().activity,
            Some(activity.clone())
        );
    }
    assert_eq!(get(&app, &carl, team, &bob).await.reply().activity, None);
    let shown = async |who: &Person| {
        let page = members(&app, who, team, PageQuery::default()).await.reply();
        let shown = page
            .items
            .into_iter()
            .map(|one| (one.name.to_string(), one.activity.is_some()));
        shown
            .filter(|(_, shown)| *shown)
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&ann).await, ["ann", "bob", "carl"]);
    assert_eq!(shown(&bob).await, ["bob"]);
    let page = members(&app, &ann, team, PageQuery::default()).await.reply();
    assert_eq!(page.items[1].activity, Some(activity));
}

#[actix_web::test]
async fn r058_r159_a_member_has_a_name_an_address_a_role_and_a_day_and_the_owner_is_marked() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let expected = json!({
        "status": 200,
        "body": {
            "user_id": "[id 1]", "name": "bob", "email": "bob@example.com", "role": "user", "is_owner": false,
            "added_at": "[start]", "activity": { "last_sign_in_at": null, "last_key_use_at": null, "keys": 0 },
        },
    });
    assert_eq!(get(&app, &ann, team, &bob).await.seen(), expected);
    let owner = get(&app, &bob, team, &ann).await.reply();
    assert_eq!((owner.role, owner.is_owner), (Role::Admin, true));
    let page = members(&app, &bob, team, PageQuery::default()).await.reply();
    let seen: Vec<_> = page
        .items
        .iter()
        .map(|one| (one.name.as_str(), one.role, one.is_owner))
        .collect();
    assert_eq!(seen, [("ann", Role::Admin, true), ("bob", Role::User, false)]);
    let stranger = app.person("stranger");
    assert_eq!(get(&app, &stranger, team, &bob).await.code(), "not_found");
    assert_eq!(get(&app, &ann, team, &stranger).await.code(), "not_found");
}

#[actix_web::test]
async fn an_admin_gives_roles_which_count_from_the_next_call_on_and_are_journalled_and_told() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let carl = app.person("carl");
    app.member(team, &carl, Role::User);
    let (key, session) = (app.key(&bob, team), As::from(&bob));
    let manages = async |who: &As| give_role(&app, who, team, &carl, Role::User).await.status;
    for who in [&session, &As::from(&key)] {
        assert_eq!(manages(who).await, 403);
    }
    let promoted = give_role(&app, &ann, team, &bob, Role::Admin).await.reply();
    assert_eq!(promoted.role, Role::Admin);
    for who in [&session, &As::from(&key), &app.bearer(&key)] {
        assert_eq!(manages(who).await, 200, "{who:?}");
    }
    let demoted = give_role(&app, &ann, team, &bob, Role::User).await.reply();
    assert_eq!(demoted.role, Role::User);
    for who in [&session, &As::from(&key), &app.bearer(&key)] {
        assert_eq!(manages(who).await, 403, "{who:?}");
    }
    let again = give_role(&app, &ann, team, &bob, Role::User).await;
    assert_eq!(again.status, 200, "what is so already is no change");
    let id = bob.id.to_string();
    let (user, admin) = (r#"{"role":"user"}"#.to_owned(), r#"{"role":"admin"}"#.to_owned());
    assert_eq!(
        entries(&app, team, "member.change"),
        [(id.clone(), user.clone(), admin.clone()), (id, admin, user)]
    );
    let notice = |role: &str| {
        let text = |text: &str| Some(text.to_owned());
        ("role_changed".to_owned(), text("ann"), text("team"), text(role))
    };
    assert_eq!(told(&app, &bob), [notice("admin"), notice("user")]);
    assert!(told(&app, &carl).is_empty() && told(&app, &ann).is_empty());
}

#[actix_web::test]
async fn attack_31_the_last_administrator_and_the_owner_keep_their_role() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let refused = give_role(&app, &ann, team, &ann, Role::User).await;
    assert_eq!((refused.status, refused.code()), (409, "last_admin"));
    give_role(&app, &ann, team, &bob, Role::Admin).await.reply();
    for who in [&ann, &bob] {
        let refused = give_role(&app, who, team, &ann, Role::User).await;
        assert_eq!((refused.status, refused.code()), (409, "owner_stays"));
    }
    let own = give_role(&app, &bob, team, &bob, Role::User).await.reply();
    assert_eq!(own.role, Role::User);
    assert!(told(&app, &ann).is_empty());
    assert_eq!(told(&app, &bob).len(), 1, "what one does oneself one is not told");
}

#[actix_web::test]
async fn a_role_is_changed_only_if_the_member_still_is_as_they_were_seen() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let etag = get(&app, &ann, team, &bob)
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let address = shared::contract::url::<shared::members::ChangeMember>(&at(team, &bob));
    let sent = |role: &str| {
        let request = app
            .request("PATCH", &address, &ann)
            .insert_header(("if-match", etag.clone()));
        request.set_json(json!({ "role": role }))
    };
    assert_eq!(app.raw(sent("admin")).await.status, 200);
    let stale = app.raw(sent("user")).await;
    assert_eq!((stale.status, stale.code()), (412, "changed_meanwhile"));
    assert_eq!(get(&app, &ann, team, &bob).await.reply().role, Role::Admin);
}

#[actix_web::test]
async fn a_change_without_a_role_changes_nothing() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let address = shared::contract::url::<shared::members::ChangeMember>(&at(ann.workspace, &ann));
    let answer = app
        .raw(app.request("PATCH", &address, &ann).set_json(json!({})))
        .await;
    assert_eq!(
        (answer.status, answer.json()["role"].clone()),
        (200, json!("admin"))
    );
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn an_administrator_who_cannot_sign_in_does_not_count_beside_another() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let carl = app.person("carl");
    app.member(team, &carl, Role::Admin);
    app.disable(&carl);
    let refused = give_role(&app, &ann, team, &ann, Role::User).await;
    assert_eq!((refused.status, refused.code()), (409, "last_admin"));
    // The one who is disabled may lose the role: somebody else administers it.
    assert_eq!(give_role(&app, &ann, team, &carl, Role::User).await.status, 200);
    app.change_role(team, &bob, Role::Admin);
    let refused = give_role(&app, &ann, team, &ann, Role::User).await;
    assert_eq!(
        (refused.status, refused.code()),
        (409, "owner_stays"),
        "with another one, it is for owning it that she stays"
    );
}
