//! Something that is brought from afar, and brought again when what it depends on changes. Lean on purpose: what does
//! not depend on the type of the value is compiled once.

use std::{any::Any, cell::Cell, future::Future, marker::PhantomData, pin::Pin, rc::Rc, sync::Arc};

use leptos::prelude::*;

use crate::ui::effect::effect;

/// A `Result<T, E>` whose type only its `Fetched` knows.
type Outcome = Arc<dyn Any + Send + Sync>;
type Work = Pin<Box<dyn Future<Output = Outcome>>>;

/// A value on its way, or there, or failed. Copying shares it.
pub struct Fetched<T, E> {
    value: RwSignal<Option<Outcome>>,
    version: RwSignal<u32>,
    kind: PhantomData<fn() -> Result<T, E>>,
}

impl<T, E> Clone for Fetched<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Fetched<T, E> {}

impl<T: Clone + Send + Sync + 'static, E: Clone + Send + Sync + 'static> Fetched<T, E> {
    /// Brings it now, and again whenever a signal changes that `fetch` reads before it waits.
    pub fn new<F>(fetch: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, E>> + 'static,
    {
        let begin = move || -> Work { Box::pin(outcome(Box::pin(fetch()))) };
        let (value, version) = follow(Box::new(begin));
        Self {
            value,
            version,
            kind: PhantomData,
        }
    }

    /// What came last; nothing as long as nothing came.
    pub fn get(&self) -> Option<Result<T, E>> {
        self.value.get()?.downcast_ref().cloned()
    }

    /// Brings it again. What is there stays until then.
    pub fn refetch(&self) {
        again(self.version);
    }

    /// What brings it again.
    pub fn refetcher(&self) -> Callback<()> {
        let version = self.version;
        Callback::new(move |()| again(version))
    }
}

/// The outcome without its type: compiled once for each type, not for each place that fetches.
async fn outcome<T, E>(work: Pin<Box<dyn Future<Output = Result<T, E>>>>) -> Outcome
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    Arc::new(work.await)
}

fn again(version: RwSignal<u32>) {
    version.update(|version| *version += 1);
}

/// Begins work at every change; what was overtaken by later work is not put in place any more.
fn follow(begin: Box<dyn Fn() -> Work>) -> (RwSignal<Option<Outcome>>, RwSignal<u32>) {
    let (value, version) = (RwSignal::new(None), RwSignal::new(0));
    let latest = Rc::new(Cell::new(0_u32));
    effect(move || {
        version.track();
        let mine = latest.get() + 1;
        latest.set(mine);
        let (work, latest) = (begin(), latest.clone());
        leptos::task::spawn_local(async move {
            let outcome = work.await;
            if latest.get() == mine {
                value.set(Some(outcome));
            }
        });
    });
    (value, version)
}
