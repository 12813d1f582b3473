//! Anonymous usage data: sent once an operator chose so, to where the settings say, and no more of it than is shown.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use actix_web::rt::time::sleep;
use backend::jobs;
use chrono::TimeDelta;
use db::{Conn, schema::server};
use diesel::prelude::*;
use futures_util::future::join;
use serde_json::{Value, json};
use shared::{
    contract::Endpoint as _,
    permission::Role,
    usage_data::{ChooseUsageData, GetUsageData, UsageData, UsageDataChoice},
};
use testkit::{As, Person, TestApp};

/// One request as the recipient gets it: head and body.
type Told = (String, String);

/// What somebody does who is told something.
#[derive(Debug, Clone, Copy)]
enum Does {
    Answer(&'static str),
    HangUp,
    Nothing,
}

/// Somebody on this machine to whom usage data is sent, and who does the same with every request.
struct Recipient {
    address: String,
    told: Receiver<Told>,
}

impl Recipient {
    fn who(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/reports?from=clearance", listener.local_addr().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let mut kept_waiting = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut bytes = Vec::new();
                let mut chunk = [0; 1024];
                let request = loop {
                    let read = stream.read(&mut chunk).unwrap();
                    bytes.extend_from_slice(&chunk[..read]);
                    if let Some(request) = whole(&bytes) {
                        break request;
                    }
                    assert!(read > 0, "half a request: {}", String::from_utf8_lossy(&bytes));
                };
                tell.send(request).unwrap();
                match does {
                    Does::Answer(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                    Does::HangUp => {}
                    Does::Nothing => kept_waiting.push(stream),
                }
            }
        });
        Self { address, told }
    }

    fn new() -> Self {
        Self::who(Does::Answer(
            "HTTP/1.1 204 No Content\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        ))
    }

    /// All that came so far. What is sent has been read before the answer to it goes out.
    fn told(&self) -> Vec<Told> {
        self.told.try_iter().collect()
    }
}

fn whole(bytes: &[u8]) -> Option<Told> {
    let text = std::str::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    (body.len() == length.unwrap_or(0)).then(|| (head.to_owned(), body.to_owned()))
}

/// A server with this recipient in its settings, and its operator.
async fn server_telling(address: &str) -> (TestApp, Person) {
    let app = TestApp::with(|config| {
        config.usage_data_url = Some(address.parse().unwrap());
        config.public_url = Some("https://clearance.acme-laboratory.example".parse().unwrap());
    })
    .await;
    let operator = app.set_up();
    (app, operator)
}

async fn shown(app: &TestApp, operator: &Person) -> UsageData {
    app.call::<GetUsageData>(operator, (), (), ()).await.reply()
}

async fn choose(app: &TestApp, operator: &Person, is_sent: bool) {
    let chosen = app
        .call::<ChooseUsageData>(operator, (), (), UsageDataChoice { is_sent })
        .await
        .reply();
    assert_eq!(chosen.is_sent, Some(is_sent));
    assert_eq!(shown(app, operator).await, chosen);
}

/// Does what the job does; whether it was sent and taken.
async fn send(app: &TestApp) -> bool {
    jobs::usage_data::send(&app.state).await.unwrap()
}

#[actix_web::test]
async fn r017_nothing_is_sent_until_an_operator_chose() {
    let recipient = Recipient::new();
    let (app, operator) = server_telling(&recipient.address).await;
    let before = shown(&app, &operator).await;
    assert_eq!(
        (before.is_sent, before.recipient.as_deref()),
        (None, Some(recipient.address.as_str()))
    );
    for _ in 0..3 {
        assert!(!send(&app).await);
        app.clock.advance(TimeDelta::days(2));
    }
    choose(&app, &operator, false).await;
    assert!(!send(&app).await);
    assert_eq!(recipient.told(), []);
    // Also not before there is anybody who could choose.
    let nobody_yet = TestApp::with(|config| {
        config.usage_data_url = Some(recipient.address.parse().unwrap());
    })
    .await;
    assert!(!send(&nobody_yet).await);
    assert_eq!(recipient.told(), []);
}

#[actix_web::test]
async fn r017_what_is_sent_is_what_is_shown_and_nothing_else() {
    let recipient = Recipient::new();
    let (app, operator) = server_telling(&recipient.address).await;
    let mut people: Vec<Person> = (0..11)
        .map(|number| app.person(&format!("quentin{number}")))
        .collect();
    let keys: Vec<_> = people
        .iter()
        .map(|person| app.key(person, person.workspace))
        .collect();
    app.revoke(&keys[0]);
    people.push(operator.clone());
    choose(&app, &operator, true).await;
    let answer = app.call::<GetUsageData>(&operator, (), (), ()).await.json();
    assert!(send(&app).await);
    let told = recipient.told();
    let [(head, body)] = told.as_slice() else {
        panic!("{told:?}");
    };
    let sent: Value = serde_json::from_str(body).unwrap();
    assert_eq!(sent, answer["report"]);
    let database = app.db(|conn| {
        Ok(match conn {
            Conn::Sqlite(_) => "sqlite",
            Conn::Pg(_) => "postgresql",
        })
    });
    // Of eleven key pairs one is revoked.
    let expected = json!({
        "version": env!("CARGO_PKG_VERSION"), "database": database, "hosting": "own_team",
        "accounts": "11 to 100", "workspaces": "11 to 100", "keys": "up to 10",
    });
    assert_eq!(sent, expected);

    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /reports?from=clearance HTTP/1.1"));
    let mut headers: Vec<(String, &str)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    headers.sort();
    let (host, length) = (
        recipient.address.split('/').nth(2).unwrap(),
        body.len().to_string(),
    );
    let expected = [
        ("accept", "*/*"),
        ("content-length", &length),
        ("content-type", "application/json"),
        ("host", host),
        ("user-agent", "clearance"),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value)));
    let all = format!("{head}{body}").to_lowercase();
    assert!(!all.contains("acme-laboratory"));
    for person in &people {
        for of_them in [
            &person.name,
            &person.email,
            &person.id.to_string(),
            &person.workspace.to_string(),
        ] {
            assert!(!all.contains(of_them.as_str()), "{of_them} in {all}");
        }
    }
    assert!(
        keys.iter()
            .all(|key| !all.contains(&key.access_key.to_lowercase()))
    );
}

