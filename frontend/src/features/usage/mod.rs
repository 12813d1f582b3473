//! What the active workspace uses this month: members, and API calls by endpoint.

use leptos::prelude::*;
use shared::{
    usage::{EndpointCalls, GetUsage, Usage},
    workspaces::InWorkspace,
};

use crate::{
    api::call,
    session::use_workspace,
    text,
    ui::{
        ago::{Ago, day},
        button::Button,
        fetched::Fetched,
        icon::Symbol,
        load::load,
        number::{count, plural},
        page_title::PageTitle,
        skeleton::Skeleton,
        table::{Column, Table},
    },
};

/// The page.
#[component]
pub fn UsagePage() -> impl IntoView {
    let workspace = use_workspace();
    let id = workspace.id;
    let usage = Fetched::new(move || call::<GetUsage>(InWorkspace { workspace_id: id }, (), ()));
    let again = move |_| usage.refetch();
    view! {
        <PageTitle title="Usage & Billing" section=text::SETTINGS>
            <Button icon=Symbol::Rotate on_click=again>"Count again"</Button>
        </PageTitle>
        {load(usage, Skeleton::Cards(2), move |usage| view! { <Figures usage /> })}
    }
}

#[component]
fn Figures(usage: Usage) -> impl IntoView {
    let since = usage
        .since
        .and_hms_opt(12, 0, 0)
        .map(|noon| day(noon.and_utc().timestamp_millis()))
        .unwrap_or_default();
    let distinct = plural(usage.calls_by_endpoint.len() as u64, "endpoint", "endpoints");
    view! {
        <div class="figures">
            <Figure what="Members" value=usage.members note="with a seat in this workspace".to_owned() />
            <Figure what="API calls" value=usage.calls note=format!("to {distinct} since {since}") />
        </div>
        <section class="card" aria-labelledby="calls">
            <div class="card-head">
                <h2 id="calls">"API calls by endpoint"</h2>
                <p class="muted">"Counted " <Ago at=usage.counted_at.timestamp_millis() /></p>
            </div>
            <p class="muted">"Every call counts, from this app, from keys and from the SDK, beginning with the first of the month (UTC)."</p>
            <CallTable calls=usage.calls_by_endpoint total=usage.calls />
        </section>
    }
}

#[component]
fn Figure(what: &'static str, value: u64, note: String) -> impl IntoView {
    view! {
        <section class="card figure" aria-label=what>
            <h2 class="overline">{what}</h2>
            <p class="figure-value numbers">{count(value)}</p>
            <p class="muted">{note}</p>
        </section>
    }
}

#[component]
fn CallTable(calls: Vec<EndpointCalls>, total: u64) -> impl IntoView {
    if calls.is_empty() {
        return view! { <p class="muted">"No calls were counted yet this month. They appear a moment after they are made."</p> }
            .into_any();
    }
    let most = calls.iter().map(|one| one.calls).max().unwrap_or_default();
    let columns = vec![
        Column::text("Endpoint"),
        Column::text("Compared with the most called"),
        Column::number("Calls"),
        Column::number("Share"),
    ];
    let row = move |one: EndpointCalls| {
        view! {
            <tr>
                <th scope="row"><code>{one.endpoint}</code></th>
                <td class="bar-cell">
                    <svg class="bar" aria-hidden="true"><rect width=format!("{}%", percent(one.calls, most)) height="100%" rx="4"></rect></svg>
                </td>
                <td class="number">{count(one.calls)}</td>
                <td class="number">{share(one.calls, total)}</td>
            </tr>
        }
    };
    view! { <Table caption="Calls of each endpoint" columns>{calls.into_iter().map(row).collect_view()}</Table> }.into_any()
}

/// A share in words: what rounds to nothing is still something.
fn share(part: u64, whole: u64) -> String {
    if u128::from(part) * 200 < u128::from(whole) && part > 0 {
        "< 1 %".to_owned()
    } else {
        format!("{} %", percent(part, whole))
    }
}

/// A share in whole percent, rounded; at least one if there is anything.
fn percent(part: u64, whole: u64) -> u64 {
    if part == 0 || whole == 0 {
        return 0;
    }
    let share = (u128::from(part) * 200 + u128::from(whole)) / (u128::from(whole) * 2);
    u64::try_from(share).unwrap_or(100).clamp(1, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_and_never_hides_what_there_is() {
        let cases = [
            (0, 0, 0),
            (0, 9, 0),
            (1, 3, 33),
            (2, 3, 67),
            (1, 10_000, 1),
            (5, 5, 100),
            (u64::MAX, u64::MAX, 100),
        ];
        for (part, whole, shown) in cases {
            assert_eq!(percent(part, whole), shown, "{part} of {whole}");
        }
        assert_eq!(share(1, 1000), "< 1 %");
        assert_eq!(share(5, 1000), "1 %");
        assert_eq!(share(0, 1000), "0 %");
    }
}
