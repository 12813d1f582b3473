//! N06: a successor now, and the old key ends after an overlap.

use chrono::TimeDelta;
use shared::{
    credentials::{CreatedCredential, NewCredential, RotateCredential, Rotation},
    ids::WorkspaceId,
    workspaces::GetWorkspace,
};
use testkit::{Answer, As, START, TestApp};

use super::{as_key, at, create, created_key, get, here, labelled, list, signs_in};

pub(super) async fn rotate(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    key: &str,
    overlap_seconds: u64,
) -> Answer<CreatedCredential> {
    let rotation = Rotation { overlap_seconds };
    app.call::<RotateCredential>(who, at(workspace, key), (), rotation)
        .await
}

#[actix_web::test]
async fn n06_both_keys_work_during_the_overlap_and_then_the_successor_alone() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let old = created_key(&app, &ann, ann.workspace).await;
    let token = app.bearer_until(&old, START + TimeDelta::days(30));
    app.clock.advance(TimeDelta::hours(1));
    let made = rotate(&app, &ann, ann.workspace, &old.access_key, 3600).await;
    assert_eq!((made.status, made.reply().label.as_str()), (201, "laptop"));
    let new = as_key(&made.reply(), &ann, ann.workspace);
    assert_eq!(
        made.header("location").unwrap(),
        format!(
            "/api/v1/workspaces/{}/credentials/{}",
            ann.workspace, new.access_key
        )
    );
    assert_ne!(
        (&new.access_key, &new.secret_key),
        (&old.access_key, &old.secret_key)
    );

    let rotated_at = Some(app.clock.now().and_utc());
    let before = get(&app, &ann, ann.workspace, &old.access_key).await.reply();
    assert_eq!(before.rotated_to.as_deref(), Some(new.access_key.as_str()));
    assert_eq!(before.rotated_at, rotated_at);
    assert_eq!(before.expires_at, rotated_at.map(|at| at + TimeDelta::hours(1)));
    let after = get(&app, &ann, ann.workspace, &new.access_key).await.reply();
    assert_eq!(after.rotated_from.as_deref(), Some(old.access_key.as_str()));
    assert_eq!((after.rotated_to, after.expires_at), (None, None));

    assert_eq!(signs_in(&app, &old).await, 200);
    assert_eq!(signs_in(&app, &new).await, 200);
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(signs_in(&app, &old).await, 401);
    assert_eq!(signs_in(&app, &token).await, 401);
    assert_eq!(signs_in(&app, &new).await, 200);
}

#[actix_web::test]
async fn n06_without_an_overlap_the_old_key_and_its_tokens_end_at_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let old = created_key(&app, &ann, ann.workspace).await;
    let token = app.bearer(&old);
    assert_eq!(
        (signs_in(&app, &old).await, signs_in(&app, &token).await),
        (200, 200)
    );
    let made = rotate(&app, &ann, ann.workspace, &old.access_key, 0)
        .await
        .reply();
    assert_eq!(
        (signs_in(&app, &old).await, signs_in(&app, &token).await),
        (401, 401)
    );
    assert_eq!(signs_in(&app, &as_key(&made, &ann, ann.workspace)).await, 200);
}

#[actix_web::test]
async fn n06_an_overlap_does_not_prolong_a_key_and_a_successor_lives_as_long_as_it_was_to_live() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let new = NewCredential {
        expires_at: Some((START + TimeDelta::days(10)).and_utc()),
        ..labelled("")
    };
    let old = create(&app, &ann, ann.workspace, new).await.reply();
    app.clock.advance(TimeDelta::days(6));
    let made = rotate(&app, &ann, ann.workspace, &old.access_key, 90 * 86_400)
        .await
        .reply();
    assert_eq!(made.expires_at, Some((START + TimeDelta::days(16)).and_utc()));
    let old = get(&app, &ann, ann.workspace, &old.access_key).await.reply();
    assert_eq!(old.expires_at, Some((START + TimeDelta::days(10)).and_utc()));
}

#[actix_web::test]
async fn n06_a_key_has_one_successor_and_a_revoked_one_none() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let old = created_key(&app, &ann, ann.workspace).await;
    let made = rotate(&app, &ann, ann.workspace, &old.access_key, 60)
        .await
        .reply();
    let again = rotate(&app, &ann, ann.workspace, &old.access_key, 60).await;
    assert_eq!((again.status, again.code()), (409, "already_rotated"));
    super::revoke(&app, &ann, ann.workspace, &made.access_key)
        .await
        .reply();
    let revoked = rotate(&app, &ann, ann.workspace, &made.access_key, 60).await;
    assert_eq!((revoked.status, revoked.code()), (404, "not_found"));
    assert_eq!(list(&app, &ann, ann.workspace).await.len(), 1);
}

#[actix_web::test]
async fn n06_an_overlap_is_at_most_90_days() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let old = created_key(&app, &ann, ann.workspace).await;
    for too_long in [7_776_001, u64::MAX] {
        let refused = rotate(&app, &ann, ann.workspace, &old.access_key, too_long).await;
        let problem = refused.problem();
        assert_eq!(
            (refused.status, problem.errors[0].pointer.as_str()),
            (422, "/overlap_seconds")
        );
    }
    assert_eq!(list(&app, &ann, ann.workspace).await.len(), 1);
    assert_eq!(
        rotate(&app, &ann, ann.workspace, &old.access_key, 7_776_000)
            .await
            .status,
        201
    );
}

#[actix_web::test]
async fn n06_one_sees_that_the_old_key_is_still_used_and_from_where() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let old = created_key(&app, &ann, ann.workspace).await;
    assert_eq!(signs_in(&app, &old).await, 200);
    app.state.write_meters().unwrap();
    app.clock.advance(TimeDelta::minutes(1));
    rotate(&app, &ann, ann.workspace, &old.access_key, 86_400)
        .await
        .reply();
    let attention = async || {
        app.call::<GetWorkspace>(&ann, here(ann.workspace), (), ())
            .await
            .reply()
            .keys_needing_attention
    };
    assert_eq!(attention().await, 0, "it was used before it had a successor");
    app.clock.advance(TimeDelta::minutes(1));
    app.calls_from("203.0.113.9");
    assert_eq!(signs_in(&app, &old).await, 200);
    app.state.write_meters().unwrap();
    assert_eq!(attention().await, 1);
    let shown = get(&app, &ann, ann.workspace, &old.access_key).await.reply();
    assert!(shown.last_used_at > shown.rotated_at);
    assert_eq!(shown.last_used_from.as_deref(), Some("203.0.113.9"));
}

#[actix_web::test]
async fn n06_a_rotation_is_journalled_on_both_keys() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let old = created_key(&app, &ann, ann.workspace).await;
    let made = rotate(&app, &ann, ann.workspace, &old.access_key, 60)
        .await
        .reply();
    let entries: Vec<_> = app
        .journal()
        .into_iter()
        .map(|entry| (entry.action, entry.subject_id))
        .collect();
    let expected = [
        ("credential.create", &old.access_key),
        ("credential.rotate", &old.access_key),
        ("credential.create", &made.access_key),
    ];
    assert_eq!(
        entries,
        expected.map(|(action, key)| (action.to_owned(), key.clone()))
    );
}
