//! The Clearance server: accounts, workspaces, keys and access for teams that work with `ClearML`.

pub mod access;
pub mod app;
pub mod audit;
pub mod clearml;
pub mod clock;
pub mod config;
pub mod error;
pub mod features;
pub mod http;
pub mod mail;
pub mod metering;
pub mod spa;
pub mod state;
pub mod throttle;
