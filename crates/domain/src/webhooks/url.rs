//! The address of a receiver.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;
use url::{Host, Url};

use super::is_public;
use crate::text::{Line, TextError};

/// The lowest port, except those of HTTP itself: below are services of other kinds.
const LOWEST_PORT: u16 = 1024;

/// The maximum length of a URL, as it was sent and in its normal form, which is stored.
const URL_LENGTH: usize = 2048;

/// The maximum length of a name, and of each of its labels.
const NAME_LENGTH: usize = 253;
const LABEL_LENGTH: usize = 63;

/// The addresses to which this service delivers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only, by HTTPS.
    #[default]
    Public,
    /// Private addresses too, and HTTP.
    Private,
}

/// A text that is not the address of a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WebhookUrlError {
    /// Another scheme, or not a URL.
    #[error("must be a web address that begins with https://.")]
    Invalid,
    /// A host that can have no address.
    #[error("must have the name or the address of a host.")]
    Host,
    /// A user name or password.
    #[error("may not contain a user name or password.")]
    Credentials,
    /// A port that other services use.
    #[error("must use port 443 or a port above 1023.")]
    Port,
    /// An address that is not public.
    #[error("must lead to a public address.")]
    Private,
    /// A text with an invalid length or characters.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// The address of a receiver, in its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// Checks that the service may deliver there. A name is checked again when it is resolved.
    ///
    /// # Errors
    /// `Invalid` for HTTP, `Port` and `Private`, for services that reach public addresses only.
    pub fn expect_within(&self, reach: Reach) -> Result<(), WebhookUrlError> {
        if reach == Reach::Private {
            return Ok(());
        }
        if self.0.scheme() != "https" {
            return Err(WebhookUrlError::Invalid);
        }
        if self.port() != 443 && self.port() < LOWEST_PORT {
            return Err(WebhookUrlError::Port);
        }
        if self.ip().is_some_and(|address| !is_public(address)) || self.names_this_machine() {
            return Err(WebhookUrlError::Private);
        }
        Ok(())
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The scheme, host and port, without the parts that may contain a secret of the receiver.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The port.
    fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// The address that the URL has in place of a name.
    fn ip(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    fn names_this_machine(&self) -> bool {
        let name = self.0.host_str().unwrap_or_default().trim_end_matches('.');
        name == "localhost" || name.ends_with(".localhost")
    }
}

impl FromStr for WebhookUrl {
    type Err = WebhookUrlError;

    fn from_str(text: &str) -> Result<Self, WebhookUrlError> {
        let text: Line<1, URL_LENGTH> = text.parse()?;
        let url = Url::parse(text.as_str()).map_err(|_| WebhookUrlError::Invalid)?;
        // Browsers read more characters than RFC 3986 has.
        let has_odd_characters = url.as_str().contains(|c: char| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c));
        if !["https", "http"].contains(&url.scheme()) || has_odd_characters || url.fragment().is_some() {
            return Err(WebhookUrlError::Invalid);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookUrlError::Credentials);
        }
        if url.domain().is_some_and(|name| !is_name(name)) {
            return Err(WebhookUrlError::Host);
        }
        if url.as_str().len() > URL_LENGTH {
            return Err(TextError::TooLong { max: URL_LENGTH }.into());
        }
        Ok(Self(url))
    }
}

/// Whether a name can be in the DNS. Names of services may have underscores, and a dot may be at the end.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        (1..=LABEL_LENGTH).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= NAME_LENGTH && name.split('.').all(is_label)
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> Result<String, WebhookUrlError> {
        let url: WebhookUrl = text.parse()?;
        url.expect_within(Reach::Public).map(|()| url.to_string())
    }

    #[test]
    fn a_public_receiver_is_reached_by_https_on_a_port_of_its_own() {
        for (text, expected) in [
            ("https://Hooks.Example.com/in?a=b", "https://hooks.example.com/in?a=b"),
            ("https://example.com", "https://example.com/"),
            ("https://example.com:443/", "https://example.com/"),
            ("https://example.com:8443/", "https://example.com:8443/"),
            ("https://example.com:1024/", "https://example.com:1024/"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
            ("https://1.1.1.1/", "https://1.1.1.1/"),
            ("https://my_hooks.example.com./", "https://my_hooks.example.com./"),
        ] {
            assert_eq!(public(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_address_that_leads_elsewhere_is_refused() {
        use WebhookUrlError::{Credentials, Invalid, Port, Private};
        for (text, expected) in [
            ("http://example.com/", Invalid),
            ("ftp://example.com/", Invalid),
            ("file:///etc/passwd", Invalid),
            ("example.com", Invalid),
            ("https://", Invalid),
            ("https://example.com/#part", Invalid),
            ("https://example.com/a|b", Invalid),
            ("https://user@example.com/", Credentials),
            ("https://user:secret@example.com/", Credentials),
            ("https://:secret@example.com/", Credentials),
            ("https://example.com:22/", Port),
            ("https://example.com:25/", Port),
            ("https://example.com:80/", Port),
            ("https://example.com:1023/", Port),
            ("https://example.com:0/", Port),
            ("https://127.0.0.1/", Private),
            ("https://2130706433/", Private),
            ("https://0x7f.1/", Private),
            ("https://0177.0.0.1/", Private),
            ("https://[::1]/", Private),
            ("https://[::ffff:10.0.0.1]/", Private),
            ("https://169.254.169.254/latest/meta-data", Private),
            ("https://localhost/", Private),
            ("https://a.LOCALHOST./", Private),
        ] {
            assert_eq!(public(text), Err(expected), "{text}");
        }
        assert_eq!(public("https://example.com/\n"), Err(TextError::Control.into()));
    }

    #[test]
    fn a_host_that_can_have_no_address_is_refused() {
        let (long_label, long_name) =
            (format!("https://{}.com/", "a".repeat(64)), format!("https://{}com/", "a.".repeat(126)));
        for text in [
            "https://./",
            "https://../",
            "https://a..example/",
            "https://.example.com/",
            "https://-/",
            "https://a-.example/",
            "https://*.example.com/",
            "https://a,b/",
            "https://!$&'()*+,;=/",
            &long_label,
            &long_name,
        ] {
            assert_eq!(text.parse::<WebhookUrl>(), Err(WebhookUrlError::Host), "{text}");
        }
    }

    /// Other characters than those of ASCII become longer, and what is stored must be read again.
    #[test]
    fn the_normal_form_is_bounded_too() {
        let url = |letters: usize| format!("https://example.com/{}", "é".repeat(letters)).parse::<WebhookUrl>();
        assert_eq!(url(338).map(|url| url.as_str().parse() == Ok(url)), Ok(true));
        assert_eq!(url(339), Err(TextError::TooLong { max: 2048 }.into()));
    }

    #[test]
    fn a_service_that_may_reach_private_addresses_does() {
        for text in ["http://localhost:80/", "http://127.0.0.1:9000/", "https://10.0.0.1:22/"] {
            let url: WebhookUrl = text.parse().expect("a URL");
            assert_eq!(url.expect_within(Reach::Private), Ok(()), "{text}");
        }
        assert_eq!("http://a:b@localhost/".parse::<WebhookUrl>(), Err(WebhookUrlError::Credentials));
    }
}
