//! Finding members by a part of name or address, in every order and on every page, where many match and where few do.

use db::{
    columns,
    schema::{members as rows, users},
};
use diesel::prelude::*;
use shared::{
    account::{AccountChange, ChangeMe},
    ids::{UserId, WorkspaceId},
    members::{SEARCH_COUNTS_TO, WorkspaceMember},
    page::{Page, PageQuery},
    permission::Role,
};
use testkit::{Person, START, TestApp};

use super::list::{members, names, rename, searched, sorted, team};

#[actix_web::test]
async fn members_are_found_by_a_part_of_name_or_address_whatever_its_case() {
    let (app, ann) = team(&["bob", "carl"]).await;
    let odd = app.person("odd");
    rename(&app, &odd, "Émile 50%_\\");
    app.member(ann.workspace, &odd, Role::User);
    for (q, expected) in [
        ("BOB", vec!["bob"]),
        ("ArL@EXAMPLE", vec!["carl"]),
        ("example.com", vec!["ann", "bob", "carl", "Émile 50%_\\"]),
        ("  ", vec!["ann", "bob", "carl", "Émile 50%_\\"]),
        ("émile", vec!["Émile 50%_\\"]),
        ("ÉMILE", vec!["Émile 50%_\\"]),
        ("%", vec!["Émile 50%_\\"]),
        ("_", vec!["Émile 50%_\\"]),
        ("\\", vec!["Émile 50%_\\"]),
        ("%_\\", vec!["Émile 50%_\\"]),
        ("b%b", vec![]),
        ("' OR '1'='1", vec![]),
        ("nobody", vec![]),
    ] {
        let page = members(&app, &ann, ann.workspace, searched(q)).await.reply();
        assert_eq!(
            (names(&page), page.total),
            (expected.clone(), expected.len() as u64),
            "{q}"
        );
    }
    let long = members(&app, &ann, ann.workspace, searched(&"x".repeat(255))).await;
    assert_eq!(long.status, 422);
}

#[actix_web::test]
async fn p08_a_search_knows_no_case_in_any_script_and_finds_one_two_and_three_characters() {
    let (app, ann) = team(&[]).await;
    for (number, name) in [
        "Οδυσσεύς ΟΔΥΣΣΕΥΣ",
        "李小龍",
        "Žofie Ďurišová",
        "Ann\u{ad}a İz",
        "x",
    ]
    .into_iter()
    .enumerate()
    {
        let person = app.person(&format!("u{number}"));
        rename(&app, &person, name);
        app.member(ann.workspace, &person, Role::User);
    }
    for (q, expected) in [
        ("ΟΔΥΣ", "Οδυσσεύς ΟΔΥΣΣΕΥΣ"),
        ("δυσσευς", "Οδυσσεύς ΟΔΥΣΣΕΥΣ"),
        ("ΣΕΎΣ", "Οδυσσεύς ΟΔΥΣΣΕΥΣ"),
        ("小", "李小龍"),
        ("小龍", "李小龍"),
        ("李小龍", "李小龍"),
        ("ŽOFIE ď", "Žofie Ďurišová"),
        ("šová", "Žofie Ďurišová"),
        ("İ", "Ann\u{ad}a İz"),
        ("u4@", "x"),
        ("4@e", "x"),
    ] {
        let page = members(&app, &ann, ann.workspace, searched(q)).await.reply();
        assert_eq!((names(&page), page.total), (vec![expected], 1), "{q}");
    }
    // What ends the name and begins the address is not one text.
    for q in ["xu4", "x u4"] {
        assert_eq!(
            members(&app, &ann, ann.workspace, searched(q))
                .await
                .reply()
                .total,
            0
        );
    }
    for (bad, code) in [("a\0b", "malformed"), ("a\nb", "invalid"), ("\u{7f}x", "invalid")] {
        let refused = members(&app, &ann, ann.workspace, searched(bad)).await;
        assert_eq!(refused.code(), code, "{bad:?}");
    }
}

#[actix_web::test]
async fn p08_a_search_follows_names_and_memberships() {
    let (app, ann) = team(&["bob"]).await;
    let bob = app.person("robert");
    app.member(ann.workspace, &bob, Role::User);
    let found = async |q: &str| {
        let page = members(&app, &ann, ann.workspace, searched(q)).await.reply();
        (page.items.len(), page.total)
    };
    assert_eq!(found("robert").await, (1, 1));
    let renamed = AccountChange {
        name: Some("Émilie".parse().unwrap()),
    };
    app.call::<ChangeMe>(&bob, (), (), renamed).await.reply();
    assert_eq!(found("ÉMIL").await, (1, 1));
    assert_eq!(found("robert").await, (1, 1), "by the address, which stayed");
    super::remove(&app, &ann, ann.workspace, &bob).await.reply();
    assert_eq!(found("émil").await, (0, 0));
    assert_eq!(found("robert").await, (0, 0));
    app.member(ann.workspace, &bob, Role::User);
    assert_eq!(found("émil").await, (1, 1));
    // In her own workspace she is found as well, and nobody else is.
    let own = members(&app, &bob, bob.workspace, searched("e")).await.reply();
    assert_eq!(names(&own), ["Émilie"]);
}

