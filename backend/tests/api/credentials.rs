//! App credentials, through HTTP: making, listing, labelling and revoking them.

#[cfg(test)]
mod delegation;
#[cfg(test)]
mod found_keys;
#[cfg(test)]
mod lifetime;
#[cfg(test)]
mod races;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod secrecy;

use secrets::key_pair::{AccessKey, SecretKey};
use serde_json::json;
use shared::{
    account::GetMe,
    credentials::{
        ChangeCredential, CreateCredential, CreatedCredential, Credential, CredentialChange,
        CredentialFilter, GetCredential, ListCredentials, NewCredential, OneCredential, RevokeCredential,
    },
    ids::WorkspaceId,
    permission::Role,
    workspaces::{GetWorkspace, InWorkspace, ListWorkspaces},
};
use testkit::{Answer, As, Key, Person, TestApp};

pub(crate) fn here(workspace_id: WorkspaceId) -> InWorkspace {
    InWorkspace { workspace_id }
}

pub(crate) fn at(workspace_id: WorkspaceId, access_key: &str) -> OneCredential {
    OneCredential {
        workspace_id,
        access_key: access_key.to_owned(),
    }
}

pub(crate) fn labelled(label: &str) -> NewCredential {
    NewCredential {
        label: label.parse().unwrap(),
        expires_at: None,
    }
}

pub(crate) async fn create(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    new: NewCredential,
) -> Answer<CreatedCredential> {
    app.call::<CreateCredential>(who, here(workspace), (), new).await
}

/// Makes a credential of `person` and answers it as a caller.
pub(crate) async fn created_key(app: &TestApp, person: &Person, workspace: WorkspaceId) -> Key {
    let made = create(app, person, workspace, labelled("laptop")).await.reply();
    as_key(&made, person, workspace)
}

pub(crate) fn as_key(made: &CreatedCredential, person: &Person, workspace: WorkspaceId) -> Key {
    Key {
        access_key: made.access_key.clone(),
        secret_key: made.secret_key.expose().to_owned(),
        user: person.id,
        workspace,
    }
}

pub(crate) async fn list(app: &TestApp, who: impl Into<As>, workspace: WorkspaceId) -> Vec<Credential> {
    let filter = CredentialFilter { everybody: false };
    app.call::<ListCredentials>(who, here(workspace), filter, ())
        .await
        .reply()
        .items
}

pub(crate) async fn get(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    key: &str,
) -> Answer<Credential> {
    app.call::<GetCredential>(who, at(workspace, key), (), ()).await
}

pub(crate) async fn change(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    key: &str,
    wanted: CredentialChange,
) -> Answer<Credential> {
    app.call::<ChangeCredential>(who, at(workspace, key), (), wanted)
        .await
}

pub(crate) async fn revoke(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    key: &str,
) -> Answer<()> {
    app.call::<RevokeCredential>(who, at(workspace, key), (), ())
        .await
}

/// The status that a caller gets for their own account: 200, or 401 when the proof counts no more.
pub(crate) async fn signs_in(app: &TestApp, who: impl Into<As>) -> u16 {
    app.call::<GetMe>(who, (), (), ()).await.status
}

fn relabel(label: &str) -> CredentialChange {
    CredentialChange {
        label: Some(label.parse().unwrap()),
        expires_at: None,
    }
}

#[actix_web::test]
async fn r037_r038_a_new_credential_is_a_pair_with_the_three_addresses() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let made = create(&app, &ann, ann.workspace, labelled("laptop")).await;
    let expected = json!({
        "status": 201,
        "body": {
            "access_key": "[access key 1]",
            "secret_key": "[secret key]",
            "label": "laptop",
            "created_at": "[start]",
            "expires_at": null,
            "addresses": {
                "web_server": "https://clearance.test",
                "api_server": "https://clearance.test/api",
                "files_server": "https://clearance.test/files",
            },
        },
    });
    assert_eq!(made.seen(), expected);
    let address = made.header("location").unwrap().to_owned();
    let shown = app.raw(app.request("GET", &address, &ann)).await;
    assert_eq!(
        (shown.status, shown.json()["access_key"].clone()),
        (200, made.json()["access_key"].clone())
    );
}

#[actix_web::test]
async fn r037_the_new_pair_and_a_token_of_it_log_in_as_its_owner() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    for who in [As::from(&key), app.bearer(&key)] {
        let me = app.call::<GetMe>(who, (), (), ()).await.reply();
        assert_eq!(me.id, ann.id);
    }
    let wrong = Key {
        secret_key: created_key(&app, &ann, ann.workspace).await.secret_key,
        ..key
    };
    assert_eq!(signs_in(&app, &wrong).await, 401);
}

