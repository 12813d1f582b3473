//! Who fails to sign in too often is held off.

use actix_web::{App, test, web};
use backend::state::State;
use chrono::TimeDelta;
use secrets::keys::InstanceKeys;
use serde_json::json;
use testkit::{As, PASSWORD, TestApp};

use super::sign_in;

/// Fails until held off, and answers how many attempts were looked at.
async fn attempts_until_held_off(app: &TestApp, email: &str) -> usize {
    for number in 0..40 {
        if sign_in(app, email, "not this one").await.status == 429 {
            return number;
        }
    }
    panic!("never held off")
}

#[actix_web::test]
async fn a14_one_account_is_held_off_from_one_network_in_any_spelling_and_its_owner_elsewhere_is_not() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    for (number, spelling) in [
        "ann@example.com",
        "ANN@example.com",
        "Ann@Example.COM",
        " ann@example.com ",
    ]
    .iter()
    .cycle()
    .take(6)
    .enumerate()
    {
        app.calls_from(&format!("2001:db8::{}", number + 1));
        assert_eq!(sign_in(&app, spelling, "not this one").await.status, 401);
    }
    let held = sign_in(&app, &ann.email, PASSWORD).await;
    assert_eq!((held.status, held.code()), (429, "too_many_attempts"));
    let seconds: i64 = held.header("retry-after").unwrap().parse().unwrap();
    app.clock.advance(TimeDelta::seconds(seconds));
    assert_eq!(
        sign_in(&app, &ann.email, PASSWORD).await.status,
        200,
        "after the wait the owner is let in"
    );
}

#[actix_web::test]
async fn a14_a_stranger_far_away_does_not_keep_the_owner_out() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    app.calls_from("203.0.113.1");
    let _ = attempts_until_held_off(&app, &ann.email).await;
    app.calls_from("198.51.100.7");
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn a14_one_account_is_held_off_for_everybody_when_the_whole_world_tries() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let mut judged = 0;
    for network in 0..60 {
        app.calls_from(&format!("203.0.113.{network}"));
        judged += usize::from(sign_in(&app, &ann.email, "not this one").await.status == 401);
    }
    assert_eq!(judged, 41);
    app.calls_from("198.51.100.7");
    let held = sign_in(&app, &ann.email, PASSWORD).await;
    assert_eq!((held.status, held.code()), (429, "too_many_attempts"));
}

#[actix_web::test]
async fn a14_an_account_that_does_not_exist_is_held_off_like_one_that_does() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let known = attempts_until_held_off(&app, &ann.email).await;
    app.calls_from("203.0.113.1");
    let unknown = attempts_until_held_off(&app, "nobody@example.com").await;
    assert_eq!(known, unknown);
}

#[actix_web::test]
async fn a14_one_address_is_held_off_whichever_accounts_it_tries_and_others_are_not() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    app.calls_from("203.0.113.1");
    let mut statuses = Vec::new();
    for number in 0..40 {
        statuses.push(
            sign_in(&app, &format!("person{number}@example.com"), "not this one")
                .await
                .status,
        );
    }
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 429);
    app.calls_from("203.0.113.2");
    assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn a14_signing_in_forgives_the_failures_before_it() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(sign_in(&app, &ann.email, "not this one").await.status, 401);
        }
        assert_eq!(sign_in(&app, &ann.email, PASSWORD).await.status, 200);
    }
}

#[actix_web::test]
async fn a14_a_restart_forgives_nothing_and_several_instances_count_together() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let _ = attempts_until_held_off(&app, &ann.email).await;
    let other = State::new(
        app.state.config().clone(),
        app.state.db().clone(),
        InstanceKeys::for_tests(),
        app.clock.clone(),
    );
    let other = App::new()
        .app_data(web::Data::new(other))
        .configure(backend::app::configure);
    let other = test::init_service(other).await;
    let body = json!({ "email": ann.email, "password": PASSWORD });
    let request = app
        .request("POST", "/api/v1/session", As::Nobody)
        .peer_addr("127.0.0.1:1".parse().unwrap())
        .set_json(&body)
        .to_request();
    assert_eq!(test::call_service(&other, request).await.status().as_u16(), 429);
}

#[actix_web::test]
async fn a14_attempts_at_the_same_moment_share_one_allowance() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let email = ann.email.clone();
    let statuses = app.race(16, async move |app, number| {
        app.calls_from(&format!("2001:db8::{}", number + 1));
        sign_in(app, &email, "not this one").await.status
    });
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    assert_eq!(looked_at, 6, "as many as one after the other: {statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429)));
}
