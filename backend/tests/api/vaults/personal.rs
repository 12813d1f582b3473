//! One's own vault: saved, switched, written in three languages, and refused where clients could not read it.

use serde_json::{Value, json};
use shared::vaults::{
    ChangePersonalVault, CheckVault, GetPersonalVault, PersonalVaultChange, Severity, VaultFormat, VaultText,
};

use super::{Team, journal, own_address, secret, text_of};

#[actix_web::test]
async fn r079_there_is_no_vault_until_one_saves_it() {
    let team = Team::new().await;
    let app = &team.app;
    let none = app
        .call::<GetPersonalVault>(&team.bob, team.here(), (), ())
        .await
        .reply();
    assert!(none.vault.is_none());
    assert_eq!(none.content.expose(), "");
    let still = team.own(&team.bob, PersonalVaultChange::default()).await;
    assert!(still.vault.is_none());
    let vault = team.own_text(&team.bob, "a = 1\nb = 2\n").await;
    assert_eq!((vault.version, vault.lines, vault.bytes), (1, 2, 12));
    assert!(vault.is_active && vault.group.is_none() && !vault.is_enforced);
    assert_eq!(vault.updated_by.id, team.bob.id);
    let read = app
        .call::<GetPersonalVault>(&team.bob, team.here(), (), ())
        .await
        .reply();
    assert_eq!(read.vault, Some(vault));
    assert_eq!(read.content.expose(), "a = 1\nb = 2\n");
    // Everybody has one of their own in each workspace.
    let anns = app
        .call::<GetPersonalVault>(&team.ann, team.here(), (), ())
        .await
        .reply();
    assert!(anns.vault.is_none());
}

#[actix_web::test]
async fn r080_r089_r090_the_switch_decides_whether_clients_get_it() {
    let team = Team::new().await;
    assert!(team.served().await.is_empty());
    team.own_text(&team.bob, "sdk.a = 1").await;
    let personal = ("Personal vault".to_owned(), "user".to_owned(), json!("sdk.a = 1"));
    assert_eq!(team.served().await, std::slice::from_ref(&personal));
    let off = PersonalVaultChange {
        is_active: Some(false),
        ..PersonalVaultChange::default()
    };
    assert!(!team.own(&team.bob, off).await.vault.unwrap().is_active);
    assert!(team.served().await.is_empty());
    let on = PersonalVaultChange {
        is_active: Some(true),
        ..PersonalVaultChange::default()
    };
    assert!(team.own(&team.bob, on).await.vault.unwrap().is_active);
    assert_eq!(team.served().await, [personal]);
}

#[actix_web::test]
async fn r091_a_vault_that_is_off_can_be_edited_and_switched_on_later() {
    let team = Team::new().await;
    let off = PersonalVaultChange {
        is_active: Some(false),
        ..text_of(VaultFormat::Hocon, "a = 1")
    };
    team.own(&team.bob, off).await;
    let edited = team.own_text(&team.bob, "a = 2").await;
    assert!(!edited.is_active, "an edit switches nothing on");
    assert_eq!(edited.version, 2);
    assert!(team.served().await.is_empty());
    let on = PersonalVaultChange {
        is_active: Some(true),
        ..PersonalVaultChange::default()
    };
    let switched = team.own(&team.bob, on).await;
    assert_eq!(switched.vault.unwrap().version, 2, "a switch is no save");
    assert_eq!(team.served().await[0].2, json!("a = 2"));
}

#[actix_web::test]
async fn r083_r084_r085_hocon_and_json_are_served_as_they_are_and_yaml_as_json() {
    let team = Team::new().await;
    for (format, text) in [
        (
            VaultFormat::Hocon,
            "// a remark\r\nsdk { a = [1, 2], b = ${?HOME} }\r\n",
        ),
        (
            VaultFormat::Json,
            "{ \"sdk\": { \"a\": 1.50, \"b\": [true, null] } }",
        ),
    ] {
        team.own(&team.bob, text_of(format, text)).await;
        assert_eq!(team.served().await[0].2, json!(text), "{format:?}");
    }
    let yaml = "sdk:\n  development:\n    default_output_uri: s3://bucket\n  list: [1, 2.5, yes]\n";
    let saved = team.own(&team.bob, text_of(VaultFormat::Yaml, yaml)).await;
    assert_eq!(saved.content.expose(), yaml, "the text stays as it was written");
    let data = team.served().await[0].2.as_str().unwrap().to_owned();
    let given: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(given["sdk"]["development"]["default_output_uri"], "s3://bucket");
    assert_eq!(given["sdk"]["list"][1], 2.5);
}

