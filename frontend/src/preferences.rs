//! The signed-in account's preferences, for every page: they live as long as the app. A change shows at once, is sent in
//! the background, and goes back if it is refused.
//!
//! `use_preferences()` anywhere: `.known()`, `.change(Setting::HideExamples(true), "Hide examples")`.

use leptos::prelude::*;
use shared::{
    account::{ChangePreferences, GetPreferences, Preferences},
    preferences::{Known, Setting, change},
};

use crate::{
    api::{ApiError, call},
    session::use_session,
    ui::{
        dom,
        effect::effect,
        load::Explain,
        toast::{Toasts, use_toasts},
    },
};

/// What stands on `<html>`, and is remembered by the browser, where the scale of the screen is left alone. `theme.js`
/// reads it.
const HIDPI: &str = "hidpi";

/// A change on its way, and what people call it.
type Change = (Setting, &'static str);

/// The account's preferences. Copying shares them.
#[derive(Clone, Copy)]
pub struct CurrentPreferences {
    /// As they are shown: what the server said with every change on top. Nothing until it has been asked.
    shown: RwSignal<Option<Result<Preferences, ApiError>>>,
    known: Memo<Option<Known>>,
    waiting: StoredValue<Vec<Change>>,
    is_sending: StoredValue<bool>,
    /// Whose they are counts up with each account, so that a late answer meets nobody else's.
    whose: StoredValue<u32>,
    refused: RwSignal<Option<(&'static str, String)>>,
    toasts: StoredValue<Toasts>,
}

impl CurrentPreferences {
    /// Typed; nothing until the server has been asked.
    pub fn known(self) -> Option<Known> {
        self.known.get()
    }

    /// Why the server could not be asked.
    pub fn failure(self) -> Option<ApiError> {
        self.shown.with(|shown| shown.as_ref()?.as_ref().err().cloned())
    }

    /// Which change was refused last, as people call it, and why.
    pub fn refused(self) -> Option<(&'static str, String)> {
        self.refused.get()
    }

    /// Asks the server.
    pub fn load(self) {
        let whose = self.whose.get_value();
        leptos::task::spawn_local(async move {
            let answer = call::<GetPreferences>((), (), ()).await;
            // What a change brought meanwhile is newer.
            let is_there = self.shown.with_untracked(|shown| matches!(shown, Some(Ok(_))));
            if self.whose.get_value() == whose && !is_there {
                self.shown.set(Some(answer));
            }
        });
    }

    /// Changes one at once. `name` is what people call it, for the sentence that says that it was refused.
    pub fn change(self, setting: Setting, name: &'static str) {
        self.shown.update(|shown| {
            if let Some(Ok(shown)) = shown {
                setting.put(shown);
            }
        });
        self.refused.set(None);
        self.waiting.update_value(|waiting| waiting.push((setting, name)));
        if !self.is_sending.get_value() {
            self.is_sending.set_value(true);
            leptos::task::spawn_local(self.send());
        }
    }

    /// Sends what waits, until nothing does.
    async fn send(self) {
        loop {
            let batch = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
            if batch.is_empty() {
                break;
            }
            let whose = self.whose.get_value();
            let outcome = Box::pin(sent(&batch)).await;
            if self.whose.get_value() != whose {
                continue;
            }
            let said = match outcome {
                Ok(said) => Some(said),
                Err((said, error)) => {
                    let name = batch.last().map_or("", |(_, name)| *name);
                    let sentence = format!("{name} could not be saved. {}", error.sentence());
                    self.toasts.with_value(|toasts| toasts.tell(sentence.clone()));
                    self.refused.set(Some((name, sentence)));
                    said
                }
            };
            if let Some(mut said) = said {
                self.waiting.with_value(|waiting| {
                    for (setting, _) in waiting {
                        setting.put(&mut said);
                    }
                });
                self.shown.set(Some(Ok(said)));
            }
        }
        self.is_sending.set_value(false);
    }
}

/// Sends changes on top of what the preferences are by now: another browser may have changed what lies beside them. If they
/// are refused, what is to be shown instead.
async fn sent(batch: &[Change]) -> Result<Preferences, (Option<Preferences>, ApiError)> {
    let now = call::<GetPreferences>((), (), ())
        .await
        .map_err(|error| (None, error))?;
    let settings: Vec<_> = batch.iter().map(|(setting, _)| setting.clone()).collect();
    let wanted = change(&settings, &now);
    call::<ChangePreferences>((), (), wanted)
        .await
        .map_err(|error| (Some(now), error))
}

/// Makes the preferences available to everything below, once, after the session and the toasts.
pub fn provide_preferences() {
    let shown = RwSignal::new(None::<Result<Preferences, ApiError>>);
    let preferences = CurrentPreferences {
        shown,
        known: Memo::new(move |_| {
            shown.with(|shown| {
                shown
                    .as_ref()
                    .and_then(|shown| shown.as_ref().ok())
                    .map(Known::from)
            })
        }),
        waiting: StoredValue::new(Vec::new()),
        is_sending: StoredValue::new(false),
        whose: StoredValue::new(0),
        refused: RwSignal::new(None),
        toasts: StoredValue::new(use_toasts()),
    };
    provide_context(preferences);
    let session = use_session();
    let account = Memo::new(move |_| session.account().map(|account| account.id));
    effect(move || {
        preferences.whose.update_value(|whose| *whose += 1);
        preferences.waiting.set_value(Vec::new());
        preferences.refused.set(None);
        shown.set(None);
        if account.get().is_some() {
            preferences.load();
        }
    });
    let leave_scale = Memo::new(move |_| preferences.known().map(|known| !known.hidpi_override));
    effect(move || {
        if let Some(leave) = leave_scale.get() {
            scale(leave);
        }
    });
}

/// Has `theme.js` scale the page anew.
fn scale(leave: bool) {
    let word = if leave { "off" } else { "on" };
    dom::remember(HIDPI, word);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hidpi", word);
    }
    if let Ok(event) = web_sys::Event::new("resize") {
        let _ = window().dispatch_event(&event);
    }
}

/// The preferences of this app.
pub fn use_preferences() -> CurrentPreferences {
    if use_context::<CurrentPreferences>().is_none() {
        provide_preferences();
    }
    expect_context()
}
