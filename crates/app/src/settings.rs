//! Settings: by flag, then by `TENANTRY_*` variable, then by file.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::cli::{LogFormat, Options};
use crate::failure::BadUsage;

const DEFAULT_FILE: &str = "tenantry.toml";
const DEFAULT_DATABASE: &str = "sqlite:data/tenantry.db";
const DEFAULT_PORT: u16 = 8080;

/// Everything that can be set.
pub(crate) struct Settings {
    pub(crate) database: String,
    pub(crate) listen: SocketAddr,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    pub(crate) demo: bool,
}

/// The file, with the names of the flags.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    database: Option<String>,
    listen: Option<SocketAddr>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    demo: Option<bool>,
}

impl Settings {
    /// Gathers what was said; `clap` has seen to flags and variables.
    pub(crate) fn gather(options: Options) -> anyhow::Result<Self> {
        let Options { database, listen, log, log_format, demo, config } = options;
        let file = match &config {
            Some(path) => File::read(path).with_context(|| format!("cannot read {}", path.display()))?,
            None => File::read_default()?,
        };
        Ok(Self {
            database: database.or(file.database).unwrap_or_else(|| DEFAULT_DATABASE.to_owned()),
            listen: listen.or(file.listen).unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT))),
            log: log.or(file.log).unwrap_or_else(|| "info".to_owned()),
            log_format: log_format.or(file.log_format).unwrap_or(LogFormat::Pretty),
            demo: demo.or(file.demo).unwrap_or(false),
        })
    }
}

impl File {
    fn read(path: &Path) -> anyhow::Result<Self> {
        Ok(Self::parse(&fs::read_to_string(path)?)?)
    }

    fn read_default() -> anyhow::Result<Self> {
        match fs::read_to_string(DEFAULT_FILE) {
            Ok(text) => Self::parse(&text).with_context(|| format!("cannot read {DEFAULT_FILE}")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {DEFAULT_FILE}")),
        }
    }

    fn parse(text: &str) -> Result<Self, BadUsage> {
        // The message alone: the whole error would show the line, which may hold a password.
        toml::from_str(text).map_err(|error| BadUsage(error.message().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_names_of_the_flags() {
        let file = File::parse("listen = \"0.0.0.0:80\"\nlog-format = \"json\"\ndemo = true").expect("a file");
        assert_eq!(file.listen, Some(SocketAddr::from(([0, 0, 0, 0], 80))));
        assert_eq!(file.log_format, Some(LogFormat::Json));
        assert_eq!(file.demo, Some(true));
    }

    #[test]
    fn what_is_not_known_is_refused_without_showing_a_password() {
        let error = File::parse("databse = \"postgres://app:secret@db/tenantry\"").expect_err("misspelt").to_string();
        assert!(error.contains("databse") && !error.contains("secret"), "{error}");
    }
}
