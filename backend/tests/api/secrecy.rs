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

/// Sends a request, which must be answered with this status.
async fn ask(team: &Team, who: &Person, request: (&str, String, Value), status: u16) -> Answer<Value> {
    let (method, address, body) = request;
    let mut request = team.app.request(method, &address, who);
    if method == "POST" {
        // What is answered is kept for whoever sends it again.
        let key = team.app.clock.new_id().to_string();
        request = request.insert_header(("idempotency-key", key));
    }
    if !body.is_null() {
        request = request.set_json(body);
    }
    team.app.raw(request).await.with_status(status)
}

async fn read_all(team: &Team, who: &Person, addresses: impl IntoIterator<Item = String>) {
    for address in addresses {
        ask(team, who, ("GET", address, Value::Null), 200).await;
    }
}

/// Vaults of every kind, saved more than once, restored, switched off and on, deleted, and read by every road.
async fn use_vaults(team: &Team) {
    let (own, first) = write_vaults(team).await;
    for (who, vault) in [(&team.bob, &own), (&team.ann, &first)] {
        let (one, save) = (team.one(vault.id), team.save(vault.id, 1));
        let restore = ("POST", url::<RestoreVaultVersion>(&save), Value::Null);
        ask(team, who, restore, 200).await;
        let roads = [
            url::<GetVault>(&one),
            url::<DownloadVault>(&one),
            url::<ListVaultVersions>(&one),
            url::<GetVaultVersion>(&save),
        ];
        read_all(team, who, roads).await;
    }
    let shown = format!("{:?}", team.served().await);
    for expected in [OF_BOB, OF_ADMINS, ENFORCED] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    let roads = [
        url::<ChangePersonalVault>(&team.here()),
        url::<ListAppliedVaults>(&team.here()),
        url::<GetEffectiveConfiguration>(&team.here()),
        "/api/v1/me/export".to_owned(),
    ];
    read_all(team, &team.bob, roads).await;
    let text = json!({ "format": "hocon", "content": format!("a = \"{CHECKED}\"") });
    ask(
        team,
        &team.bob,
        ("POST", url::<CheckVault>(&team.here()), text),
        200,
    )
    .await;
    refuse_vaults(team, &first).await;
}

/// Answers Bob's own vault and one of administrators, both with two saves.
async fn write_vaults(team: &Team) -> (Vault, Vault) {
    let git = |secret: &str| format!("agent.git_pass = \"{secret}\"\n");
    let own = team.own_text(&team.bob, &git(OF_BOB)).await;
    let later = format!("{{\"agent\": {{\"git_pass\": \"{OF_BOB_LATER}\"}}}}");
    team.own(&team.bob, text_of(VaultFormat::Json, &later)).await;
    let first = team.vault("Everybody", &git(OF_ADMINS)).await;
    team.change(first.id, content_of(&git(OF_ADMINS_LATER))).await;
    team.switch(first.id, false).await;
    team.switch(first.id, true).await;
    let text = format!("agent:\n  environment:\n    X: \"{ENFORCED}\"\n");
    let enforced = NewVault {
        is_enforced: true,
        format: VaultFormat::Yaml,
        ..vaults::wanted(team.group(GroupKind::Users).await, "Enforced", &text)
    };
    let create = ("POST", url::<CreateVault>(&team.here()), json!(enforced));
    ask(team, &team.ann, create, 201).await;
    let deleted = team.vault("Deleted", &format!("a = \"{DELETED}\"")).await;
    let delete = ("DELETE", url::<DeleteVault>(&team.one(deleted.id)), Value::Null);
    ask(team, &team.ann, delete, 204).await;
    (own, first)
}

/// Texts and bodies that are refused, with something secret in each.
async fn refuse_vaults(team: &Team, vault: &Vault) {
    let own = url::<ChangePersonalVault>(&team.here());
    for body in [
        json!({ "format": "hocon", "content": format!("a = [\"{REFUSED}\"") }),
        json!({ "format": "json", "content": format!("{{\"{REFUSED}\" 5}}") }),
        json!({ "format": "yaml", "content": format!("a: [{REFUSED}") }),
        json!({ "format": REFUSED, "content": REFUSED }),
        json!({ REFUSED: REFUSED }),
    ] {
        ask(team, &team.bob, ("PATCH", own.clone(), body), 422).await;
    }
    let theirs = url::<ChangeVault>(&team.one(vault.id));
    for body in [
        json!({ "content": { "a": REFUSED } }),
        json!({ "content": [REFUSED] }),
    ] {
        ask(team, &team.ann, ("PATCH", theirs.clone(), body), 422).await;
    }
    let cut_off = format!("{{\"content\": \"{REFUSED}");
    let request = team
        .app
        .request("PATCH", &theirs, &team.ann)
        .insert_header(("content-type", "application/json"))
        .set_payload(cut_off);
    assert_eq!(team.app.raw(request).await.status, 400);
}

