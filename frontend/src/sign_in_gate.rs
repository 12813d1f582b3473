//! Where calls wait while somebody signs in again. The gate is open to nobody until a session has been known: before
//! that, a call without a session simply fails, and the app shows the sign-in page.

use std::cell::{Cell, OnceCell, RefCell};

use js_sys::{Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static ASKED: OnceCell<ArcRwSignal<bool>> = const { OnceCell::new() };
    static WAITING: RefCell<Vec<Function>> = const { RefCell::new(Vec::new()) };
}

/// Whether somebody has to sign in again; the session's dialog follows it.
pub fn asked() -> ArcRwSignal<bool> {
    ASKED.with(|cell| cell.get_or_init(|| ArcRwSignal::new(false)).clone())
}

/// From now on a call without a session asks for it. `false` when one has signed out on purpose.
pub fn guard(on: bool) {
    GUARDED.set(on);
}

/// Lets every waiting call go on, or fail when nobody signed in.
pub fn answer(signed_in: bool) {
    asked().set(false);
    let waiting = WAITING.with(|waiting| std::mem::take(&mut *waiting.borrow_mut()));
    for resolve in waiting {
        let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::from(signed_in));
    }
}

/// Waits until somebody has signed in again; `false` if nobody will.
pub async fn wait() -> bool {
    if !GUARDED.get() {
        return false;
    }
    let answered =
        Promise::new(&mut |resolve, _reject| WAITING.with(|waiting| waiting.borrow_mut().push(resolve)));
    asked().set(true);
    JsFuture::from(answered)
        .await
        .is_ok_and(|answer| answer.is_truthy())
}
