//! The address of a database: `postgres://user:password@host:port/name?parameters`.

use std::collections::BTreeSet;
use std::env;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use thiserror::Error;
use url::{Host, Url};

/// The parameters that the driver knows, each with all its names, the usual one first. `application_name` is not among
/// them, because the service sets its own.
const PARAMETERS: [&[&str]; 11] = [
    &["sslmode", "ssl-mode"],
    &["sslrootcert", "ssl-root-cert", "ssl-ca"],
    &["sslcert", "ssl-cert"],
    &["sslkey", "ssl-key"],
    &["host", "hostaddr"],
    &["port"],
    &["dbname"],
    &["user"],
    &["password"],
    &["options"],
    &["statement-cache-capacity"],
];

/// The reason why an address cannot be used. It never contains a password.
#[derive(Debug, Error)]
pub enum AddressError {
    /// A URL with another scheme.
    #[error("must begin with postgres://")]
    Scheme,
    /// A malformed URL.
    #[error("is not a valid URL: {0}")]
    Malformed(#[from] url::ParseError),
    /// A parameter that the driver would ignore.
    #[error("the parameter {0} is not known; there are {known}", known = names().join(", "))]
    Unknown(String),
    /// A repeated parameter: the driver would use its last value.
    #[error("{0} is given more than once")]
    Twice(&'static str),
    /// A `#`: the driver would ignore all that follows.
    #[error("a # is written %23")]
    Fragment,
    /// A certificate that the driver would not use.
    #[error("a root certificate is checked with sslmode=verify-ca or sslmode=verify-full only")]
    Unchecked,
    /// A variable that the driver would ignore.
    #[error("the variable {0} has an invalid value")]
    Variable(&'static str),
    /// An invalid value.
    #[error(transparent)]
    Value(#[from] sqlx::Error),
}

/// Parses an address. Parts that the driver would ignore are refused: an unchecked connection looks like a checked one.
pub(crate) fn parse(text: &str) -> Result<PgConnectOptions, AddressError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        return Err(AddressError::Scheme);
    }
    let mut url = Url::parse(text)?;
    if url.fragment().is_some() {
        return Err(AddressError::Fragment);
    }
    check_environment()?;
    let said = said(&url)?;
    if let Some(Host::Ipv6(address)) = url.host()
        && !said.contains("host")
    {
        // The driver would look up a host whose name has brackets. As a parameter an address has none.
        url.set_host(Some("localhost"))?;
        url.query_pairs_mut().append_pair("host", &address.to_string());
    }
    let options = PgConnectOptions::from_url(&url)?;
    match options.get_ssl_mode() {
        PgSslMode::VerifyCa | PgSslMode::VerifyFull => Ok(options),
        // With this variable, PostgreSQL's own programs check the certificate.
        PgSslMode::Require if env::var_os("PGSSLROOTCERT").is_some() => Err(AddressError::Unchecked),
        _ if said.contains("sslrootcert") => Err(AddressError::Unchecked),
        _ => Ok(options),
    }
}

/// Returns the usual names of the parameters. Each must be known, and occur only once.
fn said(url: &Url) -> Result<BTreeSet<&'static str>, AddressError> {
    let outside = [
        ("user", !url.username().is_empty()),
        ("password", url.password().is_some()),
        ("port", url.port().is_some()),
        ("dbname", !url.path().trim_start_matches('/').is_empty()),
    ];
    let mut said: BTreeSet<_> = outside.into_iter().filter_map(|(name, is_said)| is_said.then_some(name)).collect();
    for (name, _) in url.query_pairs() {
        if name.strip_prefix("options[").is_some_and(|setting| setting.ends_with(']')) {
            continue;
        }
        let known = PARAMETERS.into_iter().find(|names| names.contains(&&*name));
        let &[usual, ..] = known.ok_or_else(|| AddressError::Unknown(shown(&name)))? else { continue };
        if !said.insert(usual) {
            return Err(AddressError::Twice(usual));
        }
    }
    Ok(said)
}

fn names() -> Vec<&'static str> {
    PARAMETERS.iter().filter_map(|names| names.first().copied()).collect()
}

/// Returns the name if it may be shown. Other texts may be a part of a password with a question mark.
fn shown(name: &str) -> String {
    let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.[]".contains(letter));
    if is_name { format!("{name:?}") } else { "after the ?".to_owned() }
}

