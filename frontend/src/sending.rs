//! One change on its way to the server: whether it is under way, and what was wrong with it. It outlives the row or
//! dialog that sent it, so that a late answer never meets something that is gone.

use std::{future::Future, pin::Pin};

use leptos::prelude::*;
use shared::error::ErrorCode;

use crate::{
    api::ApiError,
    ui::{form::FieldErrors, load::Explain},
};

/// Under this name is told that somebody else changed it meanwhile.
pub const MEANWHILE: &str = "/meanwhile";

type Done = Box<dyn FnOnce()>;
type Work = Pin<Box<dyn Future<Output = Result<Done, ApiError>>>>;

/// A change that is sent at most once at a time. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    busy: ArcRwSignal<bool>,
    /// What was wrong with the last try, by field; under the empty name what concerns no field.
    pub errors: FieldErrors,
}

impl Sending {
    /// Nothing is under way.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it is under way.
    pub fn busy(&self) -> Signal<bool> {
        let busy = self.busy.clone();
        Signal::derive(move || busy.get())
    }

    /// What was wrong, in a sentence, whatever field it concerns.
    pub fn error(&self) -> Signal<Option<String>> {
        self.errors.other_than(&[])
    }

    /// Watches a field: what was wrong with it is forgotten when something else is typed, and what is typed is checked
    /// when the field is left. Give the callback to the field as `on_leave`.
    pub fn watch(
        &self,
        pointer: &'static str,
        value: RwSignal<String>,
        check: fn(&str) -> Option<String>,
    ) -> Callback<()> {
        let typed = self.errors.clone();
        Effect::new(move |before: Option<()>| {
            value.track();
            if before.is_some() && typed.of(pointer).with_untracked(Option::is_some) {
                typed.put(pointer, None);
            }
        });
        let errors = self.errors.clone();
        Callback::new(move |()| {
            let text = value.get_untracked();
            if !text.is_empty() && errors.of(pointer).with_untracked(Option::is_none) {
                errors.put(pointer, check(&text));
            }
        })
    }

    /// Sends it, unless it is under way; `done` gets what came back.
    pub fn send<T, F>(&self, work: F, done: impl FnOnce(T) + 'static)
    where
        T: 'static,
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        if !self.busy.get_untracked() {
            self.run(Box::pin(worked(Box::pin(work), Box::new(done))));
        }
    }

    /// The part that does not depend on what is sent.
    fn run(&self, work: Work) {
        self.busy.set(true);
        self.errors.clear();
        let sent = self.clone();
        leptos::task::spawn_local(async move {
            match work.await {
                Ok(done) => {
                    sent.busy.set(false);
                    done();
                }
                Err(error) => {
                    sent.errors.set(told(&error));
                    sent.busy.set(false);
                }
            }
        });
    }
}

/// Work whose outcome is handed on: compiled once for each kind of outcome, not for each place that sends.
async fn worked<T: 'static>(
    work: Pin<Box<dyn Future<Output = Result<T, ApiError>>>>,
    done: Box<dyn FnOnce(T)>,
) -> Result<Done, ApiError> {
    let value = work.await?;
    Ok(Box::new(move || done(value)))
}

/// What was wrong, by field; under the empty name what concerns no field.
pub fn told(error: &ApiError) -> Vec<(String, String)> {
    let fields = error.fields();
    if fields.is_empty() {
        let is_overtaken = error.code() == Some(ErrorCode::ChangedMeanwhile);
        let field = if is_overtaken { MEANWHILE } else { "" };
        vec![(field.to_owned(), error.sentence())]
    } else {
        fields
    }
}

/// Checks what was typed: the value, or `None` with the sentence noted under `pointer`.
pub fn checked<T: std::str::FromStr<Err = String>>(
    text: &str,
    pointer: &str,
    wrong: &mut Vec<(String, String)>,
) -> Option<T> {
    match text.parse() {
        Ok(value) => Some(value),
        Err(sentence) => {
            wrong.push((pointer.to_owned(), sentence));
            None
        }
    }
}

/// Checks a new password: the value, or `None` with the sentence noted under `pointer`.
pub fn checked_password(
    text: &str,
    pointer: &str,
    wrong: &mut Vec<(String, String)>,
) -> Option<shared::text::Password> {
    let least = shared::text::Password::MIN;
    if text.chars().count() < least {
        wrong.push((pointer.to_owned(), format!("Use at least {least} characters.")));
        return None;
    }
    Some(shared::text::Password::new(text.to_owned()))
}

/// What is wrong with a text that is to be a `T`.
pub fn fault<T: std::str::FromStr<Err = String>>(text: &str) -> Option<String> {
    text.parse::<T>().err()
}

/// What is wrong with a new password.
pub fn password_fault(text: &str) -> Option<String> {
    let mut wrong = Vec::new();
    checked_password(text, "", &mut wrong);
    wrong.pop().map(|(_, sentence)| sentence)
}

/// What is wrong apart from the fields, above the buttons.
#[component]
pub fn Refusal(
    /// The sentence.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        error
            .get()
            .map(|error| view! { <p class="field-error" role="alert">{error}</p> })
    }
}

#[cfg(test)]
mod tests {
    use shared::text::Email;

    use super::*;

    #[test]
    fn a_refusal_without_fields_concerns_no_field() {
        assert_eq!(
            told(&ApiError::Offline),
            [(String::new(), ApiError::Offline.sentence())]
        );
    }

    #[test]
    fn what_is_wrong_is_noted_under_its_field() {
        let mut wrong = Vec::new();
        assert!(checked::<Email>("ann@example.com", "/email", &mut wrong).is_some());
        assert!(checked_password("twelve chars", "/password", &mut wrong).is_some());
        assert_eq!(wrong, []);
        assert!(checked::<Email>("ann", "/email", &mut wrong).is_none());
        assert!(checked_password("éééééééééé", "/password", &mut wrong).is_none());
        assert_eq!(
            wrong.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
            ["/email", "/password"]
        );
    }
}