#[actix_web::test]
async fn r017_it_is_sent_once_a_day_and_no_more_after_an_operator_chose_otherwise() {
    let recipient = Recipient::new();
    let (app, operator) = server_telling(&recipient.address).await;
    choose(&app, &operator, true).await;
    assert!(send(&app).await);
    assert!(!send(&app).await);
    // Whoever changes their mind and changes it back does not have it sent again.
    choose(&app, &operator, false).await;
    choose(&app, &operator, true).await;
    app.clock.advance(TimeDelta::days(1) - TimeDelta::microseconds(1));
    assert!(!send(&app).await);
    app.clock.advance(TimeDelta::microseconds(1));
    assert!(send(&app).await);
    assert_eq!(recipient.told().len(), 2);
    choose(&app, &operator, false).await;
    app.clock.advance(TimeDelta::days(3));
    assert!(!send(&app).await);
    assert_eq!(recipient.told(), []);
}

#[actix_web::test]
async fn r017_of_several_processes_one_sends() {
    let recipient = Recipient::new();
    let (app, operator) = server_telling(&recipient.address).await;
    choose(&app, &operator, true).await;
    let sent = app.race(6, async |app, _| send(app).await);
    assert_eq!(sent.iter().filter(|sent| **sent).count(), 1, "{sent:?}");
    assert_eq!(recipient.told().len(), 1);
}

#[actix_web::test]
async fn r017_without_an_address_in_the_settings_nothing_is_sent_whatever_was_chosen() {
    let app = TestApp::start().await;
    let operator = app.set_up();
    choose(&app, &operator, true).await;
    assert_eq!(shown(&app, &operator).await.recipient, None);
    assert!(!send(&app).await);
    // And it does not count as sent: with an address it goes out at once.
    let last: Option<chrono::NaiveDateTime> =
        app.db(|conn| server::table.select(server::usage_data_sent_at).first(conn));
    assert_eq!(last, None);
}

