//! What one is told: invitations that wait for an answer, and what others did that concerns one. How many are unread
//! is known as long as one is signed in, and news arrives without reloading.

use leptos::prelude::*;

use crate::ui::{number::plural, page_title::announce};

pub mod bell;
pub mod list;
pub mod row;
pub mod stream;
pub mod words;

/// What is known of one's notifications. Copying shares it.
#[derive(Debug, Clone, Copy)]
pub struct Inbox {
    /// How many are unread; nothing until the server has said it.
    unread: RwSignal<Option<u64>>,
    /// Counts how often there may be something new in the list.
    version: RwSignal<u32>,
}

impl Inbox {
    /// How many are unread.
    pub fn unread(self) -> u64 {
        self.unread.get().unwrap_or_default()
    }

    /// Hears from the server how many are unread. More than before is news, and is read aloud.
    pub fn hear(self, unread: u64) {
        let Some(before) = self.unread.try_get_untracked() else {
            return;
        };
        if let Some(new) = before
            .and_then(|before| unread.checked_sub(before))
            .filter(|new| *new > 0)
        {
            announce(&format!(
                "{} arrived. {unread} unread.",
                plural(new, "notification", "notifications")
            ));
        }
        self.unread.set(Some(unread));
        self.look_again();
    }

    /// Brings the list again, if it is open.
    fn look_again(self) {
        self.version.update(|version| *version += 1);
    }

    /// Counts what was just marked here, before the server says the same.
    fn count_marked(self, read: bool) {
        self.unread.update(|unread| {
            if let Some(unread) = unread {
                *unread = if read {
                    unread.saturating_sub(1)
                } else {
                    *unread + 1
                };
            }
        });
    }
}

/// Follows the notifications of whoever is signed in, until they are not.
pub fn keep_inbox() {
    let inbox = Inbox {
        unread: RwSignal::new(None),
        version: RwSignal::new(0),
    };
    provide_context(inbox);
    stream::follow(inbox);
}

/// The notifications of whoever is signed in.
pub fn use_inbox() -> Inbox {
    use_context().unwrap_or_else(|| Inbox {
        unread: RwSignal::new(None),
        version: RwSignal::new(0),
    })
}
