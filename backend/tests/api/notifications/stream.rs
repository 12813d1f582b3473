//! The stream of events: it tells at once and whenever something changes, and ends with the session.

use std::time::{Duration, Instant};

use backend::{jobs::Jobs, notices::MOST_STREAMS};
use db::schema::{call_counts, notice_epoch};
use shared::{
    contract::Endpoint as _,
    session::{RevokeOtherSessions, SignOut},
};
use testkit::Pieces;

use super::*;

async fn watch(app: &TestApp, who: impl Into<As>) -> Pieces {
    app.events::<WatchNotifications>(who).await
}

fn unread_event(unread: u64) -> String {
    format!("event: unread\ndata: {{\"unread\":{unread}}}\n\n")
}

/// The stream ends, and within a second.
async fn ends(stream: &mut Pieces) {
    let begun = Instant::now();
    assert_eq!(stream.event().await, None);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[actix_web::test]
async fn a_stream_tells_the_number_at_once_and_whenever_it_changes() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    tell(&app, &ann, NotificationKind::Removed);
    let mut stream = watch(&app, &ann).await;
    let first = stream.event().await.unwrap();
    assert_eq!(first, format!("retry: 3000\n{}", unread_event(1)));
    let id = tell(&app, &ann, NotificationKind::RoleChanged);
    assert_eq!(stream.event().await, Some(unread_event(2)));
    set_read(&app, &ann, id, true).await.with_status(200);
    assert_eq!(stream.event().await, Some(unread_event(1)));
    app.call::<ReadAllNotifications>(&ann, (), (), ())
        .await
        .with_status(200);
    assert_eq!(stream.event().await, Some(unread_event(0)));
    tell(&app, &bob, NotificationKind::Removed);
    assert!(
        stream.is_silent_for(Duration::from_millis(700)).await,
        "what others are told is not for this stream"
    );
}

#[actix_web::test]
async fn every_stream_of_an_account_hears_of_what_it_is_told() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (_, other) = app.session(ann.id);
    let mut streams = [watch(&app, &ann).await, watch(&app, As::Session(other)).await];
    for stream in &mut streams {
        stream.event().await.unwrap();
    }
    tell(&app, &ann, NotificationKind::Removed);
    for stream in &mut streams {
        assert_eq!(stream.event().await, Some(unread_event(1)));
    }
}

#[actix_web::test]
async fn a_stream_is_neither_kept_nor_buffered_nor_compressed() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let request = app
        .request("GET", WatchNotifications::PATH, &ann)
        .insert_header(("accept-encoding", "gzip, br"))
        .insert_header(("if-none-match", "*"));
    let answer = app.raw(request).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    for absent in ["content-encoding", "content-length", "etag"] {
        assert_eq!(answer.header(absent), None);
    }
    assert_eq!(app.front.traffic().streams(), 0, "it went with its client");
    let head = app.raw(app.request("HEAD", WatchNotifications::PATH, &ann)).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(app.front.traffic().streams(), 0);
}

#[actix_web::test]
async fn n08_a_stream_ends_within_a_second_when_its_session_does() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let (_, other) = app.session(ann.id);
    let other = As::Session(other);
    let mut streams = [watch(&app, &ann).await, watch(&app, &other).await];
    for stream in &mut streams {
        stream.event().await.unwrap();
    }
    app.call::<RevokeOtherSessions>(&ann, (), (), ())
        .await
        .with_status(200);
    ends(&mut streams[1]).await;
    tell(&app, &ann, NotificationKind::Removed);
    assert_eq!(
        streams[0].event().await,
        Some(unread_event(1)),
        "the others go on"
    );
    app.call::<SignOut>(&ann, (), (), ()).await.with_status(204);
    ends(&mut streams[0]).await;
}

#[actix_web::test]
async fn n08_nothing_is_told_to_a_disabled_account_and_its_streams_end_within_a_second() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let mut stream = watch(&app, &ann).await;
    stream.event().await.unwrap();
    app.disable(&ann);
    tell(&app, &ann, NotificationKind::Removed);
    ends(&mut stream).await;
    let again = app.raw(app.request("GET", WatchNotifications::PATH, &ann)).await;
    assert_eq!((again.status, again.code()), (401, "unauthenticated"));
}

