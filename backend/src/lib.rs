//! The Clearance server: accounts, workspaces, keys and access for teams that work with `ClearML`.

pub mod access;
pub mod app;
pub mod audit;
pub mod clearml;
pub mod clock;
pub mod commands;
pub mod config;
mod docs_page;
pub mod error;
pub mod features;
pub mod http;
pub mod jobs;
pub mod listing;
pub mod log;
pub mod mail;
pub mod metering;
pub mod notices;
pub mod openapi;
pub mod outbound;
pub mod server;
pub mod spa;
pub mod state;
mod threads;
pub mod throttle;
