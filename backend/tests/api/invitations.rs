//! Invitations: somebody joins a workspace, once, by a link or in the app.

mod attacks;
mod in_app;
mod proof;
mod races;
mod resend;
mod seats;
mod several;

use backend::config::{Smtp, SmtpSecurity};
use chrono::TimeDelta;
use db::{
    columns,
    schema::{invitations, users},
};
use diesel::prelude::*;
use shared::{
    ids::WorkspaceId,
    invitations::*,
    members::ListMembers,
    page::PageQuery,
    permission::Role,
    session::GetSession,
    text::{Password, SecretText},
    workspaces::{GetWorkspace, InWorkspace, ListWorkspaces},
};
use testkit::{As, PASSWORD, Person, TestApp};

/// A server that sends mail; the tests look into its queue.
async fn with_mail() -> TestApp {
    TestApp::with(|config| {
        config.smtp = Some(Smtp {
            host: "mail.example.com".to_owned(),
            port: 587,
            security: SmtpSecurity::Starttls,
            from: "clearance@example.com".parse().unwrap(),
            username: None,
            password: None,
        });
    })
    .await
}

/// A server on which browsers stay signed in longer than invitations live.
async fn with_long_sessions() -> TestApp {
    TestApp::with(|config| {
        config.session_idle_days = 300;
        config.session_max_days = 300;
    })
    .await
}

/// From now on the person is believed to have their address.
fn prove(app: &TestApp, person: &Person) {
    let account = users::table.find(columns::UserId(person.id));
    app.change(|conn| {
        diesel::update(account)
            .set(users::email_proven.eq(true))
            .execute(conn)
    });
}

fn one(admin: &Person, created: &CreatedInvitation) -> OneInvitation {
    OneInvitation {
        workspace_id: admin.workspace,
        invitation_id: created.invitation.id,
    }
}

fn my(created: &CreatedInvitation) -> OneOfMyInvitations {
    OneOfMyInvitations {
        invitation_id: created.invitation.id,
    }
}

fn here(workspace_id: WorkspaceId) -> InWorkspace {
    InWorkspace { workspace_id }
}

async fn invite(app: &TestApp, admin: &Person, email: Option<&str>, role: Role) -> CreatedInvitation {
    let body = NewInvitation {
        email: email.map(|email| email.parse().unwrap()),
        role,
    };
    app.call::<CreateInvitation>(admin, here(admin.workspace), (), body)
        .await
        .reply()
}

fn token(created: &CreatedInvitation) -> SecretText {
    SecretText::new(created.link.expose().split_once("#token=").unwrap().1.to_owned())
}

fn held(created: &CreatedInvitation) -> InvitationToken {
    InvitationToken {
        token: token(created),
    }
}

fn joining(created: &CreatedInvitation, email: &str) -> Joining {
    Joining {
        token: token(created),
        name: "New Person".parse().unwrap(),
        email: email.parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()),
    }
}

#[actix_web::test]
async fn r049_an_invitation_answers_a_link_of_the_public_address_and_is_listed_without_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let answer = app
        .raw(
            app.request(
                "POST",
                &format!("/api/v1/workspaces/{}/invitations", ann.workspace),
                &ann,
            )
            .insert_header(("x-forwarded-host", "evil.example"))
            .set_json(serde_json::json!({ "email": "bob@example.com", "role": "user" })),
        )
        .await;
    assert_eq!(answer.status, 201);
    let created: CreatedInvitation = serde_json::from_slice(&answer.body).unwrap();
    assert!(
        created
            .link
            .expose()
            .starts_with("https://clearance.test/join#token=")
    );
    let listed = app
        .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
        .await;
    assert_eq!(listed.reply().items, std::slice::from_ref(&created.invitation));
    assert!(!listed.text().contains(token(&created).expose()));
    let stored: Vec<String> = app.db(|conn| invitations::table.select(invitations::token_hash).load(conn));
    assert!(stored.iter().all(|hash| !hash.contains(token(&created).expose())));
    assert!(
        app.journal()
            .iter()
            .all(|entry| !format!("{entry:?}").contains(token(&created).expose()))
    );
}

#[actix_web::test]
async fn r057_the_link_lets_somebody_with_an_account_join_once() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let created = invite(&app, &ann, None, Role::User).await;
    let shown = app
        .call::<ShowInvitation>(As::Nobody, (), (), held(&created))
        .await
        .reply();
    assert_eq!(
        (shown.workspace_name.as_str(), shown.invited_by.as_str()),
        ("ann's workspace", "ann")
    );
    let before = app.call::<GetWorkspace>(&bob, here(ann.workspace), (), ()).await;
    assert_eq!(before.status, 404);
    let joined = app
        .call::<AcceptInvitation>(&bob, (), (), held(&created))
        .await
        .reply();
    assert_eq!(
        (joined.id, joined.role, joined.members),
        (ann.workspace, Role::User, 2)
    );
    let mine = app.call::<ListWorkspaces>(&bob, (), (), ()).await.reply();
    assert_eq!(
        mine.items
            .iter()
            .map(|workspace| workspace.personal)
            .collect::<Vec<_>>(),
        [true, false]
    );
    let again = app.call::<AcceptInvitation>(&eve, (), (), held(&created)).await;
    assert_eq!((again.status, again.code()), (410, "link_unusable"));
    let open = app
        .call::<ListInvitations>(&ann, here(ann.workspace), (), ())
        .await
        .reply();
    assert_eq!(open.total, 0);
}

