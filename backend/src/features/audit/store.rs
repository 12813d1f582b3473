//! Queries on one chain of the journal: parts of it by number, how many entries there are, and today's names of those that
//! they are about. Every query costs what it answers, and a count what it counts by an index, however long the chain is.

pub mod links;
pub mod removal;

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDateTime;
use db::{Conn, MultiBackend, schema::*};
use diesel::{
    dsl::{count_star, max, min, not},
    prelude::*,
};
use serde::{Deserialize, Serialize};

use super::rules::{Action, Wanted};
use crate::{access::Chain, audit::AuditRow};

type Boxed<'a> = audit_entries::BoxedQuery<'a, MultiBackend>;

/// Which entries, in terms of the columns.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// Any of these actions; none means every action.
    actions: Option<Vec<String>>,
    actor: Option<String>,
    subject: Option<String>,
    since: Option<NaiveDateTime>,
    until: Option<NaiveDateTime>,
}

/// How many entries meet the conditions, and between which numbers they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// How many.
    pub total: u64,
    /// The first number; above the last if there are none.
    pub lowest: i64,
    /// The last number.
    pub highest: i64,
}

impl Extent {
    const NONE: Self = Self {
        total: 0,
        lowest: 1,
        highest: 0,
    };

    fn of((count, lowest, highest): (i64, Option<i64>, Option<i64>)) -> Self {
        match (lowest, highest) {
            (Some(lowest), Some(highest)) => Self {
                total: u64::try_from(count).unwrap_or(0),
                lowest,
                highest,
            },
            _ => Self::NONE,
        }
    }

    fn and(self, other: Self) -> Self {
        if self.total == 0 {
            return other;
        }
        if other.total == 0 {
            return self;
        }
        Self {
            total: self.total + other.total,
            lowest: self.lowest.min(other.lowest),
            highest: self.highest.max(other.highest),
        }
    }
}

/// In which order, from which end of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The highest numbers first.
    NewestFirst,
    /// The lowest numbers first.
    OldestFirst,
}

/// The conditions behind what a reader wants. The actions of a noun are looked up in the chain: one step of the index for
/// each action that there is, in the database's own order of texts.
pub fn conditions(conn: &mut Conn, chain: &Chain, wanted: Wanted) -> QueryResult<Conditions> {
    let actions = match wanted.action {
        None => None,
        Some(Action::Exactly(action)) => Some(vec![action]),
        Some(Action::AllOf(noun)) => {
            let begins = format!("{noun}.");
            let all = actions(conn, chain)?.into_iter();
            Some(all.filter(|action| action.starts_with(&begins)).collect())
        }
    };
    Ok(Conditions {
        actions,
        actor: wanted.actor_id.map(|id| id.to_string()),
        subject: wanted.subject_id,
        since: wanted.since,
        until: wanted.until,
    })
}

/// Every action that the chain holds.
fn actions(conn: &mut Conn, chain: &Chain) -> QueryResult<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let mut query = chain
            .entries()
            .select(audit_entries::action)
            .order(audit_entries::action.asc())
            .limit(1)
            .into_boxed();
        if let Some(last) = all.last() {
            query = query.filter(audit_entries::action.gt(last.clone()));
        }
        match query.first::<String>(conn).optional()? {
            Some(action) => all.push(action),
            None => return Ok(all),
        }
    }
}

impl Conditions {
    /// The actions to ask for one after the other: each has its own range in the index.
    fn each_action(&self) -> Vec<Option<&str>> {
        match &self.actions {
            None => vec![None],
            Some(actions) => actions.iter().map(|action| Some(action.as_str())).collect(),
        }
    }

    fn is_everything(&self) -> bool {
        let Self {
            actions,
            actor,
            subject,
            since,
            until,
        } = self;
        actions.is_none() && actor.is_none() && subject.is_none() && since.is_none() && until.is_none()
    }

