//! Workspaces, through HTTP: what one sees of them, their names and limits.

#[cfg(test)]
mod ownership;
#[cfg(test)]
mod several;

use serde_json::{Value, json};
use shared::{
    ids::WorkspaceId,
    permission::Role,
    server::GetServer,
    workspaces::{ChangeWorkspace, GetWorkspace, InWorkspace, ListWorkspaces, Workspace, WorkspaceChange},
};
use testkit::{Answer, As, Person, TestApp};

pub(crate) fn here(workspace_id: WorkspaceId) -> InWorkspace {
    InWorkspace { workspace_id }
}

fn renamed(name: &str) -> WorkspaceChange {
    WorkspaceChange {
        name: Some(name.parse().unwrap()),
        max_credential_days: None,
    }
}

pub(crate) async fn get(app: &TestApp, who: impl Into<As>, workspace: WorkspaceId) -> Answer<Workspace> {
    app.call::<GetWorkspace>(who, here(workspace), (), ()).await
}

async fn change(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    wanted: WorkspaceChange,
) -> Answer<Workspace> {
    app.call::<ChangeWorkspace>(who, here(workspace), (), wanted)
        .await
}

async fn patch(app: &TestApp, who: &Person, body: Value) -> Answer<Value> {
    let address = format!("/api/v1/workspaces/{}", who.workspace);
    app.raw(app.request("PATCH", &address, who).set_json(body)).await
}

#[actix_web::test]
async fn r036_one_has_a_personal_workspace_which_comes_first() {
    let app = TestApp::start().await;
    let (zoe, ann) = (app.person("zoe"), app.person("ann"));
    let first = app.workspace(&zoe, "alpha");
    app.workspace(&zoe, "Beta");
    app.member(ann.workspace, &zoe, Role::User);
    app.member(first, &ann, Role::User);
    let page = app.call::<ListWorkspaces>(&zoe, (), (), ()).await.reply();
    let seen: Vec<_> = page
        .items
        .iter()
        .map(|one| (one.name.as_str(), one.personal, one.role, one.members))
        .collect();
    assert_eq!(
        seen,
        [
            ("zoe's workspace", true, Role::Admin, 1),
            ("alpha", false, Role::Admin, 2),
            ("ann's workspace", false, Role::User, 2),
            ("Beta", false, Role::Admin, 1),
        ]
    );
    assert_eq!((page.total, page.next_cursor), (4, None));
    for one in page.items {
        assert_eq!(get(&app, &zoe, one.id).await.reply(), one);
    }
}

#[actix_web::test]
async fn a_key_and_its_token_see_their_own_workspace_only() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let team = app.workspace(&ann, "team");
    let key = app.key(&ann, team);
    for who in [As::from(&key), app.bearer(&key)] {
        let page = app.call::<ListWorkspaces>(&who, (), (), ()).await.reply();
        assert_eq!((page.items.len(), page.items[0].id, page.total), (1, team, 1));
        assert_eq!(get(&app, &who, team).await.status, 200);
        let other = get(&app, &who, ann.workspace).await;
        assert_eq!((other.status, other.code()), (404, "not_found"));
    }
}

#[actix_web::test]
async fn r034_the_owner_and_admins_rename_a_workspace_and_the_journal_has_both_names() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::Admin);
    let expected = json!({
        "status": 200,
        "body": {
            "id": "[id 1]", "name": "Research", "personal": true, "owner_id": "[id 2]", "role": "admin",
            "members": 2, "max_members": null, "max_credential_days": null, "created_at": "[start]", "keys_needing_attention": 0,
        },
    });
    let answer = change(&app, &ann, ann.workspace, renamed("Research")).await;
    assert_eq!(answer.seen(), expected);
    assert_eq!(get(&app, &ann, ann.workspace).await.json(), answer.json());
    let by_admin = change(&app, &bob, ann.workspace, renamed("Lab")).await.reply();
    assert_eq!((by_admin.name.as_str(), by_admin.personal), ("Lab", false));
    let entry = app.journal().pop().unwrap();
    assert_eq!(
        (entry.action.as_str(), entry.subject_id, entry.chain),
        (
            "workspace.change",
            ann.workspace.to_string(),
            ann.workspace.to_string()
        )
    );
    assert_eq!(entry.actor_id, Some(bob.id.to_string()));
    assert_eq!(
        entry.before.as_deref(),
        Some(r#"{"name":"Research","max_credential_days":null}"#)
    );
    assert_eq!(
        entry.after.as_deref(),
        Some(r#"{"name":"Lab","max_credential_days":null}"#)
    );
}

#[actix_web::test]
async fn r034_members_without_the_role_and_strangers_rename_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    app.member(ann.workspace, &bob, Role::User);
    for (who, status, code) in [
        (As::from(&bob), 403, "forbidden"),
        (As::from(&eve), 404, "not_found"),
        (As::Nobody, 401, "unauthenticated"),
    ] {
        let refused = change(&app, &who, ann.workspace, renamed("Mine")).await;
        assert_eq!((refused.status, refused.code()), (status, code));
    }
    let unknown = WorkspaceId(app.clock.new_id());
    let refused = change(&app, &ann, unknown, renamed("Mine")).await;
    assert_eq!((refused.status, refused.code()), (404, "not_found"));
    let now = get(&app, &ann, ann.workspace).await.reply();
    assert_eq!(now.name.as_str(), "ann's workspace");
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn p01_an_admin_sets_the_longest_life_of_keys_and_null_takes_it_away() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for days in [1, 3650] {
        let set = patch(&app, &ann, json!({ "max_credential_days": days })).await;
        assert_eq!(
            (set.status, set.json()["max_credential_days"].clone()),
            (200, json!(days))
        );
    }
    let named = patch(&app, &ann, json!({ "name": "Lab" })).await;
    assert_eq!(
        named.json()["max_credential_days"],
        json!(3650),
        "what is not sent stays"
    );
    for bad in [
        json!(0),
        json!(3651),
        json!(-1),
        json!(1.5),
        json!("7"),
        json!(u64::MAX),
    ] {
        let refused = patch(&app, &ann, json!({ "max_credential_days": bad })).await;
        let problem = refused.problem();
        assert_eq!(
            (refused.status, problem.errors[0].pointer.as_str()),
            (422, "/max_credential_days"),
            "{bad}"
        );
    }
    let without = patch(&app, &ann, json!({ "max_credential_days": null })).await;
    assert_eq!(
        (without.status, without.json()["max_credential_days"].clone()),
        (200, Value::Null)
    );
}

