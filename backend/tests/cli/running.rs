//! A running server: its first start, its connections, its log, its end.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, Instant},
};

use db::{Db, DbError, Kind, schema::call_counts};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::process::{EMAIL, PASSWORD, Reply, Server, folder, read_reply};

pub fn set_up(server: &Server) -> Reply {
    let body = json!({
        "token": server.token(), "name": "Ann", "email": EMAIL, "password": PASSWORD, "hosting": "own_team",
    });
    server.post("/api/v1/setup", &body)
}

pub fn sign_in(server: &Server) -> Reply {
    server.post(
        "/api/v1/session",
        &json!({ "email": EMAIL, "password": PASSWORD }),
    )
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_first_start_prints_a_link_that_sets_the_server_up_once() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let done = set_up(&server);
    assert_eq!(
        (done.status, &done.json()["account"]["email"]),
        (200, &json!(EMAIL))
    );
    assert_eq!(set_up(&server).json()["code"], "already_set_up");
    server.ask_to_stop();
    let (status, log) = server.ended_within(Duration::from_secs(10));
    assert!(status.success());
    assert!(!log.contains("#token="), "the link is not in the log");
    let again = Server::start(folder.path(), &[]);
    assert_eq!(
        again.printed.len(),
        1,
        "a server that is set up prints no link: {:?}",
        again.printed
    );
    assert_eq!(sign_in(&again).status, 200);
}

#[test]
fn a_start_with_an_administrator_in_the_settings_needs_no_page() {
    let folder = folder();
    let secret = folder.path().join("password");
    fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
    let variables = [
        ("CLEARANCE_ADMIN_EMAIL", EMAIL),
        ("CLEARANCE_ADMIN_PASSWORD_FILE", secret.to_str().unwrap()),
    ];
    let server = Server::start(folder.path(), &variables);
    assert_eq!(server.printed.len(), 1);
    assert_eq!(sign_in(&server).status, 200);
}

#[test]
fn what_the_first_start_makes_can_be_read_by_its_owner_only() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    assert_eq!(set_up(&server).status, 200);
    let data = folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("keys")), 0o700);
    for file in [
        "keys/instance.toml",
        "clearance.db",
        "clearance.db-wal",
        "clearance.db-shm",
        "clearance.db.lock",
    ] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_stop_lets_requests_finish_and_loses_nothing_that_was_acknowledged() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    // An idle connection, and one on which nothing complete was ever said, keep nobody waiting.
    let idle = server.connect();
    let mut halting = server.connect();
    halting.write_all(b"GET /healthz HTTP/1.1\r\nHost: ").unwrap();
    let body = json!({
        "token": server.token(), "name": "Ann", "email": EMAIL, "password": PASSWORD, "hosting": "own_team",
    });
    // One whose second half arrives after the stop.
    let (mut stream, rest) = begin(&server, "/api/v1/setup", &body);
    wait_until_in_flight(&server, 1);
    let asked = Instant::now();
    server.ask_to_stop();
    std::thread::sleep(Duration::from_millis(200));
    stream.write_all(&rest).unwrap();
    let reply = read_reply(stream);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.head.contains("connection: close"), "{}", reply.head);
    let (status, log) = server.ended_within(Duration::from_secs(10));
    assert!(status.success(), "{log}");
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}: nobody was left to wait for",
        asked.elapsed()
    );
    assert!(log.contains("\"stopped\""), "{log}");
    drop((idle, halting));

    assert_eq!(
        counted(folder.path(), "CompleteSetup"),
        1,
        "the counters are written at the end"
    );
    let again = Server::start(folder.path(), &[]);
    assert_eq!(sign_in(&again).status, 200, "what was acknowledged is there");
}

/// Sends a request but for the second half of its body, which it answers.
fn begin(server: &Server, address: &str, body: &Value) -> (TcpStream, Vec<u8>) {
    let (mut stream, body) = (server.connect(), body.to_string());
    let head = server.post_head(address);
    let (first, rest) = body.split_at(body.len() / 2);
    write!(stream, "{head}Content-Length: {}\r\n\r\n{first}", body.len()).unwrap();
    (stream, rest.as_bytes().to_vec())
}

fn wait_until_in_flight(server: &Server, wanted: u32) {
    let end = Instant::now() + Duration::from_secs(10);
    let in_flight = || -> u32 {
        let figures = server.get("/metrics").body;
        let line = figures
            .lines()
            .find_map(|line| line.strip_prefix("clearance_http_requests_in_flight "));
        line.unwrap().parse().unwrap()
    };
    while in_flight() < wanted {
        assert!(Instant::now() < end, "the requests do not arrive");
    }
}

fn counted(folder: &Path, endpoint: &str) -> i64 {
    let db = Db::open(Kind::Sqlite(folder.join("data/clearance.db")), 1);
    let calls: Vec<i64> = db
        .read(|conn| {
            let of_endpoint = call_counts::table.filter(call_counts::endpoint.eq(endpoint));
            of_endpoint
                .select(call_counts::calls)
                .load(conn)
                .map_err(DbError::from)
        })
        .unwrap();
    calls.into_iter().sum()
}

