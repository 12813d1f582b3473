//! The end of a membership: what ends with it at once, what stays, and what somebody who comes back finds.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    credentials::{CredentialFilter, ListCredentials},
    ids::WorkspaceId,
    members::{Removal, RemoveMember},
    page::PageQuery,
    permission::Role,
    usage::GetUsage,
    workspaces::ListWorkspaces,
};
use testkit::{As, Key, Person, TestApp};

use super::{
    accept, ann_and_bob, at, counted, entries, get, here, invite, leave, list::members, remove, senders,
    told, unrevoked,
};
use crate::workspaces::get as workspace;

/// Everything by which Bob gets into the team, each of which has just been used.
async fn ways_in(app: &TestApp, bob: &Person, team: WorkspaceId) -> (Key, As) {
    let key = app.key(bob, team);
    let token = app.bearer(&key);
    for who in [As::from(bob), As::from(&key), token.clone()] {
        assert_eq!(workspace(app, &who, team).await.status, 200, "{who:?}");
    }
    let wire = app.wire("users.get_current_user", json!({}), &token).await;
    assert_eq!(wire.status, 200);
    (key, token)
}

/// Nothing of what [`ways_in`] made works: not on the next call, and not on the one after.
async fn is_out(app: &TestApp, bob: &Person, team: WorkspaceId, key: &Key, token: &As) {
    for _ in 0..2 {
        let session = workspace(app, bob, team).await;
        assert_eq!((session.status, session.code()), (404, "not_found"));
        for who in [As::from(key), token.clone()] {
            let refused = workspace(app, &who, team).await;
            assert_eq!(
                (refused.status, refused.code()),
                (401, "unauthenticated"),
                "{who:?}"
            );
            let wire = app.wire("users.get_current_user", json!({}), &who).await;
            assert_eq!(wire.status, 401, "{who:?}");
        }
    }
    let mine = app.call::<ListWorkspaces>(bob, (), (), ()).await.reply();
    assert!(mine.items.iter().all(|one| one.id != team));
    assert_eq!(
        workspace(app, bob, bob.workspace).await.status,
        200,
        "the account stays"
    );
}

#[actix_web::test]
async fn n08_r074_r075_r076_a_removed_members_token_session_and_key_fail_on_the_very_next_call() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let (key, token) = ways_in(&app, &bob, team).await;
    let removed = remove(&app, &ann, team, &bob).await;
    assert_eq!((removed.status, removed.body.len()), (204, 0));
    is_out(&app, &bob, team, &key, &token).await;
    assert_eq!(unrevoked(&app, team, &bob), 0);
    assert_eq!(get(&app, &ann, team, &bob).await.status, 404);
    let before = json!({ "role": "user", "keys": [key.access_key], "invitations": [] }).to_string();
    let after = json!({ "handed_over_to": null }).to_string();
    let journal = entries(&app, team, "member.remove");
    assert_eq!(journal.len(), 1);
    assert_eq!(journal[0].0, bob.id.to_string());
    let parsed = |text: &str| text.parse::<serde_json::Value>().unwrap();
    assert_eq!(
        (parsed(&journal[0].1), parsed(&journal[0].2)),
        (parsed(&before), parsed(&after))
    );
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        told(&app, &bob),
        [("removed".to_owned(), text("ann"), text("team"), None)]
    );
}

#[actix_web::test]
async fn n08_r062_r064_r065_a_leavers_token_session_and_key_fail_on_the_very_next_call() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let (key, token) = ways_in(&app, &bob, team).await;
    let left = leave(&app, &bob, team, None).await;
    assert_eq!((left.status, left.body.len()), (204, 0));
    is_out(&app, &bob, team, &key, &token).await;
    assert_eq!(unrevoked(&app, team, &bob), 0);
    assert_eq!(entries(&app, team, "member.leave").len(), 1);
    assert!(told(&app, &bob).is_empty() && told(&app, &ann).is_empty());
    let again = leave(&app, &bob, team, None).await;
    assert_eq!((again.status, again.code()), (404, "not_found"));
}

#[actix_web::test]
async fn attack_31_neither_a_key_nor_its_token_leaves_or_hands_over_for_its_owner() {
    let (app, ann, bob, team) = ann_and_bob().await;
    for (owner, heir) in [(&bob, None), (&ann, Some(bob.id))] {
        let (key, token) = ways_in(&app, owner, team).await;
        for who in [As::from(&key), token] {
            let refused = leave(&app, who, team, heir).await;
            assert_eq!((refused.status, refused.code()), (403, "in_person_only"));
        }
    }
}

