//! One's own account, through HTTP.

mod own_data;

use serde_json::{Map, Value, json};
use shared::{
    account::{
        AccountChange, ChangeMe, ChangePassword, ChangePreferences, GetMe, GetPreferences, PasswordChange,
        Preferences,
    },
    members::ListMembers,
    page::PageQuery,
    permission::Role,
    session::{GetSession, NewSession, SignIn},
    text::Password,
    workspaces::InWorkspace,
};
use testkit::{As, PASSWORD, TestApp};

const NEW_PASSWORD: &str = "a violin in the rain";

fn named(name: &str) -> AccountChange {
    AccountChange {
        name: Some(name.parse().unwrap()),
    }
}

fn password_change(current: &str, new: &str) -> PasswordChange {
    PasswordChange {
        current: Password::new(current.to_owned()),
        new: Password::new(new.to_owned()),
    }
}

fn preferences(value: Value) -> Preferences {
    match value {
        Value::Object(fields) => Preferences(fields),
        other => panic!("{other} is no object"),
    }
}

async fn can_sign_in(app: &TestApp, email: &str, password: &str) -> bool {
    let body = NewSession {
        email: email.parse().unwrap(),
        password: Password::new(password.to_owned()),
        new_password: None,
    };
    app.call::<SignIn>(As::Nobody, (), (), body).await.status == 200
}

#[actix_web::test]
async fn r009_the_account_shows_the_basic_information() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let answer = app.call::<GetMe>(&ann, (), (), ()).await;
    insta::assert_json_snapshot!(answer.seen(), @r#"
    {
      "body": {
        "created_at": "[start]",
        "email": "ann@example.com",
        "id": "[id 1]",
        "is_operator": false,
        "last_sign_in_at": null,
        "name": "ann"
      },
      "status": 200
    }
    "#);
    let key = app.key(&ann, ann.workspace);
    assert_eq!(
        app.call::<GetMe>(&key, (), (), ()).await.reply(),
        answer.reply(),
        "a key shows its owner"
    );
}

#[actix_web::test]
async fn r011_a_new_name_survives_and_shows_wherever_the_name_is_shown() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let answer = app.call::<ChangeMe>(&ann, (), (), named("  Ann Lovelace ")).await;
    assert_eq!(answer.reply().name.as_str(), "Ann Lovelace");
    let me = app.call::<GetMe>(&ann, (), (), ()).await;
    assert_eq!(me.reply(), answer.reply());
    assert_eq!(
        me.header("etag"),
        answer.header("etag"),
        "the answer is what a read answers"
    );
    let session = app.call::<GetSession>(&ann, (), (), ()).await.reply();
    assert_eq!(session.account.name.as_str(), "Ann Lovelace");
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let members = app
        .call::<ListMembers>(&bob, path, PageQuery::default(), ())
        .await
        .reply();
    assert!(
        members
            .items
            .iter()
            .any(|member| member.user_id == ann.id && member.name.as_str() == "Ann Lovelace")
    );
    let entry = app
        .journal()
        .into_iter()
        .find(|entry| entry.action == "account.rename");
    let entry = entry.expect("an entry");
    assert_eq!(entry.before.as_deref(), Some(r#"{"name":"ann"}"#));
    assert_eq!(entry.after.as_deref(), Some(r#"{"name":"Ann Lovelace"}"#));
}

#[actix_web::test]
async fn r012_a_change_that_is_refused_or_says_nothing_keeps_the_old_name() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let nothing = app.call::<ChangeMe>(&ann, (), (), AccountChange::default()).await;
    assert_eq!(nothing.reply().name.as_str(), "ann");
    for body in [
        json!({ "name": "" }),
        json!({ "name": "a\nb" }),
        json!({ "name": "\u{202e}nna" }),
        json!({ "name": "x".repeat(121) }),
        json!({ "name": ["ann"] }),
        json!({ "name": "Eve", "is_operator": true }),
        json!({ "email": "eve@example.com" }),
        json!({ "id": "0190a0b0c0d07000800000000000abcd" }),
    ] {
        let request = app.request("PATCH", "/api/v1/me", &ann).set_json(&body);
        let answer = app.raw(request).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{body}");
    }
    let me = app.call::<GetMe>(&ann, (), (), ()).await.reply();
    assert_eq!((me.name.as_str(), me.is_operator), ("ann", false));
}

#[actix_web::test]
async fn a_rename_honours_if_match() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let seen = app.call::<GetMe>(&ann, (), (), ()).await;
    let etag = seen.header("etag").unwrap().to_owned();
    let rename = |name: &str| {
        app.request("PATCH", "/api/v1/me", &ann)
            .insert_header(("if-match", etag.clone()))
            .set_json(named(name))
    };
    assert_eq!(app.raw(rename("Ann")).await.status, 200);
    let late = app.raw(rename("Anna")).await;
    assert_eq!((late.status, late.code()), (412, "changed_meanwhile"));
    let me = app.call::<GetMe>(&ann, (), (), ()).await.reply();
    assert_eq!(me.name.as_str(), "Ann");
}

#[actix_web::test]
async fn a_new_password_ends_every_other_session_and_every_copy_of_this_ones_cookie() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let (_, other) = app.session(ann.id);
    let bob = app.password_person("bob");
    let answer = app
        .call::<ChangePassword>(&ann, (), (), password_change(PASSWORD, NEW_PASSWORD))
        .await;
    assert_eq!((answer.status, answer.text().as_str()), (204, ""));
    let cookie = answer.cookie().expect("a new cookie");
    assert_ne!(cookie.value(), ann.cookie);
    let me = async |who: As| app.call::<GetMe>(who, (), (), ()).await.status;
    assert_eq!(me(As::Session(cookie.value().to_owned())).await, 200);
    assert_eq!(me(As::Session(other)).await, 401, "the other browser is out");
    assert_eq!(me(As::from(&ann)).await, 401, "a copy of the old cookie is out");
    assert_eq!(me(As::from(&bob)).await, 200, "nobody else is");
    assert!(!can_sign_in(&app, &ann.email, PASSWORD).await);
    assert!(can_sign_in(&app, &ann.email, NEW_PASSWORD).await);
}

