//! N03: what a client's configuration comes to, key by key, with where each comes from.

use shared::{
    groups::GroupKind,
    vaults::{
        ChangePersonalVault, ConfigurationEntry, EffectiveConfiguration, GetEffectiveConfiguration,
        LayerKind, VaultFormat, WhoseConfiguration,
    },
};
use testkit::Person;

use super::{Team, text_of, wanted};

async fn effective(team: &Team, who: &Person, whose: &Person) -> EffectiveConfiguration {
    let query = WhoseConfiguration {
        user_id: Some(whose.id),
    };
    team.app
        .call::<GetEffectiveConfiguration>(who, team.here(), query, ())
        .await
        .reply()
}

fn entry<'a>(all: &'a EffectiveConfiguration, path: &str) -> &'a ConfigurationEntry {
    all.entries
        .iter()
        .find(|entry| entry.path.join(".") == path)
        .unwrap()
}

#[actix_web::test]
async fn n03_each_key_names_its_origin_and_what_it_overrides() {
    let team = Team::new().await;
    let users = team.group(GroupKind::Users).await;
    team.vault("Base", "sdk.a = base, sdk.b = base, sdk.aws.s3.secret = hunter2")
        .await;
    team.vault("Second", "sdk.a = second, sdk.list = [1, 2]").await;
    team.own(&team.bob, text_of(VaultFormat::Yaml, "sdk:\n  a: own\n  c: 1\n"))
        .await;
    let mut forced = wanted(users, "Forced", "sdk.a = forced");
    forced.is_enforced = true;
    team.made(forced).await;
    let found = effective(&team, &team.ann, &team.bob).await;
    assert_eq!(found.user_id, team.bob.id);
    let layers: Vec<_> = found
        .layers
        .iter()
        .map(|layer| (layer.kind, layer.name.as_str()))
        .collect();
    assert_eq!(
        layers,
        [
            (
                LayerKind::Defaults,
                "Client defaults (clearml 2.1.12, clearml-agent 3.0.3)"
            ),
            (LayerKind::Administrators, "Base"),
            (LayerKind::Administrators, "Second"),
            (LayerKind::Personal, "Personal vault"),
            (LayerKind::Enforced, "Forced"),
        ]
    );
    assert!(found.layers[3].group.is_none() && found.layers[1].group.is_some());
    let a = entry(&found, "sdk.a");
    assert_eq!((a.value.as_deref(), a.origin), (Some("\"forced\""), 4));
    assert_eq!(a.overrides, [3, 2, 1], "the nearest first");
    assert_eq!(
        (entry(&found, "sdk.b").origin, entry(&found, "sdk.c").origin),
        (1, 3)
    );
    assert_eq!(entry(&found, "sdk.list").value.as_deref(), Some("[1,2]"));
    let secret = entry(&found, "sdk.aws.s3.secret");
    assert_eq!((secret.is_masked, secret.value.as_deref()), (true, None));
    assert_eq!(
        (secret.origin, secret.overrides.as_slice()),
        (1, &[0][..]),
        "a default was empty"
    );
    let region = entry(&found, "sdk.aws.s3.region");
    assert_eq!(
        (region.origin, region.value.as_deref(), region.is_masked),
        (0, Some("\"\""), false)
    );
    let paths: Vec<_> = found.entries.iter().map(|entry| entry.path.clone()).collect();
    let mut sorted = paths.clone();
    sorted.sort();
    assert_eq!(paths, sorted);
    let bobs = effective(&team, &team.bob, &team.bob).await;
    assert_eq!(bobs.layers, found.layers);
    let places = |found: &EffectiveConfiguration| {
        let place = |entry: &ConfigurationEntry| (entry.path.clone(), entry.origin, entry.overrides.clone());
        found.entries.iter().map(place).collect::<Vec<_>>()
    };
    assert_eq!(places(&bobs), places(&found), "the member sees the same");
    assert!(entry(&bobs, "sdk.c").value.is_some());
    let theirs = entry(&found, "sdk.c");
    assert!(
        theirs.is_masked && theirs.value.is_none(),
        "what somebody writes for themselves stays with them"
    );
    let anns = effective(&team, &team.ann, &team.ann).await;
    assert_eq!(anns.layers.len(), 4);
    assert_eq!(entry(&anns, "sdk.a").overrides, [2, 1]);
}

#[actix_web::test]
async fn n03_without_vaults_there_are_the_defaults_of_clients_alone() {
    let team = Team::new().await;
    let none = effective(&team, &team.bob, &team.bob).await;
    assert!(none.layers.len() == 1 && none.skipped.is_empty());
    assert_eq!(
        (none.layers[0].kind, none.layers[0].vault_id),
        (LayerKind::Defaults, None)
    );
    assert!(none.entries.len() > 140);
    for entry in &none.entries {
        assert!(
            entry.origin == 0 && entry.overrides.is_empty() && !entry.is_masked,
            "{entry:?}"
        );
    }
    let venvs = entry(&none, "agent.venvs_dir");
    assert_eq!(venvs.value.as_deref(), Some("\"~/.clearml/venvs-builds\""));
}

#[actix_web::test]
async fn what_comes_to_more_than_can_be_shown_is_refused_in_a_sentence() {
    let team = Team::new().await;
    // A path of 13 KB for each of 1,000 values.
    let blocks: Vec<String> = (0..15).map(|n| format!("{}{n} {{\n", "k".repeat(900))).collect();
    let values: Vec<String> = (0..1_000).map(|n| format!("x{n} = 1\n")).collect();
    let text = blocks.concat() + &values.concat() + &"}\n".repeat(15);
    team.own(&team.bob, text_of(VaultFormat::Hocon, &text)).await;
    for who in [&team.bob, &team.ann] {
        let query = WhoseConfiguration {
            user_id: Some(team.bob.id),
        };
        let refused = team
            .app
            .call::<GetEffectiveConfiguration>(who, team.here(), query, ())
            .await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
        assert!(refused.text().len() < 2_000);
    }
    let long = format!("{} = 1", "k".repeat(1_001));
    let refused = team
        .app
        .call::<ChangePersonalVault>(&team.bob, team.here(), (), text_of(VaultFormat::Hocon, &long))
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.problem().errors[0]
            .detail
            .contains("longer than anything"),
        "{:?}",
        refused.problem()
    );
}
