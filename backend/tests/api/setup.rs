//! First run, through HTTP.

use backend::{
    config::Admin,
    error::AppError,
    features::setup::{offer, unattended},
};
use chrono::TimeDelta;
use serde_json::json;
use shared::{
    account::GetMe,
    permission::Role,
    server::GetServer,
    session::{GetSession, NewSession, SignIn},
    setup::{CompleteSetup, Hosting, Setup},
    text::{Password, SecretText},
    workspaces::{GetWorkspace, InWorkspace, ListWorkspaces},
};
use testkit::{As, TestApp};

const PASSWORD: &str = "a violin in the rain";

fn setup(token: &SecretText) -> Setup {
    Setup {
        token: token.clone(),
        name: "Ann Example".parse().unwrap(),
        email: "Ann@example.com".parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()),
        hosting: Hosting::OwnTeam,
    }
}

fn offered(app: &TestApp) -> SecretText {
    offer(&app.state).unwrap().expect("a set-up link")
}

fn wrong_token() -> SecretText {
    SecretText::new("a".repeat(43))
}

#[actix_web::test]
async fn r036_the_set_up_makes_an_operator_with_a_personal_workspace_and_signs_them_in() {
    let app = TestApp::start().await;
    let body = setup(&offered(&app));
    assert!(
        app.call::<GetServer>(As::Nobody, (), (), ())
            .await
            .reply()
            .needs_setup
    );
    let answer = app.call::<CompleteSetup>(As::Nobody, (), (), body).await;
    insta::assert_json_snapshot!(answer.seen(), @r#"
    {
      "body": {
        "account": {
          "created_at": "[start]",
          "email": "Ann@example.com",
          "id": "[id 1]",
          "is_operator": true,
          "last_sign_in_at": "[start]",
          "name": "Ann Example"
        },
        "workspace_id": "[id 2]"
      },
      "status": 200
    }
    "#);
    let cookie = answer.cookie().expect("a session cookie");
    assert_eq!(cookie.name(), "__Host-session");
    let ann = As::Session(cookie.value().to_owned());
    assert_eq!(
        app.call::<GetSession>(&ann, (), (), ()).await.reply(),
        answer.reply()
    );
    let workspaces = app.call::<ListWorkspaces>(&ann, (), (), ()).await.reply();
    assert_eq!(workspaces.total, 1);
    let path = InWorkspace {
        workspace_id: answer.reply().workspace_id,
    };
    let workspace = app.call::<GetWorkspace>(&ann, path, (), ()).await.reply();
    assert_eq!(workspace.name.as_str(), "Ann Example's workspace");
    assert!(workspace.personal);
    assert_eq!(workspace.role, Role::Admin);
    assert!(
        !app.call::<GetServer>(As::Nobody, (), (), ())
            .await
            .reply()
            .needs_setup
    );
    assert!(
        offer(&app.state).unwrap().is_none(),
        "a server that is set up offers nothing"
    );
}

#[actix_web::test]
async fn a_set_up_link_works_once_and_the_server_is_set_up_once() {
    let app = TestApp::start().await;
    let body = setup(&offered(&app));
    let first = app.call::<CompleteSetup>(As::Nobody, (), (), body.clone()).await;
    assert_eq!(first.status, 200);
    for token in [body.token.clone(), wrong_token()] {
        let again = Setup {
            email: "eve@example.com".parse().unwrap(),
            ..setup(&token)
        };
        let second = app.call::<CompleteSetup>(As::Nobody, (), (), again).await;
        assert_eq!((second.status, second.code()), (409, "already_set_up"));
    }
}

#[actix_web::test]
async fn a_set_up_link_ends_after_a_day_and_with_the_next_one() {
    let app = TestApp::start().await;
    let first = offered(&app);
    let second = offered(&app);
    let attempt =
        async |token: &SecretText| app.call::<CompleteSetup>(As::Nobody, (), (), setup(token)).await;
    let replaced = attempt(&first).await;
    assert_eq!((replaced.status, replaced.code()), (410, "link_unusable"));
    app.clock.advance(TimeDelta::hours(24));
    let expired = attempt(&second).await;
    assert_eq!((expired.status, expired.code()), (410, "link_unusable"));
    assert_eq!(attempt(&offered(&app)).await.status, 200);
}

#[actix_web::test]
async fn a40_of_64_who_set_up_at_once_exactly_one_wins() {
    let app = TestApp::with(|config| config.password_permits = Some(8)).await;
    let body = setup(&offered(&app));
    let answers = app.race(64, async move |app, number| {
        let body = Setup {
            email: format!("person{number}@example.com").parse().unwrap(),
            ..body.clone()
        };
        let answer = app.call::<CompleteSetup>(As::Nobody, (), (), body).await;
        (answer.status, answer.cookie().is_some(), number)
    });
    let winners: Vec<_> = answers.iter().filter(|(status, ..)| *status == 200).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    for (status, cookie, _) in &answers {
        // 503 is for whoever waits ten seconds for the hashing on a busy machine.
        assert!(matches!(status, 200 | 409 | 503), "{answers:?}");
        assert_eq!(*cookie, *status == 200);
    }
    let accounts: i64 = app.db(|conn| {
        use diesel::prelude::*;
        db::schema::users::table.count().get_result(conn)
    });
    assert_eq!(accounts, 1, "the losers left nothing behind");
    let made = app
        .journal()
        .into_iter()
        .filter(|entry| entry.action == "server.set_up")
        .count();
    assert_eq!(made, 1);
}

#[actix_web::test]
async fn a40_guesses_are_held_off_but_never_keep_the_right_link_out() {
    let app = TestApp::start().await;
    let body = setup(&offered(&app));
    let mut statuses = Vec::new();
    for _ in 0..64 {
        let guess = app
            .call::<CompleteSetup>(As::Nobody, (), (), setup(&wrong_token()))
            .await;
        statuses.push(guess.status);
    }
    assert_eq!(statuses[0], 410);
    assert_eq!(statuses[63], 429, "guessing is held off");
    let right = app.call::<CompleteSetup>(As::Nobody, (), (), body).await;
    assert_eq!(right.status, 200, "from the same network address");
}

#[actix_web::test]
async fn a_set_up_that_is_refused_uses_nothing_up() {
    let app = TestApp::start().await;
    let token = offered(&app);
    for (weak, why) in [
        ("short", "too short"),
        ("ann@example.com", "the address"),
        ("Ann  Example", "the name"),
        ("correct horse battery staple", "a common one"),
    ] {
        let body = Setup {
            password: Password::new(weak.to_owned()),
            ..setup(&token)
        };
        let answer = app.call::<CompleteSetup>(As::Nobody, (), (), body).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{why}");
        assert_eq!(answer.problem().errors[0].pointer, "/password", "{why}");
        assert!(
            !answer.text().contains(weak),
            "a refused password is not repeated: {why}"
        );
    }
    let answer = app.call::<CompleteSetup>(As::Nobody, (), (), setup(&token)).await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn bad_input_to_the_set_up_is_a_problem_and_never_a_failure() {
    let app = TestApp::start().await;
    let token = offered(&app);
    let good = json!({
        "token": token.expose(), "name": "Ann", "email": "ann@example.com", "password": PASSWORD,
        "hosting": "own_team",
    });
    let with = |field: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    let bodies = [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "[".repeat(10_000),
        with("is_operator", json!(true)),
        with("role", json!("admin")),
        with("token", json!(["a"])),
        with("token", json!("\0")),
        with("token", json!("é".repeat(43))),
        with("token", json!("a".repeat(64 * 1024))),
        with("name", json!("a\0b")),
        with("name", json!("a".repeat(121))),
        with("email", json!(["ann@example.com", "eve@example.com"])),
        with("email", json!("ann@example.com\r\nBcc: eve@example.com")),
        with("password", json!(12_345_678_901_234_i64)),
        with("password", json!("x".repeat(513))),
        with("hosting", json!("everybody")),
        format!("{good}{good}"),
    ];
    for body in bodies {
        let shown: String = body.chars().take(80).collect();
        let request = app
            .request("POST", "/api/v1/setup", As::Nobody)
            .insert_header(("content-type", "application/json"))
            .set_payload(body);
        let answer = app.raw(request).await;
        assert!((400..500).contains(&answer.status), "{} {shown}", answer.status);
        assert!(!answer.code().is_empty());
    }
    assert!(
        app.call::<GetServer>(As::Nobody, (), (), ())
            .await
            .reply()
            .needs_setup
    );
}

#[actix_web::test]
async fn another_site_cannot_set_a_server_up_through_a_browser() {
    let app = TestApp::start().await;
    let body = setup(&offered(&app));
    let request = app
        .request("POST", "/api/v1/setup", As::Nobody)
        .insert_header(("sec-fetch-site", "cross-site"))
        .set_json(&body);
    let answer = app.raw(request).await;
    assert_eq!((answer.status, answer.code()), (403, "not_from_app"));
}

fn admin(password: &str) -> Admin {
    Admin {
        email: "root@example.com".parse().unwrap(),
        password: Password::new(password.to_owned()),
        name: None,
    }
}

#[actix_web::test]
async fn the_settings_make_the_first_administrator_once() {
    let app = TestApp::start().await;
    let link = offered(&app);
    assert!(unattended(&app.state, &admin(PASSWORD)).unwrap());
    let sign_in = NewSession {
        email: "root@example.com".parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()),
        new_password: None,
    };
    let answer = app.call::<SignIn>(As::Nobody, (), (), sign_in.clone()).await;
    let account = answer.reply().account;
    assert!(account.is_operator);
    assert_eq!(account.name.as_str(), "root");
    let hosting: String = app.db(|conn| {
        use diesel::prelude::*;
        db::schema::server::table
            .select(db::schema::server::hosting)
            .first(conn)
    });
    assert_eq!(hosting, "own_team");
    assert!(
        !unattended(&app.state, &admin("another password entirely")).unwrap(),
        "a later start changes nothing"
    );
    assert_eq!(app.call::<SignIn>(As::Nobody, (), (), sign_in).await.status, 200);
    let late = app.call::<CompleteSetup>(As::Nobody, (), (), setup(&link)).await;
    assert_eq!((late.status, late.code()), (409, "already_set_up"));
}

#[actix_web::test]
async fn ruling_10_a_weak_password_in_the_settings_makes_nobody_and_the_error_names_the_key() {
    let app = TestApp::start().await;
    for weak in ["admin", "root@example.com", "password1234"] {
        let error = unattended(&app.state, &admin(weak)).unwrap_err();
        let AppError::Invalid(fields) = &error else {
            panic!("{error}");
        };
        assert_eq!(fields[0].pointer, "CLEARANCE_ADMIN_PASSWORD");
        assert!(!format!("{error:?} {error}").contains(weak));
    }
    assert!(
        app.call::<GetServer>(As::Nobody, (), (), ())
            .await
            .reply()
            .needs_setup
    );
}

#[actix_web::test]
async fn ruling_10_nothing_is_open_on_a_server_that_nobody_has_set_up() {
    let app = TestApp::start().await;
    for (email, password) in [
        ("admin@example.com", "admin"),
        ("admin@localhost", "password"),
        ("root@localhost", ""),
        ("test@example.com", "test"),
    ] {
        let body = NewSession {
            email: email.parse().unwrap(),
            password: Password::new(password.to_owned()),
            new_password: None,
        };
        let answer = app.call::<SignIn>(As::Nobody, (), (), body).await;
        assert_eq!((answer.status, answer.code()), (401, "sign_in_failed"), "{email}");
    }
    assert_eq!(app.call::<GetMe>(As::Nobody, (), (), ()).await.status, 401);
    let mut guess = setup(&SecretText::new(String::new()));
    for token in ["", "setup", "admin", &"0".repeat(43)] {
        guess.token = SecretText::new(token.to_owned());
        let answer = app.call::<CompleteSetup>(As::Nobody, (), (), guess.clone()).await;
        assert_eq!((answer.status, answer.code()), (410, "link_unusable"));
    }
}

#[actix_web::test]
async fn the_journal_knows_the_set_up_but_not_its_secrets() {
    let app = TestApp::start().await;
    let body = setup(&offered(&app));
    let answer = app.call::<CompleteSetup>(As::Nobody, (), (), body.clone()).await;
    let cookie = answer.cookie().expect("a session cookie");
    let journal = app.journal();
    let actions: Vec<&str> = journal.iter().map(|entry| entry.action.as_str()).collect();
    for action in [
        "server.offer_set_up",
        "server.set_up",
        "account.create",
        "workspace.create",
        "session.sign_in",
    ] {
        assert!(actions.contains(&action), "{action} is missing in {actions:?}");
    }
    let all = format!("{journal:?}").to_lowercase();
    for secret in [body.token.expose(), PASSWORD, "ann@example.com", cookie.value()] {
        assert!(!all.contains(&secret.to_lowercase()));
    }
}