#[actix_web::test]
async fn attack_11_a_search_finds_nobody_of_another_workspace() {
    let (app, ann) = team(&["bob"]).await;
    let (eve, mallory) = (app.person("eve"), app.person("mallory"));
    app.member(eve.workspace, &mallory, Role::User);
    for q in [
        "bob",
        "ann",
        "b",
        "@example.com",
        &ann.workspace.to_string(),
        "three : x",
        "\" OR \"",
        "*",
        "NEAR(",
    ] {
        let page = members(&app, &eve, eve.workspace, searched(q)).await.reply();
        let strangers = page
            .items
            .iter()
            .filter(|one| one.user_id == ann.id || one.name.as_str() == "bob");
        assert_eq!(strangers.count(), 0, "{q}");
        let expected = if q == "@example.com" { 2 } else { 0 };
        assert_eq!((page.items.len(), page.total), (expected, expected as u64), "{q}");
    }
}

/// So many members without accounts of their own to sign in with, all at once; their names in the order of their numbers.
fn crowd(app: &TestApp, workspace: WorkspaceId, name_of: impl Fn(usize) -> String, count: usize) {
    app.change(|conn| {
        for number in 0..count {
            let (id, name) = (UserId(app.clock.new_id()), name_of(number));
            diesel::insert_into(users::table)
                .values((
                    (
                        users::id.eq(columns::UserId(id)),
                        users::name.eq(&name),
                        users::name_key.eq(name.to_lowercase()),
                    ),
                    users::email.eq(format!("{number}@crowd.test")),
                    users::email_key.eq(format!("{number}@crowd.test")),
                    users::is_operator.eq(false),
                    users::is_disabled.eq(false),
                    users::created_at.eq(START),
                ))
                .execute(conn)?;
            // Every other one at the same moment: the id decides among them.
            let added = START + chrono::TimeDelta::seconds(i64::try_from(number / 2).unwrap());
            diesel::insert_into(rows::table)
                .values((
                    rows::workspace_id.eq(columns::WorkspaceId(workspace)),
                    rows::user_id.eq(columns::UserId(id)),
                    rows::role.eq(columns::Role(Role::User)),
                    rows::added_at.eq(added),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
}

/// Every member that a search finds, page by page.
async fn all_pages(
    app: &TestApp,
    ann: &Person,
    workspace: WorkspaceId,
    query: &PageQuery,
) -> Vec<WorkspaceMember> {
    let mut cursor = None;
    let mut seen = Vec::new();
    loop {
        let asked = PageQuery {
            cursor,
            limit: Some(200),
            ..query.clone()
        };
        let page: Page<WorkspaceMember> = members(app, ann, workspace, asked).await.reply();
        seen.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return seen;
        }
    }
}

#[actix_web::test]
async fn p08_where_many_match_every_one_is_on_exactly_one_page_in_every_order() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let team = app.workspace(&ann, "team");
    // Half of the names hold "even"; the last hundred, and nobody before, hold "rare".
    let name_of = |number: usize| {
        let kind = if number.is_multiple_of(2) { "even" } else { "odd" };
        let rare = if number >= 2300 { " rare" } else { "" };
        format!("p{number:05} {kind}{rare}")
    };
    crowd(&app, team, name_of, 2400);
    let more = SEARCH_COUNTS_TO + 1;
    for (q, matching, total) in [
        ("crowd.test", 2400, more),
        ("t", 2400, more),
        ("EVEN", 1200, more),
        ("odd", 1200, more),
        ("rare", 100, 100),
        ("p0000", 10, 10),
        ("p023", 100, 100),
    ] {
        for sort in ["name", "-name", "added_at", "-added_at"] {
            let query = PageQuery {
                q: Some(q.to_owned()),
                ..sorted(sort)
            };
            let first = members(&app, &ann, team, query.clone()).await.reply();
            assert_eq!(
                (first.items.len(), first.total),
                (50.min(matching), total),
                "{q} by {sort}"
            );
            let seen = all_pages(&app, &ann, team, &query).await;
            assert_eq!(seen.len(), matching, "{q} by {sort}");
            assert_eq!(seen[..first.items.len()], first.items, "{q} by {sort}");
            let mut sorted = seen.clone();
            sorted.sort_by_key(|one| match sort.trim_start_matches('-') {
                "name" => (one.name.to_string(), one.user_id),
                _ => (one.added_at.to_rfc3339(), one.user_id),
            });
            if sort.starts_with('-') {
                sorted.reverse();
            }
            assert!(seen == sorted, "{q} by {sort} is out of order");
            sorted.dedup();
            assert_eq!(sorted.len(), matching, "{q} by {sort}: somebody is there twice");
        }
    }
    let everybody = members(&app, &ann, team, PageQuery::default()).await.reply();
    assert_eq!(everybody.total, 2401, "without a search all are counted");
}

#[actix_web::test]
async fn p08_who_matches_at_the_end_of_a_long_list_is_found_though_many_match() {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    let team = app.workspace(&ann, "team");
    // 1,100 match, and all of them stand behind 1,300 who do not.
    let name_of = |number: usize| {
        let kind = if number >= 1300 { "late" } else { "soon" };
        format!("p{number:05} {kind}")
    };
    crowd(&app, team, name_of, 2400);
    for (sort, first) in [("name", "p01300 late"), ("-name", "p02399 late")] {
        let query = PageQuery {
            q: Some("late".to_owned()),
            ..sorted(sort)
        };
        let page = members(&app, &ann, team, query.clone()).await.reply();
        assert_eq!((names(&page)[0], page.items.len(), page.total), (first, 50, 1001));
        assert_eq!(all_pages(&app, &ann, team, &query).await.len(), 1100);
    }
}
