//! Tests of the server through HTTP, one file per feature, and sweeps over all of it. One binary, so that it is
//! linked once. `cfg(test)` on each module tells the linter that these are tests throughout.

#[cfg(test)]
mod account;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod delegation;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod downloads;
#[cfg(test)]
mod dump;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod members;
#[cfg(test)]
mod notifications;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod server_users;
#[cfg(test)]
mod server_workspaces;
#[cfg(test)]
mod session;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod usage;
#[cfg(test)]
mod usage_data;
#[cfg(test)]
mod vaults;
#[cfg(test)]
mod wire;
#[cfg(test)]
mod workspaces;
