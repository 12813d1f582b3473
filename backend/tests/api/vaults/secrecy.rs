//! What is in a vault stands in the database sealed and in the journal not at all, and nothing in it is ever looked up here.

use std::fmt::Write as _;

use db::{columns, schema::vault_versions};
use diesel::prelude::*;
use serde_json::json;
use shared::{
    groups::GroupKind,
    vaults::{
        CheckVault, CreateVault, GetEffectiveConfiguration, GetVault, VaultFormat, VaultText,
        WhoseConfiguration,
    },
};

use super::{Team, content_of, journal, secret, text_of, wanted};
use crate::dump::dump;

const SECRET: &str = "AKIAlanternfennelorchard";

#[actix_web::test]
async fn r21_a_content_is_sealed_in_every_table() {
    let team = Team::new().await;
    let users = team.group(GroupKind::Users).await;
    team.own_text(&team.bob, &format!("sdk.aws.s3.secret = {SECRET}"))
        .await;
    let body = wanted(users, "V", &format!("a = {SECRET}"));
    let request = team
        .app
        .request(
            "POST",
            &shared::contract::url::<CreateVault>(&team.here()),
            &team.ann,
        )
        .insert_header(("idempotency-key", "one"))
        .set_json(body);
    let made = team.app.raw(request).await.with_status(201).json();
    let id = made["id"].as_str().unwrap().parse().unwrap();
    team.change(id, content_of(&format!("b = {SECRET}"))).await;
    let all = dump(&team.app);
    assert!(
        all.contains(&team.app.state.keys().sealing_key_id()),
        "the tables were read"
    );
    assert!(!all.contains(SECRET) && !all.contains("aws"), "{all}");
}

