//! What a member's clients get: every key with its value and where that comes from; secrets are masked (N03).

use leptos::prelude::*;
use shared::{
    ids::{UserId, WorkspaceId},
    members::{GetMember, OneMember},
    vaults::{
        ConfigurationEntry, ConfigurationLayer, EffectiveConfiguration, GetEffectiveConfiguration, LayerKind,
        WhoseConfiguration,
    },
    workspaces::InWorkspace,
};

use crate::{
    address::{Address, Step, use_address},
    api::{ApiError, call},
    listing::pager,
    session::{use_session, use_workspace},
    text,
    ui::{
        badge::{Badge, Tone},
        button::{Button, Look},
        dom,
        empty::{Empty, NoMatch},
        fetched::Fetched,
        field::{TextField, Typed},
        icon::Symbol,
        live::live,
        load::load,
        notice::Notice,
        number::{count, plural},
        page_title::PageTitle,
        skeleton::Skeleton,
        switch::Switch,
        table::{Column, Table},
    },
};

/// Keys of a page.
const PAGE: usize = 100;
const COLUMNS: [Column; 3] = [
    Column::text("Key"),
    Column::text("Value"),
    Column::text("Comes from"),
];

/// The page. `?user=` is the member whose configuration it is; only administrators may ask about others.
#[component]
pub fn Effective(
    /// Chooses a member, for administrators.
    picker: fn() -> AnyView,
) -> impl IntoView {
    let address = use_address();
    let session = use_session();
    let workspace = use_workspace();
    let workspace_id = workspace.id;
    let whose = Memo::new(move |_| address.get("user").and_then(|id| id.parse::<UserId>().ok()));
    let fetched = Fetched::new(move || bring(workspace_id, whose.get()));
    let typed = address.search("q");
    let may_choose = Memo::new(move |_| workspace.is_administrator());
    let name = move || match fetched.get() {
        Some(Ok((name, _))) => name.or_else(|| session.account().map(|account| account.name.to_string())),
        _ => None,
    };
    let chosen = |name: &'static str| Memo::new(move |_| address.get(name).is_some());
    let is_on = |on: bool| on.then(|| "true".to_owned());
    let show_overridden = move |on| address.change(Step::Same, &[("also", is_on(on))]);
    let show_defaults = move |on| address.change(Step::Same, &[("defaults", is_on(on)), ("cursor", None)]);
    let shown = Shown {
        overridden: chosen("also"),
        defaults: chosen("defaults"),
    };
    let own = move || {
        whose.get().is_some().then(|| {
            let back = move |_| address.change(Step::New, &[("user", None), ("cursor", None)]);
            view! { <Button look=Look::Quiet on_click=back>"Show my own"</Button> }
        })
    };
    view! {
        <PageTitle title="Effective Configuration" section=text::SETTINGS />
        <section class="card" aria-labelledby="effective">
            <div class="card-head">
                <h2 id="effective">"What clients of " {live(move || name().unwrap_or_else(|| "this member".to_owned()))} " get"</h2>
                {own}
            </div>
            <p class="muted">
                "Every key that vaults set, merged as the SDK does when it starts. Between the client's own defaults and the vaults stands the "
                <code>"clearml.conf"</code>
                " file on its machine, which the server does not know: a value of that file wins over a default, and a vault wins over both."
            </p>
            {live(move || may_choose.get().then(picker))}
            <search class="filters">
                <TextField label="Search keys" value=typed kind=Typed::Search placeholder="Key, value or origin" />
            </search>
            <Switch
                label="Show the client's defaults"
                on=shown.defaults
                hint="Keys that no vault sets, as clients bring them along."
                on_change=show_defaults
            />
            <Switch
                label="Show what was overridden"
                on=shown.overridden
                hint="Which layers had another value before."
                on_change=show_overridden
            />
            {load(fetched, Skeleton::Rows(8), move |(_, found)| merged(found, shown, address))}
        </section>
    }
}

/// What else the page shows.
#[derive(Clone, Copy)]
struct Shown {
    /// The layers that had another value.
    overridden: Memo<bool>,
    /// The keys that only the client's defaults have.
    defaults: Memo<bool>,
}

/// The configuration, and the name of whom it belongs to unless that is oneself.
async fn bring(
    workspace_id: WorkspaceId,
    whose: Option<UserId>,
) -> Result<(Option<String>, EffectiveConfiguration), ApiError> {
    let query = WhoseConfiguration { user_id: whose };
    let found = call::<GetEffectiveConfiguration>(InWorkspace { workspace_id }, query, ()).await?;
    let name = match whose {
        Some(user_id) => {
            let path = OneMember {
                workspace_id,
                user_id,
            };
            let member = call::<GetMember>(path, (), ()).await.ok();
            member.map_or_else(
                || Some(user_id.to_string()),
                |member| Some(member.name.to_string()),
            )
        }
        None => None,
    };
    Ok((name, found))
}

