//! Chooses, orders, cuts and projects the people that `users.get_all` answers. Pure: no database, no clock.

use std::{cmp::Ordering, collections::HashSet};

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::{
    contract::{Person, UserFilter},
    fault::Fault,
};

/// Longest regular expression.
const MOST_PATTERN_BYTES: usize = 2_000;
/// Most memory of a compiled one.
const MOST_COMPILED_BYTES: usize = 1 << 20;

/// The most fields to order by.
const MOST_ORDERED_BY: usize = 8;
/// The most people on one page.
const MOST_ON_A_PAGE: usize = 10_000;

/// A filter whose parts have been understood.
#[derive(Debug)]
pub(super) struct Chosen {
    name: Option<Regex>,
    ids: HashSet<String>,
    not_ids: HashSet<String>,
    fields: HashSet<String>,
    order: Vec<(Field, bool)>,
    page: usize,
    page_size: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Name,
    Created,
}

impl Chosen {
    /// Understands a filter, or says what is wrong with it.
    pub(super) fn by(filter: &UserFilter) -> Result<Self, Fault> {
        let (ids, not_ids) = wanted_and_unwanted(&filter.id.0);
        let name = filter.name.as_deref().filter(|pattern| !pattern.is_empty());
        let size = |number: Option<u32>| number.map(|number| usize::try_from(number).unwrap_or(usize::MAX));
        if filter.page_size == Some(0) {
            return Err(Fault::field("/page_size", "Ask for at least 1."));
        }
        Ok(Self {
            name: name.map(compiled).transpose()?,
            ids,
            not_ids,
            fields: filter.only_fields.0.iter().cloned().collect(),
            order: order_of(&filter.order_by.0)?,
            page: size(filter.page).unwrap_or(0),
            // Without a size, all of them are on the first page.
            page_size: size(filter.page_size)
                .unwrap_or(MOST_ON_A_PAGE)
                .min(MOST_ON_A_PAGE),
        })
    }

    /// The people chosen, as objects with the fields asked for. Past the end there is nobody, so that clients that
    /// ask page after page come to an end.
    pub(super) fn of(&self, mut people: Vec<Person>) -> Vec<Map<String, Value>> {
        people.retain(|person| self.has(person));
        people.sort_by(|a, b| self.compare(a, b));
        people
            .into_iter()
            .skip(self.page.saturating_mul(self.page_size))
            .take(self.page_size)
            .map(|person| self.projected(&person))
            .collect()
    }

    fn has(&self, person: &Person) -> bool {
        let id = person.id.to_string();
        (self.ids.is_empty() || self.ids.contains(&id))
            && !self.not_ids.contains(&id)
            && self
                .name
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(person.name.as_str()))
    }

    fn compare(&self, a: &Person, b: &Person) -> Ordering {
        self.order
            .iter()
            .fold(Ordering::Equal, |so_far, (field, descending)| {
                let next = match field {
                    Field::Id => a.id.cmp(&b.id),
                    Field::Name => a.name.cmp(&b.name),
                    Field::Created => a.created.cmp(&b.created),
                };
                so_far.then(if *descending { next.reverse() } else { next })
            })
    }

    fn projected(&self, person: &Person) -> Map<String, Value> {
        let Ok(Value::Object(mut fields)) = serde_json::to_value(person) else {
            return Map::new();
        };
        if !self.fields.is_empty() {
            fields.retain(|name, _| self.fields.contains(name));
        }
        fields
    }
}

/// Any of some ids, and none of those with `-` in front or after the word for "not".
fn wanted_and_unwanted(ids: &[String]) -> (HashSet<String>, HashSet<String>) {
    let (mut wanted, mut unwanted) = (HashSet::new(), HashSet::new());
    let mut negate = false;
    for id in ids {
        let (ids, id) = match (id.as_str(), id.strip_prefix('-')) {
            ("__$not", _) => {
                negate = true;
                continue;
            }
            // One person has one id: "any of" and "all of" differ in nothing that somebody could mean.
            ("__$all" | "__$and" | "__$any" | "__$or" | "__$nop", _) => continue,
            (_, Some(id)) => (&mut unwanted, id),
            (id, None) if negate => (&mut unwanted, id),
            (id, None) => (&mut wanted, id),
        };
        ids.insert(id.to_owned());
        negate = false;
    }
    (wanted, unwanted)
}

/// Clients escape blanks and punctuation, which this engine takes. It has no look-around, and needs time in
/// proportion to the text, whatever the pattern.
fn compiled(pattern: &str) -> Result<Regex, Fault> {
    if pattern.len() > MOST_PATTERN_BYTES {
        return Err(Fault::bad_regex());
    }
    RegexBuilder::new(pattern)
        .size_limit(MOST_COMPILED_BYTES)
        .build()
        .map_err(|_why| Fault::bad_regex())
}

/// Each field once: where it stands again, everything that it could tell apart is apart already.
fn order_of(texts: &[String]) -> Result<Vec<(Field, bool)>, Fault> {
    if texts.len() > MOST_ORDERED_BY {
        return Err(Fault::field("/order_by", "Order by at most 8 fields."));
    }
    let mut order: Vec<(Field, bool)> = Vec::new();
    for text in texts {
        let (field, descending) = one_order_of(text)?;
        if order.iter().all(|(before, _)| *before != field) {
            order.push((field, descending));
        }
    }
    Ok(order)
}

