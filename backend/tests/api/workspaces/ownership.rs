//! Whose a workspace is: handing it over, and deleting it.

use db::schema::{audit_entries, call_counts, credentials, invitations, members, workspaces};
use diesel::prelude::*;
use shared::{
    ids::{UserId, WorkspaceId},
    permission::Role,
    workspaces::{DeleteWorkspace, ListWorkspaces, NewOwner, TransferOwnership, Workspace},
};
use testkit::{Answer, As, TestApp};

use super::{get, here};

async fn transfer(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    user_id: UserId,
) -> Answer<Workspace> {
    let body = NewOwner { user_id };
    app.call::<TransferOwnership>(who, here(workspace), (), body)
        .await
}

async fn delete(app: &TestApp, who: impl Into<As>, workspace: WorkspaceId) -> Answer<()> {
    app.call::<DeleteWorkspace>(who, here(workspace), (), ()).await
}

#[actix_web::test]
async fn the_owner_hands_a_workspace_over_to_a_member_who_administers_it_from_the_next_call_on() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let team = app.workspace(&ann, "team");
    app.member(team, &bob, Role::User);
    assert_eq!(delete(&app, &bob, team).await.code(), "forbidden");
    let now = transfer(&app, &ann, team, bob.id).await.reply();
    assert_eq!(
        (now.owner_id, now.role),
        (bob.id, Role::Admin),
        "Ann stays an administrator"
    );
    let theirs = get(&app, &bob, team).await.reply();
    assert_eq!((theirs.owner_id, theirs.role), (bob.id, Role::Admin));
    let entry = app.journal().pop().unwrap();
    assert_eq!(
        (entry.chain, entry.action.as_str()),
        (team.to_string(), "workspace.transfer")
    );
    assert_eq!(entry.before, Some(format!(r#"{{"owner_id":"{}"}}"#, ann.id)));
    assert_eq!(entry.after, Some(format!(r#"{{"owner_id":"{}"}}"#, bob.id)));
    // What only an owner may do is Bob's now.
    assert_eq!(transfer(&app, &ann, team, ann.id).await.code(), "forbidden");
    let same = transfer(&app, &bob, team, bob.id).await;
    assert_eq!(
        (same.status, app.journal().len()),
        (200, 1),
        "they own it already"
    );
    assert_eq!(transfer(&app, &bob, team, ann.id).await.reply().owner_id, ann.id);
}

#[actix_web::test]
async fn r036_a_personal_workspace_is_neither_handed_over_nor_deleted() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    assert_eq!(
        delete(&app, &ann, ann.workspace).await.code(),
        "personal_workspace"
    );
    app.member(ann.workspace, &bob, Role::Admin);
    for user in [ann.id, bob.id] {
        let refused = transfer(&app, &ann, ann.workspace, user).await;
        assert_eq!((refused.status, refused.code()), (409, "personal_workspace"));
        let refused = transfer(&app, &bob, ann.workspace, user).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    }
    assert_eq!(
        delete(&app, &ann, ann.workspace).await.code(),
        "personal_workspace"
    );
    assert_eq!(delete(&app, &bob, ann.workspace).await.code(), "forbidden");
    assert!(app.journal().is_empty());
}

#[actix_web::test]
async fn an_empty_workspace_is_deleted_with_its_keys_and_invitations_and_its_records_stay() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let team = app.workspace(&ann, "team");
    app.member(team, &bob, Role::User);
    let (key, bobs) = (app.key(&ann, team), app.key(&bob, team));
    let token = app.bearer(&key);
    assert_eq!(get(&app, &token, team).await.status, 200);
    let invitations_of = format!("/api/v1/workspaces/{team}/invitations");
    let body = serde_json::json!({ "email": "new@example.com", "role": "user" });
    let invited = app
        .raw(app.request("POST", &invitations_of, &ann).set_json(body))
        .await;
    assert_eq!(invited.status, 201);
    app.state.write_meters().unwrap();

    let refused = delete(&app, &ann, team).await;
    assert_eq!((refused.status, refused.code()), (409, "workspace_not_empty"));
    assert_eq!(get(&app, &bobs, team).await.status, 200);
    app.remove_member(team, &bob);
    let deleted = delete(&app, &ann, team).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    for (who, status) in [
        (As::from(&ann), 404),
        (As::from(&key), 401),
        (token, 401),
        (As::from(&bobs), 401),
    ] {
        assert_eq!(get(&app, &who, team).await.status, status, "{who:?}");
    }
    let list = app.call::<ListWorkspaces>(&ann, (), (), ()).await.reply();
    assert_eq!(list.items.len(), 1);
    let again = delete(&app, &ann, team).await;
    assert_eq!((again.status, again.code()), (404, "not_found"));

    let id = db::columns::WorkspaceId(team);
    let left: [i64; 4] = app.db(|conn| {
        Ok([
            workspaces::table.find(id).count().get_result(conn)?,
            members::table
                .filter(members::workspace_id.eq(id))
                .count()
                .get_result(conn)?,
            credentials::table
                .filter(credentials::workspace_id.eq(id))
                .count()
                .get_result(conn)?,
            invitations::table
                .filter(invitations::workspace_id.eq(id))
                .count()
                .get_result(conn)?,
        ])
    });
    assert_eq!(left, [0; 4]);
    let chain = team.to_string();
    let actions: Vec<String> = app.db(|conn| {
        audit_entries::table
            .filter(audit_entries::chain.eq(&chain))
            .order(audit_entries::seq)
            .select(audit_entries::action)
            .load(conn)
    });
    assert_eq!(actions, ["invitation.create", "workspace.delete"]);
    let calls: i64 = app.db(|conn| {
        call_counts::table
            .filter(call_counts::workspace_id.eq(&chain))
            .count()
            .get_result(conn)
    });
    assert!(calls > 0, "what was called stays counted");
}

#[actix_web::test]
async fn a_workspace_is_not_handed_over_to_somebody_who_cannot_sign_in() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let team = app.workspace(&ann, "team");
    app.member(team, &bob, Role::User);
    app.disable(&bob);
    let refused = transfer(&app, &ann, team, bob.id).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.problem().errors[0].pointer, "/user_id");
    assert_eq!(get(&app, &ann, team).await.reply().owner_id, ann.id);
}

#[actix_web::test]
async fn that_a_workspace_was_deleted_stands_where_operators_read_it_too() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let team = app.workspace(&ann, "team");
    assert_eq!(delete(&app, &ann, team).await.status, 204);
    let entries: Vec<_> = app
        .journal()
        .into_iter()
        .filter(|entry| entry.action == "workspace.delete" && entry.subject_id == team.to_string())
        .collect();
    let mut chains: Vec<&str> = entries.iter().map(|entry| entry.chain.as_str()).collect();
    let id = team.to_string();
    let mut expected = ["server", id.as_str()];
    chains.sort_unstable();
    expected.sort_unstable();
    assert_eq!(chains, expected);
    assert!(entries.iter().all(|entry| entry.before == entries[0].before));
}
