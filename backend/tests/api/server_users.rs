//! Users of the server, as its operators see and change them.

mod changes;
mod deletion;
mod erasure;
mod list;
mod races;

use shared::{
    ids::UserId,
    server_users::{
        ChangeServerUser, CreatePasswordLink, DeleteServerUser, GetServerUser, ListServerUsers,
        OneServerUser, PreviewUserDeletion, ServerUser, ServerUserChange, ServerUsersQuery,
    },
};
use testkit::{Answer, As, Person, TestApp};

fn one(user_id: UserId) -> OneServerUser {
    OneServerUser { user_id }
}

fn disabling(disabled: bool) -> ServerUserChange {
    ServerUserChange {
        disabled: Some(disabled),
        ..ServerUserChange::default()
    }
}

fn operating(is_operator: bool) -> ServerUserChange {
    ServerUserChange {
        is_operator: Some(is_operator),
        ..ServerUserChange::default()
    }
}

fn asking(must_change_password: bool) -> ServerUserChange {
    ServerUserChange {
        must_change_password: Some(must_change_password),
        ..ServerUserChange::default()
    }
}

async fn change(
    app: &TestApp,
    operator: &Person,
    user: UserId,
    wanted: ServerUserChange,
) -> Answer<ServerUser> {
    app.call::<ChangeServerUser>(operator, one(user), (), wanted)
        .await
}

async fn seen(app: &TestApp, operator: &Person, user: UserId) -> ServerUser {
    app.call::<GetServerUser>(operator, one(user), (), ())
        .await
        .reply()
}

async fn delete(app: &TestApp, operator: &Person, user: UserId) -> Answer<()> {
    app.call::<DeleteServerUser>(operator, one(user), (), ()).await
}

/// Somebody who operates the server beside the first operator.
async fn operator(app: &TestApp, first: &Person, name: &str) -> Person {
    let person = app.person(name);
    let made = change(app, first, person.id, operating(true)).await;
    assert!(made.reply().is_operator);
    person
}

/// The status of asking who one is.
async fn me(app: &TestApp, who: impl Into<As>) -> u16 {
    app.call::<shared::account::GetMe>(who, (), (), ()).await.status
}

/// The actions in the journal of one chain, the oldest first.
fn actions(app: &TestApp, chain: &str) -> Vec<String> {
    app.journal()
        .into_iter()
        .filter(|entry| entry.chain == chain)
        .map(|entry| entry.action)
        .collect()
}

#[actix_web::test]
async fn only_a_person_who_operates_the_server_gets_to_its_users() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let key = app.key(&admin, admin.workspace);
    let token = app.bearer(&key);
    let all = async |who: As| {
        let whom = one(ann.id);
        [
            app.call::<ListServerUsers>(&who, (), ServerUsersQuery::default(), ())
                .await
                .problem(),
            app.call::<GetServerUser>(&who, whom.clone(), (), ())
                .await
                .problem(),
            app.call::<ChangeServerUser>(&who, whom.clone(), (), disabling(true))
                .await
                .problem(),
            app.call::<CreatePasswordLink>(&who, whom.clone(), (), ())
                .await
                .problem(),
            app.call::<PreviewUserDeletion>(&who, whom.clone(), (), ())
                .await
                .problem(),
            app.call::<DeleteServerUser>(&who, whom, (), ()).await.problem(),
        ]
    };
    // A key or token never does, not even an operator's.
    for who in [As::from(&ann), As::from(&key), token] {
        for problem in all(who.clone()).await {
            assert_eq!(
                (problem.status, problem.code.as_str()),
                (403, "operator_only"),
                "{who:?}"
            );
        }
    }
    for problem in all(As::Nobody).await {
        assert_eq!((problem.status, problem.code.as_str()), (401, "unauthenticated"));
    }
    assert_eq!(seen(&app, &admin, ann.id).await.sessions, 1, "nothing was done");
}
