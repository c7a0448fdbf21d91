//! The log, on standard error, one line per event; and the export of [`spans`].

use std::io::{IsTerminal, stderr};
use std::str::FromStr;

use actix_web::rt::task::spawn_blocking;
use opentelemetry_sdk::trace::SdkTracerProvider;
use ports::traces::SPANS;
use serde::Deserialize;
use thiserror::Error;
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt, registry};

use crate::cli::LogFormat;
use crate::settings::Settings;
use crate::spans;

const LEVELS: [(&str, LevelFilter); 6] = [
    ("off", LevelFilter::OFF),
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
    ("trace", LevelFilter::TRACE),
];

/// The part that logs an error for each request that is not HTTP, which any client can send without a key.
const UNREADABLE: &str = "actix_http::h1::dispatcher";

/// A log filter: a level, and levels for parts of the program.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct LogFilter(Targets);

/// An invalid log filter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("must be off, error, warn, info, debug or trace; levels of parts may follow, like info,sqlx=debug")]
pub(crate) struct InvalidLogFilterError;

impl Default for LogFilter {
    fn default() -> Self {
        let all = Targets::new().with_default(LevelFilter::INFO);
        Self(all.with_target(UNREADABLE, LevelFilter::OFF).with_target(SPANS, LevelFilter::OFF))
    }
}

impl FromStr for LogFilter {
    type Err = InvalidLogFilterError;

    fn from_str(text: &str) -> Result<Self, InvalidLogFilterError> {
        // A word that is not a level is not accepted as a part, because it would switch off all others, even errors.
        let level = |text: &str| {
            let known = LEVELS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
            known.map(|(_, level)| level).ok_or(InvalidLogFilterError)
        };
        let is_part = |part: &str| {
            let is_fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':' | '-');
            !part.is_empty() && part.chars().all(is_fine)
        };
        text.split(',').try_fold(Self::default(), |Self(filter), said| match said.split_once('=') {
            None => Ok(Self(filter.with_default(level(said)?))),
            Some((part, said)) if is_part(part.trim()) => Ok(Self(filter.with_target(part.trim(), level(said)?))),
            Some(_) => Err(InvalidLogFilterError),
        })
    }
}

impl TryFrom<String> for LogFilter {
    type Error = InvalidLogFilterError;

    fn try_from(text: String) -> Result<Self, InvalidLogFilterError> {
        text.parse()
    }
}

/// The log and the export of spans, once they are started.
pub(crate) struct Telemetry {
    exporter: Option<SdkTracerProvider>,
}

/// Starts the log and, if a receiver of spans is set, their export.
pub(crate) fn start(settings: &Settings) -> anyhow::Result<Telemetry> {
    let LogFilter(filter) = settings.log.clone();
    let log = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    let log = match settings.log_format {
        LogFormat::Pretty => log.boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    };
    let exporter = spans::exporter()?;
    subscriber(log.with_filter(filter), exporter.as_ref()).init();
    Ok(Telemetry { exporter })
}

/// Combines the log with the export of spans. Without an exporter there is no second layer: an absent layer (`None`) has no filter,
/// so that all spans and events would be made for it.
fn subscriber(log: impl Layer<Registry> + Send + Sync, exporter: Option<&SdkTracerProvider>) -> Dispatch {
    let log = registry().with(log);
    match exporter {
        Some(exporter) => log.with(spans::layer(exporter)).into(),
        None => log.into(),
    }
}

impl Telemetry {
    /// Exports the spans that are left.
    pub(crate) async fn stop(self) {
        if let Some(exporter) = self.exporter {
            // It waits for the receiver, up to its time limit.
            let stopped = spawn_blocking(move || exporter.shutdown()).await;
            if let Ok(Err(error)) = stopped {
                tracing::warn!("not all spans were exported: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::sink;

    use tracing::dispatcher::with_default;
    use tracing::{Level, info_span};

    use super::*;

    #[test]
    fn a_span_is_only_made_if_it_is_exported() {
        let exporter = SdkTracerProvider::builder().build();
        for (exporter, is_made) in [(None, false), (Some(&exporter), true)] {
            let LogFilter(filter) = "trace".parse().expect("a level");
            let log = fmt::layer().with_writer(sink).with_filter(filter);
            let span = with_default(&subscriber(log, exporter), || info_span!(target: SPANS, "span"));
            assert_eq!(!span.is_disabled(), is_made);
        }
    }

    #[test]
    fn a_filter_says_levels_for_all_and_for_parts() {
        for (text, rest, sqlx) in [
            ("warn", Some(Level::WARN), Some(Level::WARN)),
            ("INFO , sqlx=Debug", Some(Level::INFO), Some(Level::DEBUG)),
            ("sqlx=trace", Some(Level::INFO), Some(Level::TRACE)),
            ("off,sqlx::query=error", None, Some(Level::ERROR)),
            ("off", None, None),
        ] {
            let LogFilter(filter) = text.parse().expect(text);
            let most = |part| {
                [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR]
                    .into_iter()
                    .find(|level| filter.would_enable(part, level))
            };
            assert_eq!((most("adapters_http"), most("sqlx::query")), (rest, sqlx), "{text}");
        }
    }

    #[test]
    fn clients_without_a_key_write_no_errors_unless_asked_for() {
        for (text, is_logged) in [
            ("info", false),
            ("trace", false),
            ("info,actix_http=debug", false),
            ("info,actix_http::h1::dispatcher=error", true),
        ] {
            let LogFilter(filter) = text.parse().expect(text);
            assert_eq!(filter.would_enable(UNREADABLE, &Level::ERROR), is_logged, "{text}");
        }
    }

    #[test]
    fn what_names_no_level_is_refused() {
        for text in [
            "",
            " ",
            "warning",
            "err",
            "information",
            "3",
            "info,",
            ",info",
            "info,sqlx",
            "sqlx=",
            "=info",
            "sqlx=loud",
            "info;sqlx=debug",
            "info sqlx=debug",
            "info,a b=debug",
            "[span]=info",
        ] {
            assert_eq!(text.parse::<LogFilter>(), Err(InvalidLogFilterError), "{text}");
        }
    }
}
