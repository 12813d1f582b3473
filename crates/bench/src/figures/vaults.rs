//! What a client of a member loads in a workspace of 10,000 vaults and 1,000 groups, beside the same in one of 10 vaults on the same
//! server. What the member gets is the same in both, and is made through the API; the vaults of others are put into the
//! database as rows.

use std::{net::SocketAddr, path::Path};

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use db::{Conn, Db, DbError, Kind, schema::*};
use diesel::prelude::*;
use serde_json::json;

use crate::{
    figures::calls::in_pairs,
    load::Shape,
    report::{Figure, Goal},
    rounds::{Contender, Effort, interleave},
    rows::{first_account, insert_workspace},
    server::{Admin, Place, Server},
    set_up::{Account, key_pair, token},
    wire::{Reply, Request, Wire},
};

/// Groups that the member is in, each with a vault.
const OWN_GROUPS: u32 = 3;
/// What the member gets: the vaults of their groups, and the personal one.
const OWN_VAULTS: u32 = OWN_GROUPS + 1;
/// As long as a configuration with a dozen settings.
const OF_OTHERS: usize = 1_000;

/// A workspace to be asked.
#[derive(Debug, Clone, Copy)]
struct Workspace {
    id: &'static str,
    /// Begins the ids of everything in it.
    sign: u32,
    groups: u32,
    vaults: u32,
}

const FEW: Workspace = Workspace {
    id: "00000000000000000000000000000010",
    sign: 1,
    groups: 10,
    vaults: 10,
};
const MANY: Workspace = Workspace {
    id: "00000000000000000000000000010000",
    sign: 2,
    groups: 1_000,
    vaults: 10_000,
};

/// The ways to ask.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// As clients do at their start.
    Wire,
    /// What it all comes to, as the app shows it.
    Effective,
}

const WAYS: [(&str, Way); 2] = [
    ("users.get_vaults, token", Way::Wire),
    ("the effective configuration, browser session", Way::Effective),
];

/// Measures both ways on one server, in the same rounds.
pub fn measure(place: &Place, effort: Effort) -> Result<Vec<Figure>> {
    let data = "vaults";
    let server = place.clearance(data, Admin::Made)?;
    let account = Account::prepare(server.address)?;
    server.stop()?;
    fill(&place.folder.join(data).join("clearance.db")).context("could not fill the database")?;
    let server = &place.clearance(data, Admin::Later)?;
    for workspace in [FEW, MANY] {
        write_own(server.address, &account, workspace).context("could not make the member's vaults")?;
    }
    let mut contenders = Vec::new();
    for (what, way) in WAYS {
        for workspace in [FEW, MANY] {
            contenders.push(contender(server, &account, workspace, way).context(what)?);
        }
    }
    let courses = interleave(effort, &contenders)?;
    let whats = WAYS.map(|(what, _)| format!("10,000 vaults, 1,000 groups: {what}"));
    in_pairs("vaults", whats, &courses, "10 vaults", Goal::RatioAtMost(1.5))
}

fn contender(server: &Server, account: &Account, workspace: Workspace, way: Way) -> Result<Contender> {
    let address = server.address;
    let request = match way {
        Way::Wire => {
            let basic = key_pair(address, &account.cookie, workspace.id)?;
            let path = "/api/users.get_vaults?enabled=true&types=config&types=config";
            Request::get(address, path, &[("authorization", &token(address, &basic)?)])
        }
        Way::Effective => {
            let path = format!("/api/v1/workspaces/{}/vaults/effective", workspace.id);
            Request::get(address, &path, &[("cookie", &account.cookie)])
        }
    };
    let reply = Wire::open(address)?.ask(&request)?;
    check(&reply, way)?;
    Ok(Contender {
        pid: server.pid(),
        address,
        request,
        shape: match way {
            // Each answer on the wire has an id of its own.
            Way::Wire => Shape::like(&reply),
            Way::Effective => Shape::exactly(&reply),
        },
    })
}

/// Whoever got less would have less to do.
fn check(reply: &Reply, way: Way) -> Result<()> {
    let (pointer, wanted) = match way {
        Way::Wire => ("/data/vaults", OWN_VAULTS),
        // The client's own defaults are the lowest layer.
        Way::Effective => ("/layers", OWN_VAULTS + 1),
    };
    let all = reply.json()?;
    let found = all.pointer(pointer).and_then(serde_json::Value::as_array);
    let count = found.map_or(0, Vec::len);
    anyhow::ensure!(
        count == wanted as usize,
        "{count} in {pointer} instead of {wanted}"
    );
    Ok(())
}

