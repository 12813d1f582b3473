//! Signing in when the operator has asked for a new password.

use db::{columns, schema::users};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    account::GetMe,
    session::{NewSession, Session, SignIn},
    text::Password,
};
use testkit::{Answer, As, PASSWORD, Person, TestApp};

use super::{NEW_PASSWORD, browser, sign_in};

fn ask_for_new(app: &TestApp, person: &Person) {
    let row = users::table.find(columns::UserId(person.id));
    app.change(|conn| {
        diesel::update(row)
            .set(users::must_change_password.eq(true))
            .execute(conn)
    });
}

async fn sign_in_with_new(app: &TestApp, email: &str, password: &str, new: &str) -> Answer<Session> {
    let body = NewSession {
        email: email.parse().unwrap(),
        password: Password::new(password.to_owned()),
        new_password: Some(Password::new(new.to_owned())),
    };
    app.call::<SignIn>(As::Nobody, (), (), body).await
}

async fn me(app: &TestApp, who: impl Into<As>) -> u16 {
    app.call::<GetMe>(who, (), (), ()).await.status
}

fn actions_on(app: &TestApp, person: &Person) -> Vec<String> {
    app.journal()
        .into_iter()
        .filter(|entry| entry.actor_id == Some(person.id.to_string()))
        .map(|entry| entry.action)
        .collect()
}

#[actix_web::test]
async fn the_right_password_alone_is_not_enough_and_a_new_one_signs_in() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    ask_for_new(&app, &ann);
    let asked = sign_in(&app, &ann.email, PASSWORD).await;
    assert_eq!((asked.status, asked.code()), (403, "new_password_required"));
    assert!(asked.cookie().is_none());
    assert_eq!(actions_on(&app, &ann), ["session.new_password_required"]);
    let done = sign_in_with_new(&app, &ann.email, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(done.reply().workspace_id, ann.workspace);
    assert_eq!(me(&app, browser(&done)).await, 200);
    assert_eq!(me(&app, &ann).await, 401, "other sessions are over");
    assert_eq!(
        actions_on(&app, &ann),
        [
            "session.new_password_required",
            "account.change_password",
            "session.sign_in"
        ]
    );
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 401);
    assert_eq!(
        sign_in(&app, &ann.email, NEW_PASSWORD).await.status,
        200,
        "asked for once"
    );
}

#[actix_web::test]
async fn a_new_password_is_judged_after_the_old_one_and_must_be_another() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    ask_for_new(&app, &ann);
    for weak in ["", "short", "password1234", PASSWORD, "ann@example.com"] {
        let refused = sign_in_with_new(&app, &ann.email, PASSWORD, weak).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{weak}");
        assert_eq!(refused.problem().errors[0].pointer, "/new_password", "{weak}");
        assert!(refused.cookie().is_none());
    }
    assert_eq!(me(&app, &ann).await, 200, "nothing was done");
    let done = sign_in_with_new(&app, &ann.email, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(done.status, 200, "and nobody is held off for it");
}

#[actix_web::test]
async fn attack_37_strangers_do_not_learn_that_a_new_password_is_asked_for() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.password_person("ann"), app.password_person("bob"));
    let disabled = app.password_person("disabled");
    ask_for_new(&app, &ann);
    ask_for_new(&app, &disabled);
    app.disable(&disabled);
    let mut bodies = Vec::new();
    for (email, password) in [
        (ann.email.as_str(), "not this one"),
        (bob.email.as_str(), "not this one"),
        (disabled.email.as_str(), PASSWORD),
        ("nobody@example.com", "not this one"),
    ] {
        for new in [None, Some(NEW_PASSWORD), Some("weak"), Some("not this one")] {
            let answer = match new {
                None => sign_in(&app, email, password).await,
                Some(new) => sign_in_with_new(&app, email, password, new).await,
            };
            assert_eq!((answer.status, answer.code()), (401, "sign_in_failed"), "{email}");
            bodies.push(answer.seen());
        }
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    let journal = app.journal();
    assert!(
        journal
            .iter()
            .all(|entry| entry.action != "session.new_password_required")
    );
}

#[actix_web::test]
async fn the_right_password_counts_as_right_even_if_it_is_not_enough() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    ask_for_new(&app, &ann);
    for _ in 0..4 {
        for _ in 0..4 {
            assert_eq!(sign_in(&app, &ann.email, "not this one").await.status, 401);
        }
        assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 403);
    }
}

#[actix_web::test]
async fn somebody_who_is_not_asked_may_choose_a_new_password_as_they_sign_in() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let done = sign_in_with_new(&app, &ann.email, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(done.status, 200);
    assert_eq!(me(&app, &ann).await, 401);
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 401);
}

#[actix_web::test]
async fn of_16_who_replace_one_password_at_once_one_wins() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    ask_for_new(&app, &ann);
    let email = ann.email.clone();
    let statuses = app.race(16, async move |app, number| {
        app.calls_from(&format!("198.51.100.{number}"));
        let new = format!("a violin in the rain {number}");
        sign_in_with_new(app, &email, PASSWORD, &new).await.status
    });
    let winners: Vec<usize> = (0..16).filter(|number| statuses[*number] == 200).collect();
    assert_eq!(winners.len(), 1, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [200, 401].contains(status)),
        "{statuses:?}"
    );
    let valid = format!("a violin in the rain {}", winners[0]);
    assert_eq!(sign_in(&app, &ann.email, &valid).await.status, 200);
}

#[actix_web::test]
async fn attack_32_a_new_password_is_one_text() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    ask_for_new(&app, &ann);
    let with = |new: serde_json::Value| {
        json!({ "email": ann.email, "password": PASSWORD, "new_password": new }).to_string()
    };
    let bodies = vec![
        with(json!([NEW_PASSWORD, "another"])),
        with(json!({ "a": NEW_PASSWORD })),
        with(json!(5)),
        with(json!("")),
        with(json!(NEW_PASSWORD)).replace('}', &format!(",\"new_password\":\"{NEW_PASSWORD} 2\"}}")),
        with(json!(NEW_PASSWORD)).replace('}', ",\"must_change_password\":false}"),
        with(json!(NEW_PASSWORD)).replace('}', ",\"user_id\":\"1\"}"),
    ];
    super::refuses(&app, "/api/v1/session", bodies).await;
    assert_eq!(
        sign_in(&app, &ann.email, PASSWORD).await.status,
        403,
        "it still is the old one"
    );
}
