//! P5 and P10: what a call costs beside a bare server that gives the same bytes back to the same request.

use anyhow::{Context, Result};

use crate::{
    load::Shape,
    report::{Beside, Figure, Goal},
    rounds::{Contender, Course, Effort, Spread, interleave},
    same::same_answer,
    server::{Admin, Place, Server},
    set_up::{Account, log_in},
    wire::{Reply, Request, Wire},
};

const CPU: &str = "CPU-us";

/// One kind of call.
struct Call {
    target: &'static str,
    what: &'static str,
    request: Request,
    /// Where the body is new in every reply.
    changing: &'static [&'static str],
    goals: &'static [Goal],
    limit: Option<Goal>,
}

/// Measures every call of [`calls`], all of them in the same rounds.
pub fn measure(place: &Place, effort: Effort) -> Result<Vec<Figure>> {
    let server = &place.clearance("calls", Admin::Made)?;
    let calls = calls(server, &Account::prepare(server.address)?);
    let mut peers = Vec::new();
    let mut contenders = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        let ours = Wire::open(server.address)?
            .ask(&call.request)
            .context(call.what)?;
        contenders.push(contender(server, call, &ours));
        let bare = place.bare(&format!("bare-{number}"), &ours, &[])?;
        let theirs = Wire::open(bare.address)?.ask(&call.request)?;
        // Asked again: what is new in each reply must be new, and the rest must be the same.
        let again = Wire::open(server.address)?.ask(&call.request)?;
        same_answer(&again, &theirs, call.changing).context(call.what)?;
        contenders.push(contender(&bare, call, &theirs));
        peers.push(bare);
    }
    let plain = body_alone(place, server, &calls, &mut contenders)?;
    let courses = interleave(effort, &contenders)?;
    drop((plain, peers));
    figures(&calls, &courses)
}

fn calls(server: &Server, account: &Account) -> Vec<Call> {
    let path = format!("/api/v1/workspaces/{}", account.workspace);
    let get = |what, header: &str, proof: &str| Call {
        target: "P5",
        what,
        request: Request::get(server.address, &path, &[(header, proof)]),
        changing: &[],
        goals: &[Goal::RatioAtMost(1.3)],
        limit: Some(Goal::RatioAtMost(1.5)),
    };
    vec![
        get("GET a workspace by id, token", "authorization", &account.bearer),
        get(
            "GET a workspace by id, browser session",
            "cookie",
            &account.cookie,
        ),
        get("GET a workspace by id, key pair", "authorization", &account.basic),
        Call {
            target: "P10",
            what: "key pair to token, auth.login",
            request: log_in(server.address, &account.basic),
            changing: &["/meta/id", "/meta/trx", "/data/token"],
            goals: &[Goal::RatioAtMost(1.6)],
            limit: None,
        },
    ]
}

fn contender(server: &Server, call: &Call, reply: &Reply) -> Contender {
    Contender {
        pid: server.pid(),
        address: server.address,
        request: call.request.clone(),
        shape: match call.changing {
            [] => Shape::exactly(reply),
            _ => Shape::like(reply),
        },
    }
}

/// One more contender, last in the list: a bare server without any of our headers, to show what those cost.
fn body_alone(
    place: &Place,
    server: &Server,
    calls: &[Call],
    contenders: &mut Vec<Contender>,
) -> Result<Server> {
    let call = calls.first().context("no calls")?;
    let ours = Wire::open(server.address)?.ask(&call.request)?;
    let bare = place.bare("bare-body", &ours, &["--body-alone"])?;
    let theirs = Wire::open(bare.address)?.ask(&call.request)?;
    anyhow::ensure!(theirs.body() == ours.body(), "the bare server has another body");
    contenders.push(contender(&bare, call, &theirs));
    Ok(bare)
}

fn figures(calls: &[Call], courses: &[Course]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (call, pair) in calls.iter().zip(courses.chunks(2)) {
        let [ours, theirs] = pair else { continue };
        let figure = beside(call.target, call.what, ours, "bare", theirs)?;
        figures.push(figure.wanted(call.goals, call.limit));
        if call.target == "P10" {
            let rate = Spread::of(ours.per_second.iter().copied())?;
            let figure = Figure::new("P10", "tokens in a second on one core", "/s", rate);
            figures.push(figure.wanted(&[Goal::AtLeast(20_000.0)], None));
        }
    }
    if let (Some(ours), Some(plain)) = (courses.first(), courses.last()) {
        let what = "the same, beside the body without our headers";
        figures.push(beside("P5", what, ours, "bare body", plain)?);
    }
    figures.sort_by_key(|figure| figure.target == "P10");
    Ok(figures)
}

/// What was measured of each second course, beside the one before it; `whats` says what each pair is of.
pub fn in_pairs(
    target: &'static str,
    whats: impl IntoIterator<Item = String>,
    courses: &[Course],
    peer: &'static str,
    goal: Goal,
) -> Result<Vec<Figure>> {
    let pairs = whats.into_iter().zip(courses.chunks_exact(2));
    let figures = pairs.filter_map(|(what, pair)| {
        let [theirs, ours] = pair else { return None };
        Some(beside(target, what, ours, peer, theirs))
    });
    figures.map(|figure| Ok(figure?.wanted(&[goal], None))).collect()
}

/// What was measured of `ours` in processor time, beside `theirs`.
pub fn beside(
    target: &'static str,
    what: impl Into<String>,
    ours: &Course,
    peer: &'static str,
    theirs: &Course,
) -> Result<Figure> {
    let spread = |values: &[f64]| Spread::of(values.iter().copied());
    let figure = Figure::new(target, what, CPU, spread(&ours.cpu_micros)?).at_rate(spread(&ours.per_second)?);
    Ok(figure.beside(Beside {
        what: peer,
        measured: spread(&theirs.cpu_micros)?,
        per_second: Some(spread(&theirs.per_second)?),
        ratio: Spread::of_ratios(&ours.cpu_micros, &theirs.cpu_micros)?,
    }))
}