/// Makes what the member gets: through the API, because it is sealed.
fn write_own(server: SocketAddr, account: &Account, workspace: Workspace) -> Result<()> {
    let mut wire = Wire::open(server)?;
    let vaults = format!("/api/v1/workspaces/{}/vaults", workspace.id);
    let cookie = [("cookie", account.cookie.as_str())];
    for number in 0..OWN_GROUPS {
        let body = json!({
            "name": format!("Settings {number}"), "group_id": group_id(workspace, number), "format": "hocon",
            "content": text(number),
        });
        wire.ask(&Request::post(server, &vaults, &cookie, &body))?;
    }
    let body = json!({ "format": "hocon", "content": text(OWN_GROUPS) });
    wire.ask(&Request::patch(
        server,
        &format!("{vaults}/personal"),
        &cookie,
        &body,
    ))?;
    Ok(())
}

/// A configuration as people write them.
fn text(number: u32) -> String {
    let first = format!("agent.default_docker.image: \"registry.example.com/image:{number}\"\n");
    let settings = (0..10).map(|setting| {
        format!("sdk.development.setting_{number}_{setting} = a value of some length as they are\n")
    });
    first + &settings.collect::<String>()
}

/// Makes both workspaces, of which the first account is an administrator, with groups and the vaults of others.
fn fill(file: &Path) -> Result<()> {
    let db = Db::open(Kind::Sqlite(file.to_path_buf()), 1);
    let admin = first_account(&db)?;
    let now = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(20_000);
    db.write(|conn| {
        for workspace in [FEW, MANY] {
            insert_workspace(conn, workspace.id, "A team", &admin, now)?;
            for number in 0..workspace.groups {
                insert_group(conn, workspace, number)?;
            }
            for number in 0..OWN_GROUPS {
                insert_group_member(conn, workspace, number, &admin, now)?;
            }
            for number in OWN_VAULTS..workspace.vaults {
                insert_vault(conn, workspace, number, &admin, now)?;
            }
        }
        Ok::<(), DbError>(())
    })?;
    Ok(())
}

fn group_id(workspace: Workspace, number: u32) -> String {
    format!("{:08x}{number:024x}", workspace.sign)
}

fn insert_group(conn: &mut Conn, workspace: Workspace, number: u32) -> QueryResult<()> {
    let row = (
        groups::id.eq(group_id(workspace, number)),
        groups::workspace_id.eq(workspace.id),
        groups::kind.eq("custom"),
        groups::name.eq(format!("Group {number}")),
        groups::name_key.eq(format!("group {number}")),
    );
    diesel::insert_into(groups::table)
        .values(row)
        .execute(conn)
        .and_then(db::one)
}

fn insert_group_member(
    conn: &mut Conn,
    workspace: Workspace,
    number: u32,
    user: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let row = (
        group_members::group_id.eq(group_id(workspace, number)),
        group_members::workspace_id.eq(workspace.id),
        group_members::user_id.eq(user),
        group_members::added_at.eq(now),
    );
    diesel::insert_into(group_members::table)
        .values(row)
        .execute(conn)
        .and_then(db::one)
}

/// A vault for one of the groups that the member is not in. It is never opened, so that what is in it may be anything.
fn insert_vault(
    conn: &mut Conn,
    workspace: Workspace,
    number: u32,
    author: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let id = format!("{:08x}{number:024x}", workspace.sign + 0x100);
    let group = OWN_GROUPS + number % (workspace.groups - OWN_GROUPS);
    let row = (
        (
            vaults::id.eq(&id),
            vaults::workspace_id.eq(workspace.id),
            vaults::group_id.eq(Some(group_id(workspace, group))),
            vaults::name.eq(format!("Vault {number}")),
            vaults::name_key.eq(format!("vault {number}")),
            vaults::target.eq("config"),
        ),
        (
            vaults::is_active.eq(true),
            vaults::is_enforced.eq(number.is_multiple_of(10)),
            vaults::position.eq(i64::from(number)),
            vaults::version.eq(1),
            vaults::created_at.eq(now),
            vaults::updated_at.eq(now),
            vaults::updated_by.eq(author),
        ),
    );
    diesel::insert_into(vaults::table).values(row).execute(conn)?;
    let row = (
        vault_versions::vault_id.eq(&id),
        vault_versions::version.eq(1),
        vault_versions::format.eq("hocon"),
        vault_versions::sealed_content.eq(format!("v1.none.{}", "A".repeat(OF_OTHERS))),
        vault_versions::line_count.eq(11),
        vault_versions::byte_count.eq(700),
        vault_versions::saved_at.eq(now),
        vault_versions::saved_by.eq(author),
    );
    diesel::insert_into(vault_versions::table)
        .values(row)
        .execute(conn)
        .and_then(db::one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vaults_of_others_are_for_groups_that_the_member_is_not_in() {
        for workspace in [FEW, MANY] {
            let of_others = (OWN_VAULTS..workspace.vaults)
                .map(|number| OWN_GROUPS + number % (workspace.groups - OWN_GROUPS));
            let all: std::collections::BTreeSet<u32> = of_others.collect();
            assert!(
                all.iter()
                    .all(|group| (OWN_GROUPS..workspace.groups).contains(group))
            );
            let expected = (workspace.groups - OWN_GROUPS).min(workspace.vaults - OWN_VAULTS);
            assert_eq!(all.len(), expected as usize);
        }
    }
}
