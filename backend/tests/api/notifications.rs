//! What an account is told, and what it has read.

mod stream;

use db::{columns, schema::notifications};
use diesel::prelude::*;
use shared::{
    ids::{NotificationId, UserId},
    notifications::*,
    permission::Role,
};
use testkit::{As, Person, TestApp};

/// Tells `to` something, as a feature does it.
fn tell(app: &TestApp, to: &Person, kind: NotificationKind) -> NotificationId {
    let id = NotificationId(app.clock.new_id());
    app.state
        .system("a test tells somebody something", |tx, _| {
            tx.needs_no_entry("a test");
            insert(tx.conn, id, to.id, kind, tx.now())?;
            tx.tells(to.id);
            Ok(())
        })
        .unwrap();
    id
}

fn insert(
    conn: &mut db::Conn,
    id: NotificationId,
    to: UserId,
    kind: NotificationKind,
    at: chrono::NaiveDateTime,
) -> QueryResult<usize> {
    diesel::insert_into(notifications::table)
        .values((
            notifications::id.eq(columns::NotificationId(id)),
            notifications::user_id.eq(columns::UserId(to)),
            notifications::kind.eq(columns::NotificationKind(kind)),
            notifications::actor_name.eq("Eve"),
            notifications::role.eq(columns::Role(Role::Admin)),
            notifications::created_at.eq(at),
        ))
        .execute(conn)
}

async fn list(app: &TestApp, who: &Person, query: NotificationsQuery) -> shared::page::Page<Notification> {
    app.call::<ListNotifications>(who, (), query, ()).await.reply()
}

async fn unread(app: &TestApp, who: &Person) -> u64 {
    app.call::<CountNotifications>(who, (), (), ())
        .await
        .reply()
        .unread
}

async fn set_read(
    app: &TestApp,
    who: &Person,
    id: NotificationId,
    read: bool,
) -> testkit::Answer<Notification> {
    let path = OneNotification { notification_id: id };
    let body = NotificationChange { read: Some(read) };
    app.call::<ChangeNotification>(who, path, (), body).await
}

#[actix_web::test]
async fn r050_notifications_are_listed_the_newest_first_in_pages_and_counted() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let mut told = Vec::new();
    for n in 0..5 {
        told.push(tell(&app, &ann, NotificationKind::RoleChanged));
        if n != 2 {
            // Two of the same moment keep an order, too.
            app.clock.advance(chrono::TimeDelta::seconds(1));
        }
    }
    told.reverse();
    tell(&app, &bob, NotificationKind::Removed);
    assert_eq!(unread(&app, &ann).await, 5);
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let query = NotificationsQuery {
            limit: Some(2),
            cursor,
            unread: None,
        };
        let page = list(&app, &ann, query).await;
        assert_eq!(page.total, 5);
        assert!(page.items.len() <= 2);
        found.extend(page.items.iter().map(|item| item.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, told);
    let first = list(
        &app,
        &ann,
        NotificationsQuery {
            limit: Some(2),
            ..Default::default()
        },
    )
    .await;
    assert_eq!(first.items[0].actor.as_ref().unwrap().as_str(), "Eve");
    assert_eq!(
        (first.items[0].role, first.items[0].open_invitation),
        (Some(Role::Admin), None)
    );
    for query in [
        NotificationsQuery {
            cursor: first.next_cursor.clone(),
            unread: Some(true),
            ..Default::default()
        },
        NotificationsQuery {
            cursor: Some("x".to_owned()),
            ..Default::default()
        },
    ] {
        let answer = app.call::<ListNotifications>(&ann, (), query, ()).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_cursor"));
    }
    let query = NotificationsQuery {
        cursor: first.next_cursor,
        ..Default::default()
    };
    let answer = app.call::<ListNotifications>(&bob, (), query, ()).await;
    assert_eq!(answer.code(), "bad_cursor", "a marker is its owner's");
}

