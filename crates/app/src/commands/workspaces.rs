//! `tenantry workspace create`.

use application::CreateWorkspace;
use domain::access::OperatorScope;
use serde_json::json;

use super::print;
use crate::cli::CreateWorkspaceArguments;
use crate::failure::told;
use crate::settings::Settings;
use crate::wire::Engine;

pub(crate) async fn create_workspace(settings: &Settings, arguments: CreateWorkspaceArguments) -> anyhow::Result<()> {
    let CreateWorkspaceArguments { name, json } = arguments;
    let engine = Engine::open(&settings.database, settings.limits).await?.prepare().await?;
    let workspaces = engine.use_cases(settings.max_key_age).workspaces();
    let made = workspaces.create(&OperatorScope::new(), CreateWorkspace::named(name)).await.map_err(told)?;
    engine.close().await;
    if json {
        let made = json!({
            "workspaceID": made.workspace_id.as_uuid(),
            "tenantID": made.tenant_id.as_uuid(),
            "userID": made.user_id.as_uuid(),
            "apiKey": made.token.reveal(),
        });
        print(made)
    } else {
        print(format_args!("workspace  {}", made.workspace_id))?;
        print(format_args!("tenant     {}", made.tenant_id))?;
        print(format_args!("user       {}", made.user_id))?;
        print(format_args!("API key    {}", made.token.reveal()))?;
        print("The key is shown this once.")
    }
}