fn merged(found: EffectiveConfiguration, shown: Shown, address: Address) -> AnyView {
    let no_vault = found.skipped.is_empty() && found.layers.iter().all(is_default);
    let skipped = found.skipped.len() as u64;
    let warning = (skipped > 0).then(|| {
        let words = plural(skipped, "vault is", "vaults are");
        view! { <Notice tone=Tone::Warning><p>{words} " skipped, because clients cannot read what is in it."</p></Notice> }
    });
    let layers = StoredValue::new(found.layers);
    let entries = StoredValue::new(found.entries);
    let order = layers.with_value(|layers| {
        layers
            .iter()
            .map(|layer| {
                let file = is_default(layer)
                    .then(|| view! { <li><Badge>"clearml.conf on the machine"</Badge></li> });
                view! { <li>{badge(layer)}</li> {file} }
            })
            .collect_view()
    });
    let content = move || {
        if no_vault && !shown.defaults.get() {
            return view! {
                <Empty
                    symbol=Symbol::Vault
                    title="No vault applies"
                    text="Clients use their own defaults and the file on their machine. What vaults set will be listed here, key by key."
                />
            }
            .into_any();
        }
        table(layers, entries, shown, address)
    };
    view! {
        {warning}
        <div class="layers">
            <p class="muted">"Merged in this order; the later wins:"</p>
            <ol class="badges">{order}</ol>
        </div>
        {content}
    }
    .into_any()
}

/// The keys that fit what the address asks for, a page of them.
fn table(
    layers: StoredValue<Vec<ConfigurationLayer>>,
    entries: StoredValue<Vec<ConfigurationEntry>>,
    shown: Shown,
    address: Address,
) -> AnyView {
    let (overridden, defaults) = (shown.overridden.get(), shown.defaults.get());
    let wanted = dom::lower_case(&address.get("q").unwrap_or_default());
    let cursor = address.get("cursor").and_then(|cursor| cursor.parse().ok());
    let start: usize = cursor.unwrap_or(0);
    let (rows, all) = layers.with_value(|layers| {
        entries.with_value(|entries| {
            let fitting = entries.iter().filter(|entry| {
                let from_vault = |layer: &ConfigurationLayer| !is_default(layer);
                let listed = defaults || layers.get(entry.origin as usize).is_some_and(from_vault);
                listed && fits(entry, layers, &wanted)
            });
            let fitting: Vec<_> = fitting.collect();
            let page = fitting.iter().skip(start).take(PAGE);
            let rows: Vec<_> = page.map(|entry| row(entry, layers, overridden)).collect();
            (rows, fitting.len())
        })
    });
    let shown = rows.len();
    let next = (start + shown < all).then(|| (start + shown).to_string());
    let content = if shown == 0 {
        let clear = move |()| address.change(Step::Same, &[("q", None), ("cursor", None)]);
        view! { <NoMatch on_clear=clear /> }.into_any()
    } else {
        view! { <Table caption="Effective configuration" columns=COLUMNS.into()>{rows}</Table> }.into_any()
    };
    view! {
        <p class="muted" role="status">{plural(all as u64, "key", "keys")}</p>
        {content}
        {pager(address, shown, count(all as u64), next)}
    }
    .into_any()
}

/// A key with dots; parts that have dots themselves stand in quotes.
fn key(path: &[String]) -> String {
    let part = |part: &String| {
        if part.contains('.') || part.is_empty() {
            format!("\"{part}\"")
        } else {
            part.clone()
        }
    };
    path.iter().map(part).collect::<Vec<_>>().join(".")
}

fn fits(entry: &ConfigurationEntry, layers: &[ConfigurationLayer], wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let origin = layers.get(entry.origin as usize).map(|layer| layer.name.as_str());
    [Some(key(&entry.path).as_str()), entry.value.as_deref(), origin]
        .into_iter()
        .flatten()
        .any(|text| dom::lower_case(text).contains(wanted))
}

fn is_default(layer: &ConfigurationLayer) -> bool {
    layer.kind == LayerKind::Defaults
}

fn badge(layer: &ConfigurationLayer) -> AnyView {
    let (tone, kind) = match layer.kind {
        LayerKind::Defaults => (Tone::Neutral, None),
        LayerKind::Administrators => (Tone::Accent, Some("administrators")),
        LayerKind::Personal => (Tone::Good, Some("personal")),
        LayerKind::Enforced => (Tone::Warning, Some("enforced")),
    };
    let more = kind.filter(|kind| !dom::lower_case(&layer.name).contains(kind));
    let name = layer.name.clone();
    view! { <Badge tone>{name} {more.map(|kind| format!(" · {kind}"))}</Badge> }.into_any()
}

fn row(entry: &ConfigurationEntry, layers: &[ConfigurationLayer], also: bool) -> AnyView {
    let value = match &entry.value {
        Some(value) => view! { <code class="value">{value.clone()}</code> }.into_any(),
        None if entry.is_masked => view! { <Badge>"masked"</Badge> }.into_any(),
        None => ().into_any(),
    };
    let by_client = entry
        .is_resolved_by_client
        .then(|| view! { <span class="under">"The client puts something of its own environment in"</span> });
    let origin = layers.get(entry.origin as usize).map(badge);
    let overridden = also.then(|| {
        let all = entry.overrides.iter().filter_map(|at| layers.get(*at as usize));
        let names: Vec<_> = all.map(|layer| layer.name.clone()).collect();
        (!names.is_empty()).then(|| view! { <span class="under">"instead of: " {names.join(", ")}</span> })
    });
    view! {
        <tr>
            <th scope="row" class="wrap"><code>{key(&entry.path)}</code></th>
            <td class="wrap">{value} {by_client}</td>
            <td>{origin} {overridden}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n03_a_key_is_its_parts_with_dots() {
        let path = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        assert_eq!(key(&path(&["sdk", "aws", "s3"])), "sdk.aws.s3");
        assert_eq!(key(&path(&["hosts", "a.b"])), "hosts.\"a.b\"");
    }
}
