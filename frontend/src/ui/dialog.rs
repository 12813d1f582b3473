//! A modal dialog on the browser's own `<dialog>`: the page behind is inert, Esc, × and a click beside it close it,
//! and the focus returns to where it was. What is in it exists only while it is open.
//!
//! `Dialog(open, on_close, title, keep_open=, wide=, children)`. The caller owns the state, usually in the query
//! string. `keep_open` holds a sentence while closing would lose something: then closing asks once.

use leptos::{
    ev::{Event, MouseEvent, PointerEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement};

use crate::ui::{
    button::{Button, IconButton, Look},
    dom,
    icon::Symbol,
    live::live,
};

/// How the dialog around is closed.
#[derive(Clone, Copy)]
struct Closing(Callback<()>);

/// What closes the dialog around as its × does: while closing would lose something, it asks first.
pub fn use_close() -> Callback<()> {
    use_context::<Closing>().map_or_else(|| Callback::new(|()| ()), |closing| closing.0)
}

/// A modal dialog, named by its heading.
#[component]
pub fn Dialog(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Closes it: the caller sets `open` to false.
    #[prop(into)]
    on_close: Callback<()>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// Why it should not be closed yet, if so: "The secret is not copied yet."
    #[prop(optional, into)]
    keep_open: Signal<Option<String>>,
    /// For tables and configuration text.
    #[prop(optional)]
    wide: bool,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let body = move || {
        open.get().then(|| {
            view! { <OpenDialog on_close title keep_open wide>{children.with_value(|children| children())}</OpenDialog> }
        })
    };
    view! { {body} }
}

#[component]
fn OpenDialog(
    on_close: Callback<()>,
    title: Signal<String>,
    keep_open: Signal<Option<String>>,
    wide: bool,
    children: Children,
) -> impl IntoView {
    let heading = dom::fresh_id("dialog");
    let labelled_by = heading.clone();
    let node = NodeRef::<html::Dialog>::new();
    let asking = RwSignal::new(false);
    let pressed_beside = StoredValue::new(false);
    show_and_return_focus(node);

    let try_close = move || {
        if keep_open.with_untracked(Option::is_some) {
            asking.set(true);
        } else {
            on_close.run(());
        }
    };
    provide_context(Closing(Callback::new(move |()| try_close())));
    let cancel = move |event: Event| {
        if is_own(&event, node) {
            event.prevent_default();
            try_close();
        }
    };
    // Browsers close the dialog themselves when Esc is pressed twice without anything in between.
    let closed = move |event: Event| {
        if is_own(&event, node) {
            let _ = on_close.try_run(());
        }
    };
    let press = move |event: PointerEvent| pressed_beside.set_value(is_own(&event, node));
    let click = move |event: MouseEvent| {
        if pressed_beside.get_value() && is_own(&event, node) {
            try_close();
        }
    };
    view! {
        <dialog
            node_ref=node
            class=if wide { "dialog dialog-wide" } else { "dialog" }
            aria-labelledby=labelled_by
            on:cancel=cancel
            on:close=closed
            on:pointerdown=press
            on:click=click
        >
            <div class="dialog-box">
                <header class="dialog-head">
                    <h2 id=heading>{title}</h2>
                </header>
                {live(move || {
                    let reason = keep_open.get().filter(|_| asking.get())?;
                    let ask = dom::fresh_id("ask");
                    let own = ask.clone();
                    dom::before_paint(move || focus_first_button(&own));
                    Some(view! {
                        <div id=ask class="notice notice-warning dialog-ask" role="alert">
                            <p>{reason}</p>
                            <div class="actions">
                                <Button on_click=move |_| asking.set(false)>"Keep open"</Button>
                                <Button look=Look::Danger on_click=move |_| on_close.run(())>"Close anyway"</Button>
                            </div>
                        </div>
                    })
                })}
                <div class="dialog-body">{children()}</div>
                // Last in order, so that the focus begins with what the dialog is about; at the top to look at.
                <div class="dialog-close">
                    <IconButton symbol=Symbol::Cross label="Close" on_click=move |_| try_close() />
                </div>
            </div>
        </dialog>
    }
}

/// Opens the dialog once it is on the page, and gives the focus back when it goes.
fn show_and_return_focus(node: NodeRef<html::Dialog>) {
    let before = send_wrapper::SendWrapper::new(dom::focused());
    node.on_load(|dialog: HtmlDialogElement| {
        // The element is connected to the page only after this has run.
        dom::before_paint(move || {
            if dialog.is_connected() && !dialog.open() {
                let _ = dialog.show_modal();
            }
        });
    });
    on_cleanup(move || {
        let before = before.take();
        dom::before_paint(move || {
            if let Some(before) = before.filter(|element| element.is_connected()) {
                dom::focus(&before);
            }
        });
    });
}

fn focus_first_button(id: &str) {
    if let Some(button) = document()
        .get_element_by_id(id)
        .and_then(|ask| dom::all(&ask, "button").into_iter().next())
    {
        dom::focus(&button);
    }
}

/// Whether the event is about the dialog itself, not about something in it.
fn is_own(event: &Event, node: NodeRef<html::Dialog>) -> bool {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    match (target, node.try_get_untracked().flatten()) {
        (Some(target), Some(dialog)) => dialog.is_same_node(Some(&target)),
        _ => false,
    }
}
