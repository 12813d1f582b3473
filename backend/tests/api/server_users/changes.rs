//! Disabling, enabling, asking for a new password, operators, links for choosing a password.

use backend::commands::user;
use shared::{
    account::GetMe,
    credentials::{CredentialFilter, ListCredentials},
    ids::UserId,
    invitations::{CreateInvitation, InvitationToken, NewInvitation, ShowInvitation},
    permission::Role,
    server_users::{CreatePasswordLink, GetServerUser, ServerUserChange, UserState},
    session::{CompletePasswordReset, NewSession, PasswordReset, SignIn},
    text::{Password, SecretText},
    workspaces::InWorkspace,
};
use testkit::{As, PASSWORD, Person, TestApp};

use super::{actions, asking, change, delete, disabling, me, one, operating, operator, seen};

async fn signs_in(app: &TestApp, person: &Person, password: &str) -> u16 {
    let body = NewSession {
        email: person.email.parse().unwrap(),
        password: Password::new(password.to_owned()),
        new_password: None,
    };
    app.call::<SignIn>(As::Nobody, (), (), body).await.status
}

#[actix_web::test]
async fn n08_a_disabled_account_is_nobody_from_the_next_call_on_and_its_keys_work_again_when_enabled() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.password_person("ann"));
    let (key, revoked) = (app.key(&ann, ann.workspace), app.key(&ann, ann.workspace));
    app.revoke(&revoked);
    let token = app.bearer(&key);
    let all = [As::from(&ann), As::from(&key), token.clone()];
    for who in &all {
        assert_eq!(me(&app, who).await, 200);
    }
    let done = change(&app, &admin, ann.id, disabling(true)).await.reply();
    assert_eq!(done.state, UserState::Disabled);
    assert_eq!((done.sessions, done.keys), (0, 0));
    for who in &all {
        assert_eq!(me(&app, who).await, 401, "{who:?}");
    }
    let wire = app
        .wire("users.get_current_user", serde_json::json!({}), &token)
        .await;
    assert_eq!(wire.status, 401);
    assert_eq!(signs_in(&app, &ann, PASSWORD).await, 401);

    let done = change(&app, &admin, ann.id, disabling(false)).await.reply();
    assert_eq!((done.state, done.keys, done.sessions), (UserState::Active, 1, 0));
    assert_eq!(me(&app, &ann).await, 401, "sessions are over");
    assert_eq!(me(&app, &key).await, 200);
    assert_eq!(me(&app, &token).await, 200);
    assert_eq!(me(&app, &revoked).await, 401, "what was revoked stays so");
    assert_eq!(signs_in(&app, &ann, PASSWORD).await, 200);
    let journal = actions(&app, "server");
    assert!(journal.contains(&"account.disable".to_owned()), "{journal:?}");
    assert!(journal.contains(&"account.enable".to_owned()));
}

#[actix_web::test]
async fn invitations_and_password_links_of_a_disabled_account_are_void() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let body = NewInvitation {
        email: None,
        role: Role::User,
    };
    let made = app.call::<CreateInvitation>(&ann, path, (), body).await.reply();
    let token = made.link.expose().split_once("#token=").unwrap().1.to_owned();
    let shown = async || {
        let body = InvitationToken {
            token: SecretText::new(token.clone()),
        };
        app.call::<ShowInvitation>(As::Nobody, (), (), body).await.status
    };
    assert_eq!(shown().await, 200);
    let link = app
        .call::<CreatePasswordLink>(&admin, one(ann.id), (), ())
        .await
        .reply();
    let _ = change(&app, &admin, ann.id, disabling(true)).await.reply();
    assert_eq!(shown().await, 410);
    let _ = change(&app, &admin, ann.id, disabling(false)).await.reply();
    assert_eq!(
        chooses(&app, link.link.expose()).await,
        410,
        "a link from before does not come back with the account"
    );
}

async fn chooses(app: &TestApp, link: &str) -> u16 {
    let body = PasswordReset {
        token: SecretText::new(link.split_once("#token=").unwrap().1.to_owned()),
        password: Password::new("a violin in the rain".to_owned()),
    };
    app.call::<CompletePasswordReset>(As::Nobody, (), (), body)
        .await
        .status
}