#[actix_web::test]
async fn r050_ruling_4_somebody_without_an_account_makes_one_through_the_link() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let created = invite(&app, &ann, Some("Bob@Example.com"), Role::User).await;
    let joined = app
        .call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&created, "bob@example.com"))
        .await;
    let session = joined.reply();
    assert_eq!(session.workspace_id, ann.workspace);
    let cookie = As::Session(joined.cookie().unwrap().value().to_owned());
    let me = app.call::<GetSession>(&cookie, (), (), ()).await.reply();
    assert_eq!(me.account.email.as_str(), "bob@example.com");
    let members = app
        .call::<ListMembers>(&cookie, here(ann.workspace), PageQuery::default(), ())
        .await
        .reply();
    assert_eq!(members.total, 2);
    let own = app.call::<ListWorkspaces>(&cookie, (), (), ()).await.reply();
    assert!(own.items[0].personal, "everybody has a personal workspace");
}

#[actix_web::test]
async fn an_invitation_with_an_address_is_for_that_address_only() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    let other = app.call::<AcceptInvitation>(&eve, (), (), held(&created)).await;
    assert_eq!((other.status, other.code()), (403, "wrong_invitee"));
    let new = app
        .call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&created, "mallory@example.com"))
        .await;
    assert_eq!((new.status, new.code()), (403, "wrong_invitee"));
    let taken = app
        .call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&created, "bob@example.com"))
        .await;
    assert_eq!((taken.status, taken.code()), (409, "email_taken"));
    let joined = app.call::<AcceptInvitation>(&bob, (), (), held(&created)).await;
    assert_eq!(joined.status, 200, "a refusal does not use the link up");
}

#[actix_web::test]
async fn a_link_ends_when_it_is_revoked_late_replaced_or_its_sender_loses_the_right() {
    let app = TestApp::start().await;
    let (ann, bob, cleo) = (app.person("ann"), app.person("bob"), app.person("cleo"));
    let unusable =
        |answer: testkit::Answer<ShownInvitation>| (answer.status, answer.code()) == (410, "link_unusable");
    let show = async |created: &CreatedInvitation| {
        app.call::<ShowInvitation>(As::Nobody, (), (), held(created))
            .await
    };

    let revoked = invite(&app, &ann, None, Role::User).await;
    let path = OneInvitation {
        workspace_id: ann.workspace,
        invitation_id: revoked.invitation.id,
    };
    assert_eq!(
        app.call::<RevokeInvitation>(&ann, path.clone(), (), ())
            .await
            .status,
        204
    );
    assert!(unusable(show(&revoked).await));
    assert_eq!(
        app.call::<RevokeInvitation>(&ann, path.clone(), (), ())
            .await
            .status,
        404
    );
    assert_eq!(app.call::<GetInvitation>(&ann, path, (), ()).await.status, 404);

    let replaced = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    let newer = invite(&app, &ann, Some("BOB@example.com"), Role::User).await;
    assert!(unusable(show(&replaced).await));
    assert_eq!(show(&newer).await.status, 200);

    app.member(ann.workspace, &cleo, Role::Admin);
    let body = NewInvitation {
        email: None,
        role: Role::Admin,
    };
    let by_cleo = app
        .call::<CreateInvitation>(&cleo, here(ann.workspace), (), body)
        .await
        .reply();
    app.change_role(ann.workspace, &cleo, Role::User);
    assert!(
        unusable(show(&by_cleo).await),
        "an invitation is worth no more than its sender"
    );
    let refused = app.call::<AcceptInvitation>(&bob, (), (), held(&by_cleo)).await;
    assert_eq!(refused.code(), "link_unusable");

    app.clock.advance(TimeDelta::days(7));
    assert!(unusable(show(&newer).await));
}

#[actix_web::test]
async fn only_admins_invite_and_see_invitations() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = (app.person("ann"), app.person("bob"), app.person("eve"));
    app.member(ann.workspace, &bob, Role::User);
    let created = invite(&app, &ann, Some("new@example.com"), Role::User).await;
    let body = || NewInvitation {
        email: None,
        role: Role::Admin,
    };
    for (who, status) in [(&bob, 403), (&eve, 404)] {
        assert_eq!(
            app.call::<CreateInvitation>(who, here(ann.workspace), (), body())
                .await
                .status,
            status
        );
        let listed = app
            .call::<ListInvitations>(who, here(ann.workspace), (), ())
            .await;
        assert_eq!(listed.status, status);
        assert!(!listed.text().contains("new@example.com"));
        let path = OneInvitation {
            workspace_id: ann.workspace,
            invitation_id: created.invitation.id,
        };
        assert_eq!(
            app.call::<RevokeInvitation>(who, path, (), ()).await.status,
            status
        );
    }
    let foreign = OneInvitation {
        workspace_id: eve.workspace,
        invitation_id: created.invitation.id,
    };
    assert_eq!(
        app.call::<RevokeInvitation>(&eve, foreign, (), ()).await.status,
        404
    );
    let member = NewInvitation {
        email: Some("bob@example.com".parse().unwrap()),
        role: Role::User,
    };
    let already = app
        .call::<CreateInvitation>(&ann, here(ann.workspace), (), member)
        .await;
    assert_eq!((already.status, already.code()), (409, "already_member"));
}
