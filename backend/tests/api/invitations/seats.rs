//! How many may be in a workspace, and how many invitations may wait.

use db::schema::{server, workspaces};
use shared::{error::ErrorCode, setup::Hosting};

use super::*;

fn limit(app: &TestApp, workspace: WorkspaceId, most: Option<i64>) {
    let row = workspaces::table.find(columns::WorkspaceId(workspace));
    app.change(|conn| {
        diesel::update(row)
            .set(workspaces::max_members.eq(most))
            .execute(conn)
    });
}

async fn try_invite(
    app: &TestApp,
    admin: &Person,
    email: Option<&str>,
) -> testkit::Answer<CreatedInvitation> {
    let body = NewInvitation {
        email: email.map(|email| email.parse().unwrap()),
        role: Role::User,
    };
    app.call::<CreateInvitation>(admin, here(admin.workspace), (), body)
        .await
}

#[actix_web::test]
async fn r059_r060_at_the_maximum_a_further_invitation_is_refused_with_a_clear_reason() {
    let app = with_long_sessions().await;
    let ann = app.person("ann");
    limit(&app, ann.workspace, Some(3));
    let first = invite(&app, &ann, Some("a@example.com"), Role::User).await;
    invite(&app, &ann, None, Role::User).await;
    let refused = try_invite(&app, &ann, Some("c@example.com")).await;
    assert_eq!((refused.status, refused.code()), (409, "seats_taken"));
    assert!(refused.problem().title.contains("as many users as it may"));
    // In place of one of them there is room, and what is revoked or over takes no seat.
    invite(&app, &ann, Some("a@example.com"), Role::User).await;
    let gone = app
        .call::<RevokeInvitation>(&ann, one(&ann, &first), (), ())
        .await;
    assert_eq!(gone.status, 404, "it was replaced");
    assert_eq!(try_invite(&app, &ann, None).await.code(), "seats_taken");
    app.clock.advance(TimeDelta::days(7));
    invite(&app, &ann, Some("d@example.com"), Role::User).await;
    let workspace = app
        .call::<GetWorkspace>(&ann, here(ann.workspace), (), ())
        .await
        .reply();
    assert_eq!((workspace.members, workspace.max_members), (1, Some(3)));
}

#[actix_web::test]
async fn r060_of_several_those_are_invited_for_whom_there_is_a_seat() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    limit(&app, ann.workspace, Some(3));
    let body = NewInvitations {
        emails: ["a", "b", "c", "d"]
            .map(|name| format!("{name}@example.com").parse().unwrap())
            .to_vec(),
        role: Role::User,
    };
    let outcomes = app
        .call::<CreateInvitations>(&ann, here(ann.workspace), (), body)
        .await
        .reply();
    let refused: Vec<_> = outcomes
        .items
        .iter()
        .map(|outcome| outcome.refused.map(ErrorCode::as_str))
        .collect();
    assert_eq!(refused, [None, None, Some("seats_taken"), Some("seats_taken")]);
}

#[actix_web::test]
async fn r060_an_expired_invitation_is_not_sent_again_without_a_seat() {
    let app = with_long_sessions().await;
    let ann = app.person("ann");
    limit(&app, ann.workspace, Some(2));
    let late = invite(&app, &ann, Some("a@example.com"), Role::User).await;
    app.clock.advance(TimeDelta::days(7));
    let open = invite(&app, &ann, Some("b@example.com"), Role::User).await;
    let refused = app.call::<ResendInvitation>(&ann, one(&ann, &late), (), ()).await;
    assert_eq!((refused.status, refused.code()), (409, "seats_taken"));
    let again = app.call::<ResendInvitation>(&ann, one(&ann, &open), (), ()).await;
    assert_eq!(again.status, 200, "its own seat is its own");
}

