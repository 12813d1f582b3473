//! What a workspace uses, through HTTP.

use chrono::{NaiveDate, TimeDelta};
use shared::{
    permission::Role,
    usage::{EndpointCalls, GetUsage, Usage},
    workspaces::{GetWorkspace, InWorkspace, ListWorkspaces},
};
use testkit::{As, Person, TestApp};

async fn usage(app: &TestApp, who: &Person, of: &Person) -> Usage {
    app.state.write_meters().unwrap();
    let path = InWorkspace {
        workspace_id: of.workspace,
    };
    app.call::<GetUsage>(who, path, (), ()).await.reply()
}

async fn look(app: &TestApp, who: impl Into<As>, of: &Person) {
    let path = InWorkspace {
        workspace_id: of.workspace,
    };
    app.call::<GetWorkspace>(who, path, (), ()).await.reply();
}

fn counted(endpoint: &str, calls: u64) -> EndpointCalls {
    EndpointCalls {
        endpoint: endpoint.to_owned(),
        calls,
    }
}

#[actix_web::test]
async fn r140_r142_usage_counts_members_and_this_months_calls_by_endpoint() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let nothing = usage(&app, &ann, &ann).await;
    assert_eq!((nothing.members, nothing.calls), (1, 0));
    app.member(ann.workspace, &bob, Role::User);
    let key = app.key(&bob, ann.workspace);
    look(&app, &ann, &ann).await;
    look(&app, &key, &ann).await;
    look(&app, app.bearer(&key), &ann).await;
    look(&app, &bob, &bob).await;
    let now = usage(&app, &bob, &ann).await;
    assert_eq!(now.since, NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
    assert_eq!(now.counted_at, app.clock.now().and_utc());
    assert_eq!((now.members, now.calls), (2, 4));
    assert_eq!(
        now.calls_by_endpoint,
        [counted("GetWorkspace", 3), counted("GetUsage", 1)]
    );
}

#[actix_web::test]
async fn r142_a_call_of_a_key_counts_for_its_workspace_and_a_refused_one_for_none() {
    let app = TestApp::start().await;
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let key = app.key(&ann, ann.workspace);
    app.call::<ListWorkspaces>(&key, (), (), ()).await.reply();
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    for who in [As::from(&eve), As::Nobody] {
        let refused = app.call::<GetWorkspace>(who, path.clone(), (), ()).await;
        assert!(refused.status > 400);
    }
    let now = usage(&app, &ann, &ann).await;
    assert_eq!(now.calls_by_endpoint, [counted("ListWorkspaces", 1)]);
}

#[actix_web::test]
async fn r154_a_new_month_begins_at_zero() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    look(&app, &key, &ann).await;
    assert_eq!(usage(&app, &ann, &ann).await.calls, 1);
    app.clock.advance(TimeDelta::days(29));
    let (_, cookie) = app.session(ann.id);
    let ann = Person { cookie, ..ann };
    let last_day = usage(&app, &ann, &ann).await;
    assert_eq!(
        (last_day.since.to_string().as_str(), last_day.calls),
        ("2026-03-01", 2)
    );
    app.clock.advance(TimeDelta::days(1));
    let next = usage(&app, &ann, &ann).await;
    assert_eq!((next.since.to_string().as_str(), next.calls), ("2026-04-01", 0));
    look(&app, &key, &ann).await;
    assert_eq!(usage(&app, &ann, &ann).await.calls, 2);
}

#[actix_web::test]
async fn usage_is_seen_by_members_only() {
    let app = TestApp::start().await;
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let refused = app.call::<GetUsage>(&eve, path.clone(), (), ()).await;
    assert_eq!((refused.status, refused.code()), (404, "not_found"));
    assert_eq!(app.call::<GetUsage>(As::Nobody, path, (), ()).await.status, 401);
}
