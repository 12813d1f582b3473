//! How a list is asked for: in which order, and what to search for.

use serde::Serialize;

use crate::error::AppError;

/// The longest text to search for, in characters.
const MOST_SEARCHED: usize = 254;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Order<S> {
    /// By what.
    pub by: S,
    /// From the last to the first.
    pub descending: bool,
}

impl<S: Copy> Order<S> {
    /// Reads a query's `sort`: one of `fields`, with `-` in front for the other direction; unless said, `usual`.
    pub fn read(sort: Option<&str>, fields: &[(&str, S)], usual: S) -> Result<Self, AppError> {
        let Some(sort) = sort else {
            return Ok(Self {
                by: usual,
                descending: false,
            });
        };
        let (word, descending) = sort.strip_prefix('-').map_or((sort, false), |word| (word, true));
        if let Some((_, by)) = fields.iter().find(|(name, _)| *name == word) {
            return Ok(Self { by: *by, descending });
        }
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let detail = format!("Sort by {names}; put - in front for the other direction.");
        Err(AppError::field("sort", detail))
    }
}

/// The pattern that finds `q` anywhere in a text in lower case. `%` and `_` stand for themselves; `\` escapes.
pub fn search(q: Option<&str>) -> Result<Option<String>, AppError> {
    let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) else {
        return Ok(None);
    };
    if q.chars().count() > MOST_SEARCHED {
        let detail = format!("Search for {MOST_SEARCHED} characters or fewer.");
        return Err(AppError::field("q", detail));
    }
    let mut pattern = String::with_capacity(q.len() + 2);
    pattern.push('%');
    for c in q.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Ok(Some(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_one_of_the_fields_in_either_direction() {
        let read = |sort| {
            Order::read(sort, &[("name", 1), ("created_at", 2)], 1).map(|order| (order.by, order.descending))
        };
        assert_eq!(read(None).unwrap(), (1, false));
        assert_eq!(read(Some("name")).unwrap(), (1, false));
        assert_eq!(read(Some("-created_at")).unwrap(), (2, true));
        for bad in ["", "-", "--name", "email", "name,created_at", "name; DROP"] {
            assert!(read(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_searched_for_stands_for_itself() {
        let pattern = |q| search(Some(q)).unwrap();
        assert_eq!(search(None).unwrap(), None);
        assert_eq!(pattern("  "), None);
        assert_eq!(pattern(" Ann "), Some("%ann%".to_owned()));
        assert_eq!(pattern("50%_\\É"), Some("%50\\%\\_\\\\é%".to_owned()));
        assert!(search(Some(&"x".repeat(255))).is_err());
    }
}
