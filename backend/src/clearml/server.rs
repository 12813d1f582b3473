//! The services `server`, `login` and `organization`: what the server is, and the workspace that a key works in.

use super::{
    contract::{
        AuthFixedUsersMode, Companies, CompanyWithOwners, FixedUsers, LoginLogout, LoginModes,
        LoginSupportedModes, Nothing, OrganizationGetUserCompanies, Owner, ServerInfo,
        ServerReportStatsOption, ServerVersions, Statistics,
    },
    fault::Fault,
    serve::{Call, serve},
    store,
};
use crate::{
    access::{API_VERSION, SERVER_VERSION},
    http::Ctx,
};

pub(super) fn calls() -> Vec<Call> {
    vec![
        serve(ServerInfo, info),
        serve(ServerReportStatsOption, report_stats_option),
        serve(LoginSupportedModes, supported_modes),
        serve(LoginLogout, browser_logout),
        serve(AuthFixedUsersMode, fixed_users_mode),
        serve(OrganizationGetUserCompanies, user_companies),
    ]
}

async fn info(_: Ctx<ServerInfo>) -> Result<ServerVersions, Fault> {
    Ok(ServerVersions {
        version: SERVER_VERSION.to_owned(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
        commit: None,
        uid: None,
        api_version: API_VERSION.to_owned(),
    })
}

async fn report_stats_option(ctx: Ctx<ServerReportStatsOption>) -> Result<Statistics, Fault> {
    if ctx.body.enabled == Some(true) {
        return Err(Fault::no_statistics());
    }
    Ok(Statistics {
        supported: false,
        enabled: false,
        enabled_time: None,
        enabled_version: None,
        enabled_user: None,
        current_version: SERVER_VERSION.to_owned(),
    })
}

async fn supported_modes(_: Ctx<LoginSupportedModes>) -> Result<LoginModes, Fault> {
    Ok(LoginModes::default())
}

async fn browser_logout(_: Ctx<LoginLogout>) -> Result<Nothing, Fault> {
    Ok(Nothing {})
}

async fn fixed_users_mode(_: Ctx<AuthFixedUsersMode>) -> Result<FixedUsers, Fault> {
    Ok(FixedUsers::default())
}

async fn user_companies(ctx: Ctx<OrganizationGetUserCompanies>) -> Result<Companies, Fault> {
    let workspace = ctx
        .read_brief(|conn, scope| Ok(store::workspace_with_owner(conn, scope)?))
        .await?;
    let owner = Owner {
        id: workspace.owner_id.into(),
        name: store::name(&workspace.owner_name)?,
        avatar: None,
    };
    Ok(Companies {
        companies: vec![CompanyWithOwners {
            id: workspace.id.into(),
            name: store::name(&workspace.name)?,
            allocated: true,
            owners: vec![owner],
        }],
    })
}
