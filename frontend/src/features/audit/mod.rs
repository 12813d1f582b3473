//! Who did what, to whom, from where: the log of a workspace, for its administrators, and the server's own, for its
//! operators (N12). Filters and pages are in the address, and the files to save have the same filters.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::{
    audit::{
        AuditEntry, AuditExport, AuditFormat, AuditQuery, AuditVerdict, ExportAudit, ExportServerAudit,
        ListAudit, ListServerAudit, VerifyAudit, VerifyServerAudit,
    },
    contract::{query_string, url},
    ids::{UserId, WorkspaceId},
    members::ListMembers,
    page::{Page, PageQuery},
    server_users::{ListServerUsers, ServerUsersQuery},
    text::{Email, Name},
    workspaces::InWorkspace,
};

use crate::{
    address::{Address, use_address},
    api::{ApiError, call},
    features::audit::{filters::Filters, table::EntryList, verify::VerifyCard},
    routes::Section,
    text,
    ui::{combobox::Candidate, download::DownloadLink, page_title::PageTitle},
};

pub mod diff;
pub mod filters;
pub mod table;
pub mod verify;
pub mod who;
pub mod words;

/// How many people are suggested.
const SUGGESTED: u32 = 10;

/// Which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// What was done in a workspace.
    Workspace(WorkspaceId),
    /// What was done on the server outside of any workspace.
    Server,
}

impl Chain {
    async fn list(self, query: AuditQuery) -> Result<Page<AuditEntry>, ApiError> {
        match self {
            Self::Workspace(workspace_id) => call::<ListAudit>(InWorkspace { workspace_id }, query, ()).await,
            Self::Server => call::<ListServerAudit>((), query, ()).await,
        }
    }

    async fn verify(self) -> Result<AuditVerdict, ApiError> {
        match self {
            Self::Workspace(workspace_id) => call::<VerifyAudit>(InWorkspace { workspace_id }, (), ()).await,
            Self::Server => call::<VerifyServerAudit>((), (), ()).await,
        }
    }

    /// The address of the log as a file.
    fn export(self, query: &AuditQuery, format: AuditFormat) -> String {
        let path = match self {
            Self::Workspace(workspace_id) => url::<ExportAudit>(&InWorkspace { workspace_id }),
            Self::Server => url::<ExportServerAudit>(&()),
        };
        let AuditQuery {
            action,
            actor_id,
            subject_id,
            since,
            until,
            ..
        } = query.clone();
        let wanted = AuditExport {
            format,
            action,
            actor_id,
            subject_id,
            since,
            until,
        };
        format!("{path}{}", query_string(&wanted))
    }

    /// People whose name or address contains this text.
    async fn people(self, text: String) -> Result<Vec<Candidate>, ApiError> {
        let (limit, q) = (Some(SUGGESTED), Some(text));
        let candidate = |id: UserId, name: Name, email: Email| Candidate {
            value: id.to_string(),
            label: name.into_string(),
            note: email.into_string(),
        };
        match self {
            Self::Workspace(workspace_id) => {
                let query = PageQuery {
                    limit,
                    q,
                    ..PageQuery::default()
                };
                let page = call::<ListMembers>(InWorkspace { workspace_id }, query, ()).await?;
                let people = page.items.into_iter();
                Ok(people
                    .map(|one| candidate(one.user_id, one.name, one.email))
                    .collect())
            }
            Self::Server => {
                let query = ServerUsersQuery {
                    limit,
                    q,
                    ..ServerUsersQuery::default()
                };
                let page = call::<ListServerUsers>((), query, ()).await?;
                let people = page.items.into_iter();
                Ok(people.map(|one| candidate(one.id, one.name, one.email)).collect())
            }
        }
    }

    const fn section(self) -> Section {
        match self {
            Self::Workspace(_) => Section::Audit,
            Self::Server => Section::ServerAudit,
        }
    }
}

/// The page.
#[component]
pub fn AuditLog(
    /// Which log.
    chain: Chain,
) -> impl IntoView {
    let address = use_address();
    let query = Memo::new(move |_| asked_for(address));
    let file = move |format| Signal::derive(move || query.with(|query| chain.export(query, format)));
    let section = if chain == Chain::Server {
        text::SERVER
    } else {
        text::SETTINGS
    };
    view! {
        <PageTitle title=chain.section().name() section>
            <DownloadLink href=file(AuditFormat::Csv) words="Export CSV" />
            <DownloadLink href=file(AuditFormat::Jsonl) words="Export JSON Lines" />
        </PageTitle>
        <VerifyCard chain />
        <section class="card" aria-labelledby="entries">
            <h2 id="entries">"What was done"</h2>
            <Filters chain />
            <EntryList chain query />
        </section>
    }
}

/// What the address asks for. What makes no sense in it is left out.
fn asked_for(address: Address) -> AuditQuery {
    AuditQuery {
        limit: None,
        cursor: address.get("cursor"),
        action: address.get("action"),
        actor_id: address.get("who").and_then(|id| id.parse().ok()),
        subject_id: address.get("subject"),
        since: address.get("since").and_then(|day| begin_of(&day, 0)),
        until: address.get("until").and_then(|day| begin_of(&day, 1)),
    }
}

/// When the day `2026-11-25`, or one so many days later, begins where the reader is.
fn begin_of(day: &str, later: i32) -> Option<DateTime<Utc>> {
    let [year, month, day] = numbers(day)?;
    let year = u32::try_from(year).ok()?;
    let begin = js_sys::Date::new_with_year_month_day(year, month - 1, day + later);
    #[expect(clippy::cast_possible_truncation, reason = "a time")]
    let at = begin.get_time() as i64;
    DateTime::from_timestamp_millis(at)
}

/// Year, month and day.
fn numbers(day: &str) -> Option<[i32; 3]> {
    let parts: Vec<i32> = day.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    parts.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_three_numbers() {
        assert_eq!(numbers("2026-11-05"), Some([2026, 11, 5]));
        for odd in ["", "2026-11", "2026-11-05-01", "today", "2026-xx-05"] {
            assert_eq!(numbers(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_file_has_the_filters_of_the_list_and_no_page() {
        let query = AuditQuery {
            cursor: Some("c".to_owned()),
            action: Some("credential".to_owned()),
            ..AuditQuery::default()
        };
        assert_eq!(
            Chain::Server.export(&query, AuditFormat::Jsonl),
            "/api/v1/server/audit/export?action=credential&format=jsonl"
        );
    }
}