#[actix_web::test]
async fn a_stream_is_no_use_of_a_session_and_ends_with_one_that_nobody_uses() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let mut stream = watch(&app, &ann).await;
    stream.event().await.unwrap();
    let idle = i64::from(app.state.config().session_idle_days);
    app.clock
        .advance(chrono::TimeDelta::days(idle) - chrono::TimeDelta::seconds(1));
    assert!(stream.is_silent_for(Duration::from_millis(700)).await);
    app.clock.advance(chrono::TimeDelta::seconds(1));
    ends(&mut stream).await;
}

#[actix_web::test]
async fn streams_end_when_the_server_stops() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let mut stream = watch(&app, &ann).await;
    stream.event().await.unwrap();
    assert_eq!(app.front.traffic().streams(), 1);
    app.front.traffic().drain();
    ends(&mut stream).await;
    drop(stream);
    assert_eq!(app.front.traffic().streams(), 0, "the stop waits for no more");
}

#[actix_web::test]
async fn an_account_holds_a_few_streams_open_and_the_oldest_gives_way() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let mut of_bob = watch(&app, &bob).await;
    of_bob.event().await.unwrap();
    let mut streams = Vec::new();
    for _ in 0..=MOST_STREAMS {
        let mut stream = watch(&app, &ann).await;
        stream.event().await.unwrap();
        streams.push(stream);
    }
    ends(&mut streams[0]).await;
    tell(&app, &ann, NotificationKind::Removed);
    for stream in streams.iter_mut().skip(1) {
        assert_eq!(stream.event().await, Some(unread_event(1)));
    }
    tell(&app, &bob, NotificationKind::Removed);
    assert_eq!(of_bob.event().await, Some(unread_event(1)));
}

#[actix_web::test]
async fn a_silent_stream_shows_that_it_is_alive() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let mut stream = watch(&app, &ann).await;
    stream.event().await.unwrap();
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    assert_eq!(stream.event().await.as_deref(), Some(":\n\n"));
    let waited = begun.elapsed();
    assert!(
        (Duration::from_secs(15)..Duration::from_secs(16)).contains(&waited),
        "{waited:?}"
    );
}

#[actix_web::test]
async fn what_another_process_tells_is_heard_within_a_second() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let running = Jobs::start(&app.state, None).unwrap();
    let mut stream = watch(&app, &ann).await;
    stream.event().await.unwrap();
    for told in 1..=2 {
        // As another process does it: in the database, without a word to this one.
        let begun = Instant::now();
        app.change(|conn| {
            let id = NotificationId(app.clock.new_id());
            insert(conn, id, ann.id, NotificationKind::Removed, app.clock.now())?;
            diesel::update(notice_epoch::table)
                .set(notice_epoch::value.eq(notice_epoch::value + 1))
                .execute(conn)
        });
        assert_eq!(stream.event().await, Some(unread_event(told)));
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
    running.stop().unwrap();
}

#[actix_web::test]
async fn a_stream_counts_as_one_call() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let mut stream = watch(&app, &ann).await;
    stream.event().await.unwrap();
    for _ in 0..3 {
        tell(&app, &ann, NotificationKind::Removed);
        stream.event().await.unwrap();
    }
    app.state.write_meters().unwrap();
    let counted: i64 = app.db(|conn| {
        call_counts::table
            .filter(call_counts::endpoint.eq("WatchNotifications"))
            .select(call_counts::calls)
            .first(conn)
    });
    assert_eq!(counted, 1);
}

#[actix_web::test]
async fn an_idle_stream_holds_no_connection() {
    let app = TestApp::with(|config| config.database_connections = 1).await;
    let ann = app.person("ann");
    let mut streams = Vec::new();
    for _ in 0..10 {
        let mut stream = watch(&app, &ann).await;
        stream.event().await.unwrap();
        streams.push(stream);
    }
    for (name, pool) in app.state.db().pool_sizes() {
        assert_eq!(pool.connections, pool.idle_connections, "{name}");
    }
    assert_eq!(unread(&app, &ann).await, 0);
}