#[test]
fn ctrl_c_stops_as_well_and_a_request_that_never_ends_does_not_hold_it_up_for_ever() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let mut endless = server.connect();
    write!(
        endless,
        "{}Content-Length: 1000\r\n\r\n{{\"email\": ",
        server.post_head("/api/v1/session")
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.signal("INT");
    let (status, _) = server.ended_within(Duration::from_secs(10));
    assert!(status.success());
}

#[test]
fn the_log_has_one_line_for_each_request_and_no_secret_in_it() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    set_up(&server);
    let cookie = sign_in(&server);
    let cookie = cookie
        .head
        .split("set-cookie: ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let me = server.get("/api/v1/me?secret=hunter2");
    let me_id = me
        .head
        .split("x-request-id: ")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap()
        .to_owned();
    server.get("/reset-password?token=hunter2");
    let authorised = server.send(
        &format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer hunter2hunter2\r\n",
            server.address
        ),
        "",
    );
    assert_eq!(authorised.status, 401);
    server.ask_to_stop();
    let (_, log) = server.ended_within(Duration::from_secs(10));
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let line = lines.iter().find(|line| line["request_id"] == *me_id).unwrap();
    assert_eq!(
        (&line["method"], &line["path"], &line["status"]),
        (&json!("GET"), &json!("/api/v1/me"), &json!(401))
    );
    assert!(line["duration_us"].is_u64());
    for secret in ["hunter2", PASSWORD, EMAIL, &cookie, "clrs_", "#token"] {
        assert!(
            !log.to_ascii_lowercase().contains(&secret.to_ascii_lowercase()),
            "{secret}"
        );
    }
}

#[test]
fn even_the_longest_log_has_no_secret_of_a_storage_and_no_signed_address() {
    let storage = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = storage.local_addr().unwrap().to_string();
    let asked = std::thread::spawn(move || {
        let (mut connection, _) = storage.accept().unwrap();
        let mut request = [0; 8192];
        let length = connection.read(&mut request).unwrap();
        let why = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
        let refused = format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\n\r\n", why.len());
        connection
            .write_all(format!("{refused}{why}").as_bytes())
            .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let folder = folder();
    let settings = [
        ("CLEARANCE_LOG__LEVEL", "trace"),
        ("CLEARANCE_STORAGE__ALLOWED_PRIVATE_HOSTS", host.as_str()),
    ];
    let server = Server::start(folder.path(), &settings);
    set_up(&server);
    let cookie = sign_in(&server).cookie;
    let post = |path: &str, body: &str| {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nX-Clearance-Client: app\r\nContent-Type: \
             application/json\r\n",
            server.address
        );
        server.send(&head, body)
    };
    let entry = json!({ "bucket": "data", "key": "AKIA1", "secret": "hunter2/of+storage", "token": "hunter3-session",
                        "host": format!("http://{host}") });
    let made = post("/api/v1/me/storage", &entry.to_string());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let tested = post(&format!("/api/v1/me/storage/{id}/test"), "").json();
    assert_eq!(tested["works"], false);
    assert!(
        tested["message"]
            .as_str()
            .unwrap()
            .contains("does not belong to this key"),
        "{tested}"
    );
    let request = asked.join().unwrap();
    let signature = request
        .split("X-Amz-Signature=")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    server.ask_to_stop();
    let (_, log) = server.ended_within(Duration::from_secs(10));
    assert!(
        log.contains("/api/v1/me/storage/{storage_entry_id}/test"),
        "{log}"
    );
    for secret in ["hunter2", "hunter3", "X-Amz-Signature", signature] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[test]
fn a_request_that_is_no_http_or_comes_too_slowly_does_no_harm() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    for (said, status) in [
        ("NONSENSE\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned(), 400),
        (
            format!(
                "POST /api/v1/session HTTP/1.1\r\nHost: {}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                server.address
            ),
            400,
        ),
        (
            format!(
                "POST /api/v1/session HTTP/1.1\r\nHost: {}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                server.address
            ),
            400,
        ),
        (
            format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1_000_000)),
            431,
        ),
        ("GET /api/v1/server HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("GET /healthz HTTP/1.0\r\n\r\n".to_owned(), 200),
        ("GET /api/v1/server HTTP/1.0\r\n\r\n".to_owned(), 421),
        (
            "GET http://evil.example/api/v1/server HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".to_owned(),
            421,
        ),
    ] {
        let mut stream = server.connect();
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        // The server may have answered and closed before everything was said.
        let _ = stream.write_all(said.as_bytes());
        assert_eq!(
            read_reply(stream).status,
            status,
            "{}",
            &said[..said.len().min(60)]
        );
    }
    let head = server.send(
        &format!("HEAD /api/v1/server HTTP/1.1\r\nHost: {}\r\n", server.address),
        "",
    );
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(!head.head.contains("content-length: 0"), "{}", head.head);
    // A head that comes byte by byte is cut off.
    let mut slow = server.connect();
    slow.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    let begun = Instant::now();
    let mut answer = Vec::new();
    let _ = slow.read_to_end(&mut answer);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"));
    assert_eq!(server.get("/healthz").status, 200);
}
