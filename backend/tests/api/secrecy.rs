//! What is secret is kept so that whoever gets hold of the database, its backup or the log finds nothing: what is in vaults, the
//! secrets of storage entries, and what was refused.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use backend::{jobs, log::Log};
use serde_json::{Value, json};
use shared::{
    audit::{ExportAudit, ListAudit},
    contract::{Endpoint as _, query_string, url},
    groups::GroupKind,
    storage::{LoadObject, NewStorageEntry, ObjectAddress, ShowObject},
    vaults::{
        ChangePersonalVault, ChangeVault, CheckVault, CreateVault, DeleteVault, DownloadVault,
        GetEffectiveConfiguration, GetVault, GetVaultVersion, ListAppliedVaults, ListVaultVersions,
        ListVaults, NewVault, RestoreVaultVersion, Vault, VaultFormat, VaultTarget,
    },
};
use testkit::{Answer, Person};

use crate::{
    dump::{assert_holds_none, dump, files},
    storage::{
        self, add, in_s3, preview, secret,
        servers::{SECRET, SESSION_KEY, TOKEN},
        wanted,
    },
    vaults::{self, Team, content_of, text_of},
};

const OF_BOB: &str = "marmot+quarry/of-bobs-own-vault=1";
const OF_BOB_LATER: &str = "marmot+velvet/of-bobs-later-save=2";
const OF_ADMINS: &str = "ferret+harbor/of-the-administrators=3";
const OF_ADMINS_LATER: &str = "ferret+quince/of-the-administrators-later=4";
const ENFORCED: &str = "otter+lagoon/of-the-enforced-one=5";
const DELETED: &str = "badger+meadow/of-the-deleted-one=6";
const VAULT_SECRET: &str = "weasel+canyon/secret-in-a-vault=7";
const VAULT_TOKEN: &str = "weasel+tundra/token-in-a-vault=8";
const OWN_SECRET: &str = "walrus+cavern/secret-of-an-entry=9";
const OWN_TOKEN: &str = "walrus+summit/token-of-an-entry=10";
const REFUSED: &str = "jackal+desert/what-was-refused=11";
const CHECKED: &str = "lizard+gravel/what-was-only-checked=12";

/// Everything that must lie nowhere. [`SECRET`] and [`TOKEN`] open objects, the others nothing.
const ALL: [&str; 14] = [
    OF_BOB,
    OF_BOB_LATER,
    OF_ADMINS,
    OF_ADMINS_LATER,
    ENFORCED,
    DELETED,
    VAULT_SECRET,
    VAULT_TOKEN,
    OWN_SECRET,
    OWN_TOKEN,
    REFUSED,
    CHECKED,
    SECRET,
    TOKEN,
];