    /// The entries that meet the conditions which an index answers together with a range of numbers: all but the times.
    fn query<'a>(&'a self, chain: &Chain, action: Option<&'a str>) -> Boxed<'a> {
        let mut query = chain.entries().into_boxed();
        if let Some(action) = action {
            query = query.filter(audit_entries::action.eq(action));
        }
        if let Some(actor) = &self.actor {
            query = query.filter(audit_entries::actor_id.eq(actor));
        }
        if let Some(subject) = &self.subject {
            query = query.filter(audit_entries::subject_id.eq(subject));
        }
        query
    }

    /// Whether an index other than that of the times finds the entries.
    fn is_found_otherwise(&self) -> bool {
        self.actions.is_some() || self.actor.is_some() || self.subject.is_some()
    }

    /// The same with the times. Where another index finds the entries, the times are put so that none answers them:
    /// `SQLite` would take the one of the times, and go through all that others did meanwhile.
    fn query_in_time<'a>(&'a self, chain: &Chain, action: Option<&'a str>) -> Boxed<'a> {
        let mut query = self.query(chain, action);
        let hidden = self.is_found_otherwise();
        if let Some(since) = self.since {
            query = if hidden {
                query.filter(not(audit_entries::at.lt(since)))
            } else {
                query.filter(audit_entries::at.ge(since))
            };
        }
        if let Some(until) = self.until {
            query = if hidden {
                query.filter(not(audit_entries::at.ge(until)))
            } else {
                query.filter(audit_entries::at.lt(until))
            };
        }
        query
    }

    fn is_in_time(&self, at: NaiveDateTime) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// How many entries meet the conditions, and where they are. Without conditions two steps of an index, since the numbers
/// have no gaps; otherwise one pass over the part of an index that the conditions name.
pub fn extent(conn: &mut Conn, chain: &Chain, conditions: &Conditions) -> QueryResult<Extent> {
    if conditions.is_everything() {
        let lowest: Option<i64> = chain.entries().select(min(audit_entries::seq)).first(conn)?;
        let highest: Option<i64> = chain.entries().select(max(audit_entries::seq)).first(conn)?;
        let count = match (lowest, highest) {
            (Some(lowest), Some(highest)) => highest - lowest + 1,
            _ => 0,
        };
        return Ok(Extent::of((count, lowest, highest)));
    }
    let mut found = Extent::NONE;
    for action in conditions.each_action() {
        let part = conditions
            .query_in_time(chain, action)
            .select((count_star(), min(audit_entries::seq), max(audit_entries::seq)))
            .first(conn)?;
        found = found.and(Extent::of(part));
    }
    Ok(found)
}

/// Up to `most` entries from `lowest` to `highest` that meet the conditions, in this order. Entries stand nearly in the
/// order of their times, so in the range of an [`Extent`] hardly any is read in vain.
pub fn part(
    conn: &mut Conn,
    chain: &Chain,
    conditions: &Conditions,
    (mut lowest, mut highest): (i64, i64),
    order: Order,
    most: usize,
) -> QueryResult<Vec<AuditRow>> {
    let mut found = Vec::new();
    while found.len() < most && lowest <= highest {
        let rows = range(conn, chain, conditions, (lowest, highest), order, most)?;
        let is_last = rows.len() < most;
        if let Some(row) = rows.last() {
            match order {
                Order::NewestFirst => highest = row.seq - 1,
                Order::OldestFirst => lowest = row.seq + 1,
            }
        }
        found.extend(rows.into_iter().filter(|row| conditions.is_in_time(row.at)));
        if is_last {
            break;
        }
    }
    found.truncate(most);
    Ok(found)
}

fn range(
    conn: &mut Conn,
    chain: &Chain,
    conditions: &Conditions,
    (lowest, highest): (i64, i64),
    order: Order,
    most: usize,
) -> QueryResult<Vec<AuditRow>> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let mut found: Vec<AuditRow> = Vec::new();
    for action in conditions.each_action() {
        let query = conditions
            .query(chain, action)
            .filter(audit_entries::seq.ge(lowest))
            .filter(audit_entries::seq.le(highest))
            .limit(limit);
        let query = match order {
            Order::NewestFirst => query.order(audit_entries::seq.desc()),
            Order::OldestFirst => query.order(audit_entries::seq.asc()),
        };
        found.extend(query.load::<AuditRow>(conn)?);
    }
    found.sort_by_key(|row| match order {
        Order::NewestFirst => -row.seq,
        Order::OldestFirst => row.seq,
    });
    found.truncate(most);
    Ok(found)
}

