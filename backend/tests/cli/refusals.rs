//! What stops the start: each time with a message that names the key, and nothing made.

use std::{fs, net::TcpListener, path::Path};

use sha2::Digest as _;

use super::process::{PASSWORD, Server, clearance, folder, folder_with, output};

/// Starts a server that must refuse; its exit code and message.
fn refused(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let all: Vec<&str> = ["serve"].iter().chain(arguments).copied().collect();
    let mut command = clearance(folder, &all);
    command.envs(variables.iter().copied());
    let (code, out, message) = output(command);
    assert_eq!(out, "", "a refused start prints nothing but why");
    (code, message)
}

/// A file, arguments and variables that stop the start, and what is said about them.
type Wrong = (
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
    &'static str,
);

const WRONG: &[Wrong] = &[
    (
        "colour = 'red'\n",
        &[],
        &[],
        "colour (file config.toml) is not a setting",
    ),
    (
        "[smtp]\nhsot = 'x'\n",
        &[],
        &[],
        "smtp.hsot (file config.toml) is not a setting; is smtp.host meant?",
    ),
    (
        "",
        &[],
        &[("CLEARANCE_LISTEM", "x")],
        "CLEARANCE_LISTEM (environment) is not a setting",
    ),
    ("", &["--listen", "nowhere"], &[], "listen (flag --listen): "),
    (
        "session_idle_days = 60\n",
        &[],
        &[],
        "session_idle_days (file config.toml) is longer than",
    ),
    (
        "",
        &[],
        &[("CLEARANCE_PUBLIC_URL", "http://clearance.example")],
        "public_url (variable CLEARANCE_PUBLIC_URL) is plain HTTP",
    ),
    (
        "",
        &["--listen", "0.0.0.0:0"],
        &[],
        "listen (flag --listen) is not an address of this machine alone",
    ),
    (
        "",
        &["--public-url", "https://clearance.example/app"],
        &[],
        "public_url (flag --public-url) must end after the host",
    ),
    (
        "",
        &[],
        &[("CLEARANCE_ADMIN_EMAIL", "ann@example.com")],
        "admin.password is missing",
    ),
    (
        "smtp = { host = 'mail.example', port = 25, from = 'a@b.example', security = 'none' }\n",
        &[],
        &[],
        "smtp.security (file config.toml) is `none`",
    ),
    (
        "",
        &["--config", "other.toml"],
        &[],
        "there is no file other.toml",
    ),
    (
        "",
        &["--database-url", "mysql://x"],
        &[],
        "database_url (flag --database-url)",
    ),
];

#[test]
fn a_wrong_setting_stops_the_start_names_the_key_and_its_source_and_makes_nothing() {
    for (config, arguments, variables, told) in WRONG {
        let folder = folder_with(config);
        let (code, message) = refused(folder.path(), arguments, variables);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(told), "{told}: {message}");
        assert!(message.starts_with("clearance: "), "{message}");
        assert!(!folder.path().join("data").exists(), "{told}");
    }
}

#[test]
fn plain_http_over_a_network_starts_only_when_it_is_allowed_in_words() {
    let folder = folder();
    let arguments = ["config", "check", "--listen", "0.0.0.0:8080"];
    let (code, _, message) = output(clearance(folder.path(), &arguments));
    assert_eq!(code, Some(2));
    assert!(
        message.contains("allow_insecure_http = true"),
        "it says what to do: {message}"
    );
    let mut allowed = clearance(folder.path(), &arguments);
    allowed.env("CLEARANCE_ALLOW_INSECURE_HTTP", "true");
    assert_eq!(output(allowed).0, Some(0));
}

#[test]
fn published_clearml_defaults_are_refused_as_password_and_as_key() {
    // Public knowledge: a default of ClearML's own configuration.
    let published = "Rq8FW84sSqVgq7WvBB_4EzNl9y8z8IGiDXX3C345_a5AZfcwZcwCIA";
    let folder = folder();
    let admin = [
        ("CLEARANCE_ADMIN_EMAIL", "ann@example.com"),
        ("CLEARANCE_ADMIN_PASSWORD", published),
    ];
    let (code, message) = refused(folder.path(), &[], &admin);
    assert_eq!(code, Some(2));
    assert!(
        message.contains("admin.password (variable CLEARANCE_ADMIN_PASSWORD)"),
        "{message}"
    );
    assert!(!message.contains(published), "{message}");

    drop(Server::start(folder.path(), &[]));
    let file = folder.path().join("data/keys/instance.toml");
    let text = fs::read_to_string(&file).unwrap();
    let digest = sha2::Sha256::digest(published);
    let digest = digest
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let pepper = text
        .lines()
        .find(|line| line.starts_with("pepper"))
        .and_then(|line| line.split('"').nth(1))
        .unwrap();
    fs::write(&file, text.replace(pepper, &digest)).unwrap();
    let (code, message) = refused(
        folder.path(),
        &["--data-dir", "data", "--listen", "127.0.0.1:0"],
        &[],
    );
    assert_eq!(code, Some(1));
    assert!(
        message.contains("pepper") && message.contains("published"),
        "{message}"
    );
    assert!(!message.contains(&digest), "{message}");
}

#[test]
fn a_weak_password_for_the_first_administrator_stops_the_start() {
    let folder = folder();
    let admin = [
        ("CLEARANCE_ADMIN_EMAIL", "ann@example.com"),
        ("CLEARANCE_ADMIN_PASSWORD", "short"),
    ];
    let (code, message) = refused(folder.path(), &["--listen", "127.0.0.1:0"], &admin);
    assert_eq!(code, Some(1));
    assert!(message.contains("admin.password"), "{message}");
}

#[test]
fn a_taken_address_and_a_second_server_on_the_same_data_are_refused() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, message) = refused(folder.path(), &["--listen", &address], &[]);
    assert_eq!(code, Some(1));
    assert!(
        message.contains(&format!("listen: {address} is in use by another program")),
        "{message}"
    );

    let first = Server::start(folder.path(), &[]);
    let (code, message) = refused(folder.path(), &["--listen", "127.0.0.1:0"], &[]);
    assert_eq!(code, Some(1));
    assert!(
        message.contains("another server is running on this database"),
        "{message}"
    );
    assert_eq!(first.get("/healthz").status, 200);
    drop(first);
    // What is left of a server that was killed is in nobody's way.
    assert_eq!(Server::start(folder.path(), &[]).get("/healthz").status, 200);
}

#[test]
fn keys_that_others_can_read_stop_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    drop(Server::start(folder.path(), &[]));
    let file = folder.path().join("data/keys/instance.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, message) = refused(folder.path(), &["--listen", "127.0.0.1:0"], &[]);
    assert_eq!(code, Some(1));
    assert!(
        message.contains("instance.toml is open to other accounts"),
        "{message}"
    );
}

#[test]
fn no_secret_of_the_settings_is_printed() {
    let folder = folder_with(&format!(
        "[admin]\nemail = 'ann@example.com'\npassword = '{PASSWORD}'\n"
    ));
    let mut command = clearance(folder.path(), &["config", "print"]);
    command.env("CLEARANCE_DATABASE_URL", "postgres://ann:hunter2@db.example/c");
    let (code, out, message) = output(command);
    assert_eq!((code, message.as_str()), (Some(0), ""));
    assert!(!out.contains(PASSWORD) && !out.contains("hunter2"), "{out}");
    assert!(
        out.contains("admin.password = \"(hidden)\"  # file config.toml"),
        "{out}"
    );
    assert!(out.contains("listen = \"127.0.0.1:8080\"  # default"), "{out}");
}
