//! The entries as a table; one of them folds out to what it changed.

use leptos::prelude::*;
use shared::{
    audit::{AuditEntry, AuditQuery},
    page::Page,
};

use crate::{
    address::{Address, Step, use_address},
    features::audit::{
        Chain,
        diff::{Change, changes},
        filters::{clear, is_narrowed},
        words,
    },
    listing::pager,
    ui::{
        ago::{Ago, exact},
        empty::{Empty, NoMatch},
        fetched::Fetched,
        icon::{Icon, Symbol},
        id_chip::IdChip,
        load::load,
        number::{count, plural},
        skeleton::Skeleton,
        table::{Column, Table},
    },
};

const COLUMNS: [Column; 5] = [
    Column::text("When"),
    Column::text("Who"),
    Column::text("What"),
    Column::text("Subject"),
    Column::text("From"),
];

/// The entries that the address asks for.
#[component]
pub fn EntryList(
    /// Of which log.
    chain: Chain,
    /// What the address asks for.
    query: Memo<AuditQuery>,
) -> impl IntoView {
    let address = use_address();
    let list = Fetched::new(move || chain.list(query.get()));
    let total = move || Some(plural(list.get()?.ok()?.total, "entry", "entries"));
    let content = load(list, Skeleton::Rows(8), move |page| entries(page, address));
    view! {
        <p class="muted" role="status">{total}</p>
        {content}
    }
}

fn entries(page: Page<AuditEntry>, address: Address) -> AnyView {
    if page.items.is_empty() {
        return if untrack(|| is_narrowed(address)) {
            view! { <NoMatch on_clear=move |()| clear(address) /> }.into_any()
        } else {
            view! {
                <Empty symbol=Symbol::Log title="Nothing is logged yet" text="Every change that somebody makes will be here, with who made it and from where." />
            }
            .into_any()
        };
    }
    let shown = page.items.len();
    let rows = page
        .items
        .into_iter()
        .map(|entry| row(entry, address))
        .collect_view();
    view! {
        <Table caption="Entries" columns=COLUMNS.into()>{rows}</Table>
        {pager(address, shown, count(page.total), page.next_cursor)}
    }
    .into_any()
}

fn row(entry: AuditEntry, address: Address) -> AnyView {
    let own = entry.seq.to_string();
    let named = own.clone();
    let open = Memo::new(move |_| address.get("entry").as_deref() == Some(named.as_str()));
    let label = format!("Details of entry {own}");
    let toggle = move |_| {
        let wanted = (!open.get_untracked()).then(|| own.clone());
        address.change(Step::Same, &[("entry", wanted)]);
    };
    let at = entry.at.timestamp_millis();
    let what = words::action(&entry.action);
    let (who, subject, from) = (who(&entry), subject(&entry), entry.address.clone());
    let more = move || open.get().then(|| details(&entry));
    view! {
        <tr>
            <th scope="row">
                <span class="fold">
                    <button
                        type="button"
                        class="icon-button"
                        aria-label=label.clone()
                        title=label
                        aria-expanded=move || if open.get() { "true" } else { "false" }
                        on:click=toggle
                    >
                        <Icon symbol=Symbol::ChevronRight />
                    </button>
                    <Ago at />
                </span>
            </th>
            <td>{who}</td>
            <td class="wrap">{what}</td>
            <td>{subject}</td>
            <td>{from}</td>
        </tr>
        {more}
    }
    .into_any()
}

/// Who did it, and how: in a browser, with which key, or nobody.
fn who(entry: &AuditEntry) -> AnyView {
    let symbol = match entry.actor_kind.as_str() {
        "session" => Symbol::User,
        "key" => Symbol::Key,
        "system" => Symbol::Settings,
        _ => Symbol::Lock,
    };
    let name = match (&entry.actor_name, entry.actor_id) {
        (Some(name), _) => name.to_string(),
        (None, Some(_)) => "Somebody who is gone".to_owned(),
        (None, None) => "Nobody known".to_owned(),
    };
    let name = if entry.actor_kind == "system" && entry.actor_id.is_none() {
        "Clearance".to_owned()
    } else {
        name
    };
    let way = match &entry.actor_credential {
        Some(key) => format!("with key …{}", ending(key)),
        None => words::way(&entry.actor_kind).to_owned(),
    };
    view! {
        <span class="role">
            <Icon symbol />
            <span>{name} <span class="under">{way}</span></span>
        </span>
    }
    .into_any()
}

fn subject(entry: &AuditEntry) -> AnyView {
    let (kind, end) = (words::noun(&entry.subject_kind), ending(&entry.subject_id));
    let (name, under) = match &entry.subject_name {
        Some(name) => (name.clone(), format!("{kind} …{end}")),
        None => (format!("…{end}"), kind),
    };
    view! { <span>{name} <span class="under">{under}</span></span> }.into_any()
}

/// The last characters of an id or key, by which people know it.
fn ending(id: &str) -> &str {
    id.char_indices()
        .rev()
        .nth(5)
        .and_then(|(at, _)| id.get(at..))
        .unwrap_or(id)
}

/// The row below an entry: what it changed, and what identifies it.
fn details(entry: &AuditEntry) -> AnyView {
    let changed = changes(entry.before.as_ref(), entry.after.as_ref());
    let about = format!("?subject={}", js_sys::encode_uri_component(&entry.subject_id));
    let by = entry.actor_id.map(|id| {
        view! { <a href=format!("?who={id}")>"Everything by this person"</a> }
    });
    let actor = entry
        .actor_id
        .map(|id| view! { <IdChip id=id.to_string() label="User" /> });
    let key = entry
        .actor_credential
        .clone()
        .map(|key| view! { <IdChip id=key label="Key" /> });
    let seq = entry.seq.to_string();
    view! {
        <tr class="entry-more">
            <td colspan=COLUMNS.len().to_string()>
                <div class="stack">
                    {changed_fields(changed)}
                    <p class="entry-facts">
                        <span class="muted">"Entry " {seq} ", " {exact(entry.at.timestamp_millis())}</span>
                        {actor} {key} <IdChip id=entry.subject_id.clone() label="Subject" />
                        <IdChip id=entry.hash.clone() label="Hash" />
                    </p>
                    <p class="entry-facts"><a href=about>"Everything about this subject"</a> {by}</p>
                </div>
            </td>
        </tr>
    }
    .into_any()
}

fn changed_fields(changed: Vec<Change>) -> AnyView {
    if changed.is_empty() {
        return view! { <p class="muted">"Nothing more was noted than that it was done."</p> }.into_any();
    }
    let value = |text: Option<String>| match text {
        Some(text) => view! { <span>{in_local_time(text)}</span> }.into_any(),
        None => {
            view! { <span class="muted">"—"<span class="visually-hidden">"nothing"</span></span> }.into_any()
        }
    };
    let row = |change: Change| {
        view! {
            <tr>
                <th scope="row">{change.field}</th>
                <td class="was">{value(change.before)}</td>
                <td>{value(change.after)}</td>
            </tr>
        }
    };
    view! {
        <table class="diff">
            <thead>
                <tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"Afterwards"</th></tr>
            </thead>
            <tbody>{changed.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// A moment as the reader's clock shows it; any other text as it is.
fn in_local_time(text: String) -> String {
    match text.parse::<chrono::DateTime<chrono::Utc>>() {
        Ok(at) => exact(at.timestamp_millis()),
        Err(_not_a_time) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_by_its_end() {
        assert_eq!(ending("CLRABCDEF123456"), "123456");
        assert_eq!(ending("abc"), "abc");
        assert_eq!(ending("ééééééé"), "éééééé");
    }
}
