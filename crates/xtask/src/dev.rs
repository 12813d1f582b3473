//! Working on the product: the server, and beside it the app with live reload. When one ends, both end.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::job::Job;
use crate::{app, interrupt, say, server, tools};

/// Runs both until Ctrl-C.
pub fn dev() -> Result<()> {
    let folders = tools::ready()?;
    app::fetch()?;
    say::line(
        "app with live reload on http://127.0.0.1:8081, server on http://127.0.0.1:8080; Ctrl-C ends both",
    );
    let mut server = Job::cargo()
        .args(["run", "--package", "backend", "--", "serve"])
        .args(server::with_data_folder(&[]))
        .start()?;
    let mut app = app::trunk(&folders)?.arg("serve").start()?;
    while !interrupt::asked() {
        if let Some(status) = server.ended()? {
            bail!("the server ended with {status}");
        }
        if let Some(status) = app.ended()? {
            bail!("Trunk ended with {status}");
        }
        sleep(Duration::from_millis(100));
    }
    Ok(())
}
