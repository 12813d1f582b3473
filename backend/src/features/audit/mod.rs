//! The journal for those who may read it: pages, files, and whether a chain is whole. A workspace's chain is for its
//! administrators, the server's own for its operators; both go the same way from here on.

mod file;
pub mod rules;
pub mod store;

use db::Conn;
use serde::{Deserialize, Serialize};
use shared::{
    audit::{
        AuditEntry, AuditExport, AuditFormat, AuditQuery, AuditVerdict, ExportAudit, ExportServerAudit,
        ListAudit, ListServerAudit, VerifyAudit, VerifyServerAudit,
    },
    contract::{Download, Endpoint},
    error::ErrorCode,
    page::{Page, PageQuery},
};

use self::{
    rules::Wanted,
    store::{Conditions, Extent, Names, Order, links},
};
use crate::{
    access::{Admit, Chain},
    audit::{
        AuditRow,
        verify::{Check, Verdict},
    },
    error::AppError,
    http::{
        Ctx, Mount,
        cursor::Cursors,
        download::{Attachment, Piece, file_name, serve_download},
        serve,
    },
};

const CSV: &str = "text/csv; charset=utf-8; header=present";
const JSON_LINES: &str = "application/x-ndjson";
/// The types of files.
const FILES: &[&str] = &[CSV, JSON_LINES];
/// Entries in one piece of a file.
const PIECE: usize = 500;
/// How often a check begins again because old entries were removed under its hands.
const TRIES: usize = 5;

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![
        serve(ListAudit, list),
        serve_download(ExportAudit, FILES, export),
        serve(VerifyAudit, verify),
        serve(ListServerAudit, list_servers),
        serve_download(ExportServerAudit, FILES, export_servers),
        serve(VerifyServerAudit, verify_servers),
    ]
}

async fn list(ctx: Ctx<ListAudit>) -> Result<Page<AuditEntry>, AppError> {
    let chain = ctx.reach().audit();
    page(&ctx, chain, &ctx.query).await
}

async fn list_servers(ctx: Ctx<ListServerAudit>) -> Result<Page<AuditEntry>, AppError> {
    let chain = ctx.reach().audit();
    page(&ctx, chain, &ctx.query).await
}

async fn export(ctx: Ctx<ExportAudit>) -> Result<Attachment, AppError> {
    let (chain, query) = (ctx.reach().audit(), ctx.query.clone());
    whole_file(ctx, chain, &query)
}

async fn export_servers(ctx: Ctx<ExportServerAudit>) -> Result<Attachment, AppError> {
    let (chain, query) = (ctx.reach().audit(), ctx.query.clone());
    whole_file(ctx, chain, &query)
}

async fn verify(ctx: Ctx<VerifyAudit>) -> Result<AuditVerdict, AppError> {
    let chain = ctx.reach().audit();
    verdict(&ctx, chain).await
}

async fn verify_servers(ctx: Ctx<VerifyServerAudit>) -> Result<AuditVerdict, AppError> {
    let chain = ctx.reach().audit();
    verdict(&ctx, chain).await
}

/// Where a page begins, and what was counted for the first one: later pages of the same list count nothing again.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    below: i64,
    extent: Extent,
}

async fn page<E: Endpoint>(
    ctx: &Ctx<E>,
    chain: Chain,
    query: &AuditQuery,
) -> Result<Page<AuditEntry>, AppError>
where
    E::Caller: Admit,
{
    let wanted = Wanted::listed(query).map_err(|fault| AppError::Invalid(vec![fault]))?;
    let caller = ctx.actor().user_id;
    let cursors = Cursors::new(ctx.keys(), &("audit", chain.name(), caller, &wanted));
    let place: Option<Place> = query
        .cursor
        .as_deref()
        .map(|cursor| cursors.open(cursor))
        .transpose()?;
    let limit = PageQuery {
        limit: query.limit,
        ..PageQuery::default()
    };
    let limit = usize::try_from(limit.limit()).unwrap_or(usize::MAX);
    let (items, total, next) = ctx
        .read(move |conn, _| {
            let conditions = store::conditions(conn, &chain, wanted)?;
            let (highest, extent) = if let Some(Place { below, extent }) = place {
                (below - 1, extent)
            } else {
                let extent = store::extent(conn, &chain, &conditions)?;
                (extent.highest, extent)
            };
            let range = (extent.lowest, highest);
            let mut rows = store::part(conn, &chain, &conditions, range, Order::NewestFirst, limit + 1)?;
            let has_more = rows.len() > limit;
            rows.truncate(limit);
            let below = rows.last().map(|row| row.seq).filter(|_| has_more);
            let names = store::names(conn, &chain, &rows)?;
            let items: Vec<AuditEntry> = rows.iter().map(|row| seen(row, &names)).collect();
            Ok((items, extent.total, below.map(|below| Place { below, extent })))
        })
        .await?;
    Ok(Page {
        items,
        next_cursor: next.map(|place| cursors.seal(&place)),
        total,
    })
}

