//! Many at the same moment: one invitation lets one in, and the last seat is taken once.

use db::schema::{members, workspaces};

use super::*;

fn members_of(app: &TestApp, workspace: WorkspaceId) -> (i64, i64) {
    let id = columns::WorkspaceId(workspace);
    app.db(|conn| {
        let rows = members::table
            .filter(members::workspace_id.eq(id))
            .count()
            .get_result(conn)?;
        let counted = workspaces::table
            .find(id)
            .select(workspaces::member_count)
            .first(conn)?;
        Ok((rows, counted))
    })
}

/// Each caller of a race comes from a network of its own: those who guess tokens are held off by network.
fn from_elsewhere(app: &TestApp, number: usize) {
    app.calls_from(&format!("10.{}.{}.1", number / 250, number % 250 + 1));
}

fn count(statuses: &[u16], wanted: u16) -> usize {
    statuses.iter().filter(|status| **status == wanted).count()
}

#[actix_web::test]
async fn a_link_used_by_64_at_once_lets_one_in() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let people: Vec<Person> = (0..64).map(|n| app.person(&format!("p{n}"))).collect();
    let created = invite(&app, &ann, None, Role::User).await;
    let statuses = app.race(64, async move |app, n| {
        from_elsewhere(app, n);
        app.call::<AcceptInvitation>(&people[n], (), (), held(&created))
            .await
            .status
    });
    assert_eq!(
        (count(&statuses, 200), count(&statuses, 410)),
        (1, 63),
        "{statuses:?}"
    );
    assert_eq!(members_of(&app, ann.workspace), (2, 2));
}

#[actix_web::test]
async fn one_invitation_accepted_64_times_by_link_and_in_the_app_is_accepted_once() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    prove(&app, &bob);
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    let who = bob.clone();
    let statuses = app.race(64, async move |app, n| {
        from_elsewhere(app, n);
        match n % 3 {
            0 => {
                app.call::<AcceptInvitation>(&who, (), (), held(&created))
                    .await
                    .status
            }
            1 => {
                app.call::<AcceptMyInvitation>(&who, my(&created), (), ())
                    .await
                    .status
            }
            _ => {
                app.call::<DeclineMyInvitation>(&who, my(&created), (), ())
                    .await
                    .status
            }
        }
    });
    let won = count(&statuses, 200) + count(&statuses, 204);
    assert_eq!((won, count(&statuses, 410)), (1, 63), "{statuses:?}");
    let joined = i64::try_from(count(&statuses, 200)).unwrap();
    assert_eq!(members_of(&app, ann.workspace), (1 + joined, 1 + joined));
    let answers = app
        .journal()
        .into_iter()
        .filter(|entry| ["invitation.accept", "invitation.decline"].contains(&entry.action.as_str()))
        .count();
    assert_eq!(answers, 1);
}

#[actix_web::test]
async fn of_64_with_a_link_each_one_gets_the_last_seat() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let people: Vec<Person> = (0..64).map(|n| app.person(&format!("p{n}"))).collect();
    let mut links = Vec::new();
    for _ in 0..64 {
        links.push(invite(&app, &ann, None, Role::User).await);
    }
    app.change(|conn| {
        diesel::update(workspaces::table.find(columns::WorkspaceId(ann.workspace)))
            .set(workspaces::max_members.eq(Some(2)))
            .execute(conn)
    });
    let statuses = app.race(64, async move |app, n| {
        from_elsewhere(app, n);
        app.call::<AcceptInvitation>(&people[n], (), (), held(&links[n]))
            .await
            .status
    });
    assert_eq!(
        (count(&statuses, 200), count(&statuses, 409)),
        (1, 63),
        "{statuses:?}"
    );
    assert_eq!(members_of(&app, ann.workspace), (2, 2));
}

#[actix_web::test]
async fn of_64_invitations_made_at_once_as_many_are_made_as_there_are_seats() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    app.change(|conn| {
        diesel::update(workspaces::table.find(columns::WorkspaceId(ann.workspace)))
            .set(workspaces::max_members.eq(Some(6)))
            .execute(conn)
    });
    let admin = ann.clone();
    let statuses = app.race(64, async move |app, n| {
        let body = NewInvitation {
            email: Some(format!("p{n}@example.com").parse().unwrap()),
            role: Role::User,
        };
        app.call::<CreateInvitation>(&admin, here(admin.workspace), (), body)
            .await
            .status
    });
    assert_eq!(
        (count(&statuses, 201), count(&statuses, 409)),
        (5, 59),
        "{statuses:?}"
    );
}

