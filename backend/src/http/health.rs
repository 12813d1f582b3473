//! What watches over a server: is it alive, can it work, how is it doing. None of it says anything about anybody.

use std::{fmt::Write as _, time::Instant};

use actix_web::{HttpRequest, HttpResponse, web};

use super::{blocking, traffic::Traffic};
use crate::{access::load_epoch, error::AppError, state::State};

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
    let mut out = String::with_capacity(2048);
    let mut say = |name: &str, kind: &str, help: &str, samples: &[(String, f64)]| {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(out, "{name}{labels} {value}");
        }
    };
    let one = |value: f64| [(String::new(), value)];
    #[expect(
        clippy::cast_precision_loss,
        reason = "samples are floats; counters stay below 2^53"
    )]
    let float = |value: u64| value as f64;
    let answered: Vec<(String, f64)> = traffic
        .by_class()
        .map(|(class, count)| (format!("{{status=\"{class}\"}}"), float(count)))
        .collect();
    say(
        "clearance_http_requests_total",
        "counter",
        "Requests answered, by class of status.",
        &answered,
    );
    // The request that asks is not counted.
    let in_flight = float(traffic.in_flight().saturating_sub(1) as u64);
    say(
        "clearance_http_requests_in_flight",
        "gauge",
        "Requests being answered now.",
        &one(in_flight),
    );
    let pools = state.db().pool_sizes();
    let of_pools = |size: fn(&diesel::r2d2::State) -> u32| {
        pools
            .iter()
            .map(|(name, pool)| (format!("{{pool=\"{name}\"}}"), f64::from(size(pool))))
            .collect::<Vec<_>>()
    };
    say(
        "clearance_db_connections",
        "gauge",
        "Open database connections.",
        &of_pools(|pool| pool.connections),
    );
    say(
        "clearance_db_connections_idle",
        "gauge",
        "Open database connections that nobody uses.",
        &of_pools(|pool| pool.idle_connections),
    );
    say(
        "process_uptime_seconds",
        "gauge",
        "Seconds since the start.",
        &one(started.elapsed().as_secs_f64()),
    );
    if let Some(bytes) = resident_bytes() {
        say(
            "process_resident_memory_bytes",
            "gauge",
            "Memory in use.",
            &one(float(bytes)),
        );
    }
    out
}

/// Memory of this process, where the operating system tells it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
