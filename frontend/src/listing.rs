//! Lists that are searched, sorted and paged by the address, whatever is in them.

use leptos::prelude::*;

use crate::{
    address::{Address, Step},
    ui::{button::Button, number::count},
};

/// The order that `?sort=` asks for, if it is one that there is; else the first.
pub fn order(address: Address, orders: &'static [&'static str]) -> Signal<String> {
    Memo::new(move |_| order_named(address.get("sort").as_deref(), orders).to_owned()).into()
}

fn order_named(wanted: Option<&str>, orders: &[&'static str]) -> &'static str {
    let found = orders.iter().find(|order| Some(**order) == wanted);
    found.or_else(|| orders.first()).copied().unwrap_or_default()
}

/// Asks for another order, from the first page on.
pub fn on_sort(address: Address) -> Callback<String> {
    Callback::new(move |order| address.change(Step::Same, &[("sort", Some(order)), ("cursor", None)]))
}

/// What is under a list that goes on: how much of it is shown, of how many in words or figures, and the way to the next
/// page and back to the first.
pub fn pager(address: Address, shown: usize, total: String, next: Option<String>) -> AnyView {
    let is_first = address.of("cursor").with_untracked(Option::is_none);
    if is_first && next.is_none() {
        return ().into_any();
    }
    let first = (!is_first).then(|| {
        view! { <Button on_click=move |_| address.change(Step::New, &[("cursor", None)])>"First page"</Button> }
    });
    let next = next.map(|cursor| {
        let go = move |_| address.change(Step::New, &[("cursor", Some(cursor.clone()))]);
        view! { <Button on_click=go>"Next page"</Button> }
    });
    view! {
        <div class="pager">
            <p class="muted numbers">{count(shown as u64)} " of " {total}</p>
            <div class="actions">{first} {next}</div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_there_is_not_falls_back_to_the_first() {
        let orders = ["name", "-name", "-created_at"];
        assert_eq!(order_named(Some("-created_at"), &orders), "-created_at");
        for odd in [None, Some(""), Some("email"), Some("--name")] {
            assert_eq!(order_named(odd, &orders), "name");
        }
    }
}
