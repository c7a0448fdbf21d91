//! `tenantry serve`.

use std::io::{Write, stdout};
use std::net::SocketAddr;

use actix_web::web::Data;
use actix_web::{App, HttpServer};
use anyhow::Context;
use application::{CreateWorkspace, NewWorkspaceKey};
use domain::access::OperatorScope;

use crate::failure::told;
use crate::settings::Settings;
use crate::telemetry;
use crate::wire::Engine;
use crate::workers::Workers;

const FIRST_WORKSPACE: &str = "My workspace";
/// How long requests in flight may take after SIGTERM, in seconds.
const SHUTDOWN_TIMEOUT: u64 = 30;

pub(crate) async fn serve(settings: &Settings) -> anyhow::Result<()> {
    telemetry::start(settings)?;
    let engine = Engine::open(&settings.database).await?;
    engine.prepare().await?;

    // Bound before anything is made: a port that is taken leaves no workspace behind whose key nobody has seen.
    let workers = Workers::of(engine.clone());
    let server = HttpServer::new(move || App::new().configure(adapters_http::configure(Data::new(workers.api()))))
        .shutdown_timeout(SHUTDOWN_TIMEOUT)
        .bind(settings.listen)
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = server.addrs().first().copied().unwrap_or(settings.listen);

    let first = CreateWorkspace { name: FIRST_WORKSPACE.to_owned() };
    let made = engine.workspaces().create_first(&OperatorScope::new(), first).await.map_err(told)?;
    if let Some(made) = made {
        greet(address, &made).context("the first key cannot be shown")?;
    }
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    server.run().await.context("the server failed")?;
    engine.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Shows the first key, on standard output: the log never has it.
fn greet(address: SocketAddr, made: &NewWorkspaceKey) -> std::io::Result<()> {
    let key = made.token.reveal();
    let mut out = stdout().lock();
    writeln!(out, "Tenantry made a first workspace, and this key to administer it. It is shown this once:\n")?;
    writeln!(out, "  workspace  {}", made.workspace_id)?;
    writeln!(out, "  user       {}", made.user_id)?;
    writeln!(out, "  API key    {key}\n")?;
    writeln!(out, "A first call:\n")?;
    writeln!(out, "  curl http://{address}/api/v1/tenants -H 'Authorization: Bearer {key}'\n")?;
    writeln!(out, "Try the API in a browser: http://{address}/docs")?;
    out.flush()
}
