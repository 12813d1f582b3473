//! Every source, every override, every refusal.

use std::fs;

use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect()
}

fn with_file(text: &str, pairs: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    fs::write(&file, text).unwrap();
    let flags = Flags {
        config: Some(file),
        ..Flags::default()
    };
    load(&flags, variables(pairs))
}

fn refusal(result: Result<Loaded, ConfigError>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn nothing_set_means_the_defaults() {
    let loaded = load(&Flags::default(), []).unwrap();
    assert_eq!(format!("{:?}", loaded.config), format!("{:?}", Config::default()));
}

#[test]
fn the_file_is_overridden_by_variables_and_those_by_flags() {
    let file = "listen = '127.0.0.1:1'\nsession_max_days = 20\nsession_idle_days = 2\n";
    let loaded = with_file(file, &[("CLEARANCE_SESSION_MAX_DAYS", "10")]).unwrap();
    assert_eq!(loaded.config.listen.port(), 1);
    assert_eq!(
        (loaded.config.session_max_days, loaded.config.session_idle_days),
        (10, 2)
    );
    let flags = Flags {
        settings: vec![("listen", "--listen", "127.0.0.1:3".to_owned())],
        ..Flags::default()
    };
    let loaded = load(&flags, variables(&[("CLEARANCE_LISTEN", "127.0.0.1:2")])).unwrap();
    assert_eq!(loaded.config.listen.port(), 3);
}

#[test]
fn every_setting_can_stand_in_the_file_and_in_the_environment() {
    let values = |path: &str| match path {
        "listen" => "127.0.0.1:9",
        "data_dir" | "log.level" => "warn",
        "database_url" => "sqlite://x.db",
        "public_url" => "https://clearance.example",
        "allowed_hosts" => "a.example,b.example",
        "trusted_proxies" => "10.0.0.1, ::1",
        "allow_insecure_http" => "true",
        "log.format" => "json",
        "smtp.host" => "mail.example",
        "smtp.security" => "tls",
        "smtp.from" | "admin.email" => "ann@example.com",
        "smtp.username" | "smtp.password" | "admin.name" => "Ann",
        "admin.password" => "correct horse battery",
        "audit_retention_days" => "365",
        "storage.allowed_private_hosts" => "minio.internal:9000",
        "usage_data_url" => "https://collects.example/usage",
        _ => "25",
    };
    let pairs: Vec<(String, &str)> = KEYS
        .iter()
        .map(|key| (key.variables().pop().unwrap(), values(key.path)))
        .collect();
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let from_environment = load(&Flags::default(), variables(&pairs)).unwrap();
    let file = KEYS.iter().fold(String::new(), |file, key| {
        let value = key.read(values(key.path)).unwrap();
        format!("{file}{} = {value}\n", key.path)
    });
    let from_file = with_file(&file, &[]).unwrap();
    let printed = format!("{:?}", from_file.config);
    assert_eq!(printed, format!("{:?}", from_environment.config));
    assert!(printed.contains("b.example") && printed.contains("port: 25"));
}

#[test]
fn an_unknown_key_is_named_with_its_source_and_what_may_be_meant() {
    let told = refusal(with_file("[smtp]\npasword = 'x'\n", &[]));
    assert!(
        told.contains("smtp.pasword (file ") && told.contains("config.toml"),
        "{told}"
    );
    assert!(told.contains("is smtp.password meant?"), "{told}");
    let told = refusal(with_file("[colours]\nred = 1\n", &[("CLEARANCE_LISTN", "x")]));
    assert!(told.contains("colours (file "), "{told}");
    assert!(
        told.contains("CLEARANCE_LISTN (environment) is not a setting; is CLEARANCE_LISTEN meant?"),
        "{told}"
    );
}

#[test]
fn a_value_of_the_wrong_form_is_named_with_its_source() {
    for (name, value, told) in [
        (
            "CLEARANCE_LISTEN",
            "nowhere",
            "listen (variable CLEARANCE_LISTEN): ",
        ),
        (
            "CLEARANCE_SMTP__PORT",
            "many",
            "smtp.port (variable CLEARANCE_SMTP__PORT) must be a whole number",
        ),
        (
            "CLEARANCE_ALLOW_INSECURE_HTTP",
            "maybe",
            "must be `true` or `false`",
        ),
        (
            "CLEARANCE_TRUSTED_PROXIES",
            "10.0.0.0/8",
            "trusted_proxies (variable CLEARANCE_TRUSTED_PROXIES): ",
        ),
        (
            "CLEARANCE_SESSION_MAX_DAYS",
            "0",
            "session_max_days (variable CLEARANCE_SESSION_MAX_DAYS) must be 1",
        ),
        (
            "CLEARANCE_PUBLIC_URL",
            "",
            "public_url (variable CLEARANCE_PUBLIC_URL) is set but empty",
        ),
        (
            "CLEARANCE_LOG__LEVEL",
            "loud",
            "log.level (variable CLEARANCE_LOG__LEVEL): ",
        ),
    ] {
        let refused = refusal(load(&Flags::default(), variables(&[(name, value)])));
        assert!(refused.contains(told), "{name}: {refused}");
    }
    let refused = refusal(with_file("listen = 5\n", &[]));
    assert!(refused.contains("listen (file "), "{refused}");
    let refused = refusal(with_file("listen = \n", &[]));
    assert!(refused.contains("config.toml, line 1"), "{refused}");
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own_but_not_twice() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("password");
    fs::write(&secret, "correct horse battery\n").unwrap();
    let secret = secret.to_str().unwrap();
    let mail = ("CLEARANCE_ADMIN_EMAIL", "ann@example.com");
    for name in ["CLEARANCE_ADMIN_PASSWORD_FILE", "CLEARANCE_ADMIN__PASSWORD_FILE"] {
        let loaded = load(&Flags::default(), variables(&[mail, (name, secret)])).unwrap();
        let admin = loaded.config.admin.unwrap();
        assert_eq!(admin.password.expose(), "correct horse battery");
    }
    let twice = [
        mail,
        ("CLEARANCE_ADMIN_PASSWORD_FILE", secret),
        ("CLEARANCE_ADMIN_PASSWORD", "another horse battery"),
    ];
    let told = refusal(load(&Flags::default(), variables(&twice)));
    assert!(told.contains("admin.password is set twice"), "{told}");
    assert!(!told.contains("horse"), "{told}");
    let missing = [mail, ("CLEARANCE_ADMIN_PASSWORD_FILE", "/nowhere/at/all")];
    let told = refusal(load(&Flags::default(), variables(&missing)));
    assert!(told.contains("admin.password (file /nowhere/at/all"), "{told}");
    // Only secrets are read from files of their own.
    let told = refusal(load(
        &Flags::default(),
        variables(&[("CLEARANCE_LISTEN_FILE", "x")]),
    ));
    assert!(
        told.contains("CLEARANCE_LISTEN_FILE (environment) is not a setting"),
        "{told}"
    );
}

#[test]
fn half_a_section_names_the_other_half() {
    let told = refusal(load(
        &Flags::default(),
        variables(&[("CLEARANCE_ADMIN_EMAIL", "ann@example.com")]),
    ));
    assert!(
        told.contains("admin.password is missing, and admin.email (variable CLEARANCE_ADMIN_EMAIL) needs it"),
        "{told}"
    );
}

#[test]
fn a_named_file_that_is_not_there_stops_the_start() {
    let flags = Flags {
        config: Some(PathBuf::from("/nowhere/config.toml")),
        ..Flags::default()
    };
    assert!(refusal(load(&flags, [])).contains("/nowhere/config.toml, which the flag --config names"));
    let told = refusal(load(
        &Flags::default(),
        variables(&[("CLEARANCE_CONFIG", "/nowhere/else.toml")]),
    ));
    assert!(
        told.contains("/nowhere/else.toml, which CLEARANCE_CONFIG names"),
        "{told}"
    );
}

#[test]
fn printed_settings_hide_every_secret() {
    let loaded = load(
        &Flags::default(),
        variables(&[
            ("CLEARANCE_DATABASE_URL", "postgres://ann:hunter2@db.example/c"),
            ("CLEARANCE_ADMIN_EMAIL", "ann@example.com"),
            ("CLEARANCE_ADMIN_PASSWORD", "hunter2 hunter2"),
        ]),
    )
    .unwrap();
    let printed = loaded.print();
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains("admin.password = \"(hidden)\"  # variable CLEARANCE_ADMIN_PASSWORD"));
    assert!(printed.contains("listen = \"127.0.0.1:8080\"  # default"));
    assert!(
        !format!("{loaded:?}").contains("hunter2"),
        "not by its debug form either"
    );
}
