//! Two texts side by side, line by line; on a narrow screen one below the other.

use leptos::prelude::*;

use crate::ui::number::plural;

/// Lines around a change that are shown.
const AROUND: usize = 3;
/// The most that is compared line by line: so many lines of one times so many of the other.
const MOST_PAIRS: usize = 4_000_000;
/// The most rows that are shown.
const MOST_ROWS: usize = 1_000;

/// A row: lines of both, with their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// The same in both.
    Same(usize, usize),
    /// Another one in its place, or none on one side.
    Other(Option<usize>, Option<usize>),
    /// So many that are the same and not shown.
    Left(usize),
}

/// The rows of two texts.
fn rows(old: &[&str], new: &[&str]) -> Vec<Row> {
    let mut all = Vec::new();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let flush = |all: &mut Vec<Row>, removed: &mut Vec<usize>, added: &mut Vec<usize>| {
        for at in 0..removed.len().max(added.len()) {
            all.push(Row::Other(removed.get(at).copied(), added.get(at).copied()));
        }
        removed.clear();
        added.clear();
    };
    for step in steps(old, new) {
        match step {
            (Some(one), Some(other)) => {
                flush(&mut all, &mut removed, &mut added);
                all.push(Row::Same(one, other));
            }
            (one, other) => {
                removed.extend(one);
                added.extend(other);
            }
        }
    }
    flush(&mut all, &mut removed, &mut added);
    folded(&all)
}

/// Lines of both, or of one alone, in order.
fn steps(old: &[&str], new: &[&str]) -> Vec<(Option<usize>, Option<usize>)> {
    let begin = old
        .iter()
        .zip(new)
        .take_while(|(one, other)| one == other)
        .count();
    let most = old.len().min(new.len()) - begin;
    let backwards = old.iter().rev().zip(new.iter().rev());
    let end = backwards
        .take(most)
        .take_while(|(one, other)| one == other)
        .count();
    let (height, width) = (old.len() - begin - end, new.len() - begin - end);
    let mut all: Vec<_> = (0..begin).map(|at| (Some(at), Some(at))).collect();
    let common = if height.saturating_mul(width) <= MOST_PAIRS {
        common(
            old.get(begin..begin + height).unwrap_or_default(),
            new.get(begin..begin + width).unwrap_or_default(),
        )
    } else {
        Vec::new()
    };
    let (mut one, mut other) = (0, 0);
    for (to_one, to_other) in common.into_iter().chain([(height, width)]) {
        all.extend((one..to_one).map(|at| (Some(begin + at), None)));
        all.extend((other..to_other).map(|at| (None, Some(begin + at))));
        if to_one < height && to_other < width {
            all.push((Some(begin + to_one), Some(begin + to_other)));
        }
        (one, other) = (to_one + 1, to_other + 1);
    }
    all.extend((0..end).map(|at| (Some(begin + height + at), Some(begin + width + at))));
    all
}

