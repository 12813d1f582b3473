//! Deleting an account: what ends, who takes over, and that the preview foretells it.

use chrono::TimeDelta;
use db::{
    columns,
    schema::{credentials, members, notifications, users, workspaces},
};
use diesel::prelude::*;
use shared::{
    ids::{UserId, WorkspaceId},
    permission::Role,
    server_users::{
        CreatePasswordLink, ListServerUsers, PreviewUserDeletion, ServerUsersQuery, UserDeletionPreview,
        UserState,
    },
    workspaces::{GetWorkspace, InWorkspace},
};
use testkit::{As, PASSWORD, Person, TestApp};

use super::{actions, asking, change, delete, disabling, me, one, operating, operator, seen};

async fn preview(app: &TestApp, admin: &Person, user: UserId) -> UserDeletionPreview {
    app.call::<PreviewUserDeletion>(admin, one(user), (), ())
        .await
        .reply()
}

fn pseudonym(user: UserId) -> String {
    format!("Deleted user {}", &user.to_string()[24..])
}

/// Owner, name and number of members of a workspace that is there.
fn workspace(app: &TestApp, id: WorkspaceId) -> Option<(UserId, String, i64)> {
    let row: Option<(columns::UserId, String, i64)> = app.db(|conn| {
        workspaces::table
            .find(columns::WorkspaceId(id))
            .select((workspaces::owner_id, workspaces::name, workspaces::member_count))
            .first(conn)
            .optional()
    });
    row.map(|(owner, name, count)| (owner.into(), name, count))
}

fn role(app: &TestApp, workspace: WorkspaceId, person: &Person) -> Option<Role> {
    let ids = (columns::WorkspaceId(workspace), columns::UserId(person.id));
    app.db(|conn| {
        members::table
            .find(ids)
            .select(members::role)
            .first::<columns::Role>(conn)
            .optional()
    })
    .map(Role::from)
}

#[actix_web::test]
async fn n08_a_deleted_account_is_nobody_from_the_next_call_on_and_stays_as_a_pseudonym() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.password_person("ann"));
    app.member(admin.workspace, &ann, Role::User);
    let (own, other) = (app.key(&ann, ann.workspace), app.key(&ann, admin.workspace));
    let token = app.bearer(&other);
    let all = [As::from(&ann), As::from(&own), As::from(&other), token];
    for who in &all {
        assert_eq!(me(&app, who).await, 200);
    }
    let foretold = preview(&app, &admin, ann.id).await;
    assert_eq!(foretold.pseudonym.as_str(), pseudonym(ann.id));
    assert_eq!((foretold.keys, foretold.sessions, foretold.workspaces), (2, 1, 2));
    assert_eq!((foretold.handed_over, foretold.refused), (vec![], None));

    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    for who in &all {
        assert_eq!(me(&app, who).await, 401, "{who:?}");
    }
    let gone = seen(&app, &admin, ann.id).await;
    assert_eq!(
        (gone.name.as_str(), gone.state, gone.is_operator),
        (pseudonym(ann.id).as_str(), UserState::Deleted, false)
    );
    assert_eq!(gone.email.as_str(), format!("deleted-{}@deleted.invalid", ann.id));
    assert_eq!((gone.workspaces, gone.keys, gone.sessions), (0, 0, 0));
    let hash: Option<String> = app.db(|conn| {
        users::table
            .find(columns::UserId(ann.id))
            .select(users::password_hash)
            .first(conn)
    });
    assert_eq!(hash, None);
    for address in [gone.email.as_str(), &ann.email] {
        let body = serde_json::json!({ "email": address, "password": PASSWORD });
        let request = app.request("POST", "/api/v1/session", As::Nobody).set_json(body);
        assert_eq!(app.raw(request).await.status, 401, "{address}");
    }
    let revoked: Vec<(Option<columns::UserId>, bool)> = app.db(|conn| {
        credentials::table
            .filter(credentials::user_id.eq(columns::UserId(ann.id)))
            .select((credentials::revoked_by, credentials::revoked_at.is_not_null()))
            .load(conn)
    });
    assert_eq!(revoked, [(Some(columns::UserId(admin.id)), true); 2]);
    let (owner, name, count) = workspace(&app, ann.workspace).unwrap();
    assert_eq!(owner, ann.id);
    assert_eq!((name, count), (format!("{}'s workspace", pseudonym(ann.id)), 0));
    assert!(actions(&app, "server").contains(&"account.delete".to_owned()));
    for touched in [admin.workspace, ann.workspace] {
        let journal = actions(&app, &touched.to_string());
        assert!(journal.contains(&"member.remove".to_owned()), "{journal:?}");
    }
}