#[actix_web::test]
async fn r063_the_personal_workspace_cannot_be_left_by_its_person_and_by_others_it_can() {
    let app = TestApp::start().await;
    let (ann, bob, carl) = (app.person("ann"), app.person("bob"), app.person("carl"));
    app.member(ann.workspace, &bob, Role::User);
    app.member(ann.workspace, &carl, Role::Admin);
    for heir in [None, Some(carl.id)] {
        let refused = leave(&app, &ann, ann.workspace, heir).await;
        assert_eq!((refused.status, refused.code()), (409, "personal_workspace"));
    }
    for who in [&ann, &carl] {
        let refused = remove(&app, who, ann.workspace, &ann).await;
        assert_eq!((refused.status, refused.code()), (409, "personal_workspace"));
    }
    assert_eq!(leave(&app, &bob, ann.workspace, None).await.status, 204);
    assert_eq!(leave(&app, &carl, ann.workspace, None).await.status, 204);
    assert_eq!(counted(&app, ann.workspace), (1, 1));
}

#[actix_web::test]
async fn attack_31_the_owner_stays_until_the_workspace_is_handed_over() {
    let (app, ann, bob, team) = ann_and_bob().await;
    app.change_role(team, &bob, Role::Admin);
    for answer in [
        leave(&app, &ann, team, None).await,
        remove(&app, &ann, team, &ann).await,
        remove(&app, &bob, team, &ann).await,
    ] {
        assert_eq!((answer.status, answer.code()), (409, "owner_stays"));
    }
    assert_eq!(counted(&app, team), (2, 2));
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn n11_an_owner_who_leaves_hands_over_workspace_and_invitations_in_one_step() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let key = app.key(&ann, team);
    let token = invite(&app, &ann, team, Role::User).await;
    assert_eq!(leave(&app, &ann, team, Some(bob.id)).await.status, 204);
    let now = workspace(&app, &bob, team).await.reply();
    assert_eq!((now.owner_id, now.role, now.members), (bob.id, Role::Admin, 1));
    assert_eq!(workspace(&app, &key, team).await.status, 401);
    assert_eq!(senders(&app, team), [bob.id]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        told(&app, &bob),
        [("ownership_received".to_owned(), text("ann"), text("team"), None)]
    );
    assert_eq!(entries(&app, team, "workspace.transfer").len(), 1);
    assert_eq!(entries(&app, team, "member.leave").len(), 1);
    let carl = app.person("carl");
    assert_eq!(
        accept(&app, &carl, token).await,
        200,
        "the link that Ann sent works on"
    );
}

#[actix_web::test]
async fn n11_open_invitations_of_who_goes_end_or_are_handed_over() {
    let (app, ann, bob, team) = ann_and_bob().await;
    app.change_role(team, &bob, Role::Admin);
    let carl = app.person("carl");
    app.member(team, &carl, Role::User);
    let (ends, stays) = (app.person("one"), app.person("two"));
    let token = invite(&app, &bob, team, Role::User).await;
    let heir = async |user| {
        let how = Removal {
            hand_over_to: Some(user),
        };
        app.call::<RemoveMember>(&ann, at(team, &bob), how, ()).await
    };
    let stranger = app.person("stranger");
    for (user, why) in [
        (bob.id, "Choose another member of this workspace."),
        (stranger.id, "Choose another member of this workspace."),
        (
            carl.id,
            "Choose an administrator: only they can take over open invitations.",
        ),
    ] {
        let refused = heir(user).await;
        let problem = refused.problem();
        assert_eq!(
            (refused.status, problem.errors[0].pointer.as_str()),
            (422, "hand_over_to")
        );
        assert_eq!(problem.errors[0].detail, why);
    }
    assert_eq!(senders(&app, team), [bob.id], "nothing half done");
    assert_eq!(heir(ann.id).await.status, 204);
    assert_eq!(senders(&app, team), [ann.id]);
    assert_eq!(accept(&app, &stays, token).await, 200);

    app.member(team, &bob, Role::Admin);
    let token = invite(&app, &bob, team, Role::User).await;
    remove(&app, &ann, team, &bob).await.reply();
    assert_eq!(accept(&app, &ends, token).await, 410);
}

#[actix_web::test]
async fn r066_r077_what_they_did_stays() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let (key, _) = ways_in(&app, &bob, team).await;
    let made = crate::credentials::create(&app, &key, team, crate::credentials::labelled("made")).await;
    assert_eq!(made.status, 201);
    app.state.write_meters().unwrap();
    let calls = async || app.call::<GetUsage>(&ann, here(team), (), ()).await.reply().calls;
    let before = calls().await;
    remove(&app, &ann, team, &bob).await.reply();
    app.state.write_meters().unwrap();
    assert!(calls().await > before, "what was called is still counted");
    let entry = app
        .journal()
        .into_iter()
        .find(|entry| entry.action == "credential.create")
        .unwrap();
    assert_eq!(
        (entry.actor_id, entry.actor_credential),
        (Some(bob.id.to_string()), Some(key.access_key))
    );
}