#[actix_web::test]
async fn asking_for_a_new_password_ends_every_session_and_leaves_keys_and_links() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.password_person("ann"));
    let (_, second) = app.session(ann.id);
    let key = app.key(&ann, ann.workspace);
    let link = app
        .call::<CreatePasswordLink>(&admin, one(ann.id), (), ())
        .await
        .reply();
    let done = change(&app, &admin, ann.id, asking(true)).await.reply();
    assert!(done.must_change_password);
    assert_eq!((done.sessions, done.keys), (0, 1));
    assert_eq!(me(&app, &ann).await, 401);
    assert_eq!(me(&app, As::Session(second)).await, 401);
    assert_eq!(me(&app, &key).await, 200);
    assert_eq!(signs_in(&app, &ann, PASSWORD).await, 403);
    assert_eq!(chooses(&app, link.link.expose()).await, 204);
    assert!(!seen(&app, &admin, ann.id).await.must_change_password);
    assert_eq!(signs_in(&app, &ann, "a violin in the rain").await, 200);

    let _ = change(&app, &admin, ann.id, asking(true)).await.reply();
    let back = change(&app, &admin, ann.id, asking(false)).await.reply();
    assert!(!back.must_change_password);
    assert_eq!(signs_in(&app, &ann, "a violin in the rain").await, 200);
}

#[actix_web::test]
async fn an_operator_is_one_from_the_next_call_on_and_no_longer_than_that() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let asks = async || {
        app.call::<GetServerUser>(&ann, one(admin.id), (), ())
            .await
            .status
    };
    assert_eq!(asks().await, 403);
    assert!(
        change(&app, &admin, ann.id, operating(true))
            .await
            .reply()
            .is_operator
    );
    assert_eq!(asks().await, 200);
    assert!(app.call::<GetMe>(&ann, (), (), ()).await.reply().is_operator);
    assert!(
        !change(&app, &admin, ann.id, operating(false))
            .await
            .reply()
            .is_operator
    );
    assert_eq!(asks().await, 403);
    let entry = app
        .journal()
        .into_iter()
        .rfind(|entry| entry.action == "account.change_operator")
        .unwrap();
    assert_eq!(entry.before.as_deref(), Some(r#"{"is_operator":true}"#));
    assert_eq!(entry.after.as_deref(), Some(r#"{"is_operator":false}"#));
}

#[actix_web::test]
async fn nobody_disables_demotes_or_deletes_themselves() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let _ = operator(&app, &admin, "second").await;
    let before = app.journal().len();
    for wanted in [disabling(true), operating(false)] {
        let refused = change(&app, &admin, admin.id, wanted).await;
        assert_eq!((refused.status, refused.code()), (409, "not_yourself"));
    }
    let refused = delete(&app, &admin, admin.id).await;
    assert_eq!((refused.status, refused.code()), (409, "not_yourself"));
    assert_eq!(app.journal().len(), before);
    // What takes nothing away is no harm.
    let harmless = ServerUserChange {
        disabled: Some(false),
        must_change_password: None,
        is_operator: Some(true),
    };
    assert_eq!(change(&app, &admin, admin.id, harmless).await.status, 200);
    assert_eq!(app.journal().len(), before, "it was so already");
}

#[actix_web::test]
async fn the_last_operator_stays_and_a_disabled_one_does_not_count() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let email = admin.email.parse().unwrap();
    let refused = user::set_disabled(&app.state, &email, true).unwrap_err();
    assert_eq!(refused.code().as_str(), "last_operator");
    let second = operator(&app, &admin, "second").await;
    let _ = change(&app, &admin, second.id, disabling(true)).await.reply();
    let refused = user::set_disabled(&app.state, &email, true).unwrap_err();
    assert_eq!(refused.code().as_str(), "last_operator");
    let _ = change(&app, &admin, second.id, disabling(false)).await.reply();
    user::set_disabled(&app.state, &email, true).unwrap();
    assert_eq!(me(&app, &admin).await, 401);
    let second_now = Person {
        cookie: app.session(second.id).1,
        ..second
    };
    let state = seen(&app, &second_now, admin.id).await.state;
    assert_eq!(state, UserState::Disabled);
}

#[actix_web::test]
async fn attack_33_a_password_link_is_of_the_public_address_works_once_and_ends_the_ones_before() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.password_person("ann"));
    let address = format!("/api/v1/server/users/{}/password-link", ann.id);
    let request = app
        .request("POST", &address, &admin)
        .insert_header(("x-forwarded-host", "evil.example"))
        .insert_header(("forwarded", "host=evil.example"))
        .insert_header(("x-forwarded-proto", "ftp"));
    let first = app.raw(request).await;
    assert_eq!(first.status, 200);
    let first = first.json()["link"].as_str().unwrap().to_owned();
    assert!(
        first.starts_with("https://clearance.test/reset-password#token="),
        "{first}"
    );
    let second = app
        .call::<CreatePasswordLink>(&admin, one(ann.id), (), ())
        .await
        .reply();
    assert_eq!(
        second.expires_at.naive_utc(),
        testkit::START + chrono::TimeDelta::hours(24)
    );
    assert_eq!(
        signs_in(&app, &ann, PASSWORD).await,
        200,
        "nothing changes until it is used"
    );
    assert_eq!(chooses(&app, &first).await, 410);
    assert_eq!(chooses(&app, second.link.expose()).await, 204);
    assert_eq!(chooses(&app, second.link.expose()).await, 410);
    // The command makes the same link, and ends it.
    let third = app
        .call::<CreatePasswordLink>(&admin, one(ann.id), (), ())
        .await
        .reply();
    let by_command = user::reset_password(&app.state, &ann.email.parse().unwrap()).unwrap();
    assert_eq!(chooses(&app, third.link.expose()).await, 410);
    assert_eq!(chooses(&app, by_command.url.expose()).await, 204);
    let unknown = app
        .call::<CreatePasswordLink>(&admin, one(UserId::NIL), (), ())
        .await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
}