#[actix_web::test]
async fn n12_every_change_is_journalled_without_what_is_in_the_vault() {
    let team = Team::new().await;
    let vault = team.vault("V", &format!("a = {SECRET}\n")).await;
    team.change(vault.id, content_of(&format!("a = {SECRET}\nb = 1\n")))
        .await;
    team.switch(vault.id, false).await;
    team.own(&team.bob, text_of(VaultFormat::Yaml, &format!("a: {SECRET}\n")))
        .await;
    team.app
        .call::<shared::vaults::DeleteVault>(&team.ann, team.one(vault.id), (), ())
        .await
        .with_status(204);
    let entries = journal(&team.app);
    let actions: Vec<&str> = entries.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "vault.create",
            "vault.change",
            "vault.change",
            "vault.create",
            "vault.delete"
        ]
    );
    let (_, before, after) = &entries[1];
    assert_eq!((&before["version"], &after["version"]), (&json!(1), &json!(2)));
    assert_eq!(
        after,
        &json!({
            "name": "V", "group": "Users", "target": "config", "format": "hocon", "is_active": true, "is_enforced": false,
            "version": 2, "lines": 2, "bytes": 5 + SECRET.len() + 6,
        })
    );
    assert_eq!(
        (&entries[2].1["is_active"], &entries[2].2["is_active"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(entries[4].2, json!(null));
    assert!(!format!("{:?}", team.app.journal()).contains(SECRET));
}

#[actix_web::test]
async fn attack_44_nothing_in_a_text_is_looked_up_on_the_server() {
    let team = Team::new().await;
    // Set in every process of a test.
    let text = "a = ${?PATH}\nb = ${HOME}\nc = \"${env:PATH}\"\n";
    team.own_text(&team.bob, text).await;
    assert_eq!(team.served().await[0].2, json!(text));
    let merged = team
        .app
        .call::<GetEffectiveConfiguration>(&team.bob, team.here(), WhoseConfiguration::default(), ())
        .await;
    let mut entries = merged.reply().entries;
    // The clients' own defaults name a shell.
    entries.retain(|entry| entry.origin > 0);
    let values = || entries.iter().filter_map(|entry| entry.value.as_deref());
    assert!(
        entries.len() == 3 && values().all(|value| !value.contains("/bin")),
        "{entries:?}"
    );
    assert!(
        entries
            .iter()
            .any(|entry| entry.path == ["a"] && entry.is_resolved_by_client)
    );
    for include in [
        "include file(\"/etc/passwd\")",
        "include url(\"http://127.0.0.1:9/\")",
        "include \"instance.toml\"",
        "include required(file(\"/proc/self/environ\"))",
    ] {
        let body = VaultText {
            format: VaultFormat::Hocon,
            content: secret(include),
        };
        let report = team
            .app
            .call::<CheckVault>(&team.bob, team.here(), (), body)
            .await
            .reply();
        assert!(!report.is_readable, "{include}");
    }
    let yaml = "a: !!python/object/apply:os.system [id]\nb: !include /etc/passwd\n";
    let body = VaultText {
        format: VaultFormat::Yaml,
        content: secret(yaml),
    };
    let report = team
        .app
        .call::<CheckVault>(&team.bob, team.here(), (), body)
        .await;
    assert!(!report.text().contains("root:"));
}

#[actix_web::test]
async fn attack_44_depth_and_merge_bombs_are_refused() {
    let team = Team::new().await;
    let mut aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    let mut sums = "a0 = [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for number in 1..30 {
        let before = number - 1;
        let (alias, part) = (format!("*a{before}"), format!("${{a{before}}}"));
        writeln!(aliases, "a{number}: &a{number} [{}]", vec![alias; 9].join(", ")).unwrap();
        writeln!(sums, "a{number} = {}", vec![part; 9].join(" ")).unwrap();
    }
    for (format, bomb) in [
        (VaultFormat::Hocon, "{a:".repeat(50_000)),
        (VaultFormat::Json, "[".repeat(100_000)),
        (VaultFormat::Yaml, "[".repeat(100_000)),
        (VaultFormat::Yaml, aliases),
        (VaultFormat::Hocon, sums),
    ] {
        let body = VaultText {
            format,
            content: secret(&bomb),
        };
        let began = std::time::Instant::now();
        let report = team
            .app
            .call::<CheckVault>(&team.bob, team.here(), (), body)
            .await
            .reply();
        assert!(!report.is_readable, "{format:?}");
        assert!(
            began.elapsed().as_secs() < 20,
            "{format:?}: {:?}",
            began.elapsed()
        );
    }
}

#[actix_web::test]
async fn one_content_that_cannot_be_opened_takes_no_other_with_it() {
    let team = Team::new().await;
    let broken = team.vault("Broken", "a = 1").await;
    team.vault("Whole", "b = 1").await;
    team.own_text(&team.bob, "c = 1").await;
    let row = vault_versions::table.find((columns::VaultId(broken.id), 1));
    team.app.change(|conn| {
        diesel::update(row)
            .set(vault_versions::sealed_content.eq("v1.gone.AAAA"))
            .execute(conn)
    });
    let served = team.served().await;
    let data: Vec<_> = served
        .iter()
        .map(|(name, _, data)| (name.as_str(), data.clone()))
        .collect();
    assert_eq!(
        data,
        [
            ("Broken", json!(null)),
            ("Whole", json!("b = 1")),
            ("Personal vault", json!("c = 1"))
        ]
    );
    let merged = team
        .app
        .call::<GetEffectiveConfiguration>(&team.bob, team.here(), WhoseConfiguration::default(), ())
        .await
        .reply();
    assert_eq!(
        (merged.layers.len(), merged.skipped),
        (3, vec![broken.id]),
        "with the defaults"
    );
    let read = team
        .app
        .call::<GetVault>(&team.ann, team.one(broken.id), (), ())
        .await;
    assert_eq!((read.status, read.code()), (500, "content_unreadable"));
    // It can be replaced, and then is whole.
    let saved = team.change(broken.id, content_of("a = 2")).await;
    assert_eq!((saved.content.expose(), saved.vault.version), ("a = 2", 2));
    assert_eq!(team.served().await[0].2, json!("a = 2"));
}

#[actix_web::test]
async fn a_content_that_was_moved_to_another_place_stays_closed() {
    let team = Team::new().await;
    let (one, two) = (team.vault("One", "a = 1").await, team.vault("Two", "b = 1").await);
    team.app.change(|conn| {
        let from = vault_versions::table.find((columns::VaultId(one.id), 1));
        let text: String = from.select(vault_versions::sealed_content).first(conn)?;
        diesel::update(vault_versions::table.find((columns::VaultId(two.id), 1)))
            .set(vault_versions::sealed_content.eq(text))
            .execute(conn)
    });
    assert_eq!(team.served().await[1].2, json!(null));
}
