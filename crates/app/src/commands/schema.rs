//! `tenantry migrate`.

use crate::settings::Settings;
use crate::wire::Engine;

pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let engine = Engine::open(&settings.database, settings.limits).await?;
    engine.migrate().await?;
    engine.close().await;
    super::print("The schema is up to date.")
}