#[actix_web::test]
async fn a_change_of_an_account_that_changed_meanwhile_is_refused() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let address = format!("/api/v1/server/users/{}", ann.id);
    let etag = app
        .raw(app.request("GET", &address, &admin))
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let _ = change(&app, &admin, ann.id, operating(true)).await.reply();
    let stale = app
        .request("PATCH", &address, &admin)
        .insert_header(("if-match", etag))
        .set_json(serde_json::json!({ "disabled": true }));
    let refused = app.raw(stale).await;
    assert_eq!((refused.status, refused.code()), (412, "changed_meanwhile"));
    assert_eq!(me(&app, &ann).await, 200);
}

#[actix_web::test]
async fn the_commands_disable_enable_and_list_with_the_state() {
    let app = TestApp::start().await;
    let (_, ann) = (app.set_up(), app.person("ann"));
    let key = app.key(&ann, ann.workspace);
    user::set_disabled(&app.state, &"ANN@example.com".parse().unwrap(), true).unwrap();
    assert_eq!((me(&app, &ann).await, me(&app, &key).await), (401, 401));
    let states: Vec<(String, UserState)> = user::list(&app.state)
        .unwrap()
        .into_iter()
        .map(|row| (row.name.clone(), row.state()))
        .collect();
    assert_eq!(
        states,
        [
            ("admin".to_owned(), UserState::Active),
            ("ann".to_owned(), UserState::Disabled)
        ]
    );
    user::set_disabled(&app.state, &ann.email.parse().unwrap(), false).unwrap();
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let listed = app
        .call::<ListCredentials>(&key, path, CredentialFilter::default(), ())
        .await;
    assert_eq!(listed.status, 200, "the key works again");
    let nobody = user::set_disabled(&app.state, &"nobody@example.com".parse().unwrap(), true);
    assert_eq!(nobody.unwrap_err().code().as_str(), "not_found");
    let entry = app
        .journal()
        .into_iter()
        .find(|entry| entry.action == "account.disable")
        .unwrap();
    assert_eq!((entry.actor_kind.as_str(), entry.actor_id), ("system", None));
}

#[actix_web::test]
async fn there_is_no_password_link_for_a_disabled_account() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let _ = change(&app, &admin, ann.id, disabling(true)).await.reply();
    let before = app.journal().len();
    let refused = app.call::<CreatePasswordLink>(&admin, one(ann.id), (), ()).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid"));
    assert_eq!(refused.problem().errors[0].pointer, "user_id");
    assert_eq!(app.journal().len(), before);
}