#[actix_web::test]
async fn r067_r078_whoever_went_comes_back_by_an_invitation_only_and_finds_nothing_of_before() {
    let (app, ann, bob, team) = ann_and_bob().await;
    app.change_role(team, &bob, Role::Admin);
    let (key, token) = ways_in(&app, &bob, team).await;
    let ended = app.key(&bob, team);
    app.expire(&ended, app.clock.now());
    let used = invite(&app, &ann, team, Role::User).await;
    let (before, others) = (app.person("carl"), invite(&app, &bob, team, Role::Admin).await);
    assert_eq!(accept(&app, &before, used.clone()).await, 200);
    app.state.write_meters().unwrap();
    remove(&app, &ann, team, &bob).await.reply();
    app.clock.advance(TimeDelta::hours(1));
    for old in [used, others] {
        assert_eq!(
            accept(&app, &bob, old).await,
            410,
            "a link of before is no way back"
        );
    }
    let again = invite(&app, &ann, team, Role::User).await;
    assert_eq!(accept(&app, &bob, again).await, 200);
    let back = get(&app, &ann, team, &bob).await.reply();
    assert_eq!(
        (back.role, back.added_at),
        (Role::User, app.clock.now().and_utc())
    );
    let activity = back.activity.unwrap();
    assert_eq!((activity.keys, activity.last_key_use_at), (0, None));
    let keys = app
        .call::<ListCredentials>(&bob, here(team), CredentialFilter::default(), ())
        .await
        .reply();
    assert!(keys.items.is_empty());
    for who in [As::from(&key), token, As::from(&ended)] {
        assert_eq!(workspace(&app, &who, team).await.status, 401, "{who:?}");
    }
    // What had ended by itself cannot be brought back to life either.
    let later = json!({ "expires_at": (app.clock.now() + TimeDelta::days(1)).and_utc() });
    let address = format!("/api/v1/workspaces/{team}/credentials/{}", ended.access_key);
    assert_eq!(
        app.raw(app.request("PATCH", &address, &bob).set_json(later))
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn r059_r156_a_workspace_says_how_many_are_in_it_and_how_many_may_be_and_who_goes_leaves_a_seat() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let carl = app.person("carl");
    app.member(team, &carl, Role::User);
    let (first, second) = (
        invite(&app, &ann, team, Role::User).await,
        invite(&app, &ann, team, Role::User).await,
    );
    limit(&app, team, 3);
    let seats = async || {
        let now = workspace(&app, &ann, team).await.reply();
        let listed = app.call::<ListWorkspaces>(&ann, (), (), ()).await.reply();
        assert!(listed.items.contains(&now));
        let page = members(&app, &ann, team, PageQuery::default()).await.reply();
        assert_eq!(page.total, now.members);
        let usage = app.call::<GetUsage>(&ann, here(team), (), ()).await.reply();
        assert_eq!(usage.members, now.members);
        (now.members, now.max_members)
    };
    assert_eq!(seats().await, (3, Some(3)));
    let (dora, emil) = (app.person("dora"), app.person("emil"));
    assert_eq!(accept(&app, &dora, first.clone()).await, 409, "no seat is free");
    remove(&app, &ann, team, &bob).await.reply();
    assert_eq!(seats().await, (2, Some(3)));
    assert_eq!(accept(&app, &dora, first).await, 200);
    assert_eq!(accept(&app, &emil, second.clone()).await, 409);
    leave(&app, &carl, team, None).await.reply();
    assert_eq!(seats().await, (2, Some(3)));
    assert_eq!(accept(&app, &emil, second).await, 200);
    assert_eq!(seats().await, (3, Some(3)));
}

/// Lets a workspace have so many members.
fn limit(app: &TestApp, workspace: WorkspaceId, most: i64) {
    use db::schema::workspaces;
    use diesel::prelude::*;
    app.change(|conn| {
        diesel::update(workspaces::table.find(db::columns::WorkspaceId(workspace)))
            .set(workspaces::max_members.eq(most))
            .execute(conn)
    });
}

#[actix_web::test]
async fn nobody_takes_over_who_cannot_sign_in() {
    let (app, ann, bob, team) = ann_and_bob().await;
    app.disable(&bob);
    let refused = leave(&app, &ann, team, Some(bob.id)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.problem().errors[0].pointer, "/hand_over_to");
    assert_eq!(workspace(&app, &ann, team).await.reply().owner_id, ann.id);
    assert!(app.journal().is_empty());
}
