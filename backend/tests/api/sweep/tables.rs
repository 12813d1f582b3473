//! The two tables that people review when access changes.

use std::fmt::Write as _;

use backend::clearml;
use shared::permission::{Permission, Role};

use super::world::mounts;

fn needs(permission: Option<Permission>) -> String {
    permission.map_or_else(|| "-".to_owned(), |permission| format!("{permission:?}"))
}

#[test]
fn every_route_says_who_may_call_it() {
    let mut rows: Vec<String> = mounts()
        .iter()
        .map(|mount| {
            format!(
                "{:6} {} {} {}",
                mount.method.as_str(),
                mount.path,
                mount.caller,
                needs(mount.needs)
            )
        })
        .collect();
    rows.extend(
        clearml::calls()
            .iter()
            .map(|call| format!("WIRE   {} {} {}", call.action, call.caller, needs(call.needs))),
    );
    rows.sort();
    insta::assert_snapshot!("routes", rows.join("\n"));
}

/// All that answers without a proof. Whoever adds to it opens the server to everybody.
const OPEN_TO_ALL: &[&str] = &[
    "CompletePasswordReset",
    "CompleteSetup",
    "GetServer",
    "JoinWithNewAccount",
    "ReportFoundKey",
    "RequestPasswordReset",
    "ShowInvitation",
    "SignIn",
    "auth.fixed_users_mode",
    "login.logout",
    "login.supported_modes",
    "server.info",
];

#[test]
fn attack_22_only_these_calls_need_no_proof() {
    let mounted = mounts();
    let rest = mounted
        .iter()
        .filter(|mount| mount.caller == "public")
        .map(|mount| mount.name);
    let calls = clearml::calls();
    let wire = calls
        .iter()
        .filter(|call| call.caller == "public")
        .map(|call| call.action);
    let mut open: Vec<&str> = rest.chain(wire).collect();
    open.sort_unstable();
    assert_eq!(open, OPEN_TO_ALL);
    for mount in &mounted {
        let known = [
            "public",
            "signed_in",
            "in_person",
            "operator",
            "member",
            "member_in_person",
        ];
        assert!(known.contains(&mount.caller), "{mount:?}");
        assert_eq!(
            mount.needs.is_some(),
            mount.caller.starts_with("member"),
            "{mount:?}"
        );
    }
}

#[test]
fn every_role_grants_what_the_table_says() {
    let mut table = String::new();
    for permission in Permission::ALL {
        let _ = write!(table, "{:18}", format!("{permission:?}"));
        for role in Role::ALL {
            let _ = write!(
                table,
                " {}",
                if role.grants(permission) {
                    role.as_str()
                } else {
                    "-"
                }
            );
        }
        table.push('\n');
    }
    insta::assert_snapshot!("roles", table);
}

#[test]
fn every_route_has_an_address_of_its_own() {
    let all = mounts();
    for (place, mount) in all.iter().enumerate() {
        let twin = all
            .iter()
            .skip(place + 1)
            .find(|other| (other.path, other.method) == (mount.path, mount.method));
        assert!(twin.is_none(), "{mount:?} and {twin:?}");
        let same_name = all.iter().filter(|other| other.name == mount.name).count();
        assert_eq!(same_name, 1, "{mount:?}");
        let of_a_workspace = mount.path.contains("{workspace_id}");
        assert_eq!(
            of_a_workspace,
            mount.needs.is_some(),
            "{mount:?}: the workspace is in the path of members' routes"
        );
    }
}
