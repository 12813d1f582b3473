//! Members and open invitations as one table that is searched, sorted and paged by the address (R052, R068 to R073, P08).
//! Open invitations come first; there are never more rows than fit a page, so that the table stays small.

use leptos::prelude::*;
use shared::{
    ids::WorkspaceId,
    invitations::{Invitation, ListInvitations},
    members::{ListMembers, SEARCH_COUNTS_TO, WorkspaceMember},
    page::{Page, PageQuery},
    text::Email,
    workspaces::InWorkspace,
};

use crate::{
    address::{Address, Step, use_address},
    api::{ApiError, call},
    features::members::row::{self, Shared},
    listing,
    sending::Refusal,
    session::use_workspace,
    ui::{
        button::{Button, Look},
        dom,
        empty::{Empty, NoMatch},
        fetched::Fetched,
        field::{SelectField, TextField, Typed},
        icon::Symbol,
        load::load,
        number::{count, plural},
        skeleton::Skeleton,
        table::{Column, Table},
    },
};

const ORDERS: [&str; 4] = ["name", "-name", "added_at", "-added_at"];
const PENDING: &str = "pending";
const ACTIVE: &str = "active";
/// Rows of a page.
const PAGE: usize = 50;
/// Open invitations at the top of the first page of everybody.
const PENDING_FIRST: usize = 10;

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    status: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
    sort: String,
}

/// One page of the table.
#[derive(Debug, Clone)]
struct Listed {
    pending: Vec<Invitation>,
    /// Open invitations that fit the search, here or not.
    all_pending: usize,
    members: Page<WorkspaceMember>,
    next: Option<String>,
}

impl Listed {
    fn total(&self) -> u64 {
        self.members.total + self.all_pending as u64
    }

    /// A search counts only so far.
    fn has_uncounted(&self, wanted: &Wanted) -> bool {
        wanted.q.is_some() && self.members.total > SEARCH_COUNTS_TO
    }

    fn total_in_words(&self, wanted: &Wanted) -> String {
        if self.has_uncounted(wanted) {
            format!("more than {}", count(SEARCH_COUNTS_TO))
        } else {
            count(self.total())
        }
    }
}

/// The search and the table.
#[component]
pub fn UserList(
    /// Loads the list again when it changes.
    version: RwSignal<u32>,
    /// Is told how many invitations are open.
    open_invitations: RwSignal<u64>,
) -> impl IntoView {
    let id = use_workspace().id;
    let address = use_address();
    let sort = listing::order(address, &ORDERS);
    let wanted = Memo::new(move |_| Wanted {
        status: address.get("status"),
        q: address.get("q"),
        cursor: address.get("cursor"),
        sort: sort.get(),
    });
    let list = Fetched::new(move || {
        version.track();
        fetch(id, wanted.get(), open_invitations)
    });
    let typed = address.search("q");
    let status = address.search("status");
    let found = move || {
        let listed = list.get()?.ok()?;
        wanted.with(|wanted| {
            wanted.q.as_ref().map(|_| {
                if listed.has_uncounted(wanted) {
                    format!("More than {} matches", count(SEARCH_COUNTS_TO))
                } else {
                    plural(listed.total(), "match", "matches")
                }
            })
        })
    };
    let statuses = [("", "Everybody"), (ACTIVE, "Active"), (PENDING, "Pending")];
    let statuses = statuses.map(|(value, words)| (value.to_owned(), words.to_owned()));
    let shared = Shared::of(id);
    let error = shared.refused();
    view! {
        <search class="filters">
            <TextField label="Search users" value=typed kind=Typed::Search placeholder="Name or e-mail" />
            <SelectField label="Status" value=status options=Signal::stored(statuses.to_vec()) />
            <p class="muted" role="status">{found}</p>
        </search>
        <Refusal error />
        {load(list, Skeleton::Rows(4), move |listed| view! { <UserTable listed wanted address shared=shared.clone() /> })}
    }
}

async fn fetch(id: WorkspaceId, wanted: Wanted, open_invitations: RwSignal<u64>) -> Result<Listed, ApiError> {
    let path = InWorkspace { workspace_id: id };
    let mut pending = call::<ListInvitations>(path.clone(), (), ()).await?.items;
    let open = pending.iter().filter(|invitation| !row::is_over(invitation));
    let _ = open_invitations.try_set(open.count() as u64);
    pending.retain(|invitation| fits(invitation, wanted.q.as_deref()));
    let status = wanted.status.as_deref();
    let all_pending = if status == Some(ACTIVE) { 0 } else { pending.len() };
    if status == Some(PENDING) {
        let (pending, next) = part(pending, wanted.cursor.as_deref());
        return Ok(Listed {
            pending,
            all_pending,
            members: Page::whole(Vec::new()),
            next,
        });
    }
    let is_first = wanted.cursor.is_none() && status != Some(ACTIVE);
    pending.truncate(if is_first { PENDING_FIRST } else { 0 });
    let limit = u32::try_from(PAGE - pending.len())
        .ok()
        .filter(|_| !pending.is_empty());
    let query = PageQuery {
        limit,
        cursor: wanted.cursor,
        q: wanted.q,
        sort: Some(wanted.sort),
    };
    let members = call::<ListMembers>(path, query, ()).await?;
    let next = members.next_cursor.clone();
    Ok(Listed {
        pending,
        all_pending,
        members,
        next,
    })
}

