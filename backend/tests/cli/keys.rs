//! `clearance keys`: another sealing key while a server runs.

use std::{fs, path::Path};

use db::{Db, DbError, Kind, schema::vault_versions};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::process::{EMAIL, PASSWORD, Server, clearance, folder, output};

const CONTENT: &str = "sdk.a = lantern";

/// A browser that is signed in, and the address of its owner's workspace.
struct Browser {
    cookie: String,
    home: String,
}

impl Browser {
    fn of(server: &Server) -> Self {
        let body = json!({
            "token": server.token(), "name": "Ann", "email": EMAIL, "password": PASSWORD, "hosting": "own_team",
        });
        let done = server.post("/api/v1/setup", &body);
        assert_eq!(done.status, 200, "{}", done.body);
        let cookie = done
            .head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "))
            .unwrap();
        // The head was read in lower case; a session's value is not.
        let name = cookie.split('=').next().unwrap().replace("host-", "Host-");
        let signed_in = Self::sign_in(server, &name);
        let spaces = signed_in.ask(server, "GET", "/api/v1/workspaces", &Value::Null);
        let id = spaces["items"][0]["id"].as_str().unwrap().to_owned();
        Self {
            home: format!("/api/v1/workspaces/{id}"),
            ..signed_in
        }
    }

    fn sign_in(server: &Server, name: &str) -> Self {
        use std::io::{Read as _, Write as _};
        let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
        let mut stream = server.connect();
        write!(
            stream,
            "{}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            server.post_head("/api/v1/session"),
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let from = answer
            .find(name)
            .unwrap_or_else(|| panic!("no {name} in {answer}"));
        let cookie = answer[from..].split(';').next().unwrap().to_owned();
        Self {
            cookie,
            home: String::new(),
        }
    }

    fn ask(&self, server: &Server, method: &str, address: &str, body: &Value) -> Value {
        let head = format!(
            "{method} {address} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nX-Clearance-Client: app\r\n\
             Sec-Fetch-Site: same-origin\r\nCookie: {}\r\n",
            server.address, self.cookie
        );
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let reply = server.send(&head, &body);
        assert!(
            (200..300).contains(&reply.status),
            "{} {}",
            reply.status,
            reply.body
        );
        reply.json()
    }

    fn save(&self, server: &Server, content: &str) -> Value {
        let body = json!({ "format": "hocon", "content": content });
        self.ask(server, "PATCH", &format!("{}/vaults/personal", self.home), &body)
    }

    fn read(&self, server: &Server) -> String {
        let vault = self.ask(
            server,
            "GET",
            &format!("{}/vaults/personal", self.home),
            &Value::Null,
        );
        vault["content"].as_str().unwrap().to_owned()
    }
}

/// The names of the keys that seal what is in vaults, by save.
fn sealed_by(folder: &Path) -> Vec<String> {
    let db = Db::open(Kind::Sqlite(folder.join("data/clearance.db")), 1);
    let texts: Vec<String> = db
        .read(|conn| {
            let rows = vault_versions::table.order(vault_versions::version);
            rows.select(vault_versions::sealed_content)
                .load(conn)
                .map_err(DbError::from)
        })
        .unwrap();
    texts
        .iter()
        .map(|text| text.split('.').nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn keys_are_rotated_while_a_server_runs_and_everything_opens_all_the_time() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let browser = Browser::of(&server);
    for number in 0..40 {
        browser.save(&server, &format!("{CONTENT}{number}"));
    }
    let before = sealed_by(folder.path());
    assert!(before.windows(2).all(|pair| pair[0] == pair[1]));

    let rotation = {
        let folder = folder.path().to_owned();
        std::thread::spawn(move || output(clearance(&folder, &["keys", "rotate", "--data-dir", "data"])))
    };
    let mut looks = 0;
    while !rotation.is_finished() {
        assert_eq!(browser.read(&server), format!("{CONTENT}39"));
        looks += 1;
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let (code, out, error) = rotation.join().unwrap();
    assert_eq!(code, Some(0), "{out}{error}");
    assert!(looks > 10, "{looks}");
    assert!(out.contains("vaults: 40 sealed anew, 0 unreadable"), "{out}");
    let after = sealed_by(folder.path());
    assert!(
        after.iter().all(|key| *key == after[0] && *key != before[0]),
        "{after:?}"
    );
    assert!(out.contains(&after[0]), "{out}");

    // The server that ran all the time seals with the new key too, and one that starts opens everything.
    browser.save(&server, "sdk.a = fennel");
    assert_eq!(sealed_by(folder.path()).pop(), Some(after[0].clone()));
    let (code, out, _) = output(clearance(
        folder.path(),
        &["keys", "reseal", "--data-dir", "data"],
    ));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("vaults: 0 sealed anew, 0 unreadable"), "{out}");
    drop(server);

    // Without the former key nothing is lost: all that there is was sealed anew.
    let file = folder.path().join("data/keys/instance.toml");
    let text = fs::read_to_string(&file).unwrap();
    let former = text.rfind("[[sealing]]").unwrap();
    fs::write(&file, &text[..former]).unwrap();
    let again = Server::start(folder.path(), &[]);
    assert_eq!(browser.read(&again), "sdk.a = fennel");
    assert!(!text.contains(CONTENT));
}

#[test]
fn what_no_key_opens_is_counted_and_left_as_it_is() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let browser = Browser::of(&server);
    browser.save(&server, CONTENT);
    drop(server);
    let file = folder.path().join("data/keys/instance.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (before, sealing) = text.split_at(text.rfind("[[sealing]]").unwrap());
    let lost: String = sealing.replace("id = \"k", "id = \"x");
    fs::write(&file, format!("{before}{lost}")).unwrap();
    let was = sealed_by(folder.path());
    let (code, out, _) = output(clearance(
        folder.path(),
        &["keys", "reseal", "--data-dir", "data"],
    ));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("vaults: 0 sealed anew, 1 unreadable"), "{out}");
    assert_eq!(sealed_by(folder.path()), was);
}
