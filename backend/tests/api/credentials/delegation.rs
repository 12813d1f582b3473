//! Attack 26: what is made with a key is never more than the key: not longer, not wider, not for somebody else.

use chrono::{NaiveDateTime, TimeDelta};
use shared::{
    credentials::{CredentialChange, NewCredential},
    permission::Role,
};
use testkit::{As, START, TestApp};

use super::{as_key, change, create, created_key, get, labelled, list, rotation::rotate, signs_in};

fn days(count: i64) -> NaiveDateTime {
    START + TimeDelta::days(count)
}

#[actix_web::test]
async fn attack_26_a_key_that_ends_makes_none_that_outlives_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    app.expire(&key, days(5));
    for who in [As::from(&key), app.bearer_until(&key, days(30))] {
        let made = create(&app, &who, ann.workspace, labelled("")).await.reply();
        assert_eq!(made.expires_at, Some(days(5).and_utc()));
        let longer = NewCredential {
            expires_at: Some((days(5) + TimeDelta::microseconds(1)).and_utc()),
            ..labelled("")
        };
        let refused = create(&app, &who, ann.workspace, longer).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
        let shorter = NewCredential {
            expires_at: Some(days(4).and_utc()),
            ..labelled("")
        };
        let made = create(&app, &who, ann.workspace, shorter).await.reply();
        assert_eq!(made.expires_at, Some(days(4).and_utc()));
    }
    let by_person = create(&app, &ann, ann.workspace, labelled("")).await.reply();
    assert_eq!(by_person.expires_at, None);
}

#[actix_web::test]
async fn attack_26_a_key_prolongs_neither_itself_nor_another_beyond_its_own_end() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (key, other) = (
        created_key(&app, &ann, ann.workspace).await,
        created_key(&app, &ann, ann.workspace).await,
    );
    app.expire(&key, days(5));
    app.expire(&other, days(2));
    for target in [&key, &other] {
        for end in [None, Some(days(6).and_utc())] {
            let wanted = CredentialChange {
                label: None,
                expires_at: Some(end),
            };
            let refused = change(&app, &key, ann.workspace, &target.access_key, wanted).await;
            assert_eq!((refused.status, refused.code()), (422, "invalid"));
        }
    }
    let wanted = CredentialChange {
        label: None,
        expires_at: Some(Some(days(5).and_utc())),
    };
    let changed = change(&app, &key, ann.workspace, &other.access_key, wanted).await;
    assert_eq!(changed.reply().expires_at, Some(days(5).and_utc()));
}

#[actix_web::test]
async fn attack_26_a_successor_that_a_key_makes_does_not_outlive_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (key, endless) = (
        created_key(&app, &ann, ann.workspace).await,
        created_key(&app, &ann, ann.workspace).await,
    );
    app.expire(&key, days(5));
    let of_endless = rotate(&app, &key, ann.workspace, &endless.access_key, 60)
        .await
        .reply();
    assert_eq!(of_endless.expires_at, Some(days(5).and_utc()));
    app.clock.advance(TimeDelta::days(1));
    let of_itself = rotate(&app, &key, ann.workspace, &key.access_key, 60)
        .await
        .reply();
    assert_eq!(of_itself.expires_at, Some(days(5).and_utc()));
    let next = as_key(&of_itself, &ann, ann.workspace);
    let again = rotate(&app, &next, ann.workspace, &next.access_key, 0)
        .await
        .reply();
    assert_eq!(again.expires_at, Some(days(5).and_utc()));
}

#[actix_web::test]
async fn attack_26_what_a_key_makes_is_its_owners_and_works_in_its_workspace() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let of_bob = created_key(&app, &bob, ann.workspace).await;
    let of_ann = created_key(&app, &ann, ann.workspace).await;
    let made = create(&app, &of_ann, ann.workspace, labelled("")).await.reply();
    let shown = get(&app, &ann, ann.workspace, &made.access_key).await.reply();
    assert_eq!(shown.user_id, ann.id);
    let entry = app.journal().pop().unwrap();
    assert_eq!(
        (entry.actor_kind.as_str(), entry.actor_credential),
        ("key", Some(of_ann.access_key.clone()))
    );
    assert_eq!(
        create(&app, &of_bob, bob.workspace, labelled("")).await.status,
        404
    );
    let rotated = rotate(&app, &of_ann, ann.workspace, &of_bob.access_key, 0).await;
    assert_eq!(rotated.status, 403);
    assert_eq!(signs_in(&app, &of_bob).await, 200);
    assert_eq!(list(&app, &of_bob, ann.workspace).await.len(), 1);
}

#[actix_web::test]
async fn attack_26_a_key_of_a_workspace_with_a_limit_obeys_it_too() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    let wanted = shared::workspaces::WorkspaceChange {
        name: None,
        max_credential_days: Some(Some(3)),
    };
    app.call::<shared::workspaces::ChangeWorkspace>(&ann, super::here(ann.workspace), (), wanted)
        .await
        .reply();
    for who in [As::from(&key), As::from(&ann)] {
        let made = create(&app, &who, ann.workspace, labelled("")).await.reply();
        assert_eq!(made.expires_at, Some(days(3).and_utc()));
    }
}