fn one_order_of(text: &str) -> Result<(Field, bool), Fault> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let field = match name {
        "id" => Field::Id,
        "name" => Field::Name,
        "created" => Field::Created,
        _ => return Err(Fault::field("/order_by", "Order by id, name or created.")),
    };
    Ok((field, descending))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use shared::{
        ids::{UserId, WorkspaceId},
        permission::Role,
    };

    use super::*;
    use crate::clearml::input::Several;

    fn people() -> Vec<Person> {
        let person = |name: &str, number: u128| Person {
            id: UserId(uuid::Uuid::from_u128(number)),
            name: name.parse().unwrap(),
            given_name: None,
            family_name: None,
            avatar: None,
            company: WorkspaceId::NIL,
            role: Role::User,
            created: DateTime::from_timestamp(i64::try_from(number).unwrap(), 0).unwrap(),
        };
        vec![
            person("Ann Lee", 3),
            person("ann-marie #1 (R&D)", 2),
            person("Bob", 1),
        ]
    }

    fn names(filter: &UserFilter) -> Vec<String> {
        let chosen = Chosen::by(filter).unwrap().of(people());
        chosen
            .iter()
            .map(|person| person["name"].as_str().unwrap().to_owned())
            .collect()
    }

    fn several(texts: &[&str]) -> Several {
        Several(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    fn by_name(pattern: &str) -> UserFilter {
        UserFilter {
            name: Some(pattern.to_owned()),
            ..UserFilter::default()
        }
    }

    #[test]
    fn a_name_is_searched_anywhere_and_by_case() {
        assert_eq!(names(&by_name("nn")), ["Ann Lee", "ann-marie #1 (R&D)"]);
        assert_eq!(names(&by_name("^A")), ["Ann Lee"]);
        assert_eq!(names(&by_name("")).len(), 3);
        assert_eq!(names(&by_name("z")).len(), 0);
    }

    #[test]
    fn a_name_escaped_by_a_client_is_found() {
        assert_eq!(names(&by_name(r"^ann\-marie\ \#1\ \(R\&D\)$")).len(), 1);
    }

    #[test]
    fn a_pattern_that_is_none_or_too_large_is_refused() {
        for bad in ["(", "(?=a)", r"(a)\1", &"a".repeat(3_000), r"\w{5000}{5000}"] {
            let Err(Fault::Known(numbers, _)) = Chosen::by(&by_name(bad)) else {
                panic!("{bad}");
            };
            assert_eq!((numbers.0, numbers.1), (400, 21), "{bad}");
        }
    }

    #[test]
    fn ids_are_any_of_and_none_of() {
        let id = |number: u128| UserId(uuid::Uuid::from_u128(number)).to_string();
        let by_id = |ids: &[&str]| UserFilter {
            id: several(ids),
            ..UserFilter::default()
        };
        assert_eq!(names(&by_id(&[&id(1), &id(3)])), ["Ann Lee", "Bob"]);
        assert_eq!(names(&by_id(&[&format!("-{}", id(1))])).len(), 2);
        assert_eq!(names(&by_id(&["__$not", &id(3), "__$any", &id(1)])), ["Bob"]);
        assert_eq!(names(&by_id(&["none of ours"])).len(), 0);
    }

    #[test]
    fn pages_come_to_an_end() {
        let page = |page, page_size| {
            names(&UserFilter {
                page: Some(page),
                page_size,
                ..UserFilter::default()
            })
            .len()
        };
        assert_eq!([page(0, Some(2)), page(1, Some(2)), page(2, Some(2))], [2, 1, 0]);
        assert_eq!([page(0, None), page(1, None)], [3, 0]);
        assert_eq!([page(0, Some(u32::MAX)), page(u32::MAX, Some(u32::MAX))], [3, 0]);
    }

    #[test]
    fn no_page_is_longer_than_the_longest() {
        for page_size in [None, Some(u32::MAX), Some(10_001)] {
            let filter = UserFilter {
                page_size,
                ..UserFilter::default()
            };
            assert_eq!(Chosen::by(&filter).unwrap().page_size, MOST_ON_A_PAGE);
        }
    }

    #[test]
    fn people_are_ordered_by_the_fields_asked_for() {
        let ordered = |order: &[&str]| {
            names(&UserFilter {
                order_by: several(order),
                ..UserFilter::default()
            })
        };
        assert_eq!(ordered(&["created"]).first().map(String::as_str), Some("Bob"));
        assert_eq!(
            ordered(&["-name"]).first().map(String::as_str),
            Some("ann-marie #1 (R&D)")
        );
        assert_eq!(ordered(&["-name", "name", "id"]), ordered(&["-name"]));
        let refused = |order: &[&str]| {
            let filter = UserFilter {
                order_by: several(order),
                ..UserFilter::default()
            };
            Chosen::by(&filter).is_err()
        };
        assert!(refused(&["password_hash"]));
        assert!(!refused(&["id"; MOST_ORDERED_BY]));
        assert!(refused(&["id"; MOST_ORDERED_BY + 1]));
    }

    #[test]
    fn only_the_fields_asked_for_are_answered_and_never_another() {
        let filter = UserFilter {
            only_fields: several(&["name", "password_hash", "email"]),
            ..UserFilter::default()
        };
        let chosen = Chosen::by(&filter).unwrap().of(people());
        assert!(chosen.iter().all(|person| person.keys().eq(["name"])));
    }
}
