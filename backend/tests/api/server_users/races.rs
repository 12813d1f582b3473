//! Many operators at the same moment: one is always left.

use db::schema::{members, users, workspaces};
use diesel::prelude::*;
use shared::{
    invitations::{AcceptInvitation, CreateInvitation, InvitationToken, NewInvitation},
    permission::Role,
    server_users::{ChangeServerUser, DeleteServerUser},
    text::SecretText,
    workspaces::{CreateWorkspace, InWorkspace, NewWorkspace},
};
use testkit::{As, Person, TestApp};

use super::{disabling, one, operating, operator};

const CALLERS: usize = 64;

fn operators_left(app: &TestApp) -> i64 {
    app.db(|conn| {
        users::table
            .filter(users::is_operator.eq(true))
            .filter(users::is_disabled.eq(false))
            .count()
            .get_result(conn)
    })
}

/// What may be answered: done, refused to keep one, refused since the caller lost the right meanwhile.
fn in_order(statuses: &[u16]) {
    assert!(
        statuses
            .iter()
            .all(|status| [200, 204, 401, 403, 404, 409].contains(status)),
        "{statuses:?}"
    );
}

#[actix_web::test]
async fn attack_31_two_operators_who_shut_each_other_out_64_times_leave_exactly_one() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let second = operator(&app, &admin, "second").await;
    let pair = [admin, second];
    let statuses = app.race(CALLERS, async move |app, number| {
        let (who, whom) = (&pair[number % 2], &pair[(number + 1) % 2]);
        let wanted = if number % 4 < 2 {
            disabling(true)
        } else {
            operating(false)
        };
        app.call::<ChangeServerUser>(who, one(whom.id), (), wanted)
            .await
            .status
    });
    in_order(&statuses);
    assert_eq!(operators_left(&app), 1, "{statuses:?}");
}

#[actix_web::test]
async fn attack_31_of_64_operators_who_each_delete_the_next_one_is_left_at_least() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let mut all = vec![admin.clone()];
    for number in 1..CALLERS {
        let person = app.person(&format!("operator{number}"));
        all.push(person);
    }
    app.change(|conn| {
        diesel::update(users::table)
            .set(users::is_operator.eq(true))
            .execute(conn)
    });
    let ring: Vec<Person> = all.clone();
    let statuses = app.race(CALLERS, async move |app, number| {
        let (who, whom) = (&ring[number], &ring[(number + 1) % CALLERS]);
        if number % 2 == 0 {
            app.call::<DeleteServerUser>(who, one(whom.id), (), ())
                .await
                .status
        } else {
            app.call::<ChangeServerUser>(who, one(whom.id), (), operating(false))
                .await
                .status
        }
    });
    in_order(&statuses);
    let (done, left) = (
        statuses
            .iter()
            .filter(|status| [200, 204].contains(status))
            .count(),
        operators_left(&app),
    );
    assert!(left >= 1, "{statuses:?}");
    assert_eq!(
        i64::try_from(CALLERS - done).unwrap(),
        left,
        "as many were taken away as were answered with success: {statuses:?}"
    );
    for person in &all {
        let who = As::from(person);
        let status = app.call::<shared::account::GetMe>(who, (), (), ()).await.status;
        assert!([200, 401].contains(&status), "{status}");
    }
}

#[actix_web::test]
async fn whoever_joins_or_makes_a_workspace_while_being_deleted_is_in_none_afterwards() {
    let app = TestApp::start().await;
    let admin = app.set_up();
    let (mut people, mut tokens) = (Vec::new(), Vec::new());
    for number in 0..16 {
        let path = InWorkspace {
            workspace_id: admin.workspace,
        };
        let body = NewInvitation {
            email: None,
            role: Role::User,
        };
        let made = app.call::<CreateInvitation>(&admin, path, (), body).await.reply();
        tokens.push(made.link.expose().split_once("#token=").unwrap().1.to_owned());
        people.push(app.person(&format!("p{number}")));
    }
    let statuses = app.race(48, async move |app, number| {
        let person = &people[number / 3];
        match number % 3 {
            0 => {
                let token = SecretText::new(tokens[number / 3].clone());
                let body = InvitationToken { token };
                app.call::<AcceptInvitation>(person, (), (), body).await.status
            }
            1 => {
                let body = NewWorkspace {
                    name: "Another".parse().unwrap(),
                };
                app.call::<CreateWorkspace>(person, (), (), body).await.status
            }
            _ => {
                let whom = one(person.id);
                app.call::<DeleteServerUser>(&admin, whom, (), ()).await.status
            }
        }
    });
    assert!(
        statuses
            .iter()
            .all(|status| [200, 201, 204, 401, 404, 410].contains(status)),
        "{statuses:?}"
    );
    let deleted = users::table
        .filter(users::deleted_at.is_not_null())
        .select(users::id);
    let (gone, still_in, still_own): (i64, i64, i64) = app.db(|conn| {
        Ok((
            deleted.count().get_result(conn)?,
            members::table
                .filter(members::user_id.eq_any(deleted))
                .count()
                .get_result(conn)?,
            workspaces::table
                .filter(workspaces::owner_id.eq_any(deleted))
                .filter(workspaces::personal_of.is_null())
                .count()
                .get_result(conn)?,
        ))
    });
    assert_eq!((gone, still_in, still_own), (16, 0, 0), "{statuses:?}");
}