#[actix_web::test]
async fn one_is_marked_as_read_and_unread_and_all_at_once() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (one, two) = (
        tell(&app, &ann, NotificationKind::Removed),
        tell(&app, &ann, NotificationKind::OwnershipReceived),
    );
    let entries = app.journal().len();
    assert!(set_read(&app, &ann, one, true).await.reply().read);
    assert!(set_read(&app, &ann, one, true).await.reply().read);
    assert_eq!(unread(&app, &ann).await, 1);
    let only_unread = NotificationsQuery {
        unread: Some(true),
        ..Default::default()
    };
    let page = list(&app, &ann, only_unread.clone()).await;
    assert_eq!((page.total, page.items.len(), page.items[0].id), (1, 1, two));
    assert!(!set_read(&app, &ann, one, false).await.reply().read);
    assert_eq!(unread(&app, &ann).await, 2);
    let all = app.call::<ReadAllNotifications>(&ann, (), (), ()).await.reply();
    assert_eq!(all.unread, 0);
    assert_eq!(unread(&app, &ann).await, 0);
    assert_eq!(list(&app, &ann, only_unread).await.total, 0);
    assert_eq!(
        app.journal().len(),
        entries,
        "what somebody has read is nobody else's business"
    );
}

#[actix_web::test]
async fn what_somebody_else_is_told_is_not_there() {
    let app = TestApp::start().await;
    let (ann, eve) = (app.person("ann"), app.person("eve"));
    let id = tell(&app, &ann, NotificationKind::Removed);
    let path = OneNotification { notification_id: id };
    let unknown = OneNotification {
        notification_id: NotificationId(app.clock.new_id()),
    };
    for path in [path.clone(), unknown] {
        let answer = app.call::<GetNotification>(&eve, path, (), ()).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"));
    }
    assert_eq!(set_read(&app, &eve, id, true).await.status, 404);
    app.call::<ReadAllNotifications>(&eve, (), (), ())
        .await
        .with_status(200);
    assert_eq!(unread(&app, &ann).await, 1);
    assert_eq!(list(&app, &eve, NotificationsQuery::default()).await.total, 0);
    let key = app.key(&ann, ann.workspace);
    let by_key = app
        .call::<ListNotifications>(&key, (), NotificationsQuery::default(), ())
        .await;
    assert_eq!((by_key.status, by_key.code()), (403, "in_person_only"));
    let nobody = app.call::<GetNotification>(As::Nobody, path, (), ()).await;
    assert_eq!(nobody.status, 401);
}

#[actix_web::test]
async fn old_notifications_are_removed_read_ones_sooner_and_of_very_many_the_oldest() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let now = app.clock.now();
    let days_ago = |days: i64| now - chrono::TimeDelta::days(days);
    let mut kept = Vec::new();
    app.change(|conn| {
        for (days, read, stays) in [
            (89, true, true),
            (90, true, false),
            (364, false, true),
            (365, false, false),
            (1, true, true),
        ] {
            let id = NotificationId(app.clock.new_id());
            insert(conn, id, ann.id, NotificationKind::Removed, days_ago(days))?;
            let read = read.then_some(days_ago(days));
            diesel::update(notifications::table.find(columns::NotificationId(id)))
                .set(notifications::read_at.eq(read))
                .execute(conn)?;
            if stays {
                kept.push(id);
            }
        }
        for second in 0..2010 {
            let at = now - chrono::TimeDelta::seconds(second);
            insert(
                conn,
                NotificationId(app.clock.new_id()),
                bob.id,
                NotificationKind::Removed,
                at,
            )?;
        }
        Ok(())
    });
    backend::jobs::sweep(&app.state).unwrap();
    let mut left: Vec<NotificationId> = list(&app, &ann, NotificationsQuery::default())
        .await
        .items
        .iter()
        .map(|item| item.id)
        .collect();
    left.sort();
    kept.sort();
    assert_eq!(left, kept);
    let crowded = list(&app, &bob, NotificationsQuery::default()).await;
    assert_eq!(crowded.total, 2000);
    assert_eq!(crowded.items[0].created_at, now.and_utc(), "the newest stay");
}