/// What the log was told, by this server and all that it is made of, at the level that tells most.
struct Heard {
    log: Log,
    lines: Lines,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Heard {
    fn everything() -> Self {
        let lines = Lines::default();
        let log = Log::to(lines.clone());
        // The storage that the tests run in this process tells of itself what it likes.
        let filter = tracing_subscriber::EnvFilter::new("trace,s3s=off,s3s_fs=off");
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(log.clone())
            .json()
            .init();
        Self { log, lines }
    }

    fn so_far(&self) -> Vec<u8> {
        self.log.flush();
        self.lines.0.lock().unwrap().clone()
    }
}

async fn ask(
    team: &Team,
    who: &Person,
    method: &str,
    address: &str,
    body: Option<Value>,
    status: u16,
) -> Answer<Value> {
    let mut request = team.app.request(method, address, who);
    if method == "POST" {
        // What is answered is kept for whoever sends it again.
        let key = team.app.clock.new_id().to_string();
        request = request.insert_header(("idempotency-key", key));
    }
    if let Some(body) = body {
        request = request.set_json(body);
    }
    team.app.raw(request).await.with_status(status)
}

/// Vaults of every kind, saved more than once, restored, switched off and on, deleted, and read by every road.
async fn use_vaults(team: &Team) {
    let (ann, bob) = (&team.ann, &team.bob);
    let own = team
        .own_text(bob, &format!("sdk.aws.s3.secret = \"{OF_BOB}\""))
        .await;
    let later = format!("{{\"agent\": {{\"git_pass\": \"{OF_BOB_LATER}\"}}}}");
    team.own(bob, text_of(VaultFormat::Json, &later)).await;
    let first = team
        .vault("Everybody", &format!("agent.git_pass = \"{OF_ADMINS}\"\n"))
        .await;
    team.change(
        first.id,
        content_of(&format!("agent.git_pass = \"{OF_ADMINS_LATER}\"\n")),
    )
    .await;
    team.switch(first.id, false).await;
    team.switch(first.id, true).await;
    let users = team.group(GroupKind::Users).await;
    let enforced = NewVault {
        is_enforced: true,
        format: VaultFormat::Yaml,
        ..vaults::wanted(
            users,
            "Enforced",
            &format!("agent:\n  environment:\n    X: \"{ENFORCED}\"\n"),
        )
    };
    ask(
        team,
        ann,
        "POST",
        &url::<CreateVault>(&team.here()),
        Some(json!(enforced)),
        201,
    )
    .await;
    let deleted = team.vault("Deleted", &format!("a = \"{DELETED}\"")).await;
    for (who, vault) in [(bob, &own), (ann, &first)] {
        let save = team.save(vault.id, 1);
        ask(team, who, "POST", &url::<RestoreVaultVersion>(&save), None, 200).await;
        let one = team.one(vault.id);
        for address in [
            url::<GetVault>(&one),
            url::<DownloadVault>(&one),
            url::<ListVaultVersions>(&one),
            url::<GetVaultVersion>(&save),
        ] {
            ask(team, who, "GET", &address, None, 200).await;
        }
    }
    ask(
        team,
        ann,
        "DELETE",
        &url::<DeleteVault>(&team.one(deleted.id)),
        None,
        204,
    )
    .await;
    let served = team.served().await;
    let shown = format!("{served:?}");
    for expected in [OF_BOB, OF_ADMINS, ENFORCED] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    for address in [
        url::<ChangePersonalVault>(&team.here()),
        url::<ListAppliedVaults>(&team.here()),
        url::<GetEffectiveConfiguration>(&team.here()),
        "/api/v1/me/export".to_owned(),
    ] {
        ask(team, bob, "GET", &address, None, 200).await;
    }
    let text = json!({ "format": "hocon", "content": format!("a = \"{CHECKED}\"") });
    ask(
        team,
        bob,
        "POST",
        &url::<CheckVault>(&team.here()),
        Some(text),
        200,
    )
    .await;
    refuse_vaults(team, &first).await;
}

async fn refuse_vaults(team: &Team, vault: &Vault) {
    let (own, theirs) = (
        url::<ChangePersonalVault>(&team.here()),
        url::<ChangeVault>(&team.one(vault.id)),
    );
    for (who, address, body) in [
        (
            &team.bob,
            &own,
            json!({ "format": "hocon", "content": format!("a = [\"{REFUSED}\"") }),
        ),
        (
            &team.bob,
            &own,
            json!({ "format": "json", "content": format!("{{\"{REFUSED}\" 5}}") }),
        ),
        (
            &team.bob,
            &own,
            json!({ "format": "yaml", "content": format!("a: [{REFUSED}") }),
        ),
        (&team.bob, &own, json!({ "format": REFUSED, "content": REFUSED })),
        (&team.bob, &own, json!({ REFUSED: REFUSED })),
        (&team.ann, &theirs, json!({ "content": { "a": REFUSED } })),
        (&team.ann, &theirs, json!({ "content": [REFUSED] })),
    ] {
        let refused = team
            .app
            .raw(team.app.request("PATCH", address, who).set_json(&body))
            .await;
        assert!(matches!(refused.status, 400 | 422), "{body}: {}", refused.text());
    }
    let cut_off = format!("{{\"content\": \"{REFUSED}");
    let request = team
        .app
        .request("PATCH", &theirs, &team.ann)
        .insert_header(("content-type", "application/json"))
        .set_payload(cut_off);
    assert_eq!(team.app.raw(request).await.status, 400);
}

/// Access to storage, of one's own and of a group, which opens objects.
async fn use_storage(team: &Team) {
    let (ann, bob) = (&team.ann, &team.bob);
    let of_group = json!([
        wanted(),
        { "bucket": "other", "key": "AKIA2", "secret": VAULT_SECRET, "token": VAULT_TOKEN }
    ]);
    let users = team.group(GroupKind::Users).await;
    let vault = team
        .made(NewVault {
            target: VaultTarget::Storage,
            ..vaults::wanted(users, "Buckets", &of_group.to_string())
        })
        .await;
    // The secret stays, for what is shown comes without it.
    let shown = team.content(ann, vault.id).await;
    team.change(vault.id, content_of(&shown)).await;
    let spoilt = of_group
        .to_string()
        .replace("\"other\"", &format!("\"{REFUSED}\""));
    ask(
        team,
        ann,
        "PATCH",
        &url::<ChangeVault>(&team.one(vault.id)),
        Some(json!({ "content": spoilt })),
        422,
    )
    .await;

    let mine = json!({ "provider": "s3", "bucket": "mine", "key": "AKIA3", "secret": OWN_SECRET, "token": OWN_TOKEN });
    let made = ask(team, bob, "POST", "/api/v1/me/storage", Some(mine), 201)
        .await
        .json();
    let address = format!("/api/v1/me/storage/{}", made["id"].as_str().unwrap());
    ask(
        team,
        bob,
        "PATCH",
        &address,
        Some(json!({ "secret": OWN_SECRET, "region": "eu-west-1" })),
        200,
    )
    .await;
    for spoilt in [
        json!({ "secret": format!("{REFUSED} {REFUSED}") }),
        json!({ REFUSED: 1 }),
    ] {
        ask(team, bob, "PATCH", &address, Some(spoilt), 422).await;
    }
    // By the group's entry, and then by one's own with a token.
    for own in [false, true] {
        if own {
            let session = NewStorageEntry {
                key: SESSION_KEY.to_owned(),
                token: Some(secret(TOKEN)),
                ..wanted()
            };
            let made = add(&team.app, bob, session).await;
            let test = format!("/api/v1/me/storage/{}/test", made.id);
            assert_eq!(
                ask(team, bob, "POST", &test, None, 200).await.json()["works"],
                true
            );
        }
        let query = query_string(&ObjectAddress {
            url: in_s3("data/page.html"),
        });
        for address in [url::<ShowObject>(&team.here()), url::<LoadObject>(&team.here())] {
            ask(team, bob, "GET", &(address + &query), None, 200).await;
        }
        let of_bob = Person {
            workspace: ann.workspace,
            ..bob.clone()
        };
        let shown = preview(&team.app, &of_bob, &in_s3("data/sample.png")).await;
        shown.reply();
    }
    ask(team, bob, "GET", "/api/v1/me/export", None, 200).await;
}

#[actix_web::test]
async fn r021_a_dump_of_database_log_and_backup_shows_no_secret() {
    let heard = Heard::everything();
    let team = Team::on(storage::server().await);
    use_vaults(&team).await;
    use_storage(&team).await;
    for address in [
        url::<ListVaults>(&team.here()),
        url::<ListAudit>(&team.here()),
        url::<ExportAudit>(&team.here()) + "?format=csv",
    ] {
        let told = ask(&team, &team.ann, "GET", &address, None, 200).await;
        assert_holds_none(&address, told.text().as_bytes(), &ALL);
    }
    team.app.state.write_meters().unwrap();
    jobs::sweep(&team.app.state).unwrap();

    let (tables, files, log) = (dump(&team.app), files(&team.app), heard.so_far());
    // All of it was there to be found.
    let sealed_by = team.app.state.keys().sealing_key_id();
    assert!(
        tables.matches(&format!("v1.{sealed_by}.")).count() >= 12,
        "{tables}"
    );
    let told = String::from_utf8_lossy(&log);
    for path in [CreateVault::PATH, RestoreVaultVersion::PATH, ShowObject::PATH] {
        assert!(told.contains(path), "{path}: {told}");
    }
    for (place, bytes) in [
        ("a table", tables.as_bytes()),
        ("a file", files.as_slice()),
        ("the log", log.as_slice()),
    ] {
        assert_holds_none(place, bytes, &ALL);
    }
}
