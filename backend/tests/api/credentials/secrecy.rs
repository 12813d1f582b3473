//! A secret is shown once: not in later answers, not in the database, not in the journal; and a credential is seen by
//! those only who may see it, whichever way they ask.

use db::schema::{credentials, idempotency};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    credentials::{CredentialChange, CredentialFilter, ListCredentials, RotateCredential, Rotation},
    permission::Role,
};
use testkit::TestApp;

use super::{at, change, create, created_key, get, here, labelled, list, relabel};

#[actix_web::test]
async fn r166_a_secret_is_shown_once_and_stored_nowhere_in_the_clear() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let address = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    let made = app
        .raw(
            app.request("POST", &address, &ann)
                .insert_header(("idempotency-key", "once"))
                .set_json(json!({ "label": "laptop" })),
        )
        .await
        .with_status(201);
    let secret = made.json()["secret_key"].as_str().unwrap().to_owned();
    let access_key = made.json()["access_key"].as_str().unwrap().to_owned();
    let random = &secret[5..];

    let later = [
        get(&app, &ann, ann.workspace, &access_key).await.text(),
        change(&app, &ann, ann.workspace, &access_key, relabel("desk"))
            .await
            .text(),
        app.raw(app.request("GET", &address, &ann)).await.text(),
    ];
    for text in later {
        assert!(text.contains(&access_key), "{text}");
        assert!(!text.contains("secret") && !text.contains(random), "{text}");
    }

    let kept = app.db(|conn| {
        let hash: String = credentials::table
            .find(&access_key)
            .select(credentials::secret_hash)
            .first(conn)?;
        let sealed: Option<String> = idempotency::table.select(idempotency::sealed_body).first(conn)?;
        Ok((hash, sealed.unwrap()))
    });
    assert_eq!(kept.0.len(), 64);
    assert!(kept.1.starts_with("v1."), "the kept answer is sealed");
    assert!(!kept.0.contains(random) && !kept.1.contains(random));
    let journal = format!("{:?}", app.journal());
    assert!(journal.contains(&access_key) && !journal.contains(random) && !journal.contains(&kept.0));
    for file in std::fs::read_dir(&app.state.config().data_dir).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        let clear = bytes.windows(random.len()).any(|part| part == random.as_bytes());
        assert!(!clear, "a file of the database holds a secret in the clear");
    }
}

#[actix_web::test]
async fn a_repeated_creation_with_one_idempotency_key_shows_the_same_secret_and_makes_one_pair() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let address = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    let send = |label: &str| {
        let request = app
            .request("POST", &address, &ann)
            .insert_header(("idempotency-key", "abc"));
        app.raw(request.set_json(json!({ "label": label })))
    };
    let (first, second) = (send("laptop").await, send("laptop").await);
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(list(&app, &ann, ann.workspace).await.len(), 1);
    let other = send("desk").await;
    assert_eq!((other.status, other.code()), (422, "key_reused"));
    assert_eq!(list(&app, &ann, ann.workspace).await.len(), 1);
}

#[actix_web::test]
async fn attack_18_list_detail_change_rotation_and_revocation_give_the_same_verdict() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    app.member(ann.workspace, &bob, Role::User);
    app.member(ann.workspace, &eve, Role::User);
    let key = created_key(&app, &bob, ann.workspace).await.access_key;
    let rotation = || Rotation { overlap_seconds: 0 };
    let eves_key = app.key(&eve, ann.workspace);
    let eves = [
        testkit::As::from(&eve),
        testkit::As::from(&eves_key),
        app.bearer(&eves_key),
    ];
    for who in &eves {
        assert!(
            list(&app, who, ann.workspace)
                .await
                .iter()
                .all(|one| one.access_key != key)
        );
        let answers = [
            get(&app, who, ann.workspace, &key).await.status,
            change(&app, who, ann.workspace, &key, relabel("mine"))
                .await
                .status,
            app.call::<RotateCredential>(who, at(ann.workspace, &key), (), rotation())
                .await
                .status,
            super::revoke(&app, who, ann.workspace, &key).await.status,
        ];
        assert_eq!(answers, [404; 4]);
    }
    assert_eq!(get(&app, &ann, ann.workspace, &key).await.status, 200);
    let relabelled = change(&app, &ann, ann.workspace, &key, relabel("seen by an Admin")).await;
    assert_eq!(relabelled.reply().user_id, bob.id);
    let rotated = app
        .call::<RotateCredential>(&ann, at(ann.workspace, &key), (), rotation())
        .await;
    assert_eq!(
        (rotated.status, rotated.code()),
        (403, "forbidden"),
        "an Admin gets nobody else's secret"
    );
}

