//! Many at the same moment: limits and single successors hold.

use serde_json::json;
use shared::{
    credentials::{CreateCredential, RotateCredential, Rotation},
    ids::WorkspaceId,
};
use testkit::{As, Person, TestApp};

use super::{at, created_key, get, here, labelled, list};

/// A server where Ann has one key: as whom to call, in which workspace, and the key.
async fn with_a_key() -> (TestApp, Person, As, WorkspaceId, String) {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    let (who, workspace) = (As::from(&ann), ann.workspace);
    (app, ann, who, workspace, key.access_key)
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}

#[actix_web::test]
async fn r046_of_64_creations_at_the_limit_as_many_succeed_as_there_is_room_for() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for _ in 0..90 {
        app.key(&ann, ann.workspace);
    }
    let (who, workspace) = (As::from(&ann), ann.workspace);
    let statuses = app.race(64, async move |app, _| {
        let answer = app
            .call::<CreateCredential>(&who, here(workspace), (), labelled(""))
            .await;
        if answer.status == 409 {
            assert_eq!(answer.code(), "too_many_credentials");
        }
        answer.status
    });
    assert_eq!(
        (count(&statuses, 201), count(&statuses, 409)),
        (10, 54),
        "{statuses:?}"
    );
    assert_eq!(list(&app, &ann, ann.workspace).await.len(), 100);
    let one = list(&app, &ann, ann.workspace).await.remove(0).access_key;
    super::revoke(&app, &ann, ann.workspace, &one).await.reply();
    let again = super::create(&app, &ann, ann.workspace, labelled("")).await;
    assert_eq!(again.status, 201, "a revoked one leaves room");
}

#[actix_web::test]
async fn a_limit_is_ones_own_and_of_one_workspace_and_what_ended_does_not_count() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, shared::permission::Role::User);
    let team = app.workspace(&ann, "team");
    let keys: Vec<_> = (0..100).map(|_| app.key(&ann, ann.workspace)).collect();
    let status = async |who: &testkit::Person, workspace| {
        super::create(&app, who, workspace, labelled("")).await.status
    };
    assert_eq!(status(&ann, ann.workspace).await, 409);
    assert_eq!(status(&bob, ann.workspace).await, 201);
    assert_eq!(status(&ann, team).await, 201);
    let rotated = super::rotation::rotate(&app, &ann, ann.workspace, &keys[0].access_key, 60).await;
    assert_eq!((rotated.status, rotated.code()), (409, "too_many_credentials"));
    let unrotated = get(&app, &ann, ann.workspace, &keys[0].access_key).await.reply();
    assert_eq!(
        (unrotated.rotated_to, unrotated.expires_at),
        (None, None),
        "nothing half done"
    );
    let replaced = super::rotation::rotate(&app, &ann, ann.workspace, &keys[0].access_key, 0).await;
    assert_eq!(replaced.status, 201, "one for one");
    app.expire(&keys[1], testkit::START);
    assert_eq!(status(&ann, ann.workspace).await, 201);
    assert_eq!(status(&ann, ann.workspace).await, 409);
}

#[actix_web::test]
async fn n06_of_64_rotations_of_one_key_one_makes_a_successor() {
    let (app, ann, who, workspace, old) = with_a_key().await;
    let statuses = app.race(64, async move |app, _| {
        let rotation = Rotation { overlap_seconds: 60 };
        let answer = app
            .call::<RotateCredential>(&who, at(workspace, &old), (), rotation)
            .await;
        if answer.status == 409 {
            assert_eq!(answer.code(), "already_rotated");
        }
        answer.status
    });
    assert_eq!(
        (count(&statuses, 201), count(&statuses, 409)),
        (1, 63),
        "{statuses:?}"
    );
    let all = list(&app, &ann, ann.workspace).await;
    assert_eq!(all.len(), 2);
    let rotated = all.iter().filter(|one| one.rotated_to.is_some()).count();
    assert_eq!(rotated, 1);
}

#[actix_web::test]
async fn of_16_changes_that_expect_the_same_state_one_is_made() {
    let (app, ann, who, workspace, access_key) = with_a_key().await;
    let shown = get(&app, &ann, workspace, &access_key).await;
    let etag = shown.header("etag").unwrap().to_owned();
    let address = format!("/api/v1/workspaces/{workspace}/credentials/{access_key}");
    let statuses = app.race(16, async move |app, number| {
        let request = app
            .request("PATCH", &address, &who)
            .insert_header(("if-match", etag.clone()))
            .set_json(json!({ "label": format!("label {number}") }));
        app.raw(request).await.status
    });
    assert_eq!(
        (count(&statuses, 200), count(&statuses, 412)),
        (1, 15),
        "{statuses:?}"
    );
}

#[actix_web::test]
async fn of_16_revocations_of_one_key_one_finds_it() {
    let (app, _, who, workspace, access_key) = with_a_key().await;
    let statuses = app.race(16, async move |app, _| {
        super::revoke(app, &who, workspace, &access_key).await.status
    });
    assert_eq!(
        (count(&statuses, 204), count(&statuses, 404)),
        (1, 15),
        "{statuses:?}"
    );
}
