//! Who is believed to have the address of their account.

use backend::commands::user;
use db::schema::server;
use shared::{
    session::{CompletePasswordReset, PasswordReset, PasswordResetRequest, RequestPasswordReset},
    setup::Hosting,
};

use super::*;

fn is_proven(app: &TestApp, email: &str) -> bool {
    let account = users::table.filter(users::email_key.eq(email.to_owned()));
    app.db(|conn| account.select(users::email_proven).first(conn))
}

async fn join(app: &TestApp, created: &CreatedInvitation, email: &str) {
    app.call::<JoinWithNewAccount>(As::Nobody, (), (), joining(created, email))
        .await
        .with_status(200);
}

#[actix_web::test]
async fn an_account_made_through_an_invitation_to_its_address_is_believed_to_have_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let addressed = invite(&app, &ann, Some("new@example.com"), Role::User).await;
    join(&app, &addressed, "New@Example.com").await;
    assert!(is_proven(&app, "new@example.com"));
    let open = invite(&app, &ann, None, Role::User).await;
    join(&app, &open, "other@example.com").await;
    assert!(!is_proven(&app, "other@example.com"));
}

#[actix_web::test]
async fn attack_34_on_a_server_for_several_teams_nobody_vouches_for_an_address_but_the_operator() {
    let app = TestApp::start().await;
    let (operator, mallory, ann) = (app.set_up(), app.person("mallory"), app.person("ann"));
    app.change(|conn| {
        diesel::update(server::table)
            .set(server::hosting.eq(columns::Hosting(Hosting::SeveralTeams)))
            .execute(conn)
    });
    // Mallory invites an address that is not hers to her own workspace, keeps the link and makes the account.
    let trap = invite(&app, &mallory, Some("bob@example.com"), Role::User).await;
    let joined = app
        .call::<JoinWithNewAccount>(As::Nobody, (), (), joining(&trap, "bob@example.com"))
        .await;
    let impostor = As::Session(joined.cookie().unwrap().value().to_owned());
    assert!(!is_proven(&app, "bob@example.com"));
    let created = invite(&app, &ann, Some("bob@example.com"), Role::Admin).await;
    let list = app.call::<ListMyInvitations>(&impostor, (), (), ()).await.reply();
    assert!(list.items.is_empty(), "another team's invitation is not hers");
    let taken = app
        .call::<AcceptMyInvitation>(&impostor, my(&created), (), ())
        .await;
    assert_eq!((taken.status, taken.code()), (404, "not_found"));

    let by_operator = invite(&app, &operator, Some("cleo@example.com"), Role::User).await;
    join(&app, &by_operator, "cleo@example.com").await;
    assert!(is_proven(&app, "cleo@example.com"));
}

#[actix_web::test]
async fn an_account_that_the_operator_makes_is_believed() {
    let app = TestApp::start().await;
    app.set_up();
    user::add(&app.state, &"dan@example.com".parse().unwrap(), None, false).unwrap();
    assert!(is_proven(&app, "dan@example.com"));
}

#[actix_web::test]
async fn a_password_link_proves_the_address_if_it_came_by_mail() {
    let app = with_mail().await;
    app.password_person("ann");
    app.password_person("bob");
    let choose = async |token: String| {
        let body = PasswordReset {
            token: SecretText::new(token),
            password: Password::new("another long passphrase".to_owned()),
        };
        app.call::<CompletePasswordReset>(As::Nobody, (), (), body)
            .await
            .with_status(204);
    };
    let handed = user::reset_password(&app.state, &"ann@example.com".parse().unwrap()).unwrap();
    choose(handed.url.expose().split_once("#token=").unwrap().1.to_owned()).await;
    assert!(
        !is_proven(&app, "ann@example.com"),
        "whoever got that link is not known"
    );
    let body = PasswordResetRequest {
        email: "bob@example.com".parse().unwrap(),
    };
    app.call::<RequestPasswordReset>(As::Nobody, (), (), body)
        .await
        .with_status(200);
    choose(app.mails().last().unwrap().token()).await;
    assert!(is_proven(&app, "bob@example.com"));
}
