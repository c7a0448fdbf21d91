//! `tenantry migrate`.

use crate::cli::MigrateArguments;
use crate::settings::Settings;
use crate::wire::Engine;

pub(crate) async fn migrate(settings: &Settings, arguments: MigrateArguments) -> anyhow::Result<()> {
    let MigrateArguments { distribute, role } = arguments;
    let engine = Engine::open(&settings.database, settings.limits).await?;
    if distribute {
        engine.distribute().await?;
    } else {
        engine.migrate(role.as_deref()).await?;
    }
    engine.close().await;
    super::print(if distribute { "The schema is up to date and distributed." } else { "The schema is up to date." })
}
