//! The commands, one file each.

mod attack;
mod events;
mod health;
mod keys;
mod listings;
mod openapi;
mod operators;
mod schema;
mod serve;
mod transfers;
mod workspaces;

use std::io::{Write, stdout};

use anyhow::Context;

pub(crate) use self::attack::attack;
pub(crate) use self::events::tail_events;
pub(crate) use self::health::health;
pub(crate) use self::keys::create_key;
pub(crate) use self::listings::load_listings;
pub(crate) use self::openapi::openapi;
pub(crate) use self::operators::operator_key;
pub(crate) use self::schema::migrate;
pub(crate) use self::serve::serve;
pub(crate) use self::transfers::{export_tenant, import_workspace};
pub(crate) use self::workspaces::create_workspace;

/// Prints a result. A closed standard output is an error like any other.
fn print(text: impl std::fmt::Display) -> anyhow::Result<()> {
    writeln!(stdout(), "{text}").context("the result cannot be printed")
}