#[actix_web::test]
async fn n04_what_clients_could_not_read_is_refused_with_line_and_column() {
    let team = Team::new().await;
    let app = &team.app;
    team.own_text(&team.bob, "a = 1").await;
    for (format, text) in [
        (VaultFormat::Hocon, "a = 1\nb { c = \n"),
        (VaultFormat::Json, "{\n  \"a\": oops\n}"),
        (VaultFormat::Yaml, "a:\n\t- 1\n"),
        (VaultFormat::Hocon, "a = ${other.key}"),
    ] {
        let refused = app
            .call::<ChangePersonalVault>(&team.bob, team.here(), (), text_of(format, text))
            .await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{text}");
        let error = &refused.problem().errors[0];
        assert_eq!(error.pointer, "/content");
        assert!(
            error.detail.starts_with("Line ") && error.detail.contains("column "),
            "{}",
            error.detail
        );
        let body = VaultText {
            format,
            content: secret(text),
        };
        let report = app
            .call::<CheckVault>(&team.bob, team.here(), (), body)
            .await
            .reply();
        assert!(!report.is_readable);
        let first = report
            .findings
            .iter()
            .find(|finding| finding.severity == Severity::Error)
            .unwrap();
        assert!(
            error
                .detail
                .contains(&format!("Line {}, column {}", first.line, first.column))
        );
    }
    let kept = app
        .call::<GetPersonalVault>(&team.bob, team.here(), (), ())
        .await
        .reply();
    assert_eq!((kept.content.expose(), kept.vault.unwrap().version), ("a = 1", 1));
}

#[actix_web::test]
async fn n04_a_check_tells_what_clients_ignore_and_keeps_nothing() {
    let team = Team::new().await;
    let body = VaultText {
        format: VaultFormat::Hocon,
        content: secret("agent.worker_id = w\nsdk.nonsense_key = 1"),
    };
    let report = team
        .app
        .call::<CheckVault>(&team.bob, team.here(), (), body)
        .await
        .reply();
    assert!(report.is_readable);
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            (
                finding.code.as_str(),
                finding.key.as_deref().unwrap_or_default(),
                finding.line,
            )
        })
        .collect();
    assert!(
        found.contains(&("not_from_vaults", "agent.worker_id", 1)),
        "{found:?}"
    );
    assert!(
        found.contains(&("unknown_key", "sdk.nonsense_key", 2)),
        "{found:?}"
    );
    assert!(journal(&team.app).is_empty());
    assert!(team.served().await.is_empty());
}

#[actix_web::test]
async fn an_empty_vault_is_saved_and_clients_get_nothing_of_it() {
    let team = Team::new().await;
    for format in VaultFormat::ALL {
        let saved = team.own(&team.bob, text_of(format, " \n")).await;
        assert_eq!(saved.content.expose(), " \n", "{format:?}");
        assert!(team.served().await.is_empty(), "{format:?}");
    }
}

#[actix_web::test]
async fn a_format_comes_with_its_content_and_a_content_has_an_end() {
    let team = Team::new().await;
    let app = &team.app;
    let only_format = PersonalVaultChange {
        format: Some(VaultFormat::Json),
        ..PersonalVaultChange::default()
    };
    let refused = app
        .call::<ChangePersonalVault>(&team.bob, team.here(), (), only_format)
        .await;
    assert_eq!(refused.problem().errors[0].pointer, "/format");
    let most = shared::vaults::MOST_BYTES;
    // Quotes and line ends take two bytes each in JSON.
    let text = format!("# {}\n", "\"".repeat(most - 3));
    assert_eq!(text.len(), most);
    assert_eq!(team.own_text(&team.bob, &text).await.bytes, most as u64);
    let too_long = app
        .call::<ChangePersonalVault>(
            &team.bob,
            team.here(),
            (),
            text_of(VaultFormat::Hocon, &(text + "\n")),
        )
        .await;
    assert_eq!(too_long.status, 422);
    assert!(too_long.problem().errors[0].detail.contains("1 MiB"));
}

#[actix_web::test]
async fn a_content_without_a_format_is_in_the_one_that_the_vault_has() {
    let team = Team::new().await;
    team.own(&team.bob, text_of(VaultFormat::Yaml, "a: 1\n")).await;
    let only_content = PersonalVaultChange {
        content: Some(secret("a:\n  b: 2\n")),
        ..PersonalVaultChange::default()
    };
    let saved = team.own(&team.bob, only_content).await.vault.unwrap();
    assert_eq!((saved.format, saved.version), (VaultFormat::Yaml, 2));
}

#[actix_web::test]
async fn the_entity_tag_of_a_change_is_good_for_the_next_one() {
    let team = Team::new().await;
    let app = &team.app;
    let mut etag = app
        .raw(app.request("GET", &own_address(&team), &team.bob))
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    for number in 1..4 {
        let request = app
            .request("PATCH", &own_address(&team), &team.bob)
            .insert_header(("if-match", etag.clone()))
            .set_json(json!({ "format": "hocon", "content": format!("a = {number}") }));
        let saved = app.raw(request).await.with_status(200);
        assert_eq!(saved.json()["vault"]["version"], number);
        let next = saved.header("etag").unwrap().to_owned();
        assert_ne!(next, etag);
        etag = next;
    }
}
