//! N09: whoever finds a pair can end it, and learns nothing by trying.

use shared::{
    credentials::{FoundKey, ReportFoundKey},
    text::SecretText,
};
use testkit::{Answer, As, TestApp};

use super::{created_key, list, revoke, signs_in};

async fn report(app: &TestApp, access_key: &str, secret_key: &str) -> Answer<()> {
    let found = FoundKey {
        access_key: access_key.to_owned(),
        secret_key: SecretText::new(secret_key.to_owned()),
    };
    app.call::<ReportFoundKey>(As::Nobody, (), (), found).await
}

#[actix_web::test]
async fn n09_a_found_pair_is_revoked_for_anybody_who_shows_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    let token = app.bearer(&key);
    assert_eq!(
        (signs_in(&app, &key).await, signs_in(&app, &token).await),
        (200, 200)
    );
    app.calls_from("203.0.113.7");
    assert_eq!(report(&app, &key.access_key, &key.secret_key).await.status, 204);
    assert_eq!(
        (signs_in(&app, &key).await, signs_in(&app, &token).await),
        (401, 401)
    );
    assert!(list(&app, &ann, ann.workspace).await.is_empty());
    let entry = app.journal().pop().unwrap();
    assert_eq!(
        (
            entry.action.as_str(),
            entry.subject_id.as_str(),
            entry.chain.as_str()
        ),
        (
            "credential.found",
            key.access_key.as_str(),
            ann.workspace.to_string().as_str()
        )
    );
    assert_eq!(
        (entry.actor_kind.as_str(), entry.actor_id, entry.address.as_str()),
        ("anonymous", None, "203.0.113.7")
    );
}

#[actix_web::test]
async fn n09_whether_a_pair_was_a_real_one_is_not_answered() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (key, other) = (
        created_key(&app, &ann, ann.workspace).await,
        created_key(&app, &ann, ann.workspace).await,
    );
    let gone = created_key(&app, &ann, ann.workspace).await;
    revoke(&app, &ann, ann.workspace, &gone.access_key).await.reply();
    let unknown = secrets::key_pair::KeyPair::generate();
    let entries = app.journal().len();
    for (access_key, secret_key) in [
        (key.access_key.as_str(), other.secret_key.as_str()),
        (unknown.access_key.as_str(), unknown.secret_key.expose()),
        (gone.access_key.as_str(), gone.secret_key.as_str()),
        ("", ""),
        ("CLR\0", "\0"),
        ("' OR 1=1 --", "%"),
    ] {
        let answer = report(&app, access_key, secret_key).await;
        assert_eq!((answer.status, answer.text().as_str()), (204, ""));
    }
    assert_eq!(app.journal().len(), entries);
    assert_eq!(
        (signs_in(&app, &key).await, signs_in(&app, &other).await),
        (200, 200)
    );
}

#[actix_web::test]
async fn n09_reports_are_held_off_by_address_whether_right_or_wrong() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    app.calls_from("203.0.113.7");
    let mut refused = None;
    for _ in 0..40 {
        let answer = report(&app, "CLR", "clrs_").await;
        if answer.status != 204 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a limit");
    assert_eq!((refused.status, refused.code()), (429, "too_many_attempts"));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(report(&app, &key.access_key, &key.secret_key).await.status, 429);
    assert_eq!(signs_in(&app, &key).await, 200);
    app.calls_from("203.0.113.8");
    assert_eq!(report(&app, &key.access_key, &key.secret_key).await.status, 204);
    assert_eq!(signs_in(&app, &key).await, 401);
}
