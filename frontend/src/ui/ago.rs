//! Times as people say them ("3 minutes ago"), with the exact local time as a tooltip and for machines.
//! Every `Ago` on the page follows one clock that ticks each 20 seconds.

use std::{cell::OnceCell, time::Duration};

use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::ui::{dom::now_ms, live::live};

/// A moment, relative to now. `at` is in milliseconds since 1970: `time.timestamp_millis()`.
#[component]
pub fn Ago(
    /// The moment.
    #[prop(into)]
    at: Signal<i64>,
) -> impl IntoView {
    let clock = clock();
    let date = move || Date::new(&JsValue::from(millis(at.get())));
    view! {
        <time
            datetime=move || date().to_iso_string().as_string()
            title=move || exact(at.get())
        >
            {live(move || {
                // The clock says when to look again, not what time it is: it may be 20 seconds old.
                clock.track();
                relative(millis(at.get()) - now_ms())
            })}
        </time>
    }
}

/// The moment in full, in the reader's locale and time zone.
pub fn exact(at: i64) -> String {
    formatted(at, &[("dateStyle", "medium"), ("timeStyle", "long")])
}

/// The day alone, in the reader's locale and time zone.
pub fn day(at: i64) -> String {
    formatted(at, &[("dateStyle", "medium")])
}

fn formatted(at: i64, options: &[(&str, &str)]) -> String {
    let format = Intl::DateTimeFormat::new(&Array::new(), &object(options));
    let date = Date::new(&JsValue::from(millis(at)));
    let text = format.format().call1(&JsValue::UNDEFINED, &date);
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn relative(difference: f64) -> String {
    let (amount, unit) = largest_unit(difference);
    if unit == "second" {
        return if amount <= 0.0 { "just now" } else { "in a moment" }.to_owned();
    }
    Intl::RelativeTimeFormat::new(&Array::new(), &object(&[("numeric", "auto")]))
        .format(amount, unit)
        .into()
}

/// A difference in milliseconds, in the largest unit of which there is at least one.
fn largest_unit(difference: f64) -> (f64, &'static str) {
    const UNITS: [(f64, &str); 6] = [
        (365.25 * 86_400e3, "year"),
        (30.44 * 86_400e3, "month"),
        (7.0 * 86_400e3, "week"),
        (86_400e3, "day"),
        (3_600e3, "hour"),
        (60e3, "minute"),
    ];
    let unit = UNITS.into_iter().find(|(length, _)| difference.abs() >= *length);
    unit.map_or((difference / 1e3, "second"), |(length, name)| {
        ((difference / length).trunc(), name)
    })
}

fn object(fields: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &JsValue::from(*name), &JsValue::from(*value));
    }
    object
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 milliseconds")]
fn millis(at: i64) -> f64 {
    at as f64
}

/// Ticks each 20 seconds, for the whole page.
fn clock() -> ArcTrigger {
    thread_local! {
        static CLOCK: OnceCell<ArcTrigger> = const { OnceCell::new() };
    }
    CLOCK.with(|cell| {
        let start = || {
            let ticks = ArcTrigger::new();
            let tick = ticks.clone();
            set_interval(move || tick.notify(), Duration::from_secs(20));
            ticks
        };
        cell.get_or_init(start).clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_whole_unit_is_taken() {
        assert_eq!(largest_unit(-59e3), (-59.0, "second"));
        assert_eq!(largest_unit(-60e3), (-1.0, "minute"));
        assert_eq!(largest_unit(-119e3), (-1.0, "minute"));
        assert_eq!(largest_unit(-3_600e3 * 23.9), (-23.0, "hour"));
        assert_eq!(largest_unit(86_400e3 * 8.0), (1.0, "week"));
        assert_eq!(largest_unit(-86_400e3 * 800.0), (-2.0, "year"));
    }
}