#[actix_web::test]
async fn resent_and_accepted_at_once_an_invitation_lets_one_in_and_one_link_works_at_most() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let created = invite(&app, &ann, Some("bob@example.com"), Role::User).await;
    let (admin, who, old) = (ann.clone(), bob.clone(), created.clone());
    let answers = app.race(64, async move |app, n| {
        from_elsewhere(app, n);
        if n % 2 == 0 {
            let answer = app
                .call::<ResendInvitation>(&admin, one(&admin, &old), (), ())
                .await;
            let made = (answer.status == 200).then(|| answer.reply());
            (answer.status, made)
        } else {
            let answer = app.call::<AcceptInvitation>(&who, (), (), held(&old)).await;
            (answer.status, None)
        }
    });
    let accepted = answers.iter().skip(1).step_by(2);
    let accepted: Vec<u16> = accepted.map(|answer| answer.0).collect();
    let resent = answers.iter().step_by(2);
    let resent: Vec<u16> = resent.map(|answer| answer.0).collect();
    let joined = count(&accepted, 200);
    assert!(joined <= 1, "{accepted:?}");
    assert_eq!(count(&accepted, 410), 32 - joined, "{accepted:?}");
    let expected = i64::try_from(1 + joined).unwrap();
    assert_eq!(members_of(&app, ann.workspace), (expected, expected));
    let made = count(&resent, 200);
    assert_eq!(made + count(&resent, 404) + count(&resent, 409), 32, "{resent:?}");
    if joined == 1 {
        assert_eq!(made, 0, "whoever was first won: {resent:?}");
    } else {
        assert_eq!(made, 32, "{resent:?}");
    }
    app.calls_from("10.200.0.1");
    let mut working = 0;
    for link in answers
        .iter()
        .filter_map(|answer| answer.1.as_ref())
        .chain([&created])
    {
        let shown = app.call::<ShowInvitation>(As::Nobody, (), (), held(link)).await;
        assert!(
            [200, 410].contains(&shown.status) || shown.status == 429,
            "{}",
            shown.status
        );
        working += usize::from(shown.status == 200);
        app.clock.advance(TimeDelta::hours(1));
    }
    assert_eq!(working, 1 - joined, "one link works while nobody has joined");
}

/// The answers to revoking and to accepting an invitation for each of `people`, all at the same moment: first the one, then
/// the other, of each.
async fn revoked_and_accepted(app: &TestApp, admin: &Person, people: Vec<Person>) -> Vec<u16> {
    let mut links = Vec::new();
    for _ in &people {
        links.push(invite(app, admin, None, Role::User).await);
    }
    let admin = admin.clone();
    app.race(2 * links.len(), async move |app, n| {
        from_elsewhere(app, n);
        let link = &links[n / 2];
        if n % 2 == 0 {
            app.call::<RevokeInvitation>(&admin, one(&admin, link), (), ())
                .await
                .status
        } else {
            app.call::<AcceptInvitation>(&people[n / 2], (), (), held(link))
                .await
                .status
        }
    })
}

#[actix_web::test]
async fn of_64_invitations_revoked_and_accepted_at_once_none_that_was_revoked_lets_anybody_in() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let mut joined = 0;
    // Two times 32, each with two callers.
    for round in 0..2 {
        let people: Vec<Person> = (0..32).map(|n| app.person(&format!("p{round}x{n}"))).collect();
        let statuses = revoked_and_accepted(&app, &ann, people.clone()).await;
        let id = columns::WorkspaceId(ann.workspace);
        let inside: Vec<columns::UserId> = app.db(|conn| {
            members::table
                .filter(members::workspace_id.eq(id))
                .select(members::user_id)
                .load(conn)
        });
        for (pair, person) in statuses.chunks(2).zip(&people) {
            let won = [[204, 410], [404, 200]].iter().any(|answers| pair == answers);
            assert!(won, "{statuses:?}");
            assert_eq!(inside.contains(&columns::UserId(person.id)), pair[1] == 200);
        }
        joined += i64::try_from(count(&statuses, 200)).unwrap();
    }
    assert_eq!(members_of(&app, ann.workspace), (1 + joined, 1 + joined));
}
