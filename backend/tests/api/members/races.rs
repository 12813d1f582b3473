//! Sixty-four callers at the same moment: a workspace keeps an administrator and its owner, and nobody is half gone.

use shared::{permission::Role, workspaces::NewOwner};
use testkit::{As, Person, TestApp};

use super::{ann_and_bob, counted, entries, get, give_role, here, leave, remove, unrevoked};
use crate::workspaces::get as workspace;

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}

/// Eight administrators of a team whose owner administers nothing, as after a change behind the server's back: here the
/// last administrator is not the owner, who is protected as such.
fn administrators(app: &TestApp) -> (shared::ids::WorkspaceId, Vec<Person>) {
    let owner = app.person("owner");
    let team = app.workspace(&owner, "team");
    app.change_role(team, &owner, Role::User);
    let all: Vec<_> = (0..8)
        .map(|number| app.person(&format!("admin{number}")))
        .collect();
    for admin in &all {
        app.member(team, admin, Role::Admin);
    }
    (team, all)
}

#[actix_web::test]
async fn attack_31_of_administrators_who_all_leave_at_once_the_last_one_stays() {
    let app = TestApp::start().await;
    let (team, all) = administrators(&app);
    let statuses = app.race(64, async move |app, number| {
        let answer = leave(app, &all[number % 8], team, None).await;
        if answer.status == 409 {
            assert_eq!(answer.code(), "last_admin");
        }
        answer.status
    });
    assert_eq!(count(&statuses, 204), 7, "{statuses:?}");
    assert_eq!(
        count(&statuses, 204) + count(&statuses, 404) + count(&statuses, 409),
        64,
        "{statuses:?}"
    );
    assert_eq!(counted(&app, team), (2, 1));
    assert_eq!(entries(&app, team, "member.leave").len(), 7);
}

#[actix_web::test]
async fn attack_31_of_administrators_who_demote_themselves_the_last_one_stays() {
    let app = TestApp::start().await;
    let (team, all) = administrators(&app);
    let statuses = app.race(64, async move |app, number| {
        let admin = &all[number % 8];
        give_role(app, admin, team, admin, Role::User).await.status
    });
    let of = [200, 403, 409].map(|status| count(&statuses, status));
    assert_eq!((of[0], of.iter().sum::<usize>()), (7, 64), "{statuses:?}");
    assert_eq!(counted(&app, team), (9, 1));
    assert_eq!(entries(&app, team, "member.change").len(), 7);
}

#[actix_web::test]
async fn attack_31_of_administrators_who_remove_and_demote_each_other_one_stays() {
    let app = TestApp::start().await;
    let (team, all) = administrators(&app);
    let statuses = app.race(64, async move |app, number| {
        let (one, other) = (&all[number % 8], &all[(number + 1 + number / 8) % 8]);
        match number % 3 {
            0 => remove(app, one, team, other).await.status,
            1 => give_role(app, one, team, other, Role::User).await.status,
            _ => leave(app, one, team, None).await.status,
        }
    });
    let known = [200, 204, 403, 404, 409].map(|status| count(&statuses, status));
    assert_eq!(known.iter().sum::<usize>(), 64, "{statuses:?}");
    let (members, admins) = counted(&app, team);
    assert!(admins >= 1, "{statuses:?}");
    let gone = entries(&app, team, "member.leave").len() + entries(&app, team, "member.remove").len();
    assert_eq!(
        (gone, members),
        (count(&statuses, 204), 9 - i64::try_from(gone).unwrap())
    );
}

#[actix_web::test]
async fn whoever_leaves_while_being_removed_goes_once_and_leaves_no_key_that_works() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let (key, session) = (app.key(&bob, team), app.session(bob.id).1);
    let (admin, leaver, with_key) = (As::from(&ann), As::Session(session), As::from(&key));
    let member = bob.clone();
    let statuses = app.race(64, async move |app, number| match number % 4 {
        0 => remove(app, &admin, team, &member).await.status,
        1 => leave(app, &leaver, team, None).await.status,
        // And makes keys with both hands meanwhile.
        2 => {
            crate::credentials::create(app, &leaver, team, crate::credentials::labelled(""))
                .await
                .status
        }
        _ => {
            crate::credentials::create(app, &with_key, team, crate::credentials::labelled(""))
                .await
                .status
        }
    });
    let known = [201, 204, 401, 404].map(|status| count(&statuses, status));
    assert_eq!((known[1], known.iter().sum::<usize>()), (1, 64), "{statuses:?}");
    assert_eq!(counted(&app, team), (1, 1));
    assert_eq!(unrevoked(&app, team, &bob), 0);
    assert_eq!(workspace(&app, &ann, team).await.reply().members, 1);
    let gone = entries(&app, team, "member.leave").len() + entries(&app, team, "member.remove").len();
    assert_eq!(gone, 1);
    assert_eq!(workspace(&app, &key, team).await.status, 401);
}

#[actix_web::test]
async fn attack_31_of_64_transfers_at_once_one_is_made() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let carl = app.person("carl");
    app.member(team, &carl, Role::User);
    let (owner, heirs) = (As::from(&ann), [bob.id, carl.id]);
    let statuses = app.race(64, async move |app, number| {
        let body = NewOwner {
            user_id: heirs[number % 2],
        };
        app.call::<shared::workspaces::TransferOwnership>(&owner, here(team), (), body)
            .await
            .status
    });
    assert_eq!(
        (count(&statuses, 200), count(&statuses, 403)),
        (1, 63),
        "{statuses:?}"
    );
    let now = workspace(&app, &ann, team).await.reply();
    let new = if now.owner_id == bob.id { &bob } else { &carl };
    let owner = get(&app, &ann, team, new).await.reply();
    assert!(owner.is_owner && owner.role == Role::Admin);
    assert_eq!(
        (now.owner_id, now.role, counted(&app, team)),
        (new.id, Role::Admin, (3, 2))
    );
    assert_eq!(entries(&app, team, "workspace.transfer").len(), 1);
}

#[actix_web::test]
async fn attack_31_an_owner_is_always_a_member_however_removals_and_transfers_meet() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let (owner, member) = (As::from(&ann), bob.clone());
    let as_bob = As::from(&bob);
    let heir = bob.id;
    let statuses = app.race(64, async move |app, number| match number % 3 {
        0 => remove(app, &owner, team, &member).await.status,
        1 => leave(app, &owner, team, Some(heir)).await.status,
        _ => leave(app, &as_bob, team, None).await.status,
    });
    let known = [204, 403, 404, 409, 422].map(|status| count(&statuses, status));
    assert_eq!((known[0], known.iter().sum::<usize>()), (1, 64), "{statuses:?}");
    let (stays, gone) = match workspace(&app, &ann, team).await.status {
        200 => (&ann, &bob),
        _ => (&bob, &ann),
    };
    let now = workspace(&app, stays, team).await.reply();
    assert_eq!((now.owner_id, now.role, now.members), (stays.id, Role::Admin, 1));
    assert_eq!(workspace(&app, gone, team).await.status, 404);
    assert_eq!(counted(&app, team), (1, 1));
}
