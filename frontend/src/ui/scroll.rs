//! Back and Forward lead to the place on the page where one was. The browser tries that too early, when the page's
//! content is still on its way.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::window;
use web_sys::Event;

use crate::ui::dom::{before_paint, now_ms, on_window};

/// Content that comes later than this is not waited for.
const PATIENCE_MS: f64 = 4_000.0;
/// The page that one leaves may still be there for so long.
const CHANGE_MS: f64 = 500.0;

#[derive(Debug, Default)]
struct Places {
    /// Where one was last, by address.
    left: RefCell<Vec<(String, f64)>>,
    /// Where one is being brought.
    target: RefCell<Option<Target>>,
    running: Cell<bool>,
}

#[derive(Debug, Clone, PartialEq)]
struct Target {
    address: String,
    place: f64,
    since: f64,
}

impl Target {
    /// Whether there is nothing left to do at this moment, at this address and place.
    fn is_over(&self, now: f64, address: &str, place: f64) -> bool {
        let reached = (place - self.place).abs() < 2.0;
        let waited = now - self.since;
        address != self.address || (reached && waited > CHANGE_MS) || waited > PATIENCE_MS
    }
}

/// Remembers the place on each page, and returns there. Once, at the root of the app.
pub fn keep_places() {
    let places = Rc::new(Places::default());
    let seen = places.clone();
    on_window("scroll", false, move |_: Event| {
        if seen.target.borrow().is_none() {
            keep(&mut seen.left.borrow_mut(), address(), place());
        }
    });
    let back = places.clone();
    on_window("popstate", false, move |_: Event| {
        let address = address();
        let place = kept(&back.left.borrow(), &address);
        let since = now_ms();
        *back.target.borrow_mut() = Some(Target {
            address,
            place,
            since,
        });
        if !back.running.replace(true) {
            follow(back.clone());
        }
    });
    for own_will in ["wheel", "touchmove", "keydown", "pointerdown"] {
        let places = places.clone();
        on_window(own_will, true, move |_: Event| *places.target.borrow_mut() = None);
    }
}

fn keep(left: &mut Vec<(String, f64)>, address: String, place: f64) {
    match left.iter_mut().find(|(known, _)| *known == address) {
        Some((_, before)) => *before = place,
        None => left.push((address, place)),
    }
}

/// The place at `address`; the top, if one was never there.
fn kept(left: &[(String, f64)], address: &str) -> f64 {
    let found = left.iter().find(|(known, _)| known == address);
    found.map_or(0.0, |(_, place)| *place)
}

fn follow(places: Rc<Places>) {
    before_paint(move || {
        let target = places.target.borrow().clone();
        let going_on = target.filter(|target| !target.is_over(now_ms(), &address(), place()));
        if let Some(target) = going_on {
            window().scroll_to_with_x_and_y(0.0, target.place);
            follow(places);
        } else {
            *places.target.borrow_mut() = None;
            places.running.set(false);
        }
    });
}

fn address() -> String {
    let location = window().location();
    [location.pathname(), location.search()]
        .into_iter()
        .flatten()
        .collect()
}

fn place() -> f64 {
    window().scroll_y().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_brought_back_until_the_place_is_reached_or_the_page_changes() {
        let target = Target {
            address: "/a".to_owned(),
            place: 300.0,
            since: 0.0,
        };
        assert!(
            !target.is_over(100.0, "/a", 300.0),
            "the old page may still be there"
        );
        assert!(target.is_over(600.0, "/a", 300.5));
        assert!(!target.is_over(600.0, "/a", 0.0), "the content may still come");
        assert!(target.is_over(4_100.0, "/a", 0.0));
        assert!(target.is_over(100.0, "/b", 0.0));
    }
}
