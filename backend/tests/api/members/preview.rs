//! What stops when a member goes, before they go.

use chrono::TimeDelta;
use shared::{error::ErrorCode, permission::Role};
use testkit::{As, TestApp};

use super::{ann_and_bob, at, invite, leave, preview, remove};

#[actix_web::test]
async fn n11_a_preview_names_what_stops_and_it_is_what_then_stops() {
    let (app, ann, bob, team) = ann_and_bob().await;
    app.change_role(team, &bob, Role::Admin);
    let nothing = preview(&app, &ann, team, &bob).await.reply();
    assert_eq!(
        (nothing.name.as_str(), nothing.key_count, nothing.keys),
        ("bob", 0, vec![])
    );
    assert_eq!((nothing.sessions, nothing.open_invitations), (1, 0));
    assert_eq!((nothing.is_owner, nothing.refused), (false, None));

    let keys: Vec<_> = (0..25).map(|_| app.key(&bob, team)).collect();
    app.revoke(&keys[0]);
    app.expire(&keys[1], app.clock.now());
    app.key(&bob, bob.workspace);
    app.clock.advance(TimeDelta::minutes(1));
    let used = app.clock.now();
    assert_eq!(preview(&app, &keys[2], team, &bob).await.status, 200);
    app.state.write_meters().unwrap();
    invite(&app, &bob, team, Role::User).await;
    invite(&app, &bob, team, Role::User).await;
    invite(&app, &ann, team, Role::User).await;
    app.session(bob.id);
    let shown = preview(&app, &ann, team, &bob).await.reply();
    assert_eq!((shown.key_count, shown.keys.len()), (23, 20));
    assert_eq!((shown.sessions, shown.open_invitations), (2, 2));
    let first = &shown.keys[0];
    assert_eq!(
        (first.access_key.as_str(), first.last_used_at),
        (keys[2].access_key.as_str(), Some(used.and_utc()))
    );
    assert!(first.last_used_from.is_some());
    assert_eq!(preview(&app, &bob, team, &bob).await.reply(), shown);
    assert!(
        app.journal()
            .iter()
            .all(|entry| entry.action == "invitation.create")
    );

    remove(&app, &ann, team, &bob).await.reply();
    assert_eq!(super::unrevoked(&app, team, &bob), 0);
    assert_eq!(super::senders(&app, team), [ann.id]);
}

#[actix_web::test]
async fn n11_a_preview_says_what_the_removal_itself_would_be_refused_with() {
    let (app, ann, bob, team) = ann_and_bob().await;
    let refused = async |who, workspace, user| preview(&app, who, workspace, user).await.reply().refused;
    assert_eq!(refused(&ann, team, &ann).await, Some(ErrorCode::OwnerStays));
    assert_eq!(leave(&app, &ann, team, None).await.code(), "owner_stays");
    assert_eq!(
        refused(&ann, ann.workspace, &ann).await,
        Some(ErrorCode::PersonalWorkspace)
    );
    assert_eq!(
        leave(&app, &ann, ann.workspace, None).await.code(),
        "personal_workspace"
    );
    assert_eq!(refused(&ann, team, &bob).await, None);
    assert_eq!(refused(&bob, team, &bob).await, None);
    // As after a change behind the server's back: the owner administers nothing.
    app.change_role(team, &bob, Role::Admin);
    app.change_role(team, &ann, Role::User);
    assert_eq!(refused(&bob, team, &bob).await, Some(ErrorCode::LastAdmin));
    assert_eq!(leave(&app, &bob, team, None).await.code(), "last_admin");
    assert_eq!(remove(&app, &bob, team, &bob).await.code(), "last_admin");
    assert_eq!(refused(&bob, team, &ann).await, Some(ErrorCode::OwnerStays));
    assert_eq!(remove(&app, &bob, team, &ann).await.code(), "owner_stays");
}

#[actix_web::test]
async fn n11_members_look_ahead_for_themselves_only() {
    let app = TestApp::start().await;
    let (ann, bob, carl) = (app.person("ann"), app.person("bob"), app.person("carl"));
    let team = app.workspace(&ann, "team");
    app.member(team, &bob, Role::User);
    app.member(team, &carl, Role::User);
    let stranger = app.person("stranger");
    let key = app.key(&bob, team);
    for who in [As::from(&bob), As::from(&key), app.bearer(&key)] {
        // Whether the one they ask about is a member makes no difference.
        for other in [&ann, &carl, &stranger] {
            let refused = preview(&app, &who, team, other).await;
            assert_eq!((refused.status, refused.code()), (403, "forbidden"));
        }
        assert_eq!(preview(&app, &who, team, &bob).await.status, 200);
    }
    assert_eq!(preview(&app, &ann, team, &stranger).await.code(), "not_found");
    assert_eq!(
        preview(&app, &stranger, team, &stranger).await.code(),
        "not_found"
    );
    let path = at(team, &carl);
    assert_eq!((path.workspace_id, path.user_id), (team, carl.id));
}