#[actix_web::test]
async fn attack_18_a_key_is_not_reached_through_another_workspace() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let team = app.workspace(&ann, "team");
    let key = created_key(&app, &ann, team).await.access_key;
    assert_eq!(get(&app, &ann, ann.workspace, &key).await.status, 404);
    assert_eq!(
        change(&app, &ann, ann.workspace, &key, relabel("x")).await.status,
        404
    );
    assert_eq!(super::revoke(&app, &ann, ann.workspace, &key).await.status, 404);
    assert_eq!(get(&app, &ann, team, &key).await.reply().label.as_str(), "laptop");
}

#[actix_web::test]
async fn attack_17_the_workspace_is_read_from_the_path_and_nowhere_else() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let address = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    let foreign = bob.workspace.to_string();
    let in_query = app.request("POST", &format!("{address}?workspace_id={foreign}"), &ann);
    assert_eq!(app.raw(in_query.set_json(json!({}))).await.status, 422);
    let in_body = app.request("POST", &address, &ann);
    let refused = app
        .raw(in_body.set_json(json!({ "workspace_id": foreign })))
        .await;
    assert_eq!((refused.status, refused.code()), (422, "invalid"));
    let in_header = app.request("POST", &address, &ann);
    let made = app
        .raw(
            in_header
                .insert_header(("x-workspace-id", foreign.clone()))
                .insert_header(("x-clearml-workspace", foreign))
                .set_json(json!({})),
        )
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(list(&app, &ann, ann.workspace).await.len(), 1);
    assert!(list(&app, &bob, bob.workspace).await.is_empty());
}

#[actix_web::test]
async fn attack_30_fields_that_nobody_may_set_are_refused() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let key = created_key(&app, &bob, ann.workspace).await.access_key;
    let address = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    let extras = [
        ("user_id", json!(ann.id)),
        ("user", json!(ann.id)),
        ("role", json!("admin")),
        ("access_key", json!("CLR")),
        ("secret_key", json!("known")),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("rotated_to", json!(null)),
        ("company", json!(ann.workspace)),
        ("is_admin", json!(true)),
    ];
    for (name, value) in extras {
        for (method, address) in [("POST", address.clone()), ("PATCH", format!("{address}/{key}"))] {
            let request = app
                .request(method, &address, &bob)
                .set_json(json!({ name: value }));
            let refused = app.raw(request).await;
            assert_eq!(
                (refused.status, refused.code()),
                (422, "invalid"),
                "{method} {name}"
            );
        }
    }
    assert_eq!(list(&app, &bob, ann.workspace).await.len(), 1);
}

#[actix_web::test]
async fn what_cannot_be_a_credential_is_refused_and_never_a_fault_of_the_server() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let address = format!("/api/v1/workspaces/{}/credentials", ann.workspace);
    for key in [
        "%00",
        "CLR",
        "x%00y",
        "..",
        "%2e%2e%2fme",
        "%ff",
        "' OR 1=1",
        &"A".repeat(3000),
    ] {
        let text = format!("{address}/{}", key.replace(' ', "%20"));
        for method in ["GET", "DELETE"] {
            let answer = app.raw(app.request(method, &text, &ann)).await;
            assert!(
                (400..500).contains(&answer.status),
                "{method} {key}: {}",
                answer.status
            );
        }
    }
    for body in [
        json!({ "label": "a\u{0}b" }),
        json!({ "label": "x".repeat(121) }),
        json!({ "label": 7 }),
        json!({ "label": ["a"] }),
        json!({ "expires_at": "tomorrow" }),
        json!({ "expires_at": 1_900_000_000 }),
        json!({ "expires_at": "+262000-01-01T00:00:00Z" }),
        json!("label"),
    ] {
        let request = app.request("POST", &address, &ann).set_json(&body);
        let refused = app.raw(request).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{body}");
    }
    let unknown = app
        .raw(app.request("GET", &format!("{address}?everyone=true"), &ann))
        .await;
    assert_eq!(unknown.status, 422);
    let wrong = app
        .raw(app.request("GET", &format!("{address}?everybody=yes"), &ann))
        .await;
    assert_eq!(wrong.status, 422);
    assert!(list(&app, &ann, ann.workspace).await.is_empty());
}

#[actix_web::test]
async fn nobody_sees_or_makes_credentials_without_signing_in() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let nobody = testkit::As::Nobody;
    let listed = app
        .call::<ListCredentials>(&nobody, here(ann.workspace), CredentialFilter::default(), ())
        .await;
    assert_eq!((listed.status, listed.code()), (401, "unauthenticated"));
    assert_eq!(
        create(&app, &nobody, ann.workspace, labelled("")).await.status,
        401
    );
    let nothing = CredentialChange::default();
    assert_eq!(
        change(&app, &nobody, ann.workspace, "CLR", nothing).await.status,
        401
    );
}