#[actix_web::test]
async fn a_password_is_changed_only_by_its_owner_in_person_who_knows_it() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let wrong = app
        .call::<ChangePassword>(&ann, (), (), password_change("not this one", NEW_PASSWORD))
        .await;
    assert_eq!((wrong.status, wrong.code()), (403, "wrong_password"));
    let without = app.person("without");
    let none = app
        .call::<ChangePassword>(&without, (), (), password_change("", NEW_PASSWORD))
        .await;
    assert_eq!((none.status, none.code()), (403, "wrong_password"));
    let key = app.key(&ann, ann.workspace);
    for who in [As::from(&key), app.bearer(&key)] {
        let by_key = app
            .call::<ChangePassword>(who, (), (), password_change(PASSWORD, NEW_PASSWORD))
            .await;
        assert_eq!((by_key.status, by_key.code()), (403, "in_person_only"));
    }
    assert!(can_sign_in(&app, &ann.email, PASSWORD).await);
}

#[actix_web::test]
async fn a_weak_new_password_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    for weak in ["short", "ann@example.com", "password1234"] {
        let answer = app
            .call::<ChangePassword>(&ann, (), (), password_change(PASSWORD, weak))
            .await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"), "{weak}");
        assert_eq!(answer.problem().errors[0].pointer, "/new");
        assert!(!answer.text().contains(weak));
    }
    assert!(can_sign_in(&app, &ann.email, PASSWORD).await);
}

#[actix_web::test]
async fn a14_guessing_the_current_password_is_held_off() {
    let app = TestApp::start().await;
    let ann = app.password_person("ann");
    let mut last = 0;
    for _ in 0..8 {
        let body = password_change("not this one", NEW_PASSWORD);
        last = app.call::<ChangePassword>(&ann, (), (), body).await.status;
    }
    assert_eq!(last, 429);
    let right = app
        .call::<ChangePassword>(&ann, (), (), password_change(PASSWORD, NEW_PASSWORD))
        .await;
    assert_eq!(
        right.status, 429,
        "and so is the right one, until the wait is over"
    );
    assert!(right.header("retry-after").is_some());
}

#[actix_web::test]
async fn r018_preferences_belong_to_the_account_on_every_device() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.password_person("ann"), app.person("bob"));
    assert_eq!(
        app.call::<GetPreferences>(&ann, (), (), ()).await.reply(),
        Preferences::default()
    );
    let change = preferences(json!({ "hidpi": false, "tips": { "seen": [1, 2] }, "snow ☃": "\u{0}" }));
    let answer = app.call::<ChangePreferences>(&ann, (), (), change.clone()).await;
    assert_eq!(answer.reply(), change);
    let (_, other_device) = app.session(ann.id);
    let body = NewSession {
        email: ann.email.parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()),
        new_password: None,
    };
    let next_session = app.call::<SignIn>(As::Nobody, (), (), body).await;
    let next_session = next_session.cookie().unwrap().value().to_owned();
    let key = app.key(&ann, ann.workspace);
    for who in [
        As::Session(other_device),
        As::Session(next_session),
        As::from(&key),
    ] {
        assert_eq!(app.call::<GetPreferences>(who, (), (), ()).await.reply(), change);
    }
    let of_bob = app.call::<GetPreferences>(&bob, (), (), ()).await.reply();
    assert_eq!(of_bob, Preferences::default(), "and to nobody else");
}