/// Checks the usual variables that the driver ignores if it cannot read them.
fn check_environment() -> Result<(), AddressError> {
    let makes_sense = |name, check: fn(&str) -> bool| match env::var(name) {
        Ok(value) if !check(&value) => Err(AddressError::Variable(name)),
        _ => Ok(()),
    };
    makes_sense("PGSSLMODE", |mode| mode.parse::<PgSslMode>().is_ok())?;
    makes_sense("PGPORT", |port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        parse(url).expect_err(url).to_string()
    }

    #[test]
    fn a_parameter_that_the_driver_passes_over_is_refused_by_name() {
        for (parameters, refused) in [
            ("sslmod=verify-full", "the parameter \"sslmod\" is not known; there are sslmode, "),
            ("SSLMODE=verify-full", "\"SSLMODE\""),
            ("sslmode=verify-full&connect_timeout=1", "\"connect_timeout\""),
            ("application_name=mine", "\"application_name\""),
            ("options[statement_timeout=1", "\"options[statement_timeout\""),
            ("", ""),
            ("sslmode", "unknown value"),
            ("sslmode=verify_full", "unknown value"),
            ("sslmode=disable&sslmode=verify-full", "sslmode is given more than once"),
            ("sslmode=disable&ssl-mode=verify-full", "sslmode is given more than once"),
            ("%73slmode=disable&sslmode=verify-full", "sslmode is given more than once"),
            ("host=a&hostaddr=127.0.0.1", "host is given more than once"),
            ("user=grace", "user is given more than once"),
            ("dbname=other", "dbname is given more than once"),
            ("sslmode=require&sslrootcert=ca.pem", "a root certificate is checked with"),
            ("sslrootcert=ca.pem", "a root certificate is checked with"),
        ] {
            let url = format!("postgres://ada@db.example.com/tenantry?{parameters}");
            if refused.is_empty() {
                parse(&url).expect("nothing is said");
            } else {
                assert!(refusal(&url).contains(refused), "{url}: {}", refusal(&url));
            }
        }
        assert_eq!(refusal("postgres://db.example.com/tenantry#?sslmode=verify-full"), "a # is written %23");
        assert_eq!(refusal("postgres:db.example.com/tenantry?sslmode=verify-full"), "must begin with postgres://");
    }

    #[test]
    fn what_the_driver_knows_is_taken() {
        let url = "postgresql://ada:secret@db.example.com:6432/tenantry?sslmode=verify-full&sslrootcert=ca.pem\
                   &options[search_path]=tenantry&options[work_mem]=8MB&statement-cache-capacity=200";
        let options = parse(url).expect("an address");
        assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull));
        let said = (options.get_host(), options.get_port(), options.get_username(), options.get_database());
        assert_eq!(said, ("db.example.com", 6432, "ada", Some("tenantry")));
        assert_eq!(options.get_options(), Some("-c search_path=tenantry -c work_mem=8MB"));
        // A URL with a user needs a host, even if a parameter names a socket.
        let options = parse("postgres://ada@localhost/tenantry?host=/run/postgresql").expect("an address");
        assert_eq!(options.get_socket(), Some(&"/run/postgresql".into()));
    }

    #[test]
    fn an_ipv6_address_has_no_brackets_any_more() {
        for (url, host, port) in [
            ("postgres://ada:secret@[::1]:6432/tenantry", "::1", 6432),
            ("postgres://[2001:DB8:0::1]/tenantry?sslmode=disable", "2001:db8::1", 5432),
            ("postgres://[::1]/tenantry?host=db.example.com", "db.example.com", 5432),
            ("postgres:///tenantry?host=::1", "::1", 5432),
        ] {
            let options = parse(url).expect(url);
            assert_eq!((options.get_host(), options.get_port()), (host, port), "{url}");
        }
        assert!(refusal("postgres://[::1/tenantry").starts_with("is not a valid URL"));
    }

    #[test]
    fn a_refusal_shows_no_part_of_a_password() {
        for url in
            ["postgres://ada:12?secret@db/tenantry", "postgres://ada:se#secret@db/t", "postgres://ada:secret@db:x/t"]
        {
            assert!(!refusal(url).contains("secret"), "{url}: {}", refusal(url));
        }
    }
}
