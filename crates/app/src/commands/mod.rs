//! One file per command.

mod keys;
mod openapi;
mod schema;
mod serve;
mod workspaces;

pub(crate) use self::keys::create_key;
pub(crate) use self::openapi::openapi;
pub(crate) use self::schema::migrate;
pub(crate) use self::serve::serve;
pub(crate) use self::workspaces::create_workspace;
