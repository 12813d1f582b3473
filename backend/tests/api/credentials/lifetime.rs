//! When keys end by themselves, and how a workspace limits their life.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::json;
use shared::{
    credentials::{CredentialChange, NewCredential},
    workspaces::{ChangeWorkspace, GetWorkspace, WorkspaceChange},
};
use testkit::{Person, START, TestApp};

use super::{as_key, change, create, created_key, get, here, labelled, list, relabel, signs_in};

fn days(count: i64) -> NaiveDateTime {
    START + TimeDelta::days(count)
}

fn ending(at: NaiveDateTime) -> NewCredential {
    NewCredential {
        expires_at: Some(at.and_utc()),
        ..labelled("")
    }
}

fn end(at: Option<DateTime<Utc>>) -> CredentialChange {
    CredentialChange {
        label: None,
        expires_at: Some(at),
    }
}

async fn limit(app: &TestApp, ann: &Person, days: Option<u32>) {
    let wanted = WorkspaceChange {
        name: None,
        max_credential_days: Some(days),
    };
    app.call::<ChangeWorkspace>(ann, here(ann.workspace), (), wanted)
        .await
        .reply();
}

async fn attention(app: &TestApp, ann: &Person) -> u64 {
    app.call::<GetWorkspace>(ann, here(ann.workspace), (), ())
        .await
        .reply()
        .keys_needing_attention
}

#[actix_web::test]
async fn p01_a_key_ends_at_its_end_and_is_listed_for_30_days_more() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let made = create(&app, &ann, ann.workspace, ending(days(3))).await.reply();
    let key = as_key(&made, &ann, ann.workspace);
    let token = app.bearer_until(&key, days(30));
    app.clock.advance(TimeDelta::days(3) - TimeDelta::microseconds(1));
    assert_eq!(
        (signs_in(&app, &key).await, signs_in(&app, &token).await),
        (200, 200)
    );
    app.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(
        (signs_in(&app, &key).await, signs_in(&app, &token).await),
        (401, 401)
    );
    app.clock.advance(TimeDelta::days(29));
    let (_, cookie) = app.session(ann.id);
    let ann = Person { cookie, ..ann };
    let shown = list(&app, &ann, ann.workspace).await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].expires_at, Some(days(3).and_utc()));
    app.clock.advance(TimeDelta::days(1));
    assert!(list(&app, &ann, ann.workspace).await.is_empty());
    assert_eq!(get(&app, &ann, ann.workspace, &key.access_key).await.status, 404);
}

#[actix_web::test]
async fn p01_an_end_lies_in_the_future_and_within_the_workspaces_limit() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let address = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    limit(&app, &ann, Some(30)).await;
    for (end, why) in [
        (START, "future"),
        (days(-1), "future"),
        (days(30) + TimeDelta::microseconds(1), "at most 30 days"),
        (days(40_000), "100 years"),
    ] {
        let body = json!({ "expires_at": end.and_utc() });
        let refused = app.raw(app.request("POST", &address, &ann).set_json(body)).await;
        let problem = refused.problem();
        assert_eq!(
            (refused.status, problem.errors[0].pointer.as_str()),
            (422, "/expires_at")
        );
        assert!(problem.errors[0].detail.contains(why), "{problem:?}");
    }
    assert!(list(&app, &ann, ann.workspace).await.is_empty());
    let made = create(&app, &ann, ann.workspace, ending(days(30))).await.reply();
    assert_eq!(made.expires_at, Some(days(30).and_utc()));
}

#[actix_web::test]
async fn p01_without_an_end_a_key_gets_the_workspaces_maximum_and_the_answer_says_so() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    limit(&app, &ann, Some(7)).await;
    let made = create(&app, &ann, ann.workspace, labelled("")).await.reply();
    assert_eq!(made.expires_at, Some(days(7).and_utc()));
    limit(&app, &ann, None).await;
    let made = create(&app, &ann, ann.workspace, labelled("")).await.reply();
    assert_eq!(made.expires_at, None);
}

#[actix_web::test]
async fn p01_a_limit_binds_keys_made_from_now_on_and_longer_lives_of_older_ones() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    limit(&app, &ann, Some(10)).await;
    let path = (ann.workspace, key.access_key.as_str());
    let unlimited = get(&app, &ann, path.0, path.1).await.reply();
    assert_eq!(unlimited.expires_at, None);
    let labelled = change(&app, &ann, path.0, path.1, relabel("old")).await.reply();
    assert_eq!(labelled.expires_at, None);
    let shortened = change(&app, &ann, path.0, path.1, end(Some(days(20).and_utc()))).await;
    assert_eq!(shortened.reply().expires_at, Some(days(20).and_utc()));
    for longer in [None, Some(days(21).and_utc())] {
        let refused = change(&app, &ann, path.0, path.1, end(longer)).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
    }
}

#[actix_web::test]
async fn p01_a_new_end_counts_from_the_next_call_in_both_directions() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let made = create(&app, &ann, ann.workspace, ending(days(2))).await.reply();
    let key = as_key(&made, &ann, ann.workspace);
    assert_eq!(signs_in(&app, &key).await, 200);
    let longer = end(Some(days(4).and_utc()));
    change(&app, &ann, ann.workspace, &key.access_key, longer)
        .await
        .reply();
    app.clock.advance(TimeDelta::days(3));
    assert_eq!(signs_in(&app, &key).await, 200);
    let shorter = end(Some((days(3) + TimeDelta::seconds(1)).and_utc()));
    change(&app, &ann, ann.workspace, &key.access_key, shorter)
        .await
        .reply();
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(signs_in(&app, &key).await, 401);
    let revived = change(&app, &ann, ann.workspace, &key.access_key, end(None)).await;
    assert_eq!((revived.status, revived.code()), (422, "invalid"));
    assert_eq!(signs_in(&app, &key).await, 401);
}

#[actix_web::test]
async fn r155_a_workspace_counts_the_keys_that_need_attention() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, shared::permission::Role::User);
    create(&app, &ann, ann.workspace, labelled("endless"))
        .await
        .reply();
    create(&app, &ann, ann.workspace, ending(days(15))).await.reply();
    assert_eq!(attention(&app, &ann).await, 0);
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(attention(&app, &ann).await, 1);
    assert_eq!(
        app.call::<GetWorkspace>(&bob, here(ann.workspace), (), ())
            .await
            .reply()
            .keys_needing_attention,
        0,
        "the keys of others are not one's own to look after"
    );
    let listed = app
        .call::<shared::workspaces::ListWorkspaces>(&ann, (), (), ())
        .await
        .reply();
    assert_eq!(listed.items[0].keys_needing_attention, 1);
    app.clock.advance(TimeDelta::days(14));
    let (_, cookie) = app.session(ann.id);
    let ann = Person { cookie, ..ann };
    assert_eq!(
        attention(&app, &ann).await,
        0,
        "what has ended needs nothing any more"
    );
}