/// Whether an open invitation fits a search.
fn fits(invitation: &Invitation, q: Option<&str>) -> bool {
    let wanted = dom::lower_case(q.unwrap_or_default().trim());
    let email = invitation.email.as_ref().map(Email::key).unwrap_or_default();
    wanted.is_empty() || email.contains(&wanted)
}

/// The page of open invitations that begins at `cursor`, and where the next begins.
fn part(pending: Vec<Invitation>, cursor: Option<&str>) -> (Vec<Invitation>, Option<String>) {
    let start: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let end = start.saturating_add(PAGE);
    let next = (end < pending.len()).then(|| end.to_string());
    (pending.into_iter().skip(start).take(PAGE).collect(), next)
}

#[component]
fn UserTable(listed: Listed, wanted: Memo<Wanted>, address: Address, shared: Shared) -> impl IntoView {
    let shown = listed.pending.len() + listed.members.items.len();
    if shown == 0 {
        return nobody(address, untrack(|| wanted.get()));
    }
    let columns = vec![
        Column::sorted("User name", "name"),
        Column::text("Status"),
        Column::text("Groups"),
        Column::text("Role"),
        Column::sorted("Added", "added_at"),
        Column::text("Last sign-in"),
        Column::text("Last key use"),
        Column::actions("Actions"),
    ];
    let sort = Signal::derive(move || wanted.with(|wanted| wanted.sort.clone()));
    let on_sort = listing::on_sort(address);
    let total = wanted.with_untracked(|wanted| listed.total_in_words(wanted));
    let more_pending = (listed.all_pending > listed.pending.len()
        && !listed.pending.is_empty()
        && wanted.with_untracked(|wanted| wanted.status.is_none()))
    .then_some(listed.all_pending);
    let next = listed.next;
    let mut rows: Vec<AnyView> = Vec::with_capacity(shown);
    rows.extend(
        listed
            .pending
            .into_iter()
            .map(|invitation| row::pending(invitation, &shared)),
    );
    rows.extend(
        listed
            .members
            .items
            .into_iter()
            .map(|member| row::member(member, &shared)),
    );
    view! {
        <div class="users"><Table caption="Users" columns sort on_sort>{rows}</Table></div>
        {more_pending.map(|all| see_pending(address, all))}
        {listing::pager(address, shown, total, next)}
    }
    .into_any()
}

fn see_pending(address: Address, all: usize) -> AnyView {
    let see = move |_| {
        address.change(
            Step::New,
            &[("status", Some(PENDING.to_owned())), ("cursor", None)],
        );
    };
    view! { <p><Button look=Look::Quiet on_click=see>{format!("See all {all} open invitations")}</Button></p> }
        .into_any()
}

fn nobody(address: Address, wanted: Wanted) -> AnyView {
    if wanted.q.is_none() && wanted.status.as_deref() == Some(PENDING) {
        return view! {
            <Empty
                symbol=Symbol::Mail
                title="Nobody is invited at the moment"
                text="Links that were used or have expired are not listed."
            />
        }
        .into_any();
    }
    let clear = move |()| address.change(Step::Same, &[("q", None), ("status", None), ("cursor", None)]);
    view! { <NoMatch on_clear=clear /> }.into_any()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use shared::{ids::InvitationId, permission::Role};

    use super::*;

    fn to(email: Option<&str>) -> Invitation {
        Invitation {
            id: InvitationId::NIL,
            email: email.map(|email| email.parse().unwrap()),
            role: Role::User,
            invited_by: "Ann".parse().unwrap(),
            created_at: DateTime::UNIX_EPOCH,
            expires_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn p08_a_search_finds_invitations_by_their_address() {
        assert!(fits(&to(Some("Cleo@example.com")), Some("CLEO")));
        assert!(fits(&to(None), None));
        assert!(!fits(&to(None), Some("cleo")));
    }

    #[test]
    fn open_invitations_come_in_pages_that_end() {
        let all = vec![to(None); 120];
        let (first, next) = part(all.clone(), None);
        assert_eq!((first.len(), next.as_deref()), (50, Some("50")));
        let (last, none) = part(all.clone(), Some("100"));
        assert_eq!((last.len(), none), (20, None));
        assert_eq!(part(all, Some("18446744073709551615")).0, []);
    }
}
