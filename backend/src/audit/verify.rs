//! Whether a chain is whole: its entries are fed one after the other, oldest first, and every hash is computed again. Takes
//! the same memory whatever the chain's length. Nothing here reads a database.

use serde::{Deserialize, Serialize};

use super::{AuditRow, RETAIN};

/// One place in a chain: a number, and the hash of the entry that has or had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The entry's number.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// What the database says about a chain beside its entries, read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// The last entry that the retention setting removed.
    pub anchor: Option<Mark>,
    /// The last entry, by the row that gives out the numbers.
    pub head: Option<Mark>,
    /// The highest number that an entry has.
    pub highest: Option<i64>,
}

/// What is wrong with a chain, the first thing that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is there, where there always is something.
    Empty,
    /// There is no entry with this number.
    Missing(i64),
    /// There is an entry with this number, where none can be.
    Extra(i64),
    /// The hash of this entry does not belong to it and to the one before.
    Changed(i64),
    /// The entries end before this number, which was given out.
    CutOff(i64),
    /// The row that gives out the numbers is gone or says something else than this last entry.
    Head(i64),
    /// What was removed before this number is not what the journal says was removed.
    Anchor(i64),
}

impl Fault {
    /// The number where the chain is broken.
    #[must_use]
    pub fn at(self) -> u64 {
        let at = match self {
            Self::Empty => 1,
            Self::Missing(at)
            | Self::Extra(at)
            | Self::Changed(at)
            | Self::CutOff(at)
            | Self::Head(at)
            | Self::Anchor(at) => at,
        };
        u64::try_from(at).unwrap_or(0)
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing of this chain is left"),
            Self::Missing(at) => write!(f, "entry {at} is missing"),
            Self::Extra(at) => write!(f, "entry {at} was put in"),
            Self::Changed(at) => write!(f, "entry {at} or the one before it was changed"),
            Self::CutOff(at) => write!(f, "the entries from {at} on are missing"),
            Self::Head(at) => write!(f, "what the database notes as the last entry is not entry {at}"),
            Self::Anchor(at) => write!(
                f,
                "entries up to {at} were removed, and the journal does not say so"
            ),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many entries were looked at.
    pub entries: u64,
    /// The first number that is kept.
    pub first: i64,
    /// The last entry that was right.
    pub last: Mark,
    /// What is wrong, if anything is.
    pub fault: Option<Fault>,
}

/// A chain being looked at.
#[derive(Debug)]
pub struct Check {
    ends: Ends,
    /// Highest number that was seen, whether it is right or not.
    seen: i64,
    last: Mark,
    entries: u64,
    /// What the last entry about a removal says.
    told: Option<Mark>,
    fault: Option<Fault>,
}

impl Check {
    /// Begins at the anchor, or at the first entry.
    #[must_use]
    pub fn begin(ends: Ends) -> Self {
        let last = ends.anchor.clone().unwrap_or(Mark {
            seq: 0,
            hash: String::new(),
        });
        Self {
            ends,
            seen: i64::MIN,
            last,
            entries: 0,
            told: None,
            fault: None,
        }
    }

    /// What the database said at the beginning.
    #[must_use]
    pub fn ends(&self) -> &Ends {
        &self.ends
    }

    /// The numbers to read next: above the first and up to the second. None when enough was seen. What was written since the
    /// beginning is not looked at.
    #[must_use]
    pub fn next(&self) -> Option<(i64, i64)> {
        let until = self.ends.highest?;
        (self.fault.is_none() && self.seen < until).then_some((self.seen, until))
    }

    /// Looks at the next entry.
    pub fn take(&mut self, row: &AuditRow) {
        if self.fault.is_some() {
            return;
        }
        let expected = self.last.seq.saturating_add(1);
        self.seen = row.seq;
        self.entries += 1;
        self.fault = match row.seq {
            seq if seq < expected => Some(Fault::Extra(seq)),
            seq if seq > expected => Some(Fault::Missing(expected)),
            seq if row.link(&self.last.hash) != row.hash => Some(Fault::Changed(seq)),
            _ => None,
        };
        if self.fault.is_some() {
            return;
        }
        self.last = Mark {
            seq: row.seq,
            hash: row.hash.clone(),
        };
        if row.action == RETAIN {
            let after = row.after.as_deref().unwrap_or_default();
            self.told = serde_json::from_str(after).ok();
        }
    }

    /// Says that there are no more entries in the range that [`Self::next`] named.
    pub fn exhausted(&mut self) {
        self.seen = i64::MAX;
    }

    /// Whether something wrong was met among the entries so far.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.fault.is_some()
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Verdict {
        let fault = self.fault.or_else(|| self.fault_at_the_ends());
        let removed = self.ends.anchor.as_ref().map_or(0, |anchor| anchor.seq);
        Verdict {
            first: if self.entries == 0 {
                0
            } else {
                removed.saturating_add(1)
            },
            entries: self.entries,
            last: self.last,
            fault,
        }
    }