/// The pairs of the longest sequence of lines that both have.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; width * (old.len() + 1)];
    let get =
        |lengths: &[u32], one: usize, other: usize| lengths.get(one * width + other).copied().unwrap_or(0);
    for (one, line) in old.iter().enumerate().rev() {
        for (other, candidate) in new.iter().enumerate().rev() {
            let length = if line == candidate {
                get(&lengths, one + 1, other + 1) + 1
            } else {
                get(&lengths, one + 1, other).max(get(&lengths, one, other + 1))
            };
            if let Some(place) = lengths.get_mut(one * width + other) {
                *place = length;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut one, mut other) = (0, 0);
    while let (Some(line), Some(candidate)) = (old.get(one), new.get(other)) {
        if line == candidate {
            pairs.push((one, other));
            (one, other) = (one + 1, other + 1);
        } else if get(&lengths, one + 1, other) >= get(&lengths, one, other + 1) {
            one += 1;
        } else {
            other += 1;
        }
    }
    pairs
}

/// Leaves out what is the same far from any change.
fn folded(all: &[Row]) -> Vec<Row> {
    let is_near = |at: usize| {
        let around = all.get(at.saturating_sub(AROUND)..(at + AROUND + 1).min(all.len()));
        around
            .unwrap_or_default()
            .iter()
            .any(|row| matches!(row, Row::Other(..)))
    };
    let mut kept = Vec::new();
    let mut left = 0;
    for (at, row) in all.iter().enumerate() {
        if is_near(at) {
            if left > 0 {
                kept.push(Row::Left(left));
            }
            left = 0;
            kept.push(*row);
        } else {
            left += 1;
        }
    }
    if left > 0 {
        kept.push(Row::Left(left));
    }
    kept
}

/// Both texts, the older one at the left; `has_more` says whether something in them is not shown.
pub fn versus(old: &str, new: &str, has_more: bool) -> AnyView {
    let (old, new): (Vec<_>, Vec<_>) = (old.split('\n').collect(), new.split('\n').collect());
    let mut rows = rows(&old, &new);
    let changes = rows.iter().filter(|row| matches!(row, Row::Other(..))).count();
    if changes == 0 {
        let words = if has_more {
            "What is shown is the same; secrets, which are not shown, may differ."
        } else {
            "Both are the same, byte for byte."
        };
        return view! { <p class="muted">{words}</p> }.into_any();
    }
    let more = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    let line = |at: Option<usize>, lines: &[&str]| {
        let text = at.and_then(|at| lines.get(at)).copied();
        (at.map(|at| at + 1), text.unwrap_or_default().to_owned())
    };
    let row = |row: Row| match row {
        Row::Left(count) => {
            let words = plural(count as u64, "line that is", "lines that are");
            view! { <div class="versus-left">{words} " the same"</div> }.into_any()
        }
        Row::Same(one, other) => view! {
            {cell("versus-same", line(Some(one), &old))}
            {cell("versus-same versus-again", line(Some(other), &new))}
        }
        .into_any(),
        Row::Other(one, other) => view! {
            {cell(if one.is_some() { "versus-old" } else { "versus-none" }, line(one, &old))}
            {cell(if other.is_some() { "versus-new" } else { "versus-none" }, line(other, &new))}
        }
        .into_any(),
    };
    let all = rows.into_iter().map(row).collect_view();
    view! {
        <p class="muted">{plural(changes as u64, "line differs", "lines differ")}</p>
        <div class="versus" role="region" aria-label="Differences" tabindex="0">{all}</div>
        {(more > 0).then(|| view! { <p class="muted">"The rest is not shown. Download both to compare them."</p> })}
    }
    .into_any()
}

fn cell(class: &'static str, (number, text): (Option<usize>, String)) -> AnyView {
    let sign = match class {
        "versus-old" => Some(("−", "Before: ")),
        "versus-new" => Some(("+", "Now: ")),
        _ => None,
    };
    view! {
        <div class=format!("versus-line {class}")>
            <span class="versus-number" aria-hidden="true">{number.map(|number| number.to_string())}</span>
            <span class="versus-sign" aria-hidden="true">{sign.map(|(sign, _)| sign)}</span>
            <code>{sign.map(|(_, words)| view! { <span class="visually-hidden">{words}</span> })} {text}</code>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(old: &str, new: &str) -> Vec<Row> {
        let (old, new): (Vec<_>, Vec<_>) = (old.split(' ').collect(), new.split(' ').collect());
        rows(&old, &new)
    }

    #[test]
    fn n05_a_changed_line_stands_beside_what_it_was() {
        assert_eq!(
            of("a b c", "a x c"),
            [Row::Same(0, 0), Row::Other(Some(1), Some(1)), Row::Same(2, 2)]
        );
        assert_eq!(
            of("a b", "a b c"),
            [Row::Same(0, 0), Row::Same(1, 1), Row::Other(None, Some(2))]
        );
        assert_eq!(
            of("a b c", "b c"),
            [Row::Other(Some(0), None), Row::Same(1, 0), Row::Same(2, 1)]
        );
        assert_eq!(of("a", "b"), [Row::Other(Some(0), Some(0))]);
    }

    #[test]
    fn n05_lines_that_moved_are_found_around_those_that_stay() {
        assert_eq!(
            of("a b c d", "c a b d"),
            [
                Row::Other(None, Some(0)),
                Row::Same(0, 1),
                Row::Same(1, 2),
                Row::Other(Some(2), None),
                Row::Same(3, 3)
            ]
        );
    }

    #[test]
    fn n05_what_is_the_same_far_from_a_change_is_left_out() {
        let old: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        let mut new = old.clone();
        new[10] = "x".to_owned();
        let rows = of(&old.join(" "), &new.join(" "));
        assert_eq!(rows.first(), Some(&Row::Left(7)));
        assert_eq!(rows.len(), 1 + 3 + 1 + 3 + 1);
        assert_eq!(rows.last(), Some(&Row::Left(6)));
        assert_eq!(of("a b", "a b"), [Row::Left(2)]);
    }
}
