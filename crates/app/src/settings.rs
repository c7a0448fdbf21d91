//! Settings: a flag overrides a `TENANTRY_*` variable, and a variable overrides the file.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use adapters_http::{AllowedOrigin, Connections, Network, RateLimits, ServerLimits};
use adapters_sqlite::Limits;
use anyhow::Context;
use domain::api_keys::MaxKeyAge;
use domain::events::EventRetention;
use domain::webhooks::Reach;

use crate::cli::{LogFormat, Options};
use crate::failure::BadUsage;
use crate::secret_key::SecretKey;
use crate::telemetry::LogFilter;
use crate::values::{ListenAddress, MapTiles, Number, Seconds};

const DEFAULT_FILE: &str = "tenantry.toml";
const DEFAULT_DATABASE: &str = "sqlite:data/tenantry.db";
const DEFAULT_PORT: u16 = 8080;

/// All settings, with their defaults.
pub(crate) struct Settings {
    pub(crate) database: String,
    pub(crate) database_direct: Option<String>,
    pub(crate) listen: SocketAddr,
    pub(crate) log: LogFilter,
    pub(crate) log_format: LogFormat,
    pub(crate) demo: bool,
    pub(crate) console: bool,
    pub(crate) map_tiles: Option<MapTiles>,
    pub(crate) server_limits: ServerLimits,
    pub(crate) max_key_age: MaxKeyAge,
    pub(crate) event_retention: EventRetention,
    pub(crate) secret_key: Option<SecretKey>,
    pub(crate) webhook_reach: Reach,
    pub(crate) limits: Limits,
    pub(crate) connections: Connections,
}

impl Settings {
    /// Combines the flags and variables, which `clap` has read, with the file and the defaults.
    pub(crate) fn gather(said: Options) -> anyhow::Result<Self> {
        let file = match &said.config {
            Some(path) => read(path).with_context(|| format!("cannot read {}", path.display()))?,
            None => read_default()?,
        };
        let allowed_origins = said.cors_origins.or(file.cors_origins).unwrap_or_default();
        if allowed_origins.len() > 1 && allowed_origins.iter().any(AllowedOrigin::is_any) {
            return Err(BadUsage("cors-origins: * allows all origins, so it must stand alone".to_owned()).into());
        }
        let database_direct = said.database_direct.or(file.database_direct);
        let is_postgres = |url: &String| ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        if !database_direct.as_ref().is_none_or(is_postgres) {
            return Err(BadUsage("--database-direct must begin with postgres://".to_owned()).into());
        }
        let defaults = Limits::default();
        let time = |said: Option<Seconds>, file: Option<Seconds>, default| {
            said.or(file).map_or(default, |Seconds(duration)| duration)
        };
        let pooled = said.database_connections.or(file.database_connections);
        Ok(Self {
            database: said.database.or(file.database).unwrap_or_else(|| DEFAULT_DATABASE.to_owned()),
            database_direct,
            listen: said
                .listen
                .or(file.listen)
                .map_or_else(|| (Ipv4Addr::LOCALHOST, DEFAULT_PORT).into(), |ListenAddress(address)| address),
            log: said.log.or(file.log).unwrap_or_default(),
            log_format: said.log_format.or(file.log_format).unwrap_or(LogFormat::Pretty),
            demo: said.demo.or(file.demo).unwrap_or(false),
            console: said.console.or(file.console).unwrap_or(true),
            map_tiles: said.map_tiles.or(file.map_tiles),
            server_limits: ServerLimits {
                time_limit: time(said.request_timeout, file.request_timeout, Duration::from_secs(15)),
                rate_limits: RateLimits::new(
                    said.rate_limit.or(file.rate_limit),
                    said.tenant_rate_limit.or(file.tenant_rate_limit),
                ),
                allowed_origins,
                trusted_proxies: said
                    .trusted_proxies
                    .or(file.trusted_proxies)
                    .unwrap_or_else(|| Network::LOOPBACK.to_vec()),
            },
            max_key_age: said
                .max_key_age
                .or(file.max_key_age)
                .map_or_else(MaxKeyAge::default, |Number(days)| MaxKeyAge::days(days)),
            event_retention: said
                .event_retention
                .or(file.event_retention)
                .map_or_else(EventRetention::default, |Number(days)| EventRetention::days(days)),
            secret_key: said.secret_key.or(file.secret_key),
            webhook_reach: match said.webhook_allow_private.or(file.webhook_allow_private) {
                Some(true) => Reach::Private,
                Some(false) | None => Reach::Public,
            },
            limits: Limits {
                connections: pooled.map(|Number(number)| number.get().into()),
                wait: time(said.database_wait, file.database_wait, defaults.wait),
                statement: time(said.statement_timeout, file.statement_timeout, defaults.statement),
            },
            connections: Connections {
                workers: said.workers.or(file.workers).map(|Number(number)| number.get().into()),
                head_timeout: time(said.head_timeout, file.head_timeout, Duration::from_secs(5)),
                keep_alive: time(said.keep_alive, file.keep_alive, Duration::from_secs(5)),
                write_timeout: time(said.write_timeout, file.write_timeout, Duration::from_secs(10)),
                shutdown_timeout: time(said.shutdown_timeout, file.shutdown_timeout, Duration::from_secs(30)),
            },
        })
    }
}

fn read(path: &Path) -> anyhow::Result<Options> {
    Ok(parse(&fs::read_to_string(path)?)?)
}

