//! Short news in the corner: read aloud, dismissed by keyboard, waiting while hovered or focused. F8 goes there.
//! A toast is never the only place of an error.
//!
//! `provide_toasts()` and `ToastRegion` once at the root; then `use_toasts().tell("Saved")` or
//! `.undo("Label removed", || ..)`. `Toasts` may be cloned into anything that outlives its row.

use std::{sync::Arc, time::Duration};

use leptos::{ev::KeyboardEvent, html, prelude::*};

use crate::ui::{
    button::{Button, ButtonLink, IconButton, Look},
    dom,
    effect::effect,
    icon::{Icon, Symbol},
};

type Undo = Arc<dyn Fn() + Send + Sync>;

/// Where news is put. Cloning shares it.
#[derive(Clone, Default)]
pub struct Toasts(ArcRwSignal<Vec<Toast>>);

#[derive(Clone)]
struct Toast {
    id: String,
    text: String,
    undo: Option<Undo>,
    /// Address and words.
    link: Option<(String, &'static str)>,
}

impl Toasts {
    /// Says that something is done.
    pub fn tell(&self, text: impl Into<String>) {
        self.push(text.into(), None, None);
    }

    /// Says that something is done and offers to take it back, for ten seconds.
    pub fn undo(&self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.push(text.into(), Some(Arc::new(undo)), None);
    }

    /// Says that something is done and leads to where it can be seen.
    pub fn lead(&self, text: impl Into<String>, to: String, words: &'static str) {
        self.push(text.into(), None, Some((to, words)));
    }

    fn push(&self, text: String, undo: Option<Undo>, link: Option<(String, &'static str)>) {
        let toast = Toast {
            id: dom::fresh_id("toast"),
            text,
            undo,
            link,
        };
        self.0.update(|toasts| {
            toasts.push(toast);
            let surplus = toasts.len().saturating_sub(4);
            toasts.drain(..surplus);
        });
    }

    fn dismiss(&self, id: &str) {
        self.0.update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// Makes toasts available to everything below.
pub fn provide_toasts() {
    provide_context(Toasts::default());
}

/// The toasts of this app.
pub fn use_toasts() -> Toasts {
    use_context().unwrap_or_default()
}

/// The corner where toasts appear. Once, at the root of the app.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let node = NodeRef::<html::Section>::new();
    let [hovered, focused] = [(); 2].map(|()| RwSignal::new(false));
    let seen = Seen { hovered, focused };
    dom::on_window("keydown", false, move |event: KeyboardEvent| {
        if event.key() == "F8"
            && let Some(button) = node
                .try_get_untracked()
                .flatten()
                .and_then(|region| dom::all(&region, "button").into_iter().next())
        {
            event.prevent_default();
            dom::focus(&button);
        }
    });
    let (list, shared) = (toasts.clone(), toasts);
    view! {
        <section
            class="toasts"
            aria-label="Notifications (F8)"
            node_ref=node
            on:mouseenter=move |_| hovered.set(true)
            on:mouseleave=move |_| hovered.set(false)
            on:focusin=move |_| focused.set(true)
            on:focusout=move |_| focused.set(false)
        >
            <div role="status" aria-live="polite" aria-relevant="additions" class="toast-list">
                <For each=move || list.0.get() key=|toast| toast.id.clone() let:toast>
                    <ToastCard toast toasts=shared.clone() seen />
                </For>
            </div>
        </section>
    }
}

/// Whether somebody is at the toasts, with the pointer or with the keyboard. They wait as long.
#[derive(Clone, Copy)]
struct Seen {
    hovered: RwSignal<bool>,
    focused: RwSignal<bool>,
}

#[component]
fn ToastCard(toast: Toast, toasts: Toasts, seen: Seen) -> impl IntoView {
    let seconds = if toast.undo.is_some() | toast.link.is_some() {
        10
    } else {
        6
    };
    let dismiss = {
        let id = toast.id.clone();
        move || {
            // What is taken away does not tell that it was left.
            seen.hovered.set(false);
            seen.focused.set(false);
            toasts.dismiss(&id);
        }
    };
    let timed = dismiss.clone();
    effect(move || {
        if seen.hovered.get() | seen.focused.get() {
            return;
        }
        let timed = timed.clone();
        if let Ok(timer) = set_timeout_with_handle(timed, Duration::from_secs(seconds)) {
            on_cleanup(move || timer.clear());
        }
    });
    let undone = dismiss.clone();
    let undo = toast.undo.map(|undo| {
        let undo = move |_| {
            undo();
            undone();
        };
        view! { <Button look=Look::Quiet on_click=undo>"Undo"</Button> }
    });
    view! {
        <div class="toast">
            <Icon symbol=Symbol::Check />
            <p>{toast.text}</p>
            {toast.link.map(|(to, words)| view! { <ButtonLink href=to look=Look::Quiet>{words}</ButtonLink> })}
            {undo}
            <IconButton symbol=Symbol::Cross label="Dismiss" on_click=move |_| dismiss() />
        </div>
    }
}
