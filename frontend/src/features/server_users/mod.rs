//! Everybody who has an account on this server, for its operators. List and dialogs are in the address.

use leptos::prelude::*;
use shared::{
    page::Page,
    server_users::{ListServerUsers, ServerUser, ServerUsersQuery, UserState},
};

use crate::{
    address::{Address, Step, use_address},
    api::{ApiError, call},
    features::server_users::{
        account::AccountDialog, delete::DeleteDialog, password_link::PasswordLinkDialog,
    },
    listing::{on_sort, order, pager},
    session::use_session,
    text,
    ui::{
        ago::Ago,
        avatar::Avatar,
        badge::{Badge, Tone},
        button::{Button, Look},
        empty::NoMatch,
        fetched::Fetched,
        field::{SelectField, TextField, Typed},
        load::load,
        number::{count, plural},
        page_title::PageTitle,
        skeleton::Skeleton,
        table::{Column, Table},
    },
};

pub mod account;
pub mod delete;
pub mod password_link;

/// The dialog about the account `?key=`.
pub const MANAGE: &str = "account";
/// The dialog that makes a link to choose a password.
pub const PASSWORD_LINK: &str = "password-link";
/// The dialog that deletes the account.
pub const DELETE: &str = "delete-account";

const ORDERS: &[&str] = &[
    "name",
    "-name",
    "created_at",
    "-created_at",
    "last_sign_in_at",
    "-last_sign_in_at",
];

const COLUMNS: [Column; 7] = [
    Column::sorted("Name", "name"),
    Column::text("State"),
    Column::number("Workspaces"),
    Column::number("Keys"),
    Column::sorted("Last sign-in", "last_sign_in_at"),
    Column::text("Last key use"),
    Column::actions("Actions"),
];

/// States to choose from: each with its name in the address, and its words.
const STATES: [(Option<UserState>, &str, &str); 4] = [
    (None, "", "Not deleted"),
    (Some(UserState::Active), "active", "Active"),
    (Some(UserState::Disabled), "disabled", "Disabled"),
    (Some(UserState::Deleted), "deleted", "Deleted"),
];

/// The list of accounts as it was brought last.
pub type Accounts = Fetched<Page<ServerUser>, ApiError>;

/// Opens a dialog about an account.
pub fn open_dialog(address: Address, name: &'static str, key: String) {
    address.change(
        Step::New,
        &[("dialog", Some(name.to_owned())), ("key", Some(key))],
    );
}

/// The account that `?dialog=name` is about, while it is open.
pub fn asked_for(address: Address, name: &'static str) -> Memo<Option<String>> {
    Memo::new(move |_| (address.get("dialog").as_deref() == Some(name)).then(|| address.get("key"))?)
}

/// The page.
#[component]
pub fn ServerUsers() -> impl IntoView {
    let address = use_address();
    let sort = order(address, ORDERS);
    let list: Accounts = Fetched::new(move || {
        let named = address.get("state");
        let state = STATES.iter().find(|(_, name, _)| Some(*name) == named.as_deref());
        let query = ServerUsersQuery {
            limit: None,
            cursor: address.get("cursor"),
            q: address.get("q"),
            sort: Some(sort.get()),
            state: state.and_then(|(state, _, _)| *state),
        };
        call::<ListServerUsers>((), query, ())
    });
    let [typed, state] = ["q", "state"].map(|key| address.search(key));
    let states = STATES.map(|(_, name, words)| (name.to_owned(), words.to_owned()));
    let total = move || Some(plural(list.get()?.ok()?.total, "account", "accounts"));
    view! {
        <PageTitle title="Accounts" section=text::SERVER />
        <section class="card" aria-label="Accounts of this server">
            <search class="filters">
                <TextField label="Search accounts" value=typed kind=Typed::Search placeholder="Name or e-mail" />
                <SelectField label="State" value=state options=Signal::stored(states.into()) />
                <p class="muted" role="status">{total}</p>
            </search>
            {load(list, Skeleton::Rows(6), move |page| accounts(page, address, sort))}
        </section>
        <AccountDialog list />
        <PasswordLinkDialog />
        <DeleteDialog list />
    }
}

fn accounts(page: Page<ServerUser>, address: Address, sort: Signal<String>) -> AnyView {
    if page.items.is_empty() {
        let clear = move |()| address.change(Step::Same, &[("q", None), ("state", None), ("cursor", None)]);
        return view! { <NoMatch on_clear=clear /> }.into_any();
    }
    let me = untrack(|| use_session().account()).map(|account| account.id);
    let shown = page.items.len();
    let rows = page
        .items
        .into_iter()
        .map(|user| row(user, address, me))
        .collect_view();
    view! {
        <div class="block">
            <Table caption="Accounts" columns=COLUMNS.into() sort on_sort=on_sort(address)>{rows}</Table>
        </div>
        {pager(address, shown, count(page.total), page.next_cursor)}
    }
    .into_any()
}

fn row(user: ServerUser, address: Address, me: Option<shared::ids::UserId>) -> AnyView {
    let name = user.name.to_string();
    let id = user.id.to_string();
    view! {
        <tr class:ended=user.state != UserState::Active>
            <th scope="row">
                <span class="person">
                    <Avatar name=name.clone() />
                    <span class="person-name">{name.clone()} <span class="under">{user.email.to_string()}</span></span>
                    {(Some(user.id) == me).then(|| view! { <Badge>"You"</Badge> })}
                </span>
            </th>
            <td><span class="badges">{badges(&user)}</span></td>
            <td class="number">{count(user.workspaces)}</td>
            <td class="number">{count(user.keys)}</td>
            <td>{moment(user.last_sign_in_at)}</td>
            <td>{moment(user.last_key_use_at)}</td>
            <td class="row-actions">
                <Button look=Look::Quiet on_click=move |_| open_dialog(address, MANAGE, id.clone())>
                    "Manage" <span class="visually-hidden">" " {name}</span>
                </Button>
            </td>
        </tr>
    }
    .into_any()
}

/// The state of an account, and what is special about it.
pub fn badges(user: &ServerUser) -> AnyView {
    let (tone, words) = match user.state {
        UserState::Active => (Tone::Good, "Active"),
        UserState::Disabled => (Tone::Danger, "Disabled"),
        UserState::Deleted => (Tone::Neutral, "Deleted"),
    };
    view! {
        <Badge tone>{words}</Badge>
        {user.is_operator.then(|| view! { <Badge tone=Tone::Accent>"Operator"</Badge> })}
        {user.must_change_password.then(|| view! { <Badge tone=Tone::Warning>"New password due"</Badge> })}
    }
    .into_any()
}

/// A moment, or that there was none.
pub fn moment(at: Option<chrono::DateTime<chrono::Utc>>) -> AnyView {
    match at {
        Some(at) => view! { <Ago at=at.timestamp_millis() /> }.into_any(),
        None => view! { <span class="muted">"Never"</span> }.into_any(),
    }
}
