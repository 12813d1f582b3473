//! Rings with initials in place of portraits: one person, a stack of people, or one ring for each seat.

use leptos::prelude::*;

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

/// One ring for each seat: people first, then empty rings for the free ones. `seats` is absent without a limit.
#[component]
pub fn SeatRings(
    /// Who has a seat.
    names: Vec<String>,
    /// How many seats there are.
    seats: Option<usize>,
) -> impl IntoView {
    let free = seats.map_or(0, |seats| seats.saturating_sub(names.len()));
    let rings = names
        .into_iter()
        .map(|name| view! { <Avatar name /> })
        .collect_view();
    let empty = (0..free)
        .map(|_| view! { <span class="avatar avatar-free" title="Free seat"></span> })
        .collect_view();
    view! { <span class="seat-rings" aria-hidden="true">{rings} {empty}</span> }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
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
    fn a_name_keeps_its_colour() {
        assert_eq!(hue("Ann Lee"), hue("Ann Lee"));
        assert!(hue("Ann Lee") < 8);
    }
}
