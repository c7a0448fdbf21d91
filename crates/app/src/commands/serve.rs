//! `tenantry serve`.

use std::io::{Write, stdout};
use std::net::SocketAddr;

use adapters_console::{ConsoleSettings, Shared};
use anyhow::Context;
use application::{CreateWorkspace, NewWorkspaceKey, Workspaces};
use domain::access::OperatorScope;

use super::print;
use crate::background::Background;
use crate::demo::{self, SampleTenant};
use crate::failure::told;
use crate::settings::Settings;
use crate::stop::stop_signal;
use crate::telemetry;
use crate::values::MapTiles;
use crate::wire::Engine;
use crate::workers::Workers;

const FIRST_WORKSPACE: &str = "My workspace";

pub(crate) async fn serve(settings: &Settings) -> anyhow::Result<()> {
    let telemetry = telemetry::start(settings)?;
    let engine = Engine::open(&settings.database, settings.limits).await?;
    let engine = engine.listening_at(settings.database_direct.as_deref())?.prepare().await?;
    engine.expect_bound()?;

    // Bind before creating the first workspace: if the port is taken, no workspace is left whose key was never shown.
    let outbound = engine.outbound(settings.secret_key, settings.webhook_reach);
    let workers = Workers::of(engine.clone(), outbound.clone(), settings.server_limits.clone(), settings.max_key_age);
    let listener = adapters_http::listen(settings.listen);
    let listener = listener.with_context(|| format!("cannot listen on {}, which --listen changes", settings.listen))?;
    let address = listener.local_addr().unwrap_or(settings.listen);
    let stop = stop_signal().context("signals cannot be caught")?;

    let console = settings.console.then(|| console(settings));
    let name = if settings.demo { demo::UNFINISHED } else { FIRST_WORKSPACE };
    let first = CreateWorkspace::named(name);
    let workspaces = engine.use_cases(settings.max_key_age).workspaces();
    match workspaces.create_first(&OperatorScope::new(), first).await.map_err(told)? {
        Some(made) => {
            greet(address, &made, console.as_ref()).context("the first key cannot be shown")?;
            if settings.demo {
                let tenants = demo::fill(&workers.api(), &made).await.context("the sample data cannot be made")?;
                show(address, &made, &tenants).context("the sample data cannot be shown")?;
            }
        }
        None if settings.demo => print(why_no_sample_data(&workspaces).await?)?,
        None => {}
    }
    let (of_server, arrivals) = (workers.clone(), workers.arrivals());
    let stop = async move {
        stop.await;
        // The requests that wait for events are in flight, and the server waits for them.
        arrivals.close();
    };
    let server = adapters_http::serve(listener, settings.connections, stop, move || of_server.worker(console.clone()));
    let server = server.context("the server cannot be started")?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    let background = Background::start(&engine, &workers, outbound, settings.event_retention);
    server.await.context("the server failed")?;
    // Connections are returned while the runtime runs, and before the file is closed, which waits for all of them.
    background.stop().await;
    engine.close().await;
    telemetry.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Creates the state of the console.
fn console(settings: &Settings) -> Shared {
    let limits = settings.server_limits.clone();
    let proxies = limits.trusted_proxies;
    Shared::new(ConsoleSettings {
        is_trusted_proxy: Box::new(move |address| proxies.iter().any(|network| network.contains(address))),
        count_request: Box::new(move |key, home| limits.rate_limits.refuses(key, home)),
        grant_time_of_receiver: adapters_http::grant_time_of_receiver,
        api_url: adapters_http::api_url,
        map_tiles: settings.map_tiles.clone().map(|MapTiles { pattern, origin }| (pattern, origin)),
    })
}

/// Prints the first key to standard output. The log never contains it.
fn greet(address: SocketAddr, made: &NewWorkspaceKey, console: Option<&Shared>) -> std::io::Result<()> {
    let key = made.token.reveal();
    let mut out = stdout().lock();
    writeln!(out, "Tenantry made a first workspace, and this key to administer it. It is shown this once:\n")?;
    writeln!(out, "  workspace  {}", made.workspace_id)?;
    writeln!(out, "  user       {}", made.user_id)?;
    writeln!(out, "  API key    {key}\n")?;
    writeln!(out, "A first call:\n")?;
    writeln!(out, "  curl http://{address}/api/v1/tenants -H 'Authorization: Bearer {key}'\n")?;
    if let Some(console) = console {
        let code = console.sign_in_code(made.token.clone());
        writeln!(
            out,
            "Sign in to the console, once and within 15 minutes: http://{address}/console/sign-in?code={code}\n"
        )?;
    }
    writeln!(out, "Try the API in a browser: http://{address}/docs")?;
    out.flush()
}

/// Prints the sample tenants, with requests to try.
fn show(address: SocketAddr, made: &NewWorkspaceKey, tenants: &[SampleTenant]) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "\nThe workspace has sample data:\n")?;
    for SampleTenant { id, name, offered, kept, imported } in tenants {
        writeln!(
            out,
            "  {name:<16} {id}  {offered:>3} listings for all, {kept:>2} for itself, {imported:>2} imported"
        )?;
    }
    if let Some(channel) = tenants.last() {
        let key = made.token.reveal();
        let (id, name, place, radius) = (channel.id, channel.name, demo::PLACE, demo::RADIUS);
        let headers = format!("-H 'x-calry-api-key: {key}' -H 'x-calry-tenant-id: {id}'");
        let tenants = format!("http://{address}/api/v1/tenants");
        writeln!(out, "\nThe key works in each of them. What {name} can import around Times Square:\n")?;
        writeln!(out, "  curl '{tenants}/search-listings?location={place}&radius={radius}' {headers}\n")?;
        writeln!(out, "What it has imported:\n")?;
        writeln!(out, "  curl {tenants}/imported-listings {headers}")?;
    }
    out.flush()
}

/// Returns the reason why a database that has workspaces gets no sample data.
async fn why_no_sample_data(workspaces: &Workspaces) -> anyhow::Result<&'static str> {
    let broke_off = workspaces.is_named(&OperatorScope::new(), demo::UNFINISHED).await.map_err(told)?;
    Ok(if broke_off {
        "The sample data of this database is incomplete, because an earlier start was interrupted. Use another database to get all of it."
    } else {
        "This database is in use: no sample data was added."
    })
}