#[actix_web::test]
async fn a_deleted_account_is_listed_when_asked_for_and_cannot_be_changed() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    let listed = app
        .call::<ListServerUsers>(&admin, (), ServerUsersQuery::default(), ())
        .await
        .reply();
    assert!(listed.items.iter().all(|one| one.id != ann.id));
    let before = app.journal().len();
    for wanted in [disabling(false), asking(true), operating(true)] {
        let refused = change(&app, &admin, ann.id, wanted).await;
        assert_eq!((refused.status, refused.code()), (404, "not_found"));
    }
    assert_eq!(delete(&app, &admin, ann.id).await.status, 404);
    let link = app.call::<CreatePasswordLink>(&admin, one(ann.id), (), ()).await;
    assert_eq!(link.status, 404);
    let looked = app.call::<PreviewUserDeletion>(&admin, one(ann.id), (), ()).await;
    assert_eq!(looked.status, 404);
    let address: shared::text::Email = format!("deleted-{}@deleted.invalid", ann.id).parse().unwrap();
    let by_command = backend::commands::user::reset_password(&app.state, &address).unwrap_err();
    assert_eq!(by_command.code().as_str(), "not_found");
    let by_command = backend::commands::user::set_disabled(&app.state, &address, false).unwrap_err();
    assert_eq!(by_command.code().as_str(), "not_found");
    assert_eq!(app.journal().len(), before);
}

#[actix_web::test]
async fn the_freed_address_makes_a_new_account_that_has_nothing_of_the_old_one() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    app.member(admin.workspace, &ann, Role::User);
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    let again = app.person("ann");
    assert_eq!(again.email, ann.email);
    assert_ne!(again.id, ann.id);
    let new = seen(&app, &admin, again.id).await;
    assert_eq!((new.workspaces, new.keys), (1, 0));
    let path = InWorkspace {
        workspace_id: admin.workspace,
    };
    assert_eq!(app.call::<GetWorkspace>(&again, path, (), ()).await.status, 404);
}

#[actix_web::test]
async fn workspaces_go_to_the_longest_standing_administrator_else_member_else_they_are_deleted() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let (old, new, chief) = (app.person("old"), app.person("new"), app.person("chief"));
    let with_admin = app.workspace(&ann, "A with an administrator");
    let without = app.workspace(&ann, "B without one");
    let alone = app.workspace(&ann, "C alone");
    for person in [&old, &new] {
        app.clock.advance(TimeDelta::seconds(1));
        app.member(with_admin, person, Role::User);
        app.member(without, person, Role::User);
    }
    app.member(with_admin, &chief, Role::Admin);
    let key_there = app.key(&ann, alone);
    let foretold = preview(&app, &admin, ann.id).await;
    let to: Vec<(&str, Option<&str>)> = foretold
        .handed_over
        .iter()
        .map(|one| {
            (
                one.workspace_name.as_str(),
                one.to.as_ref().map(shared::text::Name::as_str),
            )
        })
        .collect();
    assert_eq!(
        to,
        [
            ("A with an administrator", Some("chief")),
            ("B without one", Some("old")),
            ("C alone", None)
        ]
    );
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    assert_eq!(workspace(&app, with_admin).unwrap().0, chief.id);
    let (owner, name, count) = workspace(&app, without).unwrap();
    assert_eq!((owner, name.as_str(), count), (old.id, "B without one", 2));
    assert_eq!(role(&app, without, &old), Some(Role::Admin), "promoted if needed");
    assert_eq!(role(&app, without, &new), Some(Role::User));
    assert_eq!(role(&app, with_admin, &old), Some(Role::User));
    assert_eq!(workspace(&app, alone), None);
    assert_eq!(me(&app, &key_there).await, 401);
    let journal = actions(&app, &without.to_string());
    for action in ["workspace.transfer", "member.change", "member.remove"] {
        assert!(journal.contains(&action.to_owned()), "{action}: {journal:?}");
    }
    assert!(actions(&app, &alone.to_string()).contains(&"workspace.delete".to_owned()));
    let told: Vec<(columns::UserId, Option<String>, Option<String>)> = app.db(|conn| {
        notifications::table
            .order(notifications::workspace_name)
            .select((
                notifications::user_id,
                notifications::actor_name,
                notifications::workspace_name,
            ))
            .load(conn)
    });
    let operator = Some("admin".to_owned());
    assert_eq!(
        told,
        [
            (
                columns::UserId(chief.id),
                operator.clone(),
                Some("A with an administrator".to_owned())
            ),
            (
                columns::UserId(old.id),
                operator,
                Some("B without one".to_owned())
            )
        ]
    );
}

