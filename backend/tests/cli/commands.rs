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
    for command in ["serve", "migrate", "user", "key", "audit", "config", "openapi"] {
        assert!(out.contains(command), "{command}");
    }
}

#[test]
fn n12_the_operator_verifies_the_journal_and_keeps_its_heads_elsewhere() {
    let folder = folder();
    let server = Server::start(folder.path(), &ADMIN);
    let verify = |more: &[&str]| output(clearance(folder.path(), &[&["audit", "verify"], more].concat()));
    let (code, out, message) = verify(&[]);
    assert_eq!(code, Some(0), "{out}{message}");
    let first = out.lines().next().unwrap();
    assert!(
        first.starts_with("server\t") && first.contains("\twhole"),
        "{out}"
    );
    assert!(out.contains("ann's workspace"), "{out}");
    let (code, heads, _) = verify(&["--json"]);
    assert_eq!(code, Some(0));
    let parsed: Value = serde_json::from_str(&heads).unwrap();
    let kept = folder.path().join("heads.json");
    std::fs::write(&kept, &heads).unwrap();
    let expect = ["--expect", kept.to_str().unwrap()];
    let wrong = json!({ "email": EMAIL, "password": "not the password of anybody" });
    server.post("/api/v1/session", &wrong);
    let (code, out, _) = verify(&expect);
    assert_eq!(code, Some(0), "it went on from there: {out}");

    let workspace = parsed["chains"][1]["chain"].as_str().unwrap();
    let (code, out, _) = verify(&["--workspace", workspace]);
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{out}");

    // As if the end of the chain had been cut off since then.
    let mut longer = parsed.clone();
    longer["chains"][0]["last_seq"] = json!(1_000_000);
    std::fs::write(&kept, longer.to_string()).unwrap();
    let (code, out, _) = verify(&expect);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("BROKEN at 1000000: it ends before entry 1000000"),
        "{out}"
    );
    let (code, out, _) = verify(&["--expect", kept.to_str().unwrap(), "--json"]);
    assert_eq!(code, Some(1));
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(out["chains"][0]["whole"], false);

    std::fs::write(&kept, "{}").unwrap();
    let (code, _, message) = verify(&expect);
    assert_eq!(code, Some(1));
    assert!(message.contains("is no output of `--json`"), "{message}");
    let (code, _, message) = verify(&["--expect", "nowhere.json"]);
    assert_eq!(code, Some(1));
    assert!(message.contains("nowhere.json cannot be read"), "{message}");
    let (code, _, message) = verify(&["--workspace", "x"]);
    assert_eq!(code, Some(2));
    assert!(message.contains("32 lower-case hex digits"), "{message}");
}
