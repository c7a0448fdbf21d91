//! The binary `tenantry`: command line, settings, wiring, telemetry.
//!
//! # What belongs here
//!
//! * [`cli`]: the command line, and [`settings`]: the settings from flags, the environment and a file.
//! * [`demo`]: the sample data of `serve --demo`, and [`listings_file`]: the reader of listing files.
//! * [`secret_key`]: the key that encrypts secrets at rest.
//! * [`wire`]: the only file that names a port and its adapter together.
//! * [`telemetry`]: the log, and [`spans`]: the traces that are exported.
//! * [`workers`]: the shared state of the server's worker threads, and [`stop`]: the signals that stop the server.
//! * `commands`: the commands, and `background`: the background work of a server. Both act with the operator's scope;
//!   requests never do.
//!
//! # How to add to it
//!
//! A command: a variant in [`cli`], a file in `commands`, a line in [`run`], a line in `docs/operations.md`. It prints its
//! result to standard output, everything else to standard error.

mod ambient;
mod background;
mod cli;
mod commands;
mod demo;
mod failure;
mod listings_file;
mod secret_key;
mod settings;
mod spans;
mod stop;
mod telemetry;
mod values;
mod wire;
mod workers;

use std::process::ExitCode;

use actix_web::rt::System;
use application::in_one_line;
use clap::Parser;
use mimalloc::MiMalloc;

use crate::cli::{Arguments, Command, EventsCommand, KeyCommand, ListingsCommand, TenantCommand, WorkspaceCommand};
use crate::settings::Settings;

/// Responses consist of many small strings, which mimalloc allocates and frees faster than the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match System::new().block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tenantry: {}", in_one_line(error.as_ref()));
            failure::exit_code(&error)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { command, options } = arguments;
    let settings = Settings::gather(options)?;
    match command.unwrap_or(Command::Serve) {
        Command::Serve => commands::serve(&settings).await,
        Command::Migrate(arguments) => commands::migrate(&settings, arguments).await,
        Command::Workspace { command: WorkspaceCommand::Create(arguments) } => {
            commands::create_workspace(&settings, arguments).await
        }
        Command::OperatorKey { command } => commands::operator_key(&settings, command).await,
        Command::Workspace { command: WorkspaceCommand::Import(arguments) } => {
            commands::import_workspace(&settings, arguments).await
        }
        Command::Tenant { command: TenantCommand::Export(arguments) } => {
            commands::export_tenant(&settings, arguments).await
        }
        Command::Key { command: KeyCommand::Create(arguments) } => commands::create_key(&settings, arguments).await,
        Command::Listings { command: ListingsCommand::Load(arguments) } => {
            commands::load_listings(&settings, arguments).await
        }
        Command::Events { command: EventsCommand::Tail(arguments) } => {
            commands::tail_events(&settings, arguments).await
        }
        Command::Attack(arguments) => commands::attack(arguments),
        Command::Health => commands::health(&settings),
        Command::Openapi => commands::openapi(),
    }
}
