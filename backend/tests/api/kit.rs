//! The test kit itself: what it makes is real to the server, so that the other tests mean something.

use shared::{
    account::{AccountChange, ChangeMe, GetMe},
    permission::Role,
    workspaces::{GetWorkspace, InWorkspace},
};
use testkit::{As, TestApp};

#[actix_web::test]
async fn people_keys_and_tokens_of_the_test_kit_are_real() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let ann = app.person("ann");
    app.member(admin.workspace, &ann, Role::User);
    let key = app.key(&ann, admin.workspace);
    for who in [As::from(&ann), As::from(&key), app.bearer(&key)] {
        let me = app.call::<GetMe>(&who, (), (), ()).await.reply();
        assert_eq!((me.id, me.email.as_str()), (ann.id, "ann@example.com"), "{who:?}");
        let path = InWorkspace {
            workspace_id: admin.workspace,
        };
        let workspace = app.call::<GetWorkspace>(&who, path, (), ()).await.reply();
        assert_eq!((workspace.role, workspace.members), (Role::User, 2), "{who:?}");
    }
    assert!(app.call::<GetMe>(&admin, (), (), ()).await.reply().is_operator);
    assert_eq!(app.call::<GetMe>(As::Nobody, (), (), ()).await.status, 401);
}

#[actix_web::test]
async fn a_race_runs_against_one_state_and_loses_nothing() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let who = As::from(&ann);
    let answers = app.race(8, async move |app, number| {
        let body = AccountChange {
            name: Some(format!("Ann {number}").parse().unwrap()),
        };
        app.call::<ChangeMe>(&who, (), (), body).await.status
    });
    assert_eq!(answers, [200; 8]);
    let changes: Vec<_> = app
        .journal()
        .into_iter()
        .filter(|entry| entry.subject_id == ann.id.to_string())
        .collect();
    assert_eq!(changes.len(), 8);
    for pair in changes.windows(2) {
        // Each saw what the one before it had left.
        assert_eq!(pair[0].after, pair[1].before);
    }
}

#[actix_web::test]
async fn two_tests_share_nothing() {
    let (one, two) = (TestApp::start().await, TestApp::start().await);
    let ann = one.person("ann");
    two.person("ann");
    assert_eq!(one.call::<GetMe>(&ann, (), (), ()).await.status, 200);
    assert_eq!(two.call::<GetMe>(&ann, (), (), ()).await.status, 401);
}
