//! Many callers at the same moment.

use std::sync::{Arc, Barrier};

use crate::TestApp;

impl TestApp {
    /// Runs `f` on `n` threads that begin together, each with the whole server in front of the same state, and
    /// answers what they answered, in the order of their numbers.
    pub fn race<T: Send + 'static>(
        &self,
        n: usize,
        f: impl AsyncFn(&TestApp, usize) -> T + Clone + Send + 'static,
    ) -> Vec<T> {
        let start = Arc::new(Barrier::new(n));
        let threads: Vec<_> = (0..n)
            .map(|number| {
                let (f, start, parts) = (f.clone(), Arc::clone(&start), self.parts());
                std::thread::spawn(move || {
                    actix_web::rt::System::new().block_on(async move {
                        let app = TestApp::around(parts).await;
                        start.wait();
                        f(&app, number).await
                    })
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    }
}
