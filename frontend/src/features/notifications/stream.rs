//! How the number of unread notifications arrives without reloading: by a stream of server-sent events, and while there
//! is none, by asking twice a minute.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use shared::{
    contract::url,
    notifications::{CountNotifications, WatchNotifications},
};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Event, EventSource, MessageEvent};

use crate::{api::call, features::notifications::Inbox, ui::dom::on_window};

/// How often the server is asked while there is no stream.
const POLL: Duration = Duration::from_secs(30);

/// The stream, which comes and goes.
struct Line {
    inbox: Inbox,
    source: RefCell<Option<EventSource>>,
    /// Whether the stream brings something.
    works: Cell<bool>,
    /// Whether the server is being asked.
    asking: Cell<bool>,
}

/// Follows the number until the current owner is cleaned up.
pub fn follow(inbox: Inbox) {
    let line = SendWrapper::new(Rc::new(Line {
        inbox,
        source: RefCell::new(None),
        works: Cell::new(false),
        asking: Cell::new(false),
    }));
    connect(&line);
    // A tab that nobody sees gives its connection back: a browser has few of them for one server.
    let seen = line.clone();
    on_window("visibilitychange", false, move |_: Event| {
        if document().hidden() {
            seen.close();
        } else {
            connect(&seen);
        }
    });
    let again = line.clone();
    let poll = move || {
        if !again.works.get() && !document().hidden() {
            ask(&again);
            connect(&again);
        }
    };
    if let Ok(timer) = set_interval_with_handle(poll, POLL) {
        on_cleanup(move || timer.clear());
    }
    on_cleanup(move || line.close());
}

impl Line {
    fn close(&self) {
        self.works.set(false);
        if let Some(source) = self.source.take() {
            source.close();
        }
    }
}

/// Opens the stream, unless it is open or about to be.
fn connect(line: &Rc<Line>) {
    let is_open = |source: &EventSource| source.ready_state() != EventSource::CLOSED;
    if line.source.borrow().as_ref().is_some_and(is_open) {
        return;
    }
    let Ok(source) = EventSource::new(&url::<WatchNotifications>(&())) else {
        return;
    };
    let heard = line.clone();
    listen(
        &source,
        "unread",
        Box::new(move |event| {
            if let Some(unread) = told(&event) {
                heard.works.set(true);
                heard.inbox.hear(unread);
            }
        }),
    );
    let failed = line.clone();
    listen(
        &source,
        "error",
        Box::new(move |_| {
            failed.works.set(false);
            // Without any number yet, it is not waited for the next round.
            if failed.inbox.unread.try_get_untracked() == Some(None) {
                ask(&failed);
            }
        }),
    );
    line.source.replace(Some(source));
}

/// The number in an `Unread`, read by the browser's own parser.
fn told(event: &MessageEvent) -> Option<u64> {
    let told = js_sys::JSON::parse(&event.data().as_string()?).ok()?;
    let unread = js_sys::Reflect::get(&told, &"unread".into()).ok()?.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count, far below 2^53"
    )]
    Some(unread as u64)
}

fn listen(source: &EventSource, event: &str, then: Box<dyn FnMut(MessageEvent)>) {
    let listener = Closure::wrap(then).into_js_value();
    let _ = source.add_event_listener_with_callback(event, listener.unchecked_ref());
}

/// Asks for the number, unless that is under way.
fn ask(line: &Rc<Line>) {
    if line.asking.replace(true) {
        return;
    }
    let line = line.clone();
    leptos::task::spawn_local(async move {
        // If this fails, the next round asks again.
        if let Ok(told) = call::<CountNotifications>((), (), ()).await {
            line.inbox.hear(told.unread);
        }
        line.asking.set(false);
    });
}
