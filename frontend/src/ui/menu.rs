//! A menu that opens from a button: arrows, Home, End, typing a name, Enter, Esc. It lies in the browser's top layer
//! and closes on a click elsewhere.
//!
//! `Menu(label, trigger, children)` with `MenuHeading`, `MenuItem(on_choose, icon=)`, `MenuLink(href, icon=, current=)`,
//! `MenuChoice(chosen, on_choose, icon=)` and `MenuLine` in it.

use leptos::{
    ev::{Event, KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ToggleEvent};

use crate::ui::{
    dom,
    icon::{Icon, Symbol},
    live::live,
};

const ITEMS: &str = "[role=menuitem], [role=menuitemradio]";

/// A button that opens a menu. `label` names both; `trigger` is what is on the button.
#[component]
pub fn Menu(
    /// What the menu is, for those who cannot see the button.
    #[prop(into)]
    label: Signal<String>,
    /// What is on the button.
    trigger: AnyView,
    /// The button's classes.
    #[prop(default = "icon-button")]
    class: &'static str,
    /// The items.
    children: Children,
) -> impl IntoView {
    let id = dom::fresh_id("menu");
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();
    let open = RwSignal::new(false);
    let typed = StoredValue::new((String::new(), 0.0_f64));

    let toggled = move |event: Event| {
        let is_open = event.unchecked_ref::<ToggleEvent>().new_state() == "open";
        open.set(is_open);
        if is_open
            && let (Some(button), Some(list)) = (
                button.try_get_untracked().flatten(),
                list.try_get_untracked().flatten(),
            )
        {
            place(&button, &list);
            focus_at(&list, Some(0));
        }
    };
    let on_button = move |event: KeyboardEvent| open_by_arrow(&event, list);
    let on_list = move |event: KeyboardEvent| {
        if let Some(list) = list.try_get_untracked().flatten() {
            key_in_list(&event, &list, typed);
        }
    };
    // Choosing closes the menu. Radio items stay open, so that the choice can be seen.
    let on_click = move |event: MouseEvent| {
        if let Some(list) = list.try_get_untracked().flatten()
            && is_on_item(&event)
        {
            let _ = list.hide_popover();
        }
    };
    view! {
        <button
            type="button"
            class=class
            node_ref=button
            aria-label=label
            title=label
            aria-haspopup="menu"
            aria-expanded=move || if open.get() { "true" } else { "false" }
            aria-controls=id.clone()
            popovertarget=id.clone()
            on:keydown=on_button
        >
            {trigger}
        </button>
        <div
            id=id
            class="menu"
            role="menu"
            popover="auto"
            aria-label=label
            node_ref=list
            on:toggle=toggled
            on:keydown=on_list
            on:click=on_click
        >
            {children()}
        </div>
    }
}

/// Words above a group of items.
#[component]
pub fn MenuHeading(
    /// The words.
    children: Children,
) -> impl IntoView {
    view! { <div class="menu-heading" role="presentation">{children()}</div> }
}

/// A line between groups.
#[component]
pub fn MenuLine() -> impl IntoView {
    view! { <div class="menu-line" role="separator"></div> }
}

/// Something to do.
#[component]
pub fn MenuItem(
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<Symbol>,
    /// Does it.
    #[prop(into)]
    on_choose: Callback<()>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <button type="button" class="menu-item" role="menuitem" tabindex="-1" on:click=move |_| on_choose.run(())>
            {icon.map(|symbol| view! { <Icon symbol /> })} <span class="menu-words">{children()}</span>
        </button>
    }
}

/// Somewhere to go.
#[component]
pub fn MenuLink(
    /// Where.
    #[prop(into)]
    href: Signal<String>,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<Symbol>,
    /// Whether one is there already.
    #[prop(optional, into)]
    current: Signal<bool>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a
            class="menu-item"
            role="menuitem"
            tabindex="-1"
            href=href
            aria-current=move || current.get().then_some("true")
        >
            {icon.map(|symbol| view! { <Icon symbol /> })} <span class="menu-words">{children()}</span>
            {live(move || current.get().then(|| view! { <Icon symbol=Symbol::Check /> }))}
        </a>
    }
}

/// One of several settings.
#[component]
pub fn MenuChoice(
    /// Whether it is the chosen one.
    #[prop(into)]
    chosen: Signal<bool>,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<Symbol>,
    /// Chooses it.
    #[prop(into)]
    on_choose: Callback<()>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="menu-item"
            role="menuitemradio"
            tabindex="-1"
            aria-checked=move || if chosen.get() { "true" } else { "false" }
            on:click=move |_| on_choose.run(())
        >
            {icon.map(|symbol| view! { <Icon symbol /> })} <span class="menu-words">{children()}</span>
            {live(move || chosen.get().then(|| view! { <Icon symbol=Symbol::Check /> }))}
        </button>
    }
}

