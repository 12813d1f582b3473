//! What the query string of the address says, and how a page changes it: dialogs, tabs and filters. Opening something
//! adds a step to the history, so that Back closes it; narrowing a list does not.

use std::{rc::Rc, time::Duration};

use leptos::prelude::*;

use crate::{
    router::{NavigateOptions, Query, use_location, use_navigate},
    ui::effect::effect,
};
use shared::ids::WorkspaceId;

type Navigate = Rc<dyn Fn(&str, NavigateOptions)>;

/// How a change of the address counts in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Back undoes it.
    New,
    /// It takes the place of the step before.
    Same,
}

/// The address of the page. Copying shares it.
#[derive(Clone, Copy)]
pub struct Address {
    query: Memo<Query>,
    path: Memo<String>,
    navigate: StoredValue<Navigate, LocalStorage>,
}

/// The address of the page that is shown.
pub fn use_address() -> Address {
    let location = use_location();
    Address {
        query: location.query,
        path: location.pathname,
        navigate: StoredValue::new_local(Rc::new(use_navigate())),
    }
}

impl Address {
    /// What `key` is set to; nothing if it is absent or empty.
    pub fn get(self, key: &'static str) -> Option<String> {
        self.query
            .with(|query| query.get(key))
            .filter(|value| !value.is_empty())
    }

    /// The same, as a signal.
    pub fn of(self, key: &'static str) -> Memo<Option<String>> {
        Memo::new(move |_| self.get(key))
    }

    /// Sets and removes keys.
    pub fn change(self, step: Step, changes: &[(&'static str, Option<String>)]) {
        let Some(mut query) = self.query.try_get_untracked() else {
            return;
        };
        for (key, value) in changes {
            query.remove(key);
            if let Some(value) = value {
                query.insert(key, value.clone());
            }
        }
        if let Some(path) = self.path.try_get_untracked() {
            self.navigate(step, &format!("{path}{}", query.to_query_string()), false);
        }
    }

    /// Goes to another page.
    pub fn go(self, step: Step, to: &str) {
        self.navigate(step, to, true);
    }

    fn navigate(self, step: Step, to: &str, scroll: bool) {
        let options = NavigateOptions {
            replace: step == Step::Same,
            scroll,
        };
        if let Some(navigate) = self.navigate.try_get_value() {
            navigate(to, options);
        }
    }

    /// Whether `?dialog=name` is open for this workspace: the one that `in=` names, else `current`.
    pub fn dialog(self, name: &'static str, workspace_id: WorkspaceId, current: WorkspaceId) -> Signal<bool> {
        Memo::new(move |_| {
            self.get("dialog").as_deref() == Some(name)
                && self.named_workspace().unwrap_or(current) == workspace_id
        })
        .into()
    }

    /// The workspace that a dialog is about, if the address says it.
    pub fn named_workspace(self) -> Option<WorkspaceId> {
        self.get("in")?.parse().ok()
    }

    /// Opens a dialog about a workspace, and about one thing in it.
    pub fn open_dialog(self, name: &'static str, workspace_id: WorkspaceId, thing: Option<String>) {
        let changes = [
            ("dialog", Some(name.to_owned())),
            ("in", Some(workspace_id.to_string())),
            ("key", thing),
            ("tab", None),
        ];
        self.change(Step::New, &changes);
    }

    /// Closes whatever dialog is open.
    pub fn close_dialog(self) {
        self.change(
            Step::Same,
            &[("dialog", None), ("in", None), ("key", None), ("tab", None)],
        );
    }

    /// What is typed into a search field that narrows a list by `key`: the address follows a moment later, and begins
    /// the list anew.
    pub fn search(self, key: &'static str) -> RwSignal<String> {
        let own = StoredValue::new(
            self.query
                .with_untracked(|query| query.get(key))
                .unwrap_or_default(),
        );
        let typed = RwSignal::new(own.get_value());
        let named = self.of(key);
        // Back and "Clear filters" change the address; what was written there from here must not overtake typing.
        effect(move || {
            let named = named.get().unwrap_or_default();
            if named != own.get_value() {
                own.set_value(named.clone());
                typed.set(named);
            }
        });
        effect(move || {
            let text = typed.get().trim().to_owned();
            if text == own.get_value() {
                return;
            }
            let write = move || {
                own.set_value(text.clone());
                let wanted = Some(text.clone()).filter(|text| !text.is_empty());
                self.change(Step::Same, &[(key, wanted), ("cursor", None)]);
            };
            if let Ok(timer) = set_timeout_with_handle(write, Duration::from_millis(250)) {
                on_cleanup(move || timer.clear());
            }
        });
        typed
    }
}

/// The token of a one-time link, which stands after `#token=`. It is taken out of the address bar at once, so that it
/// is neither kept in the history nor seen over a shoulder.
pub fn take_token() -> Option<String> {
    let location = window().location();
    let hash = location.hash().ok()?;
    let token = hash.strip_prefix("#token=")?.trim().to_owned();
    if let (Ok(history), Ok(path), Ok(search)) = (window().history(), location.pathname(), location.search())
    {
        let bare = format!("{path}{search}");
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&bare));
    }
    Some(token).filter(|token| !token.is_empty())
}
