//! What the server does by itself: mail through a real mail server on this machine, what expires, and what another
//! process took away.

mod mail_server;

use std::time::{Duration, Instant};

use backend::{
    config::{Smtp, SmtpSecurity},
    jobs::{self, Jobs},
    mail::{self, Mailer, SealedMail},
};
use chrono::TimeDelta;
use db::schema::*;
use diesel::prelude::*;
use shared::account::GetMe;
use testkit::TestApp;

use self::mail_server::MailServer;

fn smtp(port: u16) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::None,
        from: "clearance@example.com".parse().unwrap(),
        username: None,
        password: None,
    }
}

fn mailer(server: &MailServer) -> Mailer {
    Mailer::new(&smtp(server.port())).unwrap()
}

fn queue(app: &TestApp, to: &str, body: &str) -> String {
    let id = app.state.clock().new_id();
    let to = to.parse().unwrap();
    app.state
        .system("a test queues a mail", |tx, _| {
            tx.needs_no_entry("a test");
            mail::queue(
                tx,
                &SealedMail::new(app.state.keys(), id, to, "Choose a new password", body)?,
            )
        })
        .unwrap();
    id.simple().to_string()
}

/// Text, tries, last error and whether it was sent, of the only mail.
fn row(app: &TestApp) -> (String, i64, Option<String>, bool) {
    let columns = (
        outbox::sealed_body,
        outbox::attempts,
        outbox::last_error,
        outbox::sent_at.is_not_null(),
    );
    app.db(|conn| outbox::table.select(columns).first(conn))
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < end, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[actix_web::test]
async fn a_queued_mail_arrives_whole_and_once_and_its_text_is_not_kept() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    let body = "Dear Ann,\n\nhttps://clearance.test/reset-password#token=abc\n\n.a line that begins with a dot\nGrüße\n";
    let id = queue(&app, "ann@example.com", body);
    assert!(!row(&app).0.contains("token=abc"), "it waits sealed");
    let mailer = mailer(&server);
    assert_eq!(mailer.send_due(&app.state).await.unwrap(), 1);
    assert_eq!(mailer.send_due(&app.state).await.unwrap(), 0);
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 1);
    let mail = &arrived[0];
    assert_eq!(mail.from, "<clearance@example.com>");
    assert_eq!(mail.to, ["<ann@example.com>"]);
    assert!(
        mail.text.contains("Subject: Choose a new password\r\n"),
        "{}",
        mail.text
    );
    assert!(
        mail.text.contains(&format!("Message-ID: <{id}@example.com>\r\n")),
        "{}",
        mail.text
    );
    assert!(mail.decoded_body().contains("#token=abc"), "{}", mail.text);
    assert!(
        mail.decoded_body().contains("\r\n.a line that begins with a dot"),
        "{}",
        mail.text
    );
    assert!(mail.decoded_body().contains("Grüße"), "{}", mail.text);
    assert_eq!(row(&app), (String::new(), 1, None, true));
}

#[actix_web::test]
async fn a_mail_that_cannot_be_sent_is_tried_again_later() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    server.refuse(2);
    queue(&app, "ann@example.com", "hello");
    let mailer = mailer(&server);
    assert_eq!(mailer.send_due(&app.state).await.unwrap(), 0);
    let (text, attempts, error, sent) = row(&app);
    assert!(!text.is_empty() && !sent);
    assert_eq!(attempts, 1);
    assert_eq!(error.as_deref(), Some("the mail server answered 451"));
    // Not before its time.
    app.clock.advance(TimeDelta::seconds(4));
    assert_eq!(mailer.send_due(&app.state).await.unwrap(), 0);
    assert_eq!(row(&app).1, 1);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(mailer.send_due(&app.state).await.unwrap(), 0);
    assert_eq!(row(&app).1, 2);
    app.clock.advance(TimeDelta::seconds(10));
    assert_eq!(mailer.send_due(&app.state).await.unwrap(), 1);
    assert_eq!(server.arrived().len(), 1);
    assert_eq!(row(&app), (String::new(), 3, None, true));
}

#[actix_web::test]
async fn a_mail_survives_the_mail_server_and_the_instance_that_took_it() {
    let app = TestApp::start().await;
    let gone = MailServer::start().port();
    queue(&app, "ann@example.com", "hello");
    let nowhere = Mailer::new(&smtp(gone)).unwrap();
    assert_eq!(nowhere.send_due(&app.state).await.unwrap(), 0);
    assert_eq!(
        row(&app).2.as_deref(),
        Some("the mail server could not be reached")
    );
    // An instance takes it and dies before it notes anything: after two minutes it is anybody's again.
    app.change(|conn| {
        let taken = app.state.clock().now() + TimeDelta::seconds(120);
        diesel::update(outbox::table)
            .set(outbox::send_after.eq(taken))
            .execute(conn)
    });
    let server = MailServer::start();
    let another = mailer(&server);
    app.clock.advance(TimeDelta::seconds(119));
    assert_eq!(another.send_due(&app.state).await.unwrap(), 0);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(another.send_due(&app.state).await.unwrap(), 1);
    assert_eq!(server.arrived().len(), 1);
}