#[actix_web::test]
async fn r017_a_recipient_that_does_not_take_it_is_no_failure_and_is_asked_again_a_day_later() {
    let elsewhere = Recipient::new();
    let leads_away = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        elsewhere.address
    );
    let broken = "HTTP/1.1 500 Internal Server Error\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    for does in [
        Does::Answer(broken),
        Does::Answer(leads_away.leak()),
        Does::Answer("no HTTP\r\n\r\n"),
        Does::HangUp,
    ] {
        let recipient = Recipient::who(does);
        let (app, operator) = server_telling(&recipient.address).await;
        choose(&app, &operator, true).await;
        assert!(!send(&app).await, "{does:?}");
        assert!(!send(&app).await, "{does:?}");
        assert_eq!(recipient.told().len(), 1, "{does:?}");
        app.clock.advance(TimeDelta::days(1));
        assert!(!send(&app).await, "{does:?}");
        assert_eq!(recipient.told().len(), 1, "{does:?}");
        assert_eq!(shown(&app, &operator).await.is_sent, Some(true));
    }
    assert_eq!(elsewhere.told(), [], "no answer leads elsewhere");
    // Nobody listens any more.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (app, operator) = server_telling(&format!("http://{gone}/")).await;
    choose(&app, &operator, true).await;
    assert!(!send(&app).await);
    assert_eq!(shown(&app, &operator).await.is_sent, Some(true));
}

#[actix_web::test]
async fn r017_a_recipient_that_says_nothing_holds_nobody_up() {
    let recipient = Recipient::who(Does::Nothing);
    let (app, operator) = server_telling(&recipient.address).await;
    choose(&app, &operator, true).await;
    let began = Instant::now();
    let meanwhile = async {
        while recipient.told().is_empty() {
            assert!(began.elapsed() < Duration::from_secs(8), "nothing was sent");
            sleep(Duration::from_millis(5)).await;
        }
        // Whoever waits for an answer holds no lock.
        let asked = Instant::now();
        choose(&app, &operator, false).await;
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    };
    let (sent, ()) = join(send(&app), meanwhile).await;
    assert!(!sent);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[actix_web::test]
async fn r017_only_operators_in_person_see_and_choose() {
    let app = TestApp::start().await;
    let (operator, ann) = (app.set_up(), app.person("ann"));
    app.member(operator.workspace, &ann, Role::Admin);
    let operators_key = app.key(&operator, operator.workspace);
    let others = [
        (As::from(&ann), 403, "operator_only"),
        (As::from(&operators_key), 403, "operator_only"),
        (app.bearer(&operators_key), 403, "operator_only"),
        (As::Nobody, 401, "unauthenticated"),
    ];
    for (who, status, code) in others {
        let seen = app.call::<GetUsageData>(&who, (), (), ()).await;
        assert_eq!((seen.status, seen.code()), (status, code), "{who:?}");
        let body = UsageDataChoice { is_sent: true };
        let chosen = app.call::<ChooseUsageData>(&who, (), (), body).await;
        assert_eq!((chosen.status, chosen.code()), (status, code), "{who:?}");
    }
    assert_eq!(shown(&app, &operator).await.is_sent, None);
}

#[actix_web::test]
async fn r017_a_choice_is_journalled_with_what_was_before() {
    let app = TestApp::start().await;
    let operator = app.set_up();
    choose(&app, &operator, true).await;
    // The same again is no change.
    choose(&app, &operator, true).await;
    choose(&app, &operator, false).await;
    let told: Vec<_> = app
        .journal()
        .into_iter()
        .map(|row| (row.chain, row.action, row.before, row.after))
        .collect();
    let line = |before: &str, after: &str| {
        let said = |is_sent| Some(format!("{{\"is_sent\":{is_sent}}}"));
        (
            "server".to_owned(),
            "server.usage_data".to_owned(),
            said(before),
            said(after),
        )
    };
    assert_eq!(told, [line("null", "true"), line("true", "false")]);
}

#[actix_web::test]
async fn r017_of_two_choices_on_the_same_ground_one_is_refused() {
    let app = TestApp::start().await;
    let operator = app.set_up();
    let (get, path) = (GetUsageData::METHOD.as_str(), GetUsageData::PATH);
    let now = app.raw(app.request(get, path, &operator)).await;
    let etag = now.header("etag").unwrap().to_owned();
    let chooses = async |is_sent: bool| {
        let request = app
            .request("PATCH", path, &operator)
            .insert_header(("if-match", etag.clone()))
            .set_json(json!({ "is_sent": is_sent }));
        app.raw(request).await
    };
    assert_eq!(chooses(true).await.status, 200);
    let refused = chooses(false).await;
    assert_eq!((refused.status, refused.code()), (412, "changed_meanwhile"));
    assert_eq!(shown(&app, &operator).await.is_sent, Some(true));
    let nonsense = app
        .request("PATCH", path, &operator)
        .set_json(json!({ "is_sent": null }));
    assert_eq!(app.raw(nonsense).await.status, 422);
}
