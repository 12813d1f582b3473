//! The keys that clients know: names, as they are read by the `clearml` 2.1.12 and `clearml-agent` 3.0.3 packages or stand in the
//! settings that these bring along. `lint` tells a key that is not among them from a key that is misspelt.

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
    KEYS.lines().filter_map(|line| {
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
    })
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
    let mut steps = 0;
    let mut above = false;
    for (known, kind) in keys() {
        let common = common(known, path);
        let length = known.split('.').count();
        if common == length && (common == path.len() || kind == Kind::Block) {
            return Known::Leaf(kind);
        }
        above |= common == path.len();
        steps = steps.max(common);
    }
    if above {
        Known::Above
    } else {
        Known::Unknown { steps }
    }
}

fn common(known: &str, path: &[&str]) -> usize {
    known
        .split('.')
        .zip(path)
        .take_while(|(known, step)| known == *step || *known == "*" && **step != "[]")
        .count()
}

/// The known step that is most like the unknown one after the first `steps` of the path, if one is.
pub fn nearest(path: &[&str], steps: usize) -> Option<&'static str> {
    let wanted = path.get(steps)?;
    let most = 1 + wanted.chars().count() / 4;
    let mut best = None;
    for (known, _) in keys() {
        let Some(step) = known
            .split('.')
            .nth(steps)
            .filter(|step| !matches!(*step, "*" | "[]"))
        else {
            continue;
        };
        if common(known, path) != steps {
            continue;
        }
        let far = distance(step, wanted);
        if far <= most && best.is_none_or(|(_, nearest)| far < nearest) {
            best = Some((step, far));
        }
    }
    best.map(|(step, _)| step)
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
        assert_eq!(nearest(&["wholly", "other"], 0), None);
        assert_eq!(nearest(&["sdk", "developement"], 1), Some("development"));
    }
}
