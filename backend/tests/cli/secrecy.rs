//! What is in a vault is in no file of a running server and in nothing that it tells, at whatever level.

use std::{fs, time::Duration};

use serde_json::json;

use super::{
    process::{Server, folder},
    running::{set_up, sign_in},
};

#[test]
fn r021_what_is_in_a_vault_is_in_no_file_and_not_even_in_the_longest_log() {
    let folder = folder();
    let server = Server::start(folder.path(), &[("CLEARANCE_LOG__LEVEL", "trace")]);
    set_up(&server);
    let signed_in = sign_in(&server);
    let workspace = signed_in.json()["workspace_id"].as_str().unwrap().to_owned();
    let vaults = format!("/api/v1/workspaces/{workspace}/vaults");
    let call = |method: &str, path: &str, body: &str| {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nX-Clearance-Client: app\r\nContent-Type: \
             application/json\r\n",
            server.address, signed_in.cookie
        );
        server.send(&head, body)
    };
    let personal = format!("{vaults}/personal");
    let text = |content: &str| json!({ "format": "hocon", "content": content }).to_string();
    let saved = call(
        "PATCH",
        &personal,
        &text("agent.git_pass = hunter2-of-the-vault\n"),
    );
    assert_eq!(saved.status, 200, "{}", saved.body);
    let again = call(
        "PATCH",
        &personal,
        &text("agent.git_pass = hunter3-of-the-vault\n"),
    );
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(
        call("PATCH", &personal, &text("a = [hunter4-refused")).status,
        422
    );
    assert_eq!(
        call("POST", &format!("{vaults}/check"), &text("a = hunter5-checked")).status,
        200
    );
    let read = call("GET", &personal, "");
    assert!(read.body.contains("hunter3-of-the-vault"), "{}", read.body);
    assert_eq!(call("GET", &format!("{vaults}/effective"), "").status, 200);
    let look = |when: &str| {
        let mut files = 0;
        for file in fs::read_dir(folder.path().join("data")).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let bytes = fs::read(&path).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains("hunter"), "{when}: {}", path.display());
                files += 1;
            }
        }
        assert!(files >= 2, "{when}: {files}");
    };
    look("while it runs");
    server.ask_to_stop();
    let (_, log) = server.ended_within(Duration::from_secs(10));
    look("after its end");
    let path = "/api/v1/workspaces/{workspace_id}/vaults/personal";
    assert!(log.contains(path), "{log}");
    assert!(!log.contains("hunter"), "{log}");
}