/// Access to storage of a group, which opens an object and is changed.
async fn use_storage_vault(team: &Team) {
    let entries = json!([
        wanted(),
        { "bucket": "other", "key": "AKIA2", "secret": VAULT_SECRET, "token": VAULT_TOKEN }
    ]);
    let users = team.group(GroupKind::Users).await;
    let vault = team
        .made(NewVault {
            target: VaultTarget::Storage,
            ..vaults::wanted(users, "Buckets", &entries.to_string())
        })
        .await;
    // What is shown comes without its secrets, and is saved again without them.
    let shown = team.content(&team.ann, vault.id).await;
    let fewer: Value = serde_json::from_str(&shown).unwrap();
    let saved = team
        .change(vault.id, content_of(&json!([fewer[0]]).to_string()))
        .await;
    assert_eq!(saved.vault.version, 2);
    let spoilt = entries
        .to_string()
        .replace("\"other\"", &format!("\"{REFUSED}\""));
    let change = (
        "PATCH",
        url::<ChangeVault>(&team.one(vault.id)),
        json!({ "content": spoilt }),
    );
    ask(team, &team.ann, change, 422).await;
    open_objects(team).await;
}

/// Entries of one's own, one of which opens an object with a token.
async fn use_own_storage(team: &Team) {
    let mine = json!({ "provider": "s3", "bucket": "mine", "key": "AKIA3", "secret": OWN_SECRET, "token": OWN_TOKEN });
    let create = ("POST", "/api/v1/me/storage".to_owned(), mine);
    let made = ask(team, &team.bob, create, 201).await.json();
    let address = format!("/api/v1/me/storage/{}", made["id"].as_str().unwrap());
    for (change, status) in [
        (json!({ "secret": OWN_SECRET, "region": "eu-west-1" }), 200),
        (json!({ "secret": format!("{REFUSED} {REFUSED}") }), 422),
        (json!({ REFUSED: 1 }), 422),
    ] {
        ask(team, &team.bob, ("PATCH", address.clone(), change), status).await;
    }
    let session = NewStorageEntry {
        key: SESSION_KEY.to_owned(),
        token: Some(secret(TOKEN)),
        ..wanted()
    };
    let made = add(&team.app, &team.bob, session).await;
    let test = (
        "POST",
        format!("/api/v1/me/storage/{}/test", made.id),
        Value::Null,
    );
    assert_eq!(ask(team, &team.bob, test, 200).await.json()["works"], true);
    open_objects(team).await;
    read_all(team, &team.bob, ["/api/v1/me/export".to_owned()]).await;
}

/// Bob looks at an object by every road.
async fn open_objects(team: &Team) {
    let query = query_string(&ObjectAddress {
        url: in_s3("data/page.html"),
    });
    let roads = [
        url::<ShowObject>(&team.here()) + &query,
        url::<LoadObject>(&team.here()) + &query,
    ];
    read_all(team, &team.bob, roads).await;
    let in_the_team = Person {
        workspace: team.ann.workspace,
        ..team.bob.clone()
    };
    preview(&team.app, &in_the_team, &in_s3("data/sample.png"))
        .await
        .reply();
}

#[actix_web::test]
async fn r021_a_dump_of_database_log_and_backup_shows_no_secret() {
    let heard = Heard::everything();
    let team = Team::on(storage::server().await);
    use_vaults(&team).await;
    use_storage_vault(&team).await;
    use_own_storage(&team).await;
    for address in [
        url::<ListVaults>(&team.here()),
        url::<ListAudit>(&team.here()),
        url::<ExportAudit>(&team.here()) + "?format=csv",
    ] {
        let told = ask(&team, &team.ann, ("GET", address.clone(), Value::Null), 200).await;
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
