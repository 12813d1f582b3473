//! The keys that clients know: names, as they are read by the `clearml` 2.1.12 and `clearml-agent` 3.0.3 packages or stand in the
//! settings that these bring along. `lint` tells a key that is not among them from a key that is misspelt.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What stands at a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A list.
    List,
    /// Keys that the reader chooses.
    Block,
    /// One of several.
    Any,
}

/// One key a line, sorted, and the letter of its kind; `*` is a step that the writer names, `[]` an element of a list.
const KEYS: &str = include_str!("reference.txt");

/// All keys: the path in steps with dots between, and what stands there.
pub fn keys() -> impl Iterator<Item = (&'static str, Kind)> {
    KEYS.lines().filter_map(key)
}

fn key(line: &'static str) -> Option<(&'static str, Kind)> {
    let (path, kind) = line.rsplit_once(' ')?;
    let kind = match kind {
        "b" => Kind::Switch,
        "n" => Kind::Number,
        "s" => Kind::Text,
        "l" => Kind::List,
        "m" => Kind::Block,
        _ => Kind::Any,
    };
    Some((path, kind))
}

/// The keys as a tree, made once.
static TREE: LazyLock<Step> = LazyLock::new(|| {
    let mut root = Step::default();
    for (path, kind) in keys() {
        let mut here = &mut root;
        for step in path.split('.') {
            here = here.below.entry(step).or_default();
        }
        here.kind = Some(kind);
    }
    root
});

/// What is known to stand at a step, and below it.
#[derive(Default)]
struct Step {
    kind: Option<Kind>,
    below: BTreeMap<&'static str, Step>,
}

impl Step {
    /// The steps that the written one may be: of that name, or of any.
    fn matching(&self, step: &str) -> impl Iterator<Item = &Self> {
        let any = self.below.get("*").filter(|_| step != "[]");
        let same = self.below.get(step).filter(|_| step != "*");
        any.into_iter().chain(same)
    }
}

/// All steps that the path may lead to, with how many steps of the path are used up; the first step nobody names freely.
fn reached(path: &[&str]) -> Vec<(usize, &'static Step)> {
    let first = path.first().and_then(|first| TREE.below.get(*first));
    let mut all: Vec<(usize, &'static Step)> = first.map(|step| (1, step)).into_iter().collect();
    let mut next = 0;
    while let Some((depth, here)) = all.get(next).copied() {
        next += 1;
        if let Some(step) = path.get(depth) {
            all.extend(here.matching(step).map(|below| (depth + 1, below)));
        }
    }
    all
}

/// What is known of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// A value of this kind stands there.
    Leaf(Kind),
    /// Known keys stand below it.
    Above,
    /// Nothing, as far as these steps go.
    Unknown {
        /// How many steps from the left are known.
        steps: usize,
    },
}

/// Looks a path up, by its steps.
pub fn look_up(path: &[&str]) -> Known {
    let mut found = Known::Unknown { steps: 0 };
    for (depth, step) in reached(path) {
        match step.kind {
            Some(kind) if depth == path.len() || kind == Kind::Block => return Known::Leaf(kind),
            _ if depth == path.len() => found = Known::Above,
            _ if found != Known::Above => found = Known::Unknown { steps: depth },
            _ => {}
        }
    }
    found
}

/// The known step that is most like the unknown one after the first `steps` of the path, if one is; `steps` is not 0.
pub fn nearest(path: &[&str], steps: usize) -> Option<&'static str> {
    let wanted = path.get(steps)?;
    let names = reached(path)
        .into_iter()
        .filter(|(depth, _)| *depth == steps)
        .flat_map(|(_, step)| step.below.keys())
        .filter(|name| !matches!(**name, "*" | "[]"));
    names
        .filter_map(|name| Some((closeness(name, wanted)?, *name)))
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// How far the two are from each other, if that is near enough for a slip of the pen.
pub(crate) fn closeness(known: &str, written: &str) -> Option<usize> {
    let most = 1 + written.len() / 4;
    if known.len().abs_diff(written.len()) > 2 * most {
        return None;
    }
    Some(distance(known, written)).filter(|far| *far <= most)
}

/// How many letters have to change, come, go or change places, without regard to case and to which of `-` and `_` it is.
fn distance(one: &str, other: &str) -> usize {
    let plain = |text: &str| -> Vec<char> {
        text.chars()
            .take(80)
            .map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() })
            .collect()
    };
    let (one, other) = (plain(one), plain(other));
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
    for (i, c) in one.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, d) in other.iter().enumerate() {
            let mut far = (at(&row, j) + usize::from(c != d))
                .min(at(&row, j + 1) + 1)
                .min(at(&next, j) + 1);
            let swapped = i > 0 && j > 0 && one.get(i - 1) == Some(d) && other.get(j - 1) == Some(c);
            if swapped {
                far = far.min(at(&before, j - 1) + 1);
            }
            next.push(far);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_sorted_and_each_stands_once() {
        let all: Vec<&str> = keys().map(|(path, _)| path).collect();
        assert!(all.windows(2).all(|two| two[0] < two[1]));
        assert!(all.len() > 200, "{}", all.len());
    }

    #[test]
    fn paths_are_known_with_what_stands_there() {
        let look = |path: &str| look_up(&path.split('.').collect::<Vec<_>>());
        assert_eq!(look("sdk.aws.s3.credentials.[].bucket"), Known::Leaf(Kind::Text));
        assert_eq!(
            look("sdk.aws.s3.extra_args.ServerSideEncryption.x"),
            Known::Leaf(Kind::Block)
        );
        assert_eq!(look("environment.ANYTHING"), Known::Leaf(Kind::Any));
        assert_eq!(look("sdk.aws"), Known::Above);
        assert_eq!(look("sdk.asw.s3"), Known::Unknown { steps: 1 });
        assert_eq!(look("sdk.apply_files"), Known::Leaf(Kind::Switch));
    }

    #[test]
    fn a_misspelt_step_has_a_neighbour() {
        assert_eq!(nearest(&["sdk", "asw", "s3"], 1), Some("aws"));
        assert_eq!(nearest(&["agent", "git-user"], 1), Some("git_user"));
        assert_eq!(nearest(&["sdk", "wholly_other"], 1), None);
        assert_eq!(nearest(&["sdk", "developement"], 1), Some("development"));
    }
}
