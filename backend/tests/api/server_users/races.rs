//! Many operators at the same moment: one is always left.

use db::schema::users;
use diesel::prelude::*;
use shared::server_users::{ChangeServerUser, DeleteServerUser};
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
