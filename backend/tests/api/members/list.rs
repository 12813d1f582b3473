//! The list of members: order, pages and their markers.

use chrono::TimeDelta;
use db::{columns, schema::users};
use diesel::prelude::*;
use shared::{
    ids::WorkspaceId,
    members::{ListMembers, WorkspaceMember},
    page::{Page, PageQuery},
    permission::Role,
};
use testkit::{Answer, As, Person, TestApp};

use super::here;

pub(super) async fn members(
    app: &TestApp,
    who: impl Into<As>,
    workspace: WorkspaceId,
    query: PageQuery,
) -> Answer<Page<WorkspaceMember>> {
    app.call::<ListMembers>(who, here(workspace), query, ()).await
}

pub(super) fn sorted(sort: &str) -> PageQuery {
    PageQuery {
        sort: Some(sort.to_owned()),
        ..PageQuery::default()
    }
}

pub(super) fn searched(q: &str) -> PageQuery {
    PageQuery {
        q: Some(q.to_owned()),
        ..PageQuery::default()
    }
}

pub(super) fn names(page: &Page<WorkspaceMember>) -> Vec<&str> {
    page.items.iter().map(|one| one.name.as_str()).collect()
}

/// Ann's workspace with these members, added one after the other.
pub(super) async fn team(people: &[&str]) -> (TestApp, Person) {
    let app = TestApp::start().await;
    let ann = app.person("ann");
    for name in people {
        app.clock.advance(TimeDelta::seconds(1));
        let person = app.person(name);
        app.member(ann.workspace, &person, Role::User);
    }
    (app, ann)
}

pub(super) fn rename(app: &TestApp, person: &Person, name: &str) {
    app.change(|conn| {
        diesel::update(users::table.find(columns::UserId(person.id)))
            .set((users::name.eq(name), users::name_key.eq(name.to_lowercase())))
            .execute(conn)
    });
}

#[actix_web::test]
async fn members_are_listed_by_name_or_by_when_they_were_added_in_both_directions() {
    let (app, ann) = team(&["Zoe", "bob", "Carl"]).await;
    for (sort, expected) in [
        ("name", ["ann", "bob", "Carl", "Zoe"]),
        ("-name", ["Zoe", "Carl", "bob", "ann"]),
        ("added_at", ["ann", "Zoe", "bob", "Carl"]),
        ("-added_at", ["Carl", "bob", "Zoe", "ann"]),
    ] {
        let page = members(&app, &ann, ann.workspace, sorted(sort)).await.reply();
        assert_eq!((names(&page), page.total), (expected.to_vec(), 4), "{sort}");
    }
    let page = members(&app, &ann, ann.workspace, PageQuery::default())
        .await
        .reply();
    assert_eq!(names(&page), ["ann", "bob", "Carl", "Zoe"]);
    assert_eq!(page.items[0].email.as_str(), "ann@example.com");
    assert_eq!(
        (page.items[0].role, page.items[1].role),
        (Role::Admin, Role::User)
    );
    for bad in ["", "email", "password_hash", "-role", "name,added_at"] {
        let refused = members(&app, &ann, ann.workspace, sorted(bad)).await;
        let problem = refused.problem();
        assert_eq!(
            (refused.status, problem.errors[0].pointer.as_str()),
            (422, "sort"),
            "{bad}"
        );
    }
}

#[actix_web::test]
async fn every_member_is_on_exactly_one_page_in_every_order() {
    let people: Vec<_> = (0..11).map(|number| format!("p{number:02}")).collect();
    let people: Vec<_> = people.iter().map(String::as_str).collect();
    let (app, ann) = team(&people).await;
    // Equal names: the id decides, and nobody is lost between two pages.
    for name in ["Twin", "twin", "TWIN"] {
        let twin = app.person(&format!("{name}-{}", app.clock.new_id().simple()));
        rename(&app, &twin, name);
        app.member(ann.workspace, &twin, Role::User);
    }
    for sort in ["name", "-name", "added_at", "-added_at"] {
        let whole = members(&app, &ann, ann.workspace, sorted(sort)).await.reply();
        let mut cursor = None;
        let mut seen = Vec::new();
        for _ in 0..20 {
            let query = PageQuery {
                limit: Some(2),
                cursor: cursor.take(),
                ..sorted(sort)
            };
            let page = members(&app, &ann, ann.workspace, query).await.reply();
            assert_eq!(page.total, 15);
            assert!(page.items.len() <= 2);
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, whole.items, "{sort}");
        assert_eq!((seen.len(), whole.next_cursor), (15, None));
    }
}

#[actix_web::test]
async fn attack_11_a_marker_is_valid_for_its_own_caller_workspace_and_query_only() {
    let (app, ann) = team(&["bob", "carl"]).await;
    let dora = app.person("dora");
    app.member(ann.workspace, &dora, Role::User);
    let other = app.workspace(&ann, "other");
    app.member(other, &dora, Role::User);
    let first = PageQuery {
        limit: Some(1),
        ..sorted("name")
    };
    let marker = members(&app, &ann, ann.workspace, first.clone())
        .await
        .reply()
        .next_cursor
        .unwrap();
    let with = |query: PageQuery, cursor: &str| PageQuery {
        cursor: Some(cursor.to_owned()),
        ..query
    };
    let next = members(&app, &ann, ann.workspace, with(first.clone(), &marker))
        .await
        .reply();
    assert_eq!(names(&next), ["bob"]);
    let more = PageQuery {
        limit: Some(100),
        ..with(first.clone(), &marker)
    };
    let rest = members(&app, &ann, ann.workspace, more).await.reply();
    assert_eq!(
        names(&rest),
        ["bob", "carl", "dora"],
        "a page may have another size"
    );

    let refused = [
        members(&app, &dora, ann.workspace, with(first.clone(), &marker)).await,
        members(&app, &ann, other, with(first.clone(), &marker)).await,
        members(&app, &ann, ann.workspace, with(sorted("-name"), &marker)).await,
        members(&app, &ann, ann.workspace, with(sorted("added_at"), &marker)).await,
        members(&app, &ann, ann.workspace, with(searched("b"), &marker)).await,
    ];
    for answer in refused {
        assert_eq!((answer.status, answer.code()), (400, "bad_cursor"));
    }
    let (place, tag) = marker.split_once('.').unwrap();
    let forged = [
        String::new(),
        "x".to_owned(),
        place.to_owned(),
        format!("{place}."),
        format!("{place}.{}", "0".repeat(64)),
        format!("{}.{tag}", place.replace('A', "B")),
        format!("{marker}0"),
        "é".to_owned(),
        "x".repeat(5000),
    ];
    for made_up in forged {
        let answer = members(&app, &ann, ann.workspace, with(first.clone(), &made_up)).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_cursor"), "{made_up}");
    }
}

#[actix_web::test]
async fn members_are_seen_by_members_only() {
    let (app, ann) = team(&["bob"]).await;
    let stranger = app.person("stranger");
    let refused = members(&app, &stranger, ann.workspace, PageQuery::default()).await;
    assert_eq!((refused.status, refused.code()), (404, "not_found"));
    let nobody = members(&app, As::Nobody, ann.workspace, PageQuery::default()).await;
    assert_eq!(nobody.status, 401);
    let key = app.key(&ann, ann.workspace);
    let page = members(&app, &key, ann.workspace, PageQuery::default())
        .await
        .reply();
    assert_eq!(page.total, 2);
    let own = members(&app, &stranger, stranger.workspace, PageQuery::default()).await;
    assert_eq!(names(&own.reply()), ["stranger"]);
}
