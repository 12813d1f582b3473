//! The command palette: Ctrl-K or ⌘-K anywhere, type a part of a name, arrows, Enter. Esc closes it and the focus
//! returns.
//!
//! `Palette(open, entries)` once in the frame. Entries are plain values; `go` may outlive the page that made it.

use std::sync::Arc;

use leptos::{ev::KeyboardEvent, html, prelude::*};

use crate::ui::{
    dialog::Dialog,
    dom,
    icon::{Icon, Symbol},
    live::live,
};

/// Something to do or somewhere to go.
#[derive(Clone)]
pub struct Entry {
    /// Its words.
    pub label: String,
    /// What kind of thing it is: "Page", "Workspace", "Theme".
    pub group: &'static str,
    /// Its picture.
    pub symbol: Symbol,
    /// Does it.
    pub go: Arc<dyn Fn() + Send + Sync>,
}

/// The palette and its keyboard shortcut.
#[component]
pub fn Palette(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Everything it offers now.
    #[prop(into)]
    entries: Signal<Vec<Entry>>,
) -> impl IntoView {
    dom::on_window("keydown", false, move |event: KeyboardEvent| {
        let command = event.ctrl_key() || event.meta_key();
        if command && !event.shift_key() && !event.alt_key() && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            open.update(|open| *open = !*open);
        }
    });
    view! {
        <Dialog open on_close=move |()| open.set(false) title="Go to">
            <Finder open entries />
        </Dialog>
    }
}

#[component]
fn Finder(open: RwSignal<bool>, entries: Signal<Vec<Entry>>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let list = NodeRef::<html::Ul>::new();
    let base = StoredValue::new(dom::fresh_id("palette"));
    let found = Memo::new_with_compare(
        move |_| entries.with(|entries| matching(entries, &typed.get())),
        |_, _| true,
    );
    let run = move |n: usize| {
        if let Some(entry) = found.with_untracked(|found| found.get(n).cloned()) {
            open.set(false);
            (entry.go)();
        }
    };
    let keydown = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        let key = event.key();
        if key == "Enter" {
            event.prevent_default();
            run(at.get_untracked());
        } else if matches!(key.as_str(), "ArrowDown" | "ArrowUp")
            && let Some(next) = dom::step(&key, "ArrowDown", "ArrowUp", Some(at.get_untracked()), count)
        {
            event.prevent_default();
            at.set(next);
            if let Some(list) = list.try_get_untracked().flatten() {
                dom::show_option(&list, next);
            }
        }
    };
    let option = move |(n, entry): (usize, Entry)| {
        view! {
            <li
                id=format!("{}-{n}", base.get_value())
                role="option"
                class="palette-option"
                aria-selected=move || if at.get() == n { "true" } else { "false" }
                on:pointermove=move |_| at.set(n)
                on:click=move |_| run(n)
            >
                <Icon symbol=entry.symbol />
                <span class="palette-words">{entry.label}</span>
                <span class="palette-group">{entry.group}</span>
            </li>
        }
    };
    view! {
        <div class="palette">
            <input
                class="input"
                type="search"
                role="combobox"
                aria-label="Page, workspace or action"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls=base.get_value()
                aria-activedescendant=move || {
                    let none = found.with(Vec::is_empty);
                    (!none).then(|| format!("{}-{}", base.get_value(), at.get()))
                }
                placeholder="Type a page, workspace or action"
                autocomplete="off"
                spellcheck="false"
                data-1p-ignore=""
                autofocus=true
                prop:value=move || typed.get()
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=keydown
            />
            <ul id=base.get_value() class="palette-list" role="listbox" aria-label="Results" node_ref=list>
                {live(move || found.get().into_iter().enumerate().map(option).collect_view())}
            </ul>
            <p class="palette-none" role="status">{live(move || found.with(Vec::is_empty).then_some("No match"))}</p>
        </div>
    }
}

/// The entries that contain every typed word, whatever the case; those that begin with it first.
fn matching(entries: &[Entry], typed: &str) -> Vec<Entry> {
    let typed = dom::lower_case(typed.trim());
    let fits = |entry: &&Entry| {
        let text = dom::lower_case(&format!("{} {}", entry.label, entry.group));
        typed.split_whitespace().all(|word| text.contains(word))
    };
    let begins = |entry: &Entry| dom::lower_case(&entry.label).starts_with(&typed);
    let (mut found, others): (Vec<Entry>, Vec<Entry>) =
        entries.iter().filter(fits).cloned().partition(begins);
    found.extend(others);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str, group: &'static str) -> Entry {
        Entry {
            label: label.to_owned(),
            group,
            symbol: Symbol::User,
            go: Arc::new(|| ()),
        }
    }

    #[test]
    fn every_typed_word_must_be_there_and_beginnings_come_first() {
        let entries = [
            entry("My profile", "Page"),
            entry("Profile", "Page"),
            entry("Vision", "Workspace"),
        ];
        let labels = |typed| {
            matching(&entries, typed)
                .into_iter()
                .map(|entry| entry.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(labels("prof"), ["Profile", "My profile"]);
        assert_eq!(labels("vis work"), ["Vision"]);
        assert_eq!(labels("zzz"), Vec::<String>::new());
        assert_eq!(labels("").len(), 3);
    }
}