#[actix_web::test]
async fn two_instances_do_not_send_the_same_mail() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    for number in 0..10 {
        queue(&app, &format!("person{number}@example.com"), "hello");
    }
    let (one, other) = (mailer(&server), mailer(&server));
    let (sent, also_sent) = tokio::join!(one.send_due(&app.state), other.send_due(&app.state));
    assert_eq!(sent.unwrap() + also_sent.unwrap(), 10);
    let mut to: Vec<String> = server.arrived().into_iter().flat_map(|mail| mail.to).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), server.arrived().len()), (10, 10));
}

#[actix_web::test]
async fn after_a_day_a_mail_is_given_up_and_the_journal_says_so() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    server.refuse(1);
    let id = queue(&app, "ann@example.com", "hello");
    app.clock.advance(TimeDelta::hours(24));
    assert_eq!(mailer(&server).send_due(&app.state).await.unwrap(), 0);
    let left: i64 = app.db(|conn| outbox::table.count().get_result(conn));
    assert_eq!(left, 0);
    let entry = app.journal().pop().unwrap();
    assert_eq!(
        (entry.action.as_str(), entry.subject_id.as_str()),
        ("mail.give_up", id.as_str())
    );
}

#[actix_web::test]
async fn the_running_jobs_send_mail_and_write_counters_and_the_last_ones_at_the_stop() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let server = MailServer::start();
    let calls = || -> i64 {
        let counted: Vec<i64> = app.db(|conn| {
            let me = call_counts::endpoint.eq("GetMe");
            call_counts::table
                .filter(me)
                .select(call_counts::calls)
                .load(conn)
        });
        counted.into_iter().sum()
    };
    let running = Jobs::start(&app.state, Some(mailer(&server))).unwrap();
    queue(&app, "ann@example.com", "hello");
    app.call::<GetMe>(&ann, (), (), ()).await.with_status(200);
    wait_until("the mail", || server.arrived().len() == 1);
    wait_until("the counters", || calls() == 1);
    app.call::<GetMe>(&ann, (), (), ()).await.with_status(200);
    let asked = Instant::now();
    running.stop().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(calls(), 2);
}

#[actix_web::test]
async fn what_another_process_takes_away_is_gone_within_a_second() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let key = app.key(&ann, ann.workspace);
    let running = Jobs::start(&app.state, None).unwrap();
    app.call::<GetMe>(&key, (), (), ()).await.with_status(200);
    // As another process does it: in the database, without a word to this one.
    let now = app.state.clock().now();
    app.change(|conn| {
        diesel::update(credentials::table)
            .set(credentials::revoked_at.eq(now))
            .execute(conn)?;
        diesel::update(access_epoch::table)
            .set(access_epoch::value.eq(access_epoch::value + 1))
            .execute(conn)
    });
    let end = Instant::now() + Duration::from_secs(1);
    while app.call::<GetMe>(&key, (), (), ()).await.status != 401 {
        assert!(Instant::now() < end, "the key still works");
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().unwrap();
}

#[actix_web::test]
async fn what_has_expired_is_removed_and_nothing_else() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let now = app.state.clock().now();
    let link = |hash: &str, days: i64| {
        (
            one_time_links::token_hash.eq(hash.to_owned()),
            one_time_links::kind.eq("password"),
            one_time_links::created_at.eq(now),
            one_time_links::expires_at.eq(now + TimeDelta::days(days)),
        )
    };
    let kept = |key: &str, hours: i64| {
        (
            idempotency::caller.eq("ann"),
            idempotency::idempotency_key.eq(key.to_owned()),
            idempotency::request_hash.eq("hash"),
            idempotency::created_at.eq(now - TimeDelta::hours(hours)),
        )
    };
    app.change(|conn| {
        for row in [link("old", -8), link("just expired", -1), link("good", 1)] {
            diesel::insert_into(one_time_links::table)
                .values(row)
                .execute(conn)?;
        }
        for row in [kept("old", 25), kept("young", 23)] {
            diesel::insert_into(idempotency::table)
                .values(row)
                .execute(conn)?;
        }
        Ok(())
    });
    jobs::sweep(&app.state).unwrap();
    let links: Vec<String> = app.db(|conn| {
        one_time_links::table
            .select(one_time_links::token_hash)
            .order(one_time_links::token_hash)
            .load(conn)
    });
    assert_eq!(
        links,
        ["good", "just expired"],
        "an old link is still told to be old"
    );
    let answers: Vec<String> =
        app.db(|conn| idempotency::table.select(idempotency::idempotency_key).load(conn));
    assert_eq!(answers, ["young"]);
    let sessions = || -> i64 { app.db(|conn| sessions::table.count().get_result(conn)) };
    assert_eq!(sessions(), 1);
    app.call::<GetMe>(&ann, (), (), ()).await.with_status(200);
    app.clock.advance(TimeDelta::days(8));
    jobs::sweep(&app.state).unwrap();
    assert_eq!(sessions(), 0, "unused for longer than a session may be");
}