#[actix_web::test]
async fn a_change_of_preferences_merges_and_null_takes_away() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let change = async |value: Value| {
        app.call::<ChangePreferences>(&ann, (), (), preferences(value))
            .await
    };
    let _ = change(json!({ "a": 1, "b": { "x": 1 } })).await.reply();
    let merged = change(json!({ "a": null, "b": { "y": null }, "c": [] })).await;
    assert_eq!(merged.json(), json!({ "b": { "y": null }, "c": [] }));
    let nothing = change(json!({})).await;
    assert_eq!(nothing.json(), merged.json());
}

#[actix_web::test]
async fn preferences_are_bounded_and_bad_ones_are_refused_whole() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let kept = preferences(json!({ "a": 1 }));
    assert_eq!(
        app.call::<ChangePreferences>(&ann, (), (), kept.clone())
            .await
            .status,
        200
    );
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let many: Map<String, Value> = (0..20_000)
        .map(|number| (number.to_string(), json!(null)))
        .collect();
    for (body, pointer) in [
        (json!({ "b": 2, "big": "x".repeat(64 * 1024) }), ""),
        (json!({ "b": 2, "k".repeat(256): 1 }), "/kkk"),
        (json!({ "b": 2, "deep": nested(40) }), "/deep"),
        (Value::Object(many), ""),
    ] {
        let request = app
            .request("PATCH", "/api/v1/me/preferences", &ann)
            .set_json(&body);
        let answer = app.raw(request).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid"));
        assert!(answer.problem().errors[0].pointer.starts_with(pointer));
    }
    for raw in [
        "[]".to_owned(),
        "null".to_owned(),
        "1".to_owned(),
        r#"{"a":1e999}"#.to_owned(),
        r#"{"a":"\ud800"}"#.to_owned(),
        format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000)),
        "{\"a\":\u{0}}".to_owned(),
    ] {
        let request = app
            .request("PATCH", "/api/v1/me/preferences", &ann)
            .insert_header(("content-type", "application/json"))
            .set_payload(raw.clone());
        let answer = app.raw(request).await;
        assert!(
            matches!(answer.status, 400 | 422),
            "{} {}",
            answer.status,
            raw.chars().take(40).collect::<String>()
        );
        assert!(!answer.code().is_empty());
    }
    assert_eq!(app.call::<GetPreferences>(&ann, (), (), ()).await.reply(), kept);
}

#[actix_web::test]
async fn preferences_honour_if_match() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let seen = app.call::<GetPreferences>(&ann, (), (), ()).await;
    let etag = seen.header("etag").unwrap().to_owned();
    let change = |number: i64| {
        app.request("PATCH", "/api/v1/me/preferences", &ann)
            .insert_header(("if-match", etag.clone()))
            .set_json(json!({ "a": number }))
    };
    assert_eq!(app.raw(change(1)).await.status, 200);
    let late = app.raw(change(2)).await;
    assert_eq!((late.status, late.code()), (412, "changed_meanwhile"));
}

#[actix_web::test]
async fn of_two_changes_to_preferences_at_once_none_is_lost() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let statuses = app.race(8, {
        let ann = ann.clone();
        async move |app, number| {
            let change = preferences(json!({ format!("key{number}"): number }));
            app.call::<ChangePreferences>(&ann, (), (), change).await.status
        }
    });
    assert_eq!(statuses, vec![200; 8]);
    let all = app.call::<GetPreferences>(&ann, (), (), ()).await.reply();
    assert_eq!(all.0.len(), 8, "{all:?}");
}

#[actix_web::test]
async fn what_preferences_hold_is_not_in_the_journal() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let change = preferences(json!({ "color": "ultramarine" }));
    let _ = app.call::<ChangePreferences>(&ann, (), (), change).await.reply();
    let entries = app.journal();
    let entry = entries
        .iter()
        .find(|entry| entry.action == "preferences.change")
        .expect("an entry");
    assert_eq!(entry.after.as_deref(), Some(r#"{"keys":["color"]}"#));
    assert!(!format!("{entries:?}").contains("ultramarine"));
}