/// An entry as the contract shows it.
fn seen(row: &AuditRow, names: &Names) -> AuditEntry {
    AuditEntry {
        seq: u64::try_from(row.seq).unwrap_or(0),
        at: row.at.and_utc(),
        actor_kind: row.actor_kind.clone(),
        actor_id: row.actor_id.as_deref().and_then(|id| id.parse().ok()),
        actor_name: names.actor(row).and_then(|name| name.parse().ok()),
        actor_credential: row.actor_credential.clone(),
        address: row.address.clone(),
        action: row.action.clone(),
        subject_kind: row.subject_kind.clone(),
        subject_id: row.subject_id.clone(),
        subject_name: names.subject(row).map(str::to_owned),
        before: row.before.as_deref().map(value),
        after: row.after.as_deref().map(value),
        hash: row.hash.clone(),
    }
}

/// What was noted, as JSON. What is none any more was tampered with, and is shown as it is.
fn value(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_tampered| text.into())
}

/// How far a file has come.
enum Progress {
    Begins(Wanted),
    At {
        conditions: Conditions,
        above: i64,
        until: i64,
    },
}

/// The oldest entry first, up to the newest that there was when the file was begun.
fn whole_file<E>(ctx: Ctx<E>, chain: Chain, query: &AuditExport) -> Result<Attachment, AppError>
where
    E: Endpoint<Reply = Download>,
    E::Caller: Admit,
{
    let wanted = Wanted::exported(query).map_err(|fault| AppError::Invalid(vec![fault]))?;
    let format = query.format;
    let (media, ending) = match format {
        AuditFormat::Csv => (CSV, "csv"),
        AuditFormat::Jsonl => (JSON_LINES, "jsonl"),
    };
    let stem = format!("clearance-audit-{}-{}", chain.name(), ctx.now().date());
    let name = file_name(&stem, ending);
    let produce = move |conn: &mut Conn, _: &_, progress| piece(conn, &chain, format, progress);
    Ok(ctx.attach(name, media, Progress::Begins(wanted), produce))
}

fn piece(
    conn: &mut Conn,
    chain: &Chain,
    format: AuditFormat,
    progress: Progress,
) -> Result<Piece<Progress>, AppError> {
    let mut bytes = Vec::new();
    let (conditions, above, until) = match progress {
        Progress::At {
            conditions,
            above,
            until,
        } => (conditions, above, until),
        Progress::Begins(wanted) => {
            if format == AuditFormat::Csv {
                bytes.extend_from_slice(file::CSV_HEADING);
            }
            let conditions = store::conditions(conn, chain, wanted)?;
            let extent = store::extent(conn, chain, &conditions)?;
            (conditions, extent.lowest - 1, extent.highest)
        }
    };
    let range = (above.saturating_add(1), until);
    let rows = store::part(conn, chain, &conditions, range, Order::OldestFirst, PIECE)?;
    let names = store::names(conn, chain, &rows)?;
    match format {
        AuditFormat::Csv => rows
            .iter()
            .for_each(|row| file::csv_line(&seen(row, &names), &mut bytes)),
        AuditFormat::Jsonl => json_lines(conn, chain, &rows, &names, &mut bytes)?,
    }
    let above = rows.last().map(|row| row.seq).filter(|_| rows.len() == PIECE);
    Ok(Piece {
        bytes,
        next: above.map(|above| Progress::At {
            conditions,
            above,
            until,
        }),
    })
}

fn json_lines(
    conn: &mut Conn,
    chain: &Chain,
    rows: &[AuditRow],
    names: &Names,
    out: &mut Vec<u8>,
) -> Result<(), AppError> {
    let hashes = links::previous_hashes(conn, chain, rows)?;
    for row in rows {
        let first = (row.seq == 1).then_some("");
        let stored = file::Stored {
            chain: &row.chain,
            before: row.before.as_deref(),
            after: row.after.as_deref(),
            previous_hash: hashes.get(&(row.seq - 1)).map(String::as_str).or(first),
        };
        file::json_line(&seen(row, names), stored, out).map_err(|error| AppError::Internal(error.into()))?;
    }
    Ok(())
}

/// Looks at a whole chain, a page at a time, each off the thread that serves requests and with a connection of its own.
async fn verdict<E: Endpoint>(ctx: &Ctx<E>, chain: Chain) -> Result<AuditVerdict, AppError>
where
    E::Caller: Admit,
{
    let _alone = ctx.alone(format!("verify {}", chain.name()))?;
    for _ in 0..TRIES {
        let wanted = chain.clone();
        let mut check = ctx
            .read(move |conn, _| Ok(Check::begin(links::ends(conn, &wanted)?)))
            .await?;
        let mut goes_on = true;
        while goes_on {
            let wanted = chain.clone();
            (goes_on, check) = ctx
                .read(move |conn, _| Ok((links::feed(conn, &wanted, &mut check)?, check)))
                .await?;
        }
        let (began, found) = (check.ends().anchor.clone(), check.finish());
        if found.fault.is_none() {
            return Ok(shown(&found));
        }
        let wanted = chain.clone();
        let now = ctx.read(move |conn, _| Ok(links::ends(conn, &wanted)?)).await?;
        // Unless old entries were removed meanwhile, what was found is so.
        if now.anchor == began {
            return Ok(shown(&found));
        }
    }
    Err(ErrorCode::Busy.into())
}

fn shown(found: &Verdict) -> AuditVerdict {
    let number = |seq: i64| u64::try_from(seq).unwrap_or(0);
    AuditVerdict {
        whole: found.fault.is_none(),
        entries: found.entries,
        first_seq: number(found.first),
        last_seq: number(found.last.seq),
        last_hash: found.last.hash.clone(),
        broken_at: found.fault.map(crate::audit::verify::Fault::at),
    }
}