#[actix_web::test]
async fn r060_nobody_joins_beyond_the_maximum_by_any_way_and_the_invitation_stays() {
    let app = TestApp::start().await;
    let (ann, bob, cleo) = (app.person("ann"), app.person("bob"), app.person("cleo"));
    prove(&app, &cleo);
    let for_anybody = invite(&app, &ann, None, Role::User).await;
    let for_cleo = invite(&app, &ann, Some("cleo@example.com"), Role::User).await;
    let for_new = invite(&app, &ann, Some("new@example.com"), Role::User).await;
    limit(&app, ann.workspace, Some(1));
    let accounts = || app.db(|conn| users::table.count().get_result::<i64>(conn));
    let before = accounts();
    let try_all = async || {
        [
            app.call::<AcceptInvitation>(&bob, (), (), held(&for_anybody))
                .await
                .status,
            app.call::<AcceptMyInvitation>(&cleo, my(&for_cleo), (), ())
                .await
                .status,
            app.call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&for_new, "new@example.com"))
                .await
                .status,
        ]
    };
    assert_eq!(try_all().await, [409; 3]);
    let why = app
        .call::<AcceptInvitation>(&bob, (), (), held(&for_anybody))
        .await;
    assert_eq!(why.code(), "seats_taken");
    assert_eq!(accounts(), before, "no account is made for nothing");
    limit(&app, ann.workspace, Some(4));
    assert_eq!(try_all().await, [200; 3]);
    limit(&app, ann.workspace, None);
    let other = invite(&app, &ann, None, Role::User).await;
    limit(&app, ann.workspace, Some(2));
    let member = app.call::<AcceptInvitation>(&bob, (), (), held(&other)).await;
    assert_eq!((member.status, member.code()), (409, "already_member"));
}

#[actix_web::test]
async fn a_workspace_has_a_thousand_invitations_at_most() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let now = app.clock.now();
    app.change(|conn| {
        for _ in 0..999 {
            let id = shared::ids::InvitationId(app.clock.new_id());
            diesel::insert_into(invitations::table)
                .values((
                    invitations::id.eq(columns::InvitationId(id)),
                    invitations::workspace_id.eq(columns::WorkspaceId(ann.workspace)),
                    invitations::token_hash.eq(id.to_string()),
                    invitations::role.eq(columns::Role(Role::User)),
                    invitations::invited_by.eq(columns::UserId(ann.id)),
                    invitations::created_at.eq(now),
                    invitations::expires_at.eq(now + TimeDelta::days(7)),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
    let last = invite(&app, &ann, None, Role::User).await;
    let refused = try_invite(&app, &ann, Some("a@example.com")).await;
    assert_eq!((refused.status, refused.code()), (409, "too_many_invitations"));
    let body = NewInvitations {
        emails: vec!["a@example.com".parse().unwrap()],
        role: Role::User,
    };
    let outcomes = app
        .call::<CreateInvitations>(&ann, here(ann.workspace), (), body)
        .await
        .reply();
    assert_eq!(
        outcomes.items[0].refused.map(ErrorCode::as_str),
        Some("too_many_invitations")
    );
    app.call::<RevokeInvitation>(&ann, one(&ann, &last), (), ())
        .await
        .with_status(204);
    invite(&app, &ann, Some("a@example.com"), Role::User).await;
}

#[actix_web::test]
async fn r069_a_new_account_on_a_server_for_several_teams_has_three_seats_in_its_personal_workspace() {
    let app = TestApp::start().await;
    let (_operator, ann) = (app.set_up(), app.person("ann"));
    let seats = |email: &str| -> Option<i64> {
        let of_account = workspaces::table
            .inner_join(users::table)
            .filter(workspaces::personal_of.is_not_null())
            .filter(users::email_key.eq(email.to_owned()))
            .select(workspaces::max_members);
        app.db(|conn| of_account.first(conn))
    };
    let join = async |email: &str| {
        let created = invite(&app, &ann, None, Role::User).await;
        app.call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&created, email))
            .await
            .with_status(200);
    };
    join("early@example.com").await;
    assert_eq!(seats("early@example.com"), None, "one's own team has no limit");
    app.change(|conn| {
        diesel::update(server::table)
            .set(server::hosting.eq(columns::Hosting(Hosting::SeveralTeams)))
            .execute(conn)
    });
    join("late@example.com").await;
    assert_eq!(seats("late@example.com"), Some(3));
    let added = "added@example.com".parse().unwrap();
    backend::commands::user::add(&app.state, &added, None, false).unwrap();
    assert_eq!(seats("added@example.com"), Some(3));
}
