//! `tenantry openapi`.

use anyhow::Context;

pub(crate) fn openapi() -> anyhow::Result<()> {
    let document = adapters_http::document().to_pretty_json().context("the document cannot be written")?;
    super::print(document)
}
