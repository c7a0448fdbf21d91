//! `tenantry key create`.

use application::IssueApiKey;
use domain::access::OperatorScope;
use serde_json::json;

use super::print;
use crate::cli::CreateKeyArguments;
use crate::failure::told;
use crate::settings::Settings;
use crate::wire::Engine;

pub(crate) async fn create_key(settings: &Settings, arguments: CreateKeyArguments) -> anyhow::Result<()> {
    let CreateKeyArguments { workspace, user, permission, json } = arguments;
    let engine = Engine::open(&settings.database, settings.limits).await?.prepare().await?;
    let command = IssueApiKey { workspace, user, permission };
    let token = engine.use_cases(settings.max_key_age).api_keys().issue(&OperatorScope::new(), command).await;
    let token = token.map_err(told)?;
    engine.close().await;
    if json {
        print(json!({ "id": token.id().as_uuid(), "apiKey": token.reveal() }))
    } else {
        print(format_args!("key        {}", token.id()))?;
        print(format_args!("API key    {}", token.reveal()))?;
        print("The key is shown this once.")
    }
}