fn read_default() -> anyhow::Result<Options> {
    match fs::read_to_string(DEFAULT_FILE) {
        Ok(text) => parse(&text).with_context(|| format!("cannot read {DEFAULT_FILE}")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Options::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {DEFAULT_FILE}")),
    }
}

fn parse(text: &str) -> Result<Options, BadUsage> {
    toml::from_str(text).map_err(|error| BadUsage(located(text, &error)))
}

/// Returns the line, key and message of an error. The whole error would show the value, which may be a password.
fn located(text: &str, error: &toml::de::Error) -> String {
    const WORDS: [(&str, &str); 4] = [
        ("expected i64", "expected a whole number"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected an array"),
        ("expected socket address", "expected a string"),
    ];
    let message =
        WORDS.iter().fold(error.message().to_owned(), |message, (found, plain)| message.replace(found, plain));
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let is_key =
        |key: &&str| !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
    let key = text.lines().nth(number - 1).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    match key.filter(is_key) {
        Some(key) => format!("line {number}: {key}: {message}"),
        None => format!("line {number}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;

    #[test]
    fn all_origins_are_not_allowed_beside_some() {
        let gathered = |origins: &str| {
            let origins = origins.split(',').map(|origin| origin.parse().expect("an origin")).collect();
            Settings::gather(Options { cors_origins: Some(origins), ..Options::default() }).map(drop)
        };
        for origins in ["*", "https://a.example,https://b.example"] {
            gathered(origins).expect("settings");
        }
        for origins in ["*,https://a.example", "https://a.example,*"] {
            assert!(gathered(origins).expect_err("refused").is::<BadUsage>(), "{origins}");
        }
    }

    #[test]
    fn a_file_has_the_names_of_the_flags() {
        let text = r#"
            listen = "0.0.0.0:80"
            log-format = "json"
            demo = true
            rate-limit = "600/60"
            tenant-rate-limit = "900/60"
            max-key-age = 30
            event-retention = 7
            cors-origins = ["https://app.example.com"]
            trusted-proxies = ["10.0.0.0/8"]
            request-timeout = 20
            database-wait = 0.5
            workers = 2
        "#;
        let file = parse(text).expect("a file");
        assert_eq!(file.listen, "0.0.0.0:80".parse().ok());
        assert_eq!(file.log_format, Some(LogFormat::Json));
        assert_eq!(file.demo, Some(true));
        assert_eq!([file.rate_limit, file.tenant_rate_limit], ["600/60", "900/60"].map(|text| text.parse().ok()));
        assert_eq!(file.cors_origins, Some(vec!["https://app.example.com".parse().expect("an origin")]));
        assert_eq!(file.trusted_proxies, Some(vec!["10.0.0.0/8".parse().expect("a network")]));
        let Settings { server_limits, max_key_age, event_retention, limits, connections, .. } =
            Settings::gather(Options { request_timeout: "10".parse().ok(), ..file }).expect("settings");
        assert_eq!((server_limits.time_limit, limits.wait), (Duration::from_secs(10), Duration::from_millis(500)));
        assert_eq!(connections.workers, Some(2));
        assert_eq!(Some(max_key_age), NonZeroU16::new(30).map(MaxKeyAge::days));
        assert_eq!(Some(event_retention), NonZeroU16::new(7).map(EventRetention::days));
    }

    #[test]
    fn a_value_that_breaks_its_rule_is_refused() {
        for (line, message) in [
            ("rate-limit = \"many\"", "REQUESTS/SECONDS"),
            ("cors-origins = [\"app.example.com\"]", "must be an origin"),
            ("request-timeout = 0", "seconds from 0.001"),
            ("tenant-rate-limit = \"many\"", "REQUESTS/SECONDS"),
            ("max-key-age = 0", "line 1: max-key-age: must be a whole number from 1 to 65535"),
            ("workers = 0", "line 1: workers: must be a whole number from 1 to 255"),
            ("workers = \"2\"", "expected a whole number"),
            ("keep-alive = \"2\"", "expected a number"),
            ("cors-origins = \"*\"", "line 1: cors-origins: invalid type: string \"*\", expected an array"),
            ("demo = true\n\n  listen = \"localhost:80\"", "line 3: listen: must be an IP address with a port"),
            ("demo = true\ncors-origins = [\n\"http://a\",\n\"b\",\n]\n", "line 2: cors-origins: must be an origin"),
            ("demo = true\nworkers\n", "line 2: "),
            ("demo = true\n[server]\n", "line 2: unknown field `server`"),
            ("log = \"warning\"", "must be off, error, warn"),
            ("log = \"\"", "must be off, error, warn"),
            ("trusted-proxies = [\"proxy\"]", "must be an address"),
            ("map-tiles = \"https://tiles.example.com/{z}/{x}\"", "{z}, {x} and {y}"),
            ("config = \"other.toml\"", "unknown field"),
        ] {
            let error = parse(line).expect_err(line).to_string();
            assert!(error.contains(message), "{line}: {error}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_without_showing_a_password() {
        for line in ["databse = \"postgres://app:secret@db/t\"", "database postgres://app:secret@db/t?sslmode=require"]
        {
            let error = parse(line).expect_err("misspelt").to_string();
            assert!(error.starts_with("line 1: ") && !error.contains(":secret"), "{error}");
        }
    }
}
