//! Something that is brought from afar, and brought again when what it depends on changes. Lean on purpose: what does
//! not depend on the type of the value is compiled once.

use std::{cell::Cell, future::Future, pin::Pin, rc::Rc};

use leptos::prelude::*;

type Put = Box<dyn FnOnce()>;
type Work = Pin<Box<dyn Future<Output = Put>>>;

/// A value on its way, or there, or failed. Copying shares it.
pub struct Fetched<T: Send + Sync + 'static, E: Send + Sync + 'static> {
    value: RwSignal<Option<Result<T, E>>>,
    version: RwSignal<u32>,
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Clone for Fetched<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Copy for Fetched<T, E> {}

impl<T: Clone + Send + Sync + 'static, E: Clone + Send + Sync + 'static> Fetched<T, E> {
    /// Brings it now, and again whenever a signal changes that `fetch` reads before it waits.
    pub fn new<F>(fetch: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, E>> + 'static,
    {
        let (value, version) = (RwSignal::new(None), RwSignal::new(0));
        let begin = move || -> Work {
            let work = fetch();
            Box::pin(async move {
                let outcome = work.await;
                Box::new(move || value.set(Some(outcome))) as Put
            })
        };
        follow(version, Box::new(begin));
        Self { value, version }
    }

    /// What came last; nothing as long as nothing came.
    pub fn get(&self) -> Option<Result<T, E>> {
        self.value.get()
    }

    /// Brings it again. What is there stays until then.
    pub fn refetch(&self) {
        self.version.update(|version| *version += 1);
    }
}

/// Begins work at every change; what was overtaken by later work is not put in place any more.
fn follow(version: RwSignal<u32>, begin: Box<dyn Fn() -> Work>) {
    let latest = Rc::new(Cell::new(0_u32));
    Effect::new(move |_| {
        version.track();
        let mine = latest.get() + 1;
        latest.set(mine);
        let (work, latest) = (begin(), latest.clone());
        leptos::task::spawn_local(async move {
            let put = work.await;
            if latest.get() == mine {
                put();
            }
        });
    });
}