#[actix_web::test]
async fn somebody_who_can_sign_in_takes_over_before_somebody_who_cannot() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let (chief, bob) = (app.person("chief"), app.person("bob"));
    let team = app.workspace(&ann, "Team");
    app.member(team, &chief, Role::Admin);
    app.member(team, &bob, Role::User);
    app.disable(&chief);
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    assert_eq!(workspace(&app, team).unwrap().0, bob.id);
    assert_eq!(role(&app, team, &bob), Some(Role::Admin));
}

#[actix_web::test]
async fn a_personal_workspace_in_which_others_work_goes_to_them_as_an_ordinary_one() {
    let app = TestApp::start().await;
    let (admin, ann, bob) = (app.set_up(), app.person("ann"), app.person("bob"));
    app.member(ann.workspace, &bob, Role::User);
    let key = app.key(&bob, ann.workspace);
    let foretold = preview(&app, &admin, ann.id).await;
    assert_eq!(foretold.handed_over.len(), 1);
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    let path = InWorkspace {
        workspace_id: ann.workspace,
    };
    let now = app.call::<GetWorkspace>(&bob, path, (), ()).await.reply();
    assert_eq!(
        (now.owner_id, now.role, now.personal),
        (bob.id, Role::Admin, false)
    );
    assert_eq!(now.name.as_str(), format!("{}'s workspace", pseudonym(ann.id)));
    assert_eq!(me(&app, &key).await, 200, "what others do there goes on");
}

#[actix_web::test]
async fn the_last_administrator_of_somebody_elses_workspace_leaves_one_behind() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let (owner, bob) = (app.person("owner"), app.person("bob"));
    let team = app.workspace(&owner, "Team");
    app.clock.advance(TimeDelta::seconds(1));
    app.member(team, &ann, Role::Admin);
    app.member(team, &bob, Role::User);
    app.change_role(team, &owner, Role::User);
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    assert_eq!(role(&app, team, &owner), Some(Role::Admin), "longest-standing");
    assert_eq!(role(&app, team, &bob), Some(Role::User));
    assert_eq!(workspace(&app, team).unwrap().0, owner.id);
}

#[actix_web::test]
async fn the_last_operator_and_ones_own_account_are_not_deleted_and_the_preview_says_so() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let refused = preview(&app, &admin, admin.id).await.refused;
    assert_eq!(
        refused.map(shared::error::ErrorCode::as_str),
        Some("not_yourself")
    );
    let second = operator(&app, &admin, "second").await;
    assert_eq!(preview(&app, &admin, second.id).await.refused, None);
    assert_eq!(delete(&app, &admin, second.id).await.status, 204);
    assert_eq!(me(&app, &second).await, 401);
    let unknown = delete(&app, &admin, UserId::NIL).await;
    assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
}

#[actix_web::test]
async fn an_administrator_who_cannot_sign_in_is_no_other_one() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let (owner, bob) = (app.person("owner"), app.person("bob"));
    let team = app.workspace(&owner, "Team");
    app.member(team, &ann, Role::Admin);
    app.member(team, &bob, Role::User);
    app.disable(&owner);
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    assert_eq!(role(&app, team, &bob), Some(Role::Admin));
    assert_eq!(workspace(&app, team).unwrap().0, owner.id);
}

#[actix_web::test]
async fn a_workspace_that_goes_with_its_owner_stands_in_the_journal_of_the_server() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.set_up(), app.person("ann"));
    let _ = app.workspace(&ann, "Alone");
    assert_eq!(delete(&app, &admin, ann.id).await.status, 204);
    let server = actions(&app, "server");
    let last = ["workspace.delete".to_owned(), "account.delete".to_owned()];
    assert!(server.ends_with(&last), "{server:?}");
}