#[actix_web::test]
async fn a_change_of_what_somebody_changed_meanwhile_is_refused() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let etag = get(&app, &ann, ann.workspace)
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let address = format!("/api/v1/workspaces/{}", ann.workspace);
    let who = As::from(&ann);
    let statuses = app.race(16, async move |app, number| {
        let request = app
            .request("PATCH", &address, &who)
            .insert_header(("if-match", etag.clone()))
            .set_json(json!({ "name": format!("name {number}") }));
        app.raw(request).await.status
    });
    let made = statuses.iter().filter(|status| **status == 200).count();
    let refused = statuses.iter().filter(|status| **status == 412).count();
    assert_eq!((made, refused), (1, 15), "{statuses:?}");
    assert_eq!(app.journal().len(), 1);
}

#[actix_web::test]
async fn what_is_so_already_is_no_change() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let before = get(&app, &ann, ann.workspace).await;
    for body in [
        json!({}),
        json!({ "name": "ann's workspace" }),
        json!({ "max_credential_days": null }),
    ] {
        let answer = patch(&app, &ann, body).await;
        assert_eq!((answer.status, answer.json()), (200, before.json()));
    }
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn attack_30_fields_that_nobody_may_set_are_refused() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let before = get(&app, &ann, ann.workspace).await.json();
    for (name, value) in [
        ("id", json!(bob.workspace)),
        ("owner_id", json!(bob.id)),
        ("personal", json!(false)),
        ("personal_of", json!(bob.id)),
        ("role", json!("user")),
        ("members", json!(100)),
        ("company", json!(bob.workspace)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
    ] {
        let refused = patch(&app, &ann, json!({ name: value })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{name}");
    }
    for name in ["", "  ", "a\nb", "a\u{202e}b", &"x".repeat(121)] {
        let refused = patch(&app, &ann, json!({ "name": name })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{name:?}");
    }
    assert_eq!(get(&app, &ann, ann.workspace).await.json(), before);
}

#[actix_web::test]
async fn attack_17_another_workspace_in_query_or_header_changes_nothing() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (own, foreign) = (
        format!("/api/v1/workspaces/{}", ann.workspace),
        bob.workspace.to_string(),
    );
    let with_header = app
        .request("GET", &own, &ann)
        .insert_header(("x-workspace-id", foreign.clone()))
        .insert_header(("x-clearml-company", foreign.clone()));
    assert_eq!(app.raw(with_header).await.json()["id"], json!(ann.workspace));
    let with_query = app.request("GET", &format!("{own}?workspace_id={foreign}"), &ann);
    assert_eq!(app.raw(with_query).await.status, 422);
    let foreign_path = app
        .request("GET", &format!("/api/v1/workspaces/{foreign}"), &ann)
        .insert_header(("x-workspace-id", ann.workspace.to_string()));
    assert_eq!(app.raw(foreign_path).await.status, 404);
}

#[actix_web::test]
async fn anybody_may_know_the_servers_versions_and_addresses_and_whether_it_is_set_up() {
    let app = TestApp::start().await;
    let new = app.call::<GetServer>(As::Nobody, (), (), ()).await.reply();
    assert!(new.needs_setup && !new.sends_mail);
    assert_eq!(new.server_version, env!("CARGO_PKG_VERSION"));
    assert_eq!(new.api_version, "2.31");
    let addresses = [
        new.addresses.web_server,
        new.addresses.api_server,
        new.addresses.files_server,
    ];
    assert_eq!(
        addresses,
        [
            "https://clearance.test",
            "https://clearance.test/api",
            "https://clearance.test/files"
        ]
    );
    app.set_up();
    let ready = app.call::<GetServer>(As::Nobody, (), (), ()).await.reply();
    assert!(!ready.needs_setup);
}
