//! What watches over a server: is it alive, can it work, how is it doing. None of it says anything about anybody.

use std::{fmt::Write as _, time::Instant};

use actix_web::{HttpRequest, HttpResponse, web};

use super::traffic::Traffic;
use crate::{access::load_epoch, error::AppError, state::State, threads::blocking};

/// `GET /healthz`: the process answers.
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`: the database answers and has our tables. A server that listens has migrated it.
pub(crate) async fn ready(state: web::Data<State>) -> HttpResponse {
    let asked = blocking(move || state.db().read(|conn| load_epoch(conn).map_err(AppError::from))).await;
    match asked {
        Ok(_) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("ready\n"),
        Err(error) => {
            tracing::warn!(error = %error, "not ready");
            HttpResponse::ServiceUnavailable()
                .content_type("text/plain; charset=utf-8")
                .body("the database does not answer\n")
        }
    }
}

/// Whether a request comes from this machine itself: not over the network, and not through a proxy that runs here.
pub(crate) fn is_from_here(req: &HttpRequest) -> bool {
    let proxied = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| req.headers().contains_key(*name));
    !proxied && req.peer_addr().is_some_and(|peer| peer.ip().is_loopback())
}

/// The text of `GET /metrics`, in the format of Prometheus.
pub(crate) fn metrics(traffic: &Traffic, state: &State, started: Instant) -> String {
    let mut figures = Figures::default();
    figures.about(
        "clearance_http_requests_total",
        "counter",
        "Requests answered, by class of status.",
    );
    for (class, count) in traffic.by_class() {
        figures.sample(&format!("{{status=\"{class}\"}}"), count);
    }
    figures.about(
        "clearance_http_requests_in_flight",
        "gauge",
        "Requests being answered now.",
    );
    // The request that asks is not counted.
    figures.sample("", traffic.in_flight().saturating_sub(1));
    let pools = state.db().pool_sizes();
    figures.about("clearance_db_connections", "gauge", "Open database connections.");
    for (name, pool) in &pools {
        figures.sample(&format!("{{pool=\"{name}\"}}"), pool.connections);
    }
    figures.about(
        "clearance_db_connections_idle",
        "gauge",
        "Open database connections that nobody uses.",
    );
    for (name, pool) in &pools {
        figures.sample(&format!("{{pool=\"{name}\"}}"), pool.idle_connections);
    }
    figures.about("process_uptime_seconds", "gauge", "Seconds since the start.");
    figures.sample("", started.elapsed().as_secs_f64());
    if let Some(bytes) = resident_bytes() {
        figures.about("process_resident_memory_bytes", "gauge", "Memory in use.");
        figures.sample("", bytes);
    }
    figures.text
}

/// Figures being written.
#[derive(Debug, Default)]
struct Figures {
    text: String,
    name: &'static str,
}

impl Figures {
    /// Begins a figure.
    fn about(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One value of the figure that was begun.
    fn sample(&mut self, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.text, "{}{labels} {value}", self.name);
    }
}

/// Memory of this process, where the operating system tells it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
