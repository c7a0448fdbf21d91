//! `tenantry openapi`.

use std::io;

use anyhow::Context;

pub(crate) fn openapi() -> anyhow::Result<()> {
    let document = adapters_http::document().to_pretty_json().context("the document cannot be written")?;
    match super::print(document) {
        // Programs like `head` read as much as they want.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        printed => printed,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.root_cause().downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe)
}