#[actix_web::test]
async fn n09_both_halves_have_a_prefix_and_a_checksum_and_are_found_in_a_text() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let made = create(&app, &ann, ann.workspace, labelled("")).await;
    let key = as_key(&made.reply(), &ann, ann.workspace);
    assert!(key.access_key.starts_with("CLR") && AccessKey::parse(&key.access_key).is_ok());
    assert!(key.secret_key.starts_with("clrs_") && SecretKey::parse(&key.secret_key).is_ok());
    assert_eq!(secrets::scan::scan(&made.body).len(), 2);
}

#[actix_web::test]
async fn r042_credentials_are_made_for_any_of_ones_workspaces_without_switching() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let team = app.workspace(&bob, "team");
    app.member(team, &ann, Role::User);
    for workspace in [ann.workspace, team] {
        let key = created_key(&app, &ann, workspace).await;
        let seen = app.call::<GetWorkspace>(&key, here(workspace), (), ()).await;
        assert_eq!(seen.reply().id, workspace);
    }
    let refused = create(&app, &ann, bob.workspace, labelled("")).await;
    assert_eq!((refused.status, refused.code()), (404, "not_found"));
}

#[actix_web::test]
async fn r044_a_pair_works_in_its_own_workspace_only() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let team = app.workspace(&ann, "team");
    let key = created_key(&app, &ann, team).await;
    for who in [As::from(&key), app.bearer(&key)] {
        let elsewhere = app.call::<GetWorkspace>(&who, here(ann.workspace), (), ()).await;
        assert_eq!((elsewhere.status, elsewhere.code()), (404, "not_found"));
        assert_eq!(create(&app, &who, ann.workspace, labelled("")).await.status, 404);
        let visible = app.call::<ListWorkspaces>(&who, (), (), ()).await.reply().items;
        assert_eq!(visible.iter().map(|one| one.id).collect::<Vec<_>>(), [team]);
    }
    assert!(list(&app, &ann, ann.workspace).await.is_empty());
}

#[actix_web::test]
async fn r046_one_has_many_pairs_in_a_workspace_the_newest_first() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for label in ["first", "second", "third"] {
        create(&app, &ann, ann.workspace, labelled(label)).await.reply();
        app.clock.advance(chrono::TimeDelta::seconds(1));
    }
    let all = list(&app, &ann, ann.workspace).await;
    let labels: Vec<_> = all.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["third", "second", "first"]);
}

#[actix_web::test]
async fn p01_a_label_is_changed_and_the_journal_has_both() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    let changed = change(&app, &ann, ann.workspace, &key.access_key, relabel("desk")).await;
    assert_eq!(changed.reply().label.as_str(), "desk");
    let shown = get(&app, &ann, ann.workspace, &key.access_key).await;
    assert_eq!(shown.json(), changed.json());
    let entry = app.journal().pop().unwrap();
    assert_eq!(
        (entry.action.as_str(), entry.subject_id.as_str()),
        ("credential.change", key.access_key.as_str())
    );
    assert_eq!(entry.actor_id, Some(ann.id.to_string()));
    assert!(entry.before.unwrap().contains("laptop") && entry.after.unwrap().contains("desk"));
    let entries = app.journal().len();
    change(&app, &ann, ann.workspace, &key.access_key, relabel("desk"))
        .await
        .reply();
    assert_eq!(app.journal().len(), entries, "what was so already is no change");
}

#[actix_web::test]
async fn a_change_of_what_somebody_changed_meanwhile_is_refused() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    let shown = get(&app, &ann, ann.workspace, &key.access_key).await;
    let etag = shown.header("etag").unwrap().to_owned();
    let address = format!(
        "/api/v1/workspaces/{}/credentials/{}",
        ann.workspace, key.access_key
    );
    let patch = |label: &str| {
        app.request("PATCH", &address, &ann)
            .insert_header(("if-match", etag.clone()))
            .set_json(json!({ "label": label }))
    };
    assert_eq!(app.raw(patch("first")).await.status, 200);
    let late = app.raw(patch("second")).await;
    assert_eq!((late.status, late.code()), (412, "changed_meanwhile"));
    let now = get(&app, &ann, ann.workspace, &key.access_key).await.reply();
    assert_eq!(now.label.as_str(), "first");
}