/// Today's names of those that some entries are about.
#[derive(Debug, Default)]
pub struct Names {
    accounts: HashMap<String, String>,
    things: HashMap<(String, String), String>,
}

impl Names {
    fn keep(&mut self, kind: &str, found: impl IntoIterator<Item = (String, String)>) {
        let found = found.into_iter();
        self.things
            .extend(found.map(|(id, name)| ((kind.to_owned(), id), name)));
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self, row: &AuditRow) -> Option<&str> {
        self.accounts.get(row.actor_id.as_ref()?).map(String::as_str)
    }

    /// What it was done to.
    #[must_use]
    pub fn subject(&self, row: &AuditRow) -> Option<&str> {
        if matches!(row.subject_kind.as_str(), "account" | "member") {
            return self.accounts.get(&row.subject_id).map(String::as_str);
        }
        let key = (row.subject_kind.clone(), row.subject_id.clone());
        self.things.get(&key).map(String::as_str)
    }
}

/// The names behind `rows`, each found by its key. Of a workspace's chain: accounts that it names, and what is in this
/// workspace alone.
pub fn names(conn: &mut Conn, chain: &Chain, rows: &[AuditRow]) -> QueryResult<Names> {
    let accounts: Vec<(String, String)> = chain
        .accounts_in(rows)
        .select((users::id, users::name))
        .load(conn)?;
    let mut names = Names {
        accounts: accounts.into_iter().collect(),
        things: HashMap::new(),
    };
    let spaces: Vec<(String, String)> = chain
        .workspaces_in(rows)
        .select((workspaces::id, workspaces::name))
        .load(conn)?;
    names.keep(WORKSPACE, spaces);
    let keys = subjects(rows, CREDENTIAL);
    if !keys.is_empty() {
        let labels: Vec<(String, String)> = chain
            .credentials()
            .filter(credentials::access_key.eq_any(keys))
            .filter(credentials::label.ne(""))
            .select((credentials::access_key, credentials::label))
            .load(conn)?;
        names.keep(CREDENTIAL, labels);
    }
    let sent = subjects(rows, INVITATION);
    if !sent.is_empty() {
        let addresses: Vec<(String, Option<String>)> = chain
            .invitations()
            .filter(invitations::id.eq_any(sent))
            .select((invitations::id, invitations::email))
            .load(conn)?;
        let known = addresses.into_iter().filter_map(|(id, email)| Some((id, email?)));
        names.keep(INVITATION, known);
    }
    let written = subjects(rows, VAULT);
    if !written.is_empty() {
        let called: Vec<(String, String)> = chain
            .vaults()
            .filter(vaults::id.eq_any(written))
            .select((vaults::id, vaults::name))
            .load(conn)?;
        names.keep(VAULT, called);
    }
    Ok(names)
}

const VAULT: &str = "vault";
const WORKSPACE: &str = "workspace";
const CREDENTIAL: &str = "credential";
const INVITATION: &str = "invitation";

/// The things of one kind to which something was done.
fn subjects<'a>(rows: &'a [AuditRow], kind: &str) -> Vec<&'a str> {
    let all: BTreeSet<&str> = rows
        .iter()
        .filter(|row| row.subject_kind == kind)
        .map(|row| row.subject_id.as_str())
        .collect();
    all.into_iter().collect()
}
