//! The commands beside `serve`.

use serde_json::{Value, json};

use super::process::{EMAIL, PASSWORD, Server, clearance, folder, output};

const ADMIN: [(&str, &str); 2] = [
    ("CLEARANCE_ADMIN_EMAIL", EMAIL),
    ("CLEARANCE_ADMIN_PASSWORD", PASSWORD),
];

#[test]
fn the_operator_makes_accounts_and_resets_passwords_while_the_server_runs() {
    let folder = folder();
    let server = Server::start(folder.path(), &ADMIN);
    let url = format!("http://{}", server.address);
    let with_url = |arguments: &[&str]| {
        let mut command = clearance(folder.path(), arguments);
        command.env("CLEARANCE_PUBLIC_URL", &url);
        output(command)
    };
    let (code, out, message) = with_url(&["user", "add", "bob@example.com", "--name", "Bob"]);
    assert_eq!(code, Some(0), "{message}");
    let token = out.split_once("#token=").unwrap().1.trim();
    assert!(out.contains(&format!("{url}/reset-password#token=")), "{out}");
    let new = "another sentence that nobody else has";
    let chosen = server.post(
        "/api/v1/session/password-reset/complete",
        &json!({ "token": token, "password": new }),
    );
    assert_eq!(chosen.status, 204, "{}", chosen.body);
    let signed_in = server.post(
        "/api/v1/session",
        &json!({ "email": "bob@example.com", "password": new }),
    );
    assert_eq!(signed_in.status, 200);

    let (code, out, _) = with_url(&["user", "reset-password", EMAIL]);
    assert_eq!(code, Some(0));
    assert!(out.contains("#token="), "{out}");
    let (code, out, _) = with_url(&["user", "list"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("bob@example.com\tBob\tactive\n"), "{out}");
    assert!(
        out.lines()
            .any(|line| line.contains(EMAIL) && line.ends_with("\tactive\toperator")),
        "{out}"
    );
    let (code, _, message) = with_url(&["user", "reset-password", "nobody@example.com"]);
    assert_eq!(code, Some(1));
    assert!(
        message.contains("Nobody here has the address nobody@example.com"),
        "{message}"
    );
    let (code, _, message) = with_url(&["user", "add", "bob@example.com"]);
    assert_eq!(code, Some(1));
    assert!(
        message.contains("an account with this e-mail address already"),
        "{message}"
    );
}

#[test]
fn the_operator_disables_and_enables_accounts_while_the_server_runs() {
    let folder = folder();
    let server = Server::start(folder.path(), &ADMIN);
    let command = |arguments: &[&str]| output(clearance(folder.path(), arguments));
    let (code, out, message) = command(&["user", "add", "bob@example.com", "--name", "Bob"]);
    assert_eq!(code, Some(0), "{message}");
    let password = "another sentence that nobody else has";
    let token = out.split_once("#token=").unwrap().1.trim();
    let chosen = json!({ "token": token, "password": password });
    let chosen = server.post("/api/v1/session/password-reset/complete", &chosen);
    assert_eq!(chosen.status, 204, "{}", chosen.body);
    let signs_in = || {
        let body = json!({ "email": "bob@example.com", "password": password });
        server.post("/api/v1/session", &body).status
    };
    assert_eq!(signs_in(), 200);
    let (code, out, message) = command(&["user", "disable", "BOB@example.com"]);
    assert_eq!(code, Some(0), "{message}");
    assert!(out.contains("is disabled"), "{out}");
    assert_eq!(signs_in(), 401);
    let (_, out, _) = command(&["user", "list"]);
    assert!(out.contains("bob@example.com\tBob\tdisabled\n"), "{out}");
    let (code, _, message) = command(&["user", "enable", "bob@example.com"]);
    assert_eq!(code, Some(0), "{message}");
    assert_eq!(signs_in(), 200);
    let (code, _, message) = command(&["user", "disable", EMAIL]);
    assert_eq!(code, Some(1));
    assert!(message.contains("at least one operator"), "{message}");
}

#[test]
fn a_command_for_a_server_that_was_never_started_makes_nothing() {
    let folder = folder();
    let (code, _, message) = output(clearance(folder.path(), &["user", "list"]));
    assert_eq!(code, Some(1));
    assert!(message.contains("data"), "{message}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn migrating_twice_is_the_same_as_once() {
    let folder = folder();
    for _ in 0..2 {
        let (code, out, message) = output(clearance(folder.path(), &["migrate", "--log-level", "error"]));
        assert_eq!((code, message.as_str()), (Some(0), ""));
        assert!(out.contains("schema of this version"), "{out}");
    }
}

#[test]
fn the_description_of_the_api_can_be_had_without_a_server() {
    let folder = folder();
    let (code, out, _) = output(clearance(folder.path(), &["openapi"]));
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn a_command_that_does_not_exist_is_told_from_those_that_do() {
    let folder = folder();
    let (code, _, message) = output(clearance(folder.path(), &["srve"]));
    assert_eq!(code, Some(2));
    assert!(message.contains("serve"), "{message}");
    let (code, out, _) = output(clearance(folder.path(), &["--help"]));
    assert_eq!(code, Some(0));
    for command in ["serve", "migrate", "user", "key", "config", "openapi"] {
        assert!(out.contains(command), "{command}");
    }
}
