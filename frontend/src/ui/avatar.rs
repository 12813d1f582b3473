//! Rings with initials in place of portraits: one person, a stack of people, or one ring for each seat.

use leptos::prelude::*;

use crate::ui::dom;

/// One person's ring. The name is its tooltip; write the name beside it where there is room.
#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    name: Signal<String>,
    /// Twice as large, for the head of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let size = if large { " avatar-large" } else { "" };
    view! {
        <span
            class=move || format!("avatar hue-{}{size}", name.with(|name| hue(name)))
            title=name
            aria-hidden="true"
            data-initials=move || name.with(|name| initials(name))
        ></span>
    }
}

/// The first `most` people as overlapping rings, the rest as "+n". Reads as the list of all names.
#[component]
pub fn AvatarStack(
    /// Everybody.
    names: Vec<String>,
    /// How many rings at most.
    #[prop(default = 5)]
    most: usize,
) -> impl IntoView {
    let rest = names.len().saturating_sub(most);
    let all = names.join(", ");
    let rings = names
        .into_iter()
        .take(most)
        .map(|name| view! { <Avatar name /> })
        .collect_view();
    view! {
        <span class="avatar-stack" role="img" aria-label=all>
            {rings} {(rest > 0).then(|| view! { <span class="avatar avatar-more">"+" {rest}</span> })}
        </span>
    }
}

/// One ring for each seat: people first, then empty rings for the free ones; what does not fit is "+n". Decoration: write
/// the numbers beside it.
#[component]
pub fn SeatRings(
    /// The first of those who have a seat.
    names: Vec<String>,
    /// How many have one.
    taken: usize,
    /// How many seats there are, if there is a limit.
    seats: Option<usize>,
    /// How many rings at most.
    #[prop(default = 12)]
    most: usize,
) -> impl IntoView {
    let (filled, empty) = rings(names.len(), taken, seats, most);
    let people = names
        .into_iter()
        .take(filled)
        .map(|name| view! { <Avatar name /> })
        .collect_view();
    let free = (0..empty)
        .map(|_| view! { <span class="avatar avatar-free" title="Free seat"></span> })
        .collect_view();
    let rest = taken.max(seats.unwrap_or(taken)).saturating_sub(filled + empty);
    view! {
        <span class="seat-rings" aria-hidden="true">
            {people} {free} {(rest > 0).then(|| view! { <span class="avatar avatar-more">"+" {rest}</span> })}
        </span>
    }
}

/// How many rings are drawn with initials, and how many empty.
fn rings(known: usize, taken: usize, seats: Option<usize>, most: usize) -> (usize, usize) {
    let filled = known.min(taken).min(most);
    let free = seats.map_or(0, |seats| seats.saturating_sub(taken));
    // As long as there are people without a ring, empty ones would lie.
    let room = if filled == taken { most - filled } else { 0 };
    (filled, free.min(room))
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_ascii_alphanumeric() || !c.is_ascii()));
    let first = words.next();
    let last = words.next_back();
    let letters: String = first.into_iter().chain(last).collect();
    dom::upper_case(&letters)
}

/// One of eight colours, always the same for the same name.
fn hue(name: &str) -> u32 {
    name.bytes().fold(7_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    }) % 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Ann Lee"), "AL");
        assert_eq!(initials("ann"), "A");
        assert_eq!(initials("Ann van der Lee"), "AL");
        assert_eq!(initials("  (x) élan "), "XÉ");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn r156_there_is_one_ring_for_each_seat_as_far_as_they_fit() {
        assert_eq!(rings(2, 2, Some(10), 12), (2, 8));
        assert_eq!(
            rings(2, 2, None, 12),
            (2, 0),
            "without a limit nobody counts free seats"
        );
        assert_eq!(rings(3, 3, Some(3), 12), (3, 0));
        assert_eq!(rings(3, 3, Some(2), 12), (3, 0), "the limit was lowered");
        assert_eq!(rings(2, 2, Some(100), 12), (2, 10));
        assert_eq!(rings(12, 40, Some(50), 12), (12, 0));
    }

    #[test]
    fn a_name_keeps_its_colour() {
        assert_eq!(hue("Ann Lee"), hue("Ann Lee"));
        assert!(hue("Ann Lee") < 8);
    }
}
