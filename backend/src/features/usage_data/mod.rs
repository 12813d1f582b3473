//! Anonymous usage data: what would be sent, and whether an operator chose to. Sending is a job.

pub mod rules;
pub mod store;

use shared::usage_data::{ChooseUsageData, GetUsageData, UsageData};

use crate::{
    audit::Entry,
    error::AppError,
    features::server_users::store as operators,
    http::{Ctx, Mount, serve},
};

/// The endpoints of this feature.
#[must_use]
pub fn mounts() -> Vec<Mount> {
    vec![serve(GetUsageData, get), serve(ChooseUsageData, choose)]
}

async fn get(ctx: Ctx<GetUsageData>) -> Result<UsageData, AppError> {
    let recipient = ctx.config().usage_data_url.clone();
    ctx.read(move |conn, reach| Ok(view(&store::counted(conn, reach)?, recipient)))
        .await
}

async fn choose(ctx: Ctx<ChooseUsageData>) -> Result<UsageData, AppError> {
    let matches = ctx.match_check();
    let (recipient, wanted) = (ctx.config().usage_data_url.clone(), ctx.body.is_sent);
    ctx.write(move |tx, reach| {
        operators::lock_operators(tx.conn, reach)?;
        operators::still_operates(tx.conn, reach)?;
        let before = view(&store::counted(tx.conn, reach)?, recipient);
        matches(&before)?;
        if before.is_sent == Some(wanted) {
            tx.needs_no_entry("it was so already");
            return Ok(before);
        }
        store::choose(tx.conn, reach, wanted)?;
        let noted = |is_sent: Option<bool>| serde_json::json!({ "is_sent": is_sent });
        let entry = Entry::new("server.usage_data", "server", "server");
        tx.record(entry.before(&noted(before.is_sent)).after(&noted(Some(wanted))))?;
        Ok(UsageData {
            is_sent: Some(wanted),
            ..before
        })
    })
    .await
}

fn view(counted: &rules::Counted, recipient: Option<url::Url>) -> UsageData {
    UsageData {
        is_sent: counted.is_sent,
        recipient: recipient.map(String::from),
        report: rules::report(counted),
    }
}
