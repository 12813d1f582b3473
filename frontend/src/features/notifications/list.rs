//! The list in the bell's panel: the newest first, more on demand, all marked as read at once.

use leptos::prelude::*;
use shared::{
    ids::NotificationId,
    notifications::{ListNotifications, Notification, NotificationsQuery, ReadAllNotifications},
    page::Page,
};

use crate::{
    api::{ApiError, call},
    features::notifications::{Inbox, row::InboxRow},
    sending::{Refusal, Sending},
    ui::{
        button::{Button, IconButton, Look},
        empty::Empty,
        failed::Failed,
        fetched::Fetched,
        icon::Symbol,
        live::live,
        load::Explain,
        skeleton::Skeleton,
    },
};

/// What is shown in the panel. Copying shares it.
#[derive(Clone, Copy)]
pub struct Shown {
    items: RwSignal<Vec<Notification>>,
    next: RwSignal<Option<String>>,
}

impl Shown {
    /// The one with this id.
    pub fn find(self, id: NotificationId) -> Option<Notification> {
        self.items
            .with(|all| all.iter().find(|told| told.id == id).cloned())
    }

    /// Changes one, if it is still shown.
    pub fn change(self, id: NotificationId, change: impl FnOnce(&mut Notification)) {
        self.items.try_update(|all| {
            if let Some(told) = all.iter_mut().find(|told| told.id == id) {
                change(told);
            }
        });
    }

    /// Puts the newest page in place, and keeps what was shown below it.
    fn renew(self, page: Page<Notification>) {
        let Some(kept) = self.items.try_update(|all| {
            let (merged, kept) = merged(std::mem::take(all), page.items);
            *all = merged;
            kept
        }) else {
            return;
        };
        if !kept {
            self.next.set(page.next_cursor);
        }
    }
}

/// The newest page with what was shown before and is older than all of it; and whether there was such.
fn merged(shown: Vec<Notification>, page: Vec<Notification>) -> (Vec<Notification>, bool) {
    let Some(last) = page.last().map(|told| (told.created_at, told.id)) else {
        return (page, false);
    };
    let mut merged = page;
    let before = merged.len();
    merged.extend(shown.into_iter().filter(|told| (told.created_at, told.id) < last));
    let kept = merged.len() > before;
    (merged, kept)
}

/// What is in the panel.
#[component]
pub fn InboxList(
    /// How many are unread.
    inbox: Inbox,
    /// Closes the panel.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let shown = Shown {
        items: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
    };
    let first = Fetched::new(move || {
        inbox.version.track();
        async move {
            let page = call::<ListNotifications>((), NotificationsQuery::default(), ()).await?;
            shown.renew(page);
            Ok::<(), ApiError>(())
        }
    });
    // What is there stays as it is when it is brought again, or cannot be: the focus may be in it.
    let stage = Memo::new(move |before: Option<&Option<Result<(), String>>>| {
        let brought = first.get()?.map_err(|error| error.sentence());
        let was_there = matches!(before, Some(Some(Ok(()))));
        Some(if was_there { Ok(()) } else { brought })
    });
    let content = move || match stage.get() {
        None => Skeleton::Lines(4).view(),
        Some(Ok(())) => view! { <Rows inbox shown /> }.into_any(),
        Some(Err(sentence)) => view! { <Failed sentence on_retry=move |()| first.refetch() /> }.into_any(),
    };
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let read_all = Callback::new(move |()| {
        sending.send(call::<ReadAllNotifications>((), (), ()), move |told| {
            shown
                .items
                .try_update(|all| all.iter_mut().for_each(|told| told.read = true));
            inbox.hear(told.unread);
        });
    });
    view! {
        <div class="inbox-head">
            <h2>"Notifications"</h2>
            {live(move || {
                (inbox.unread() > 0)
                    .then(|| view! { <Button look=Look::Quiet busy on_click=move |_| read_all.run(())>"Mark all as read"</Button> })
            })}
            <IconButton symbol=Symbol::Cross label="Close" on_click=move |_| on_close.run(()) />
        </div>
        <Refusal error />
        {content}
    }
}

#[component]
fn Rows(inbox: Inbox, shown: Shown) -> impl IntoView {
    let is_empty = Memo::new(move |_| shown.items.with(Vec::is_empty));
    let list = move || {
        if is_empty.get() {
            view! {
                <Empty
                    symbol=Symbol::Bell
                    title="Nothing yet"
                    text="Invitations for you, and what others change about your access, will be here."
                />
            }
            .into_any()
        } else {
            view! {
                <ul class="inbox-list">
                    <For each=move || shown.items.get() key=|told| told.id let:told>
                        <InboxRow told inbox shown />
                    </For>
                </ul>
            }
            .into_any()
        }
    };
    let sending = Sending::new();
    let (busy, error) = (sending.busy(), sending.error());
    let load_more = Callback::new(move |()| {
        let query = NotificationsQuery {
            cursor: shown.next.get_untracked(),
            ..NotificationsQuery::default()
        };
        sending.send(call::<ListNotifications>((), query, ()), move |page| {
            shown.items.try_update(|all| {
                // What was shown already may have moved on to this page.
                let fresh = page
                    .items
                    .into_iter()
                    .filter(|told| all.iter().all(|old| old.id != told.id));
                let fresh: Vec<_> = fresh.collect();
                all.extend(fresh);
            });
            shown.next.set(page.next_cursor);
        });
    });
    let has_more = Memo::new(move |_| shown.next.with(Option::is_some));
    view! {
        {list}
        <Refusal error />
        {live(move || {
            has_more
                .get()
                .then(|| {
                    view! {
                        <div class="actions inbox-more">
                            <Button busy on_click=move |_| load_more.run(())>"Load more"</Button>
                        </div>
                    }
                })
        })}
    }
}

#[cfg(test)]
mod tests {
    use shared::notifications::NotificationKind;

    use super::*;

    /// One that is so many seconds old.
    fn told(age: u32) -> Notification {
        Notification {
            id: format!("{:032x}", 1_000 - age).parse().unwrap(),
            kind: NotificationKind::Invited,
            created_at: chrono::DateTime::from_timestamp(i64::from(1_000 - age), 0).unwrap(),
            read: false,
            actor: None,
            workspace_id: None,
            workspace_name: None,
            role: None,
            open_invitation: None,
        }
    }

    fn ages(list: &[Notification]) -> Vec<i64> {
        list.iter()
            .map(|told| 1_000 - told.created_at.timestamp())
            .collect()
    }

    #[test]
    fn a_newer_first_page_comes_before_what_was_shown_and_is_older() {
        let shown = [2, 3, 4, 5].map(told).into();
        let (list, kept) = merged(shown, [0, 1, 2, 3].map(told).into());
        assert_eq!(ages(&list), [0, 1, 2, 3, 4, 5]);
        assert!(kept, "the end is still the old end");
    }

    #[test]
    fn what_is_gone_from_the_first_page_is_gone() {
        let (list, kept) = merged([1, 2, 3].map(told).into(), [1, 3].map(told).into());
        assert_eq!(ages(&list), [1, 3]);
        assert!(!kept);
        let (list, kept) = merged([1].map(told).into(), Vec::new());
        assert_eq!(ages(&list), Vec::<i64>::new());
        assert!(!kept);
    }
}