/// Below the button, its right edge under the button's, or its left edge where the button is on the left.
fn place(button: &HtmlElement, list: &HtmlElement) {
    let at = button.get_bounding_client_rect();
    let width = window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .unwrap_or(at.right());
    let style = list.style();
    let _ = style.set_property("top", &dom::pixels(at.bottom() + 6.0));
    if at.left() < width / 2.0 {
        let _ = style.set_property("left", &dom::pixels(at.left().max(8.0)));
        let _ = style.set_property("right", "auto");
    } else {
        let _ = style.set_property("right", &dom::pixels((width - at.right()).max(8.0)));
        let _ = style.set_property("left", "auto");
    }
}

/// Arrows, Home and End go from item to item, letters go to the next item that begins with them, Tab closes.
fn key_in_list(event: &KeyboardEvent, list: &HtmlElement, typed: StoredValue<(String, f64)>) {
    let items = dom::all(list, ITEMS);
    let at = dom::focused_position(&items);
    let key = event.key();
    if let Some(next) = dom::step(&key, "ArrowDown", "ArrowUp", at, items.len()) {
        event.prevent_default();
        focus_at(list, Some(next));
    } else if key == "Tab" {
        let _ = list.hide_popover();
    } else if key.chars().count() == 1
        && (key != " " || typed.with_value(|typed| is_typing(typed, dom::now_ms())))
        && !event.ctrl_key()
        && !event.meta_key()
    {
        event.prevent_default();
        let prefix = typed.try_update_value(|typed| type_ahead(typed, &key, dom::now_ms()));
        let names: Vec<_> = items
            .iter()
            .map(|item| item.text_content().unwrap_or_default())
            .collect();
        focus_at(list, beginning_with(&names, &prefix.unwrap_or_default(), at));
    }
}

fn open_by_arrow(event: &KeyboardEvent, list: NodeRef<html::Div>) {
    if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") {
        event.prevent_default();
        if let Some(list) = list.try_get_untracked().flatten() {
            let _ = list.show_popover();
        }
    }
}

fn is_on_item(event: &Event) -> bool {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    target.is_some_and(|target| target.closest("[role=menuitem]").is_ok_and(|item| item.is_some()))
}

fn focus_at(list: &HtmlElement, at: Option<usize>) {
    let items = dom::all(list, ITEMS);
    if let Some(item) = at.and_then(|at| items.get(at)) {
        dom::focus(item);
    }
}

/// Whether the next letter belongs to what was typed.
fn is_typing((text, at): &(String, f64), now: f64) -> bool {
    !text.is_empty() && now - at <= 700.0
}

/// Adds a letter to what was typed, or begins anew after a pause.
fn type_ahead(typed: &mut (String, f64), key: &str, now: f64) -> String {
    if !is_typing(typed, now) {
        typed.0.clear();
    }
    typed.0.push_str(&dom::lower_case(key));
    typed.1 = now;
    typed.0.clone()
}

/// The next name that begins with what was typed; the same letter again goes on to the next such name.
fn beginning_with(names: &[String], typed: &str, at: Option<usize>) -> Option<usize> {
    let first = typed.chars().next()?;
    let repeated = typed.chars().all(|letter| letter == first);
    let wanted = if repeated {
        first.to_string()
    } else {
        typed.to_owned()
    };
    let start = at.map_or(0, |at| if repeated { at + 1 } else { at });
    let fits = |n: &usize| {
        names
            .get(*n)
            .is_some_and(|name| dom::lower_case(name.trim()).starts_with(&wanted))
    };
    (start..names.len()).chain(0..start.min(names.len())).find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_finds_the_next_name_and_goes_round() {
        let names: Vec<String> = ["Settings", "Sign out", "Vision lab", "system"]
            .map(str::to_owned)
            .into();
        assert_eq!(beginning_with(&names, "v", Some(0)), Some(2));
        assert_eq!(beginning_with(&names, "s", Some(0)), Some(1));
        assert_eq!(beginning_with(&names, "ss", Some(1)), Some(3));
        assert_eq!(beginning_with(&names, "si", Some(0)), Some(1));
        assert_eq!(beginning_with(&names, "s", Some(3)), Some(0));
        assert_eq!(beginning_with(&names, "x", Some(0)), None);
    }

    #[test]
    fn a_space_belongs_to_a_name_only_while_it_is_typed() {
        assert!(!is_typing(&(String::new(), 1_000.0), 1_001.0));
        assert!(is_typing(&("team".to_owned(), 1_000.0), 1_300.0));
        assert!(!is_typing(&("team".to_owned(), 1_000.0), 1_800.0));
    }

    #[test]
    fn a_pause_begins_a_new_word() {
        let mut typed = (String::new(), 0.0);
        assert_eq!(type_ahead(&mut typed, "S", 1_000.0), "s");
        assert_eq!(type_ahead(&mut typed, "i", 1_300.0), "si");
        assert_eq!(type_ahead(&mut typed, "v", 2_500.0), "v");
    }
}