#[actix_web::test]
async fn p01_a_key_shows_when_it_was_last_used_and_from_where() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = created_key(&app, &ann, ann.workspace).await;
    let never = get(&app, &ann, ann.workspace, &key.access_key).await.reply();
    assert_eq!((never.last_used_at, never.last_used_from), (None, None));
    app.clock.advance(chrono::TimeDelta::minutes(5));
    app.calls_from("203.0.113.7");
    assert_eq!(signs_in(&app, &key).await, 200);
    app.state.write_meters().unwrap();
    let used = get(&app, &ann, ann.workspace, &key.access_key).await.reply();
    assert_eq!(used.last_used_at, Some(app.clock.now().and_utc()));
    assert_eq!(used.last_used_from.as_deref(), Some("203.0.113.7"));
    let by_worker = app
        .request("GET", "/api/v1/me", &key)
        .insert_header(("x-clearml-worker", "gpu-box:0"));
    assert_eq!(app.raw(by_worker).await.status, 200);
    app.state.write_meters().unwrap();
    let used = get(&app, &ann, ann.workspace, &key.access_key).await.reply();
    assert_eq!(used.last_used_from.as_deref(), Some("gpu-box:0"));
}

#[actix_web::test]
async fn n08_a_revoked_key_and_its_live_token_fail_on_the_next_call() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (key, other) = (
        created_key(&app, &ann, ann.workspace).await,
        created_key(&app, &ann, ann.workspace).await,
    );
    let token = app.bearer(&key);
    assert_eq!(
        (signs_in(&app, &key).await, signs_in(&app, &token).await),
        (200, 200)
    );
    let revoked = revoke(&app, &ann, ann.workspace, &key.access_key).await;
    assert_eq!(revoked.status, 204);
    assert_eq!(
        (signs_in(&app, &key).await, signs_in(&app, &token).await),
        (401, 401)
    );
    assert_eq!(signs_in(&app, &other).await, 200);
    let shown: Vec<_> = list(&app, &ann, ann.workspace).await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].access_key, other.access_key);
    for again in [
        revoke(&app, &ann, ann.workspace, &key.access_key).await.status,
        get(&app, &ann, ann.workspace, &key.access_key).await.status,
        change(&app, &ann, ann.workspace, &key.access_key, relabel("x"))
            .await
            .status,
    ] {
        assert_eq!(again, 404);
    }
    let entry = app.journal().pop().unwrap();
    assert_eq!(entry.action, "credential.revoke");
}

#[actix_web::test]
async fn ruling_7_a_credential_is_revoked_by_its_owner_and_by_admins_and_by_nobody_else() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    app.member(ann.workspace, &bob, Role::User);
    app.member(ann.workspace, &eve, Role::User);
    let stranger = app.person("stranger");
    let key = created_key(&app, &bob, ann.workspace).await;
    for who in [&eve, &stranger] {
        let refused = revoke(&app, who, ann.workspace, &key.access_key).await;
        assert_eq!((refused.status, refused.code()), (404, "not_found"));
    }
    assert_eq!(signs_in(&app, &key).await, 200);
    assert_eq!(
        revoke(&app, &ann, ann.workspace, &key.access_key).await.status,
        204
    );
    assert_eq!(signs_in(&app, &key).await, 401);
    let own = created_key(&app, &bob, ann.workspace).await;
    assert_eq!(
        revoke(&app, &bob, ann.workspace, &own.access_key).await.status,
        204
    );
    let by_itself = created_key(&app, &bob, ann.workspace).await;
    assert_eq!(
        revoke(&app, &by_itself, ann.workspace, &by_itself.access_key)
            .await
            .status,
        204
    );
    assert_eq!(signs_in(&app, &by_itself).await, 401);
}

#[actix_web::test]
async fn everybodys_credentials_are_listed_for_admins_only() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let of_ann = created_key(&app, &ann, ann.workspace).await;
    let of_bob = created_key(&app, &bob, ann.workspace).await;
    let everybody = CredentialFilter { everybody: true };
    let all = app
        .call::<ListCredentials>(&ann, here(ann.workspace), everybody.clone(), ())
        .await
        .reply();
    let mut owners: Vec<_> = all
        .items
        .iter()
        .map(|one| (one.user_name.as_str(), one.access_key.as_str()))
        .collect();
    owners.sort_unstable();
    assert_eq!(
        owners,
        [
            ("ann", of_ann.access_key.as_str()),
            ("bob", of_bob.access_key.as_str())
        ]
    );
    assert_eq!(all.total, 2);
    let refused = app
        .call::<ListCredentials>(&bob, here(ann.workspace), everybody, ())
        .await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    let own = list(&app, &bob, ann.workspace).await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].access_key, of_bob.access_key);
}

#[actix_web::test]
async fn a_member_who_is_removed_takes_their_keys_with_them() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let key = created_key(&app, &bob, ann.workspace).await;
    assert_eq!(signs_in(&app, &key).await, 200);
    app.remove_member(ann.workspace, &bob);
    assert_eq!(signs_in(&app, &key).await, 401);
    assert_eq!(create(&app, &bob, ann.workspace, labelled("")).await.status, 404);
}
