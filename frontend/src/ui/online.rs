//! Whether the browser believes that it has a network.

use std::cell::OnceCell;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};

/// Follows the browser's own opinion, one listener for the whole page.
pub fn is_online() -> ArcRwSignal<bool> {
    thread_local! {
        static ONLINE: OnceCell<ArcRwSignal<bool>> = const { OnceCell::new() };
    }
    ONLINE.with(|cell| cell.get_or_init(follow).clone())
}

fn follow() -> ArcRwSignal<bool> {
    let online = ArcRwSignal::new(window().navigator().on_line());
    for event in ["online", "offline"] {
        let signal = online.clone();
        let listener =
            Closure::<dyn Fn()>::new(move || signal.set(window().navigator().on_line())).into_js_value();
        let _ = window().add_event_listener_with_callback(event, listener.unchecked_ref());
    }
    online
}
