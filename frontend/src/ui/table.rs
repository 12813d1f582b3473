//! Tables that scroll sideways in a region of their own, with headers that sort and say so.
//!
//! `Table(caption, columns, sort=, on_sort=, children)`: the children are `<tr>` rows. Sorting belongs to the caller:
//! `sort` is the key in use, with `-` in front for descending, as it stands in the query string.

use leptos::prelude::*;

use crate::ui::{
    icon::{Icon, Symbol},
    live::live,
};

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its heading. `hidden` headings are for columns of buttons.
    pub label: &'static str,
    /// The key to sort by, if it sorts.
    pub sort: Option<&'static str>,
    /// How it is set.
    pub set: ColumnSet,
}

/// How a column is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColumnSet {
    /// Text, from the left.
    #[default]
    Text,
    /// Numbers, from the right.
    Number,
    /// Buttons; the heading is there but not in view.
    Actions,
}

impl Column {
    /// A column of text that does not sort.
    pub const fn text(label: &'static str) -> Self {
        Self {
            label,
            sort: None,
            set: ColumnSet::Text,
        }
    }

    /// A column of text that sorts by `key`.
    pub const fn sorted(label: &'static str, key: &'static str) -> Self {
        Self {
            label,
            sort: Some(key),
            set: ColumnSet::Text,
        }
    }

    /// A column of numbers.
    pub const fn number(label: &'static str) -> Self {
        Self {
            label,
            sort: None,
            set: ColumnSet::Number,
        }
    }

    /// A column of buttons.
    pub const fn actions(label: &'static str) -> Self {
        Self {
            label,
            sort: None,
            set: ColumnSet::Actions,
        }
    }
}

/// A table in its own scroll region. `caption` names it, in view.
#[component]
pub fn Table(
    /// What the table shows.
    #[prop(into)]
    caption: Signal<String>,
    /// Its columns.
    columns: Vec<Column>,
    /// What it is sorted by: `name` or `-name`.
    #[prop(optional, into)]
    sort: Signal<String>,
    /// Asks for another order.
    #[prop(optional, into)]
    on_sort: Option<Callback<String>>,
    /// The rows, each a `<tr>`; begin each with `<th scope="row">`.
    children: Children,
) -> impl IntoView {
    let head = columns
        .into_iter()
        .map(|column| header(column, sort, on_sort))
        .collect_view();
    view! {
        <div class="table-region" role="region" tabindex="0" aria-label=caption>
            <table class="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}

fn header(column: Column, sort: Signal<String>, on_sort: Option<Callback<String>>) -> AnyView {
    let class = match column.set {
        ColumnSet::Text => "",
        ColumnSet::Number => "number",
        ColumnSet::Actions => "row-actions",
    };
    let (Some(key), Some(on_sort)) = (column.sort, on_sort) else {
        return match column.set {
            ColumnSet::Actions => {
                view! { <th scope="col" class=class><span class="visually-hidden">{column.label}</span></th> }
                    .into_any()
            }
            _ => view! { <th scope="col" class=class>{column.label}</th> }.into_any(),
        };
    };
    let state = move || sort.with(|sort| order(sort, key));
    view! {
        <th scope="col" class=class aria-sort=state>
            <button type="button" class="sort" on:click=move |_| on_sort.run(sort.with_untracked(|sort| next(sort, key)))>
                {column.label}
                {live(move || {
                    match state() {
                        Some("descending") => Some(view! { <Icon symbol=Symbol::ChevronDown /> }),
                        Some(_) => Some(view! { <Icon symbol=Symbol::ChevronUp /> }),
                        None => None,
                    }
                })}
            </button>
        </th>
    }
    .into_any()
}

fn order(sort: &str, key: &str) -> Option<&'static str> {
    match sort.strip_prefix('-') {
        Some(name) if name == key => Some("descending"),
        None if sort == key => Some("ascending"),
        _ => None,
    }
}

fn next(sort: &str, key: &str) -> String {
    if sort == key {
        format!("-{key}")
    } else {
        key.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_sorts_upwards_first_and_downwards_next() {
        assert_eq!(next("", "name"), "name");
        assert_eq!(next("name", "name"), "-name");
        assert_eq!(next("-name", "name"), "name");
        assert_eq!(next("-added_at", "name"), "name");
    }

    #[test]
    fn the_order_is_told_for_the_sorted_column_alone() {
        assert_eq!(order("name", "name"), Some("ascending"));
        assert_eq!(order("-name", "name"), Some("descending"));
        assert_eq!(order("-name", "added_at"), None);
    }
}
