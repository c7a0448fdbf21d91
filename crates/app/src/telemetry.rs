//! The log: on standard error, one line an event.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;
use crate::failure::BadUsage;
use crate::settings::Settings;

/// Begins to log.
pub(crate) fn start(settings: &Settings) -> Result<(), BadUsage> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| BadUsage(format!("--log: {error}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match settings.log_format {
        LogFormat::Pretty => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