    fn fault_at_the_ends(&self) -> Option<Fault> {
        let next = self.last.seq.saturating_add(1);
        match (&self.ends.head, self.entries) {
            (None, 0) if self.ends.anchor.is_none() => return Some(Fault::Empty),
            (None, _) => return Some(Fault::Head(self.last.seq)),
            (Some(head), _) if head.seq > self.last.seq => return Some(Fault::CutOff(next)),
            (Some(head), _) if *head != self.last => return Some(Fault::Head(self.last.seq)),
            (Some(_), _) => {}
        }
        let removed = self.ends.anchor.as_ref().or(self.told.as_ref());
        (self.ends.anchor != self.told).then(|| Fault::Anchor(removed.map_or(0, |mark| mark.seq)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A whole chain of `n` entries that begins behind `anchor` and, if there is one, says so in its second entry.
    fn chain(n: i64, anchor: Option<&Mark>) -> Vec<AuditRow> {
        let (mut seq, mut previous) = anchor.map_or((0, String::new()), |mark| (mark.seq, mark.hash.clone()));
        let mut rows = Vec::new();
        for number in 0..n {
            seq += 1;
            let tells = anchor.filter(|_| number == 1);
            let mut row = AuditRow {
                chain: "server".to_owned(),
                seq,
                at: chrono::DateTime::UNIX_EPOCH.naive_utc() + chrono::TimeDelta::seconds(seq),
                actor_kind: "session".to_owned(),
                actor_id: Some("ann".to_owned()),
                actor_credential: None,
                address: "127.0.0.1".to_owned(),
                action: tells.map_or("account.rename", |_| RETAIN).to_owned(),
                subject_kind: "account".to_owned(),
                subject_id: "ann".to_owned(),
                before: None,
                after: tells.map(|mark| serde_json::to_string(mark).unwrap()),
                hash: String::new(),
            };
            row.hash = row.link(&previous);
            previous.clone_from(&row.hash);
            rows.push(row);
        }
        rows
    }

    fn mark(row: &AuditRow) -> Mark {
        Mark {
            seq: row.seq,
            hash: row.hash.clone(),
        }
    }

    fn ends(rows: &[AuditRow], anchor: Option<Mark>) -> Ends {
        Ends {
            anchor,
            head: rows.last().map(mark),
            highest: rows.last().map(|row| row.seq),
        }
    }

    fn verdict(rows: &[AuditRow], ends: Ends) -> Verdict {
        let mut check = Check::begin(ends);
        while let Some((above, until)) = check.next() {
            let part: Vec<_> = rows
                .iter()
                .filter(|row| row.seq > above && row.seq <= until)
                .take(2)
                .collect();
            for row in &part {
                check.take(row);
            }
            if part.is_empty() {
                check.exhausted();
            }
        }
        check.finish()
    }

    #[test]
    fn a_whole_chain_is_whole_and_what_is_written_meanwhile_is_left_alone() {
        let rows = chain(7, None);
        let found = verdict(&rows, ends(&rows, None));
        assert_eq!(
            (found.fault, found.entries, found.first, found.last.seq),
            (None, 7, 1, 7)
        );
        let found = verdict(&rows, ends(&rows[..5], None));
        assert_eq!((found.fault, found.entries, found.last.seq), (None, 5, 5));
    }

    #[test]
    fn an_anchor_counts_only_if_the_journal_says_so() {
        let anchor = Mark {
            seq: 9,
            hash: "9".repeat(64),
        };
        let rows = chain(4, Some(&anchor));
        let found = verdict(&rows, ends(&rows, Some(anchor.clone())));
        assert_eq!((found.fault, found.first, found.last.seq), (None, 10, 13));
        let moved = mark(&rows[1]);
        let found = verdict(&rows[2..], ends(&rows, Some(moved)));
        assert_eq!(found.fault, Some(Fault::Anchor(11)));
        let found = verdict(&rows, ends(&rows, None));
        assert_eq!(found.fault, Some(Fault::Missing(1)));
        let forged = Mark {
            seq: 9,
            hash: "8".repeat(64),
        };
        assert_eq!(
            verdict(&rows, ends(&rows, Some(forged))).fault,
            Some(Fault::Changed(10))
        );
    }

    #[test]
    fn a_lost_end_is_found_in_every_form() {
        let rows = chain(5, None);
        let good = ends(&rows, None);
        let cut = Ends {
            highest: Some(3),
            ..good.clone()
        };
        assert_eq!(verdict(&rows[..3], cut).fault, Some(Fault::CutOff(4)));
        let empty = Ends {
            highest: None,
            ..good.clone()
        };
        assert_eq!(verdict(&[], empty).fault, Some(Fault::CutOff(1)));
        let headless = Ends {
            head: None,
            ..good.clone()
        };
        assert_eq!(verdict(&rows, headless).fault, Some(Fault::Head(5)));
        let behind = Ends {
            head: Some(mark(&rows[3])),
            ..good
        };
        assert_eq!(verdict(&rows, behind).fault, Some(Fault::Head(5)));
        let nothing = Ends {
            anchor: None,
            head: None,
            highest: None,
        };
        assert_eq!(verdict(&[], nothing).fault, Some(Fault::Empty));
    }
}
